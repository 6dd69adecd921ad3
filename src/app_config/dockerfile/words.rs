//! The words of an instruction: quotes taken off, variables put in.
//! <https://docs.docker.com/reference/dockerfile/#environment-replacement>

use std::ops::Range;

/// A word of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DockerfileWord {
    /// Its text, variables put in.
    pub(crate) text: String,
    /// Where it is, in bytes of the file.
    pub(crate) span: Range<usize>,
    /// Whether a variable is in it that the Dockerfile does not give a value.
    pub(crate) open: bool,
}

/// The value of a variable; `None` where the base image may have one.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Splits a text at blanks outside of quotes. `start` is where it is in the file.
pub(crate) fn words(text: &str, start: usize, lookup: Lookup<'_>) -> Vec<DockerfileWord> {
    let mut reader = DockerfileWordReader { text, at: 0, lookup, depth: 0 };
    let mut found = Vec::new();
    loop {
        reader.skip_blanks();
        let from = reader.at;
        if reader.peek().is_none() {
            return found;
        }
        let (value, open) = reader.until(|letter| letter.is_whitespace());
        found.push(DockerfileWord { text: value, span: start + from..start + reader.at, open });
    }
}

/// A whole text as one word: blanks belong to it.
pub(crate) fn whole(text: &str, start: usize, lookup: Lookup<'_>) -> DockerfileWord {
    let mut reader = DockerfileWordReader { text, at: 0, lookup, depth: 0 };
    let (value, open) = reader.until(|_| false);
    DockerfileWord { text: value, span: start..start + text.len(), open }
}

/// How deep defaults may be in defaults.
const DEEPEST: usize = 8;

struct DockerfileWordReader<'a> {
    text: &'a str,
    at: usize,
    lookup: Lookup<'a>,
    depth: usize,
}

impl DockerfileWordReader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.take();
        }
    }

    /// Reads up to a letter outside of quotes that `ends` names.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> (String, bool) {
        let mut value = String::new();
        let mut open = false;
        let mut quote: Option<char> = None;
        while let Some(next) = self.peek() {
            if quote.is_none() && ends(next) {
                break;
            }
            self.take();
            match (quote, next) {
                (Some(one), _) if one == next => quote = None,
                (None, '"' | '\'') => quote = Some(next),
                (Some('\''), _) => value.push(next),
                (_, '\\') => value.extend(self.take()),
                (_, '$') => open |= !self.variable(&mut value),
                _ => value.push(next),
            }
        }
        (value, open)
    }

    /// Puts a variable in; false where its value is not known.
    fn variable(&mut self, value: &mut String) -> bool {
        let braces = self.peek() == Some('{');
        if braces {
            self.take();
        }
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or("").to_owned();
        if name.is_empty() && !braces {
            value.push('$');
            return true;
        }
        self.at += length;
        let known = (self.lookup)(&name);
        if !braces {
            value.push_str(known.as_deref().unwrap_or(""));
            return known.is_some();
        }
        self.depth += 1;
        let known = self.operator(known);
        self.depth -= 1;
        value.push_str(known.as_deref().unwrap_or(""));
        known.is_some()
    }

    /// What follows the name in `${…}`, its closing brace included.
    fn operator(&mut self, known: Option<String>) -> Option<String> {
        let rest = self.text.get(self.at..).unwrap_or("");
        let operator = [":-", ":+", "-", "+"].into_iter().find(|operator| rest.starts_with(operator));
        self.at += operator.map_or(0, str::len);
        if self.depth > DEEPEST {
            self.at = self.text.len();
            return None;
        }
        let (word, open) = self.until(|letter| letter == '}');
        self.take();
        let word = (!open).then_some(word);
        let is_set = known.as_ref().is_some_and(|value| !value.is_empty());
        match operator {
            // Whether the base image sets it is not known, but nearly none does: the default is meant.
            Some(":-" | "-") => {
                if is_set {
                    known
                } else {
                    word
                }
            }
            Some(_) => known.and_then(|value| if value.is_empty() { Some(value) } else { word }),
            None if rest.starts_with('}') => known,
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(&str, bool)]) {
        let lookup = |name: &str| match name {
            "A" => Some("1".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let found = words(text, 0, &lookup);
        let found: Vec<(&str, bool)> = found.iter().map(|word| (word.text.as_str(), word.open)).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn words_are_split_unquoted_and_filled() {
        check("a  \"b c\" 'd $A'", &[("a", false), ("b c", false), ("d $A", false)]);
        check("$A/x ${A}y \\$A $", &[("1/x", false), ("1y", false), ("$A", false), ("$", false)]);
        check(
            "${A:-2} ${B:-2} ${EMPTY:-$A} ${A:+z} ${EMPTY:+z}",
            &[("1", false), ("2", false), ("1", false), ("z", false), ("", false)],
        );
        check("$B ${B} ${A#x} ${B:-$C}", &[("", true), ("", true), ("", true), ("", true)]);
        check("K=\"v w\"x", &[("K=v wx", false)]);
        check("${A", &[("", true)]);
    }

    #[test]
    fn spans_count_from_the_file() {
        let found = words("é b", 10, &|_| None);
        assert_eq!(found[1].span, 13..14);
    }
}
