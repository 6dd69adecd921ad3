//! Commands written as one text, split into words as mattn/go-shellwords 1.0.12 splits them.

use std::ops::Range;

/// Why a text cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordsFlaw {
    /// A `(` that does not follow a `$`.
    Parenthesis,
    /// A backslash at the end.
    Backslash,
    /// A `"` without its end.
    DoubleQuote,
    /// A `'` without its end.
    SingleQuote,
    /// A backtick without its end.
    Backtick,
    /// A parenthesis without its other half.
    Unbalanced,
}

/// A word and the bytes it is written with, quotes and backslashes included.
pub(crate) type SpannedWord = (String, Range<usize>);

/// Splits a command. No variable or backtick is expanded. The command ends, without a word of warning, at the first
/// `;`, `&`, `|`, `<` or `>` outside of quotes, and `2>` takes the word before it along. Backticks and parentheses stay
/// in the word; blanks between them do not split it.
///
/// # Errors
/// An unclosed quote, backtick or parenthesis, a trailing backslash, a `(` that follows no `$`, or a lone `)`.
pub(crate) fn split(command: &str) -> Result<Vec<SpannedWord>, WordsFlaw> {
    let mut splitter = Splitter::default();
    for (at, c) in command.char_indices() {
        if !splitter.take(at, c)? {
            break;
        }
    }
    splitter.finish()
}

/// Where a command ends before its text does: the operator there, if anything follows it.
pub(crate) fn cut_off(command: &str) -> Option<Range<usize>> {
    let mut splitter = Splitter::default();
    let at = command.char_indices().find_map(|(at, c)| match splitter.take(at, c) {
        Ok(true) => None,
        Ok(false) => Some(Some(at)),
        Err(_) => Some(None),
    })??;
    let rest = command.get(at..)?;
    let length = rest.find(|c: char| !matches!(c, ';' | '&' | '|' | '<' | '>')).unwrap_or(rest.len());
    let follows = rest.get(length..).is_some_and(|rest| !rest.trim().is_empty());
    follows.then_some(at..at + length)
}

/// What a quote, backtick or parenthesis has opened, and where.
#[derive(Default)]
struct Splitter {
    words: Vec<SpannedWord>,
    word: String,
    /// First and last byte of the word, once there is one; an empty pair of quotes is a word.
    span: Option<Range<usize>>,
    started: bool,
    escaped: Option<usize>,
    double: Option<usize>,
    single: Option<usize>,
    backtick: Option<usize>,
    dollar: Option<usize>,
}

impl Splitter {
    /// Takes a character; `false` where the command ends.
    fn take(&mut self, at: usize, c: char) -> Result<bool, WordsFlaw> {
        if self.escaped.take().is_some() {
            self.push(at, c);
            return Ok(true);
        }
        if c == '\\' && self.single.is_none() {
            self.touch(at, c);
            self.escaped = Some(at);
            return Ok(true);
        }
        if c == '\\' {
            self.touch(at, c);
            self.word.push(c);
            return Ok(true);
        }
        if matches!(c, ' ' | '\t' | '\r' | '\n') {
            if self.is_open() {
                self.touch(at, c);
                self.word.push(c);
            } else if self.started {
                self.end_word();
            }
            return Ok(true);
        }
        self.special(at, c)
    }

    fn special(&mut self, at: usize, c: char) -> Result<bool, WordsFlaw> {
        let quoted = self.single.is_some() || self.double.is_some();
        match c {
            '`' if !quoted && self.dollar.is_none() => toggle(&mut self.backtick, at),
            ')' if !quoted && self.backtick.is_none() => toggle(&mut self.dollar, at),
            '(' if !quoted && self.backtick.is_none() => {
                if self.dollar.is_some() || !self.word.ends_with('$') {
                    return Err(WordsFlaw::Parenthesis);
                }
                self.dollar = Some(at);
                self.touch(at, c);
                self.word.push(c);
                return Ok(true);
            }
            '"' if self.single.is_none() && self.dollar.is_none() => {
                self.touch(at, c);
                self.started |= self.double.is_some();
                toggle(&mut self.double, at);
                return Ok(true);
            }
            '\'' if self.double.is_none() && self.dollar.is_none() => {
                self.touch(at, c);
                self.started |= self.single.is_some();
                toggle(&mut self.single, at);
                return Ok(true);
            }
            ';' | '&' | '|' | '<' | '>' if !self.is_open() => {
                if c == '>' && self.word.starts_with(|first: char| first.is_ascii_digit()) {
                    self.started = false;
                }
                return Ok(false);
            }
            _ => {}
        }
        self.push(at, c);
        Ok(true)
    }

    fn is_open(&self) -> bool {
        self.single.is_some() || self.double.is_some() || self.backtick.is_some() || self.dollar.is_some()
    }

    fn push(&mut self, at: usize, c: char) {
        self.touch(at, c);
        self.word.push(c);
        self.started = true;
    }

    fn touch(&mut self, at: usize, c: char) {
        let end = at + c.len_utf8();
        self.span.get_or_insert(at..end).end = end;
    }

    fn end_word(&mut self) {
        let range = self.span.take().unwrap_or(0..0);
        self.words.push((std::mem::take(&mut self.word), range));
        self.started = false;
    }

    fn finish(mut self) -> Result<Vec<SpannedWord>, WordsFlaw> {
        if self.started {
            self.end_word();
        }
        let open = [
            (self.escaped, WordsFlaw::Backslash),
            (self.double, WordsFlaw::DoubleQuote),
            (self.single, WordsFlaw::SingleQuote),
            (self.backtick, WordsFlaw::Backtick),
            (self.dollar, WordsFlaw::Unbalanced),
        ];
        match open.into_iter().find(|(at, _)| at.is_some()) {
            Some((_, flaw)) => Err(flaw),
            None => Ok(self.words),
        }
    }
}

fn toggle(open: &mut Option<usize>, at: usize) {
    *open = if open.is_some() { None } else { Some(at) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, expect: &[&str]) {
        let words: Vec<String> = split(command).unwrap().into_iter().map(|(word, _)| word).collect();
        assert_eq!(words, expect, "{command:?}");
    }

    fn refuse(command: &str, flaw: WordsFlaw) {
        assert_eq!(split(command), Err(flaw), "{command:?}");
    }

    #[test]
    fn what_is_behind_an_operator_is_cut_off() {
        for (command, expect) in [
            ("npm run a && npm run b", Some("&&")),
            ("a 2>&1 | tee b", Some(">&")),
            ("a; b", Some(";")),
            ("a 'b && c'", None),
            ("a;", None),
            ("a 'b", None),
        ] {
            assert_eq!(cut_off(command).and_then(|range| command.get(range)), expect, "{command}");
        }
    }

    #[test]
    fn words_are_split_as_a_shell_would() {
        check("", &[]);
        check("  a\tb\nc ", &["a", "b", "c"]);
        check(r#"sh -c "echo 'a b'" 'c "d'"#, &["sh", "-c", "echo 'a b'", "c \"d"]);
        check(r#"a"b c"d "" ''"#, &["ab cd", "", ""]);
        check(r"a\ b 'a\b' \é", &["a b", r"a\b", "é"]);
        check("a `b c` $(d e)", &["a", "`b c`", "$(d e)"]);
        check("$(a 'b')", &["$(a 'b')"]);
        check("a $B ${C}", &["a", "$B", "${C}"]);
        check("'a;b' \"c|d\"", &["a;b", "c|d"]);
    }

    #[test]
    fn a_command_ends_at_an_operator() {
        check("a b;c", &["a", "b"]);
        check("a && b", &["a"]);
        check("a >b", &["a"]);
        check("a 2>&1", &["a"]);
        check("a b2>&1", &["a", "b2"]);
        check("a 20>x", &["a"]);
        check("a 2<x", &["a", "2"]);
        check("a; \"unclosed", &["a"]);
    }

    #[test]
    fn what_is_open_at_the_end_is_refused() {
        refuse("a \"b", WordsFlaw::DoubleQuote);
        refuse("é 'b", WordsFlaw::SingleQuote);
        refuse("a `b", WordsFlaw::Backtick);
        refuse("a $(b", WordsFlaw::Unbalanced);
        refuse("a )", WordsFlaw::Unbalanced);
        refuse("a (b)", WordsFlaw::Parenthesis);
        refuse("a\\", WordsFlaw::Backslash);
    }

    #[test]
    fn ranges_hold_the_quotes() {
        let ranges: Vec<Range<usize>> = split(r#"é "b c"  \d"#).unwrap().into_iter().map(|(_, range)| range).collect();
        assert_eq!(ranges, [0..2, 3..8, 10..12]);
    }
}
