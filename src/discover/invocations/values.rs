//! Values that are known in part: text with holes for what nothing sets, and paths below the root of the repository.

use crate::collections::HashMap;

/// What opens a hole in a text; its number and [`CLOSE`] follow.
const OPEN: char = '\u{e000}';
/// What closes it.
const CLOSE: char = '\u{e001}';
/// The root of the repository as an absolute path, wherever it is checked out.
pub(super) const ROOT: &str = "/\u{e002}";

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Hole {
    /// Nothing sets the variable of this name.
    Unset(String),
    /// A program, written like this, prints it.
    Computed(String),
    /// The arguments that a caller adds: none, or several.
    Arguments,
}

/// The holes of a repository: the same name always has the same number, so that it has the same value in a command.
#[derive(Debug, Default)]
pub(super) struct Holes {
    all: Vec<Hole>,
    numbers: HashMap<Hole, usize>,
}

impl Holes {
    /// The text of a hole.
    pub(super) fn text(&mut self, hole: Hole) -> String {
        let next = self.all.len();
        let number = *self.numbers.entry(hole.clone()).or_insert(next);
        if number == next {
            self.all.push(hole);
        }
        format!("{OPEN}{number}{CLOSE}")
    }

    /// A hole by its number.
    pub(super) fn get(&self, number: usize) -> Option<&Hole> {
        self.all.get(number)
    }

    /// The hole that a text consists of.
    pub(super) fn whole(&self, text: &str) -> Option<&Hole> {
        match parts(text).as_slice() {
            [ValuePart::Hole(number)] => self.get(*number),
            _ => None,
        }
    }
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValuePart<'a> {
    /// Known letters.
    Text(&'a str),
    /// The number of a hole.
    Hole(usize),
}

/// The parts of a text.
pub(super) fn parts(text: &str) -> Vec<ValuePart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(OPEN) {
        if !before.is_empty() {
            parts.push(ValuePart::Text(before));
        }
        let Some((number, after)) = behind.split_once(CLOSE) else { return parts };
        parts.extend(number.parse().map(ValuePart::Hole));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(ValuePart::Text(rest));
    }
    parts
}

/// Whether a text has a hole.
pub(super) fn has_hole(text: &str) -> bool {
    text.contains(OPEN)
}

/// A text without its holes.
pub(super) fn known_letters(text: &str) -> String {
    let known = parts(text).into_iter().filter_map(|part| match part {
        ValuePart::Text(text) => Some(text),
        ValuePart::Hole(_) => None,
    });
    known.collect()
}

/// A text with a `*` for each hole, as people write what they do not know.
pub(super) fn as_pattern(text: &str) -> String {
    let shown = parts(text).into_iter().map(|part| match part {
        ValuePart::Text(text) => text,
        ValuePart::Hole(_) => "*",
    });
    shown.collect()
}

/// A text of a file with the letters that mean something here replaced, all bytes at their places. A carriage return at
/// the end of a line becomes a blank in front of a backslash, which then continues the line as it was meant to.
pub(super) fn without_marks(text: &str) -> String {
    let has_marks = text.contains("\u{e000}") || text.contains("\u{e001}") || text.contains("\u{e002}");
    let text = if has_marks { text.replace(['\u{e000}', '\u{e001}', '\u{e002}'], "???") } else { text.to_owned() };
    if text.contains('\r') { text.replace("\\\r\n", " \\\n").replace("\r\n", " \n") } else { text }
}

/// Whether a name matches a pattern in which `*` matches any letters and `?` matches one.
pub(super) fn matches_glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().take(256).collect(), text.chars().take(256).collect());
    let (mut at, mut from, mut star, mut retry) = (0, 0, None, 0);
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at);
                retry = from;
                at += 1;
            }
            Some(letter) if *letter == '?' || text.get(from) == Some(letter) => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some(before) => {
                    retry += 1;
                    from = retry;
                    at = before + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|letter| *letter == '*'))
}

/// Ways in which an expansion can come out, tried one after another: each `pick` gives a different answer in each round.
#[derive(Debug, Default)]
pub(super) struct Choices {
    picks: Vec<(usize, usize)>,
    at: usize,
    rounds: usize,
}

/// How many combinations are tried.
const MAX_ROUNDS: usize = 32;

impl Choices {
    /// A number below `limit`.
    pub(super) fn pick(&mut self, limit: usize) -> usize {
        let at = self.at;
        self.at += 1;
        if at == self.picks.len() {
            self.picks.push((0, limit.max(1)));
        }
        self.picks.get(at).map_or(0, |(pick, _)| *pick)
    }

    /// Whether anything was picked.
    pub(super) fn is_used(&self) -> bool {
        !self.picks.is_empty()
    }

    /// Whether there is another combination, which the next picks give.
    pub(super) fn next_round(&mut self) -> bool {
        self.at = 0;
        self.rounds += 1;
        while let Some((pick, limit)) = self.picks.pop() {
            if pick + 1 < limit && self.rounds < MAX_ROUNDS {
                self.picks.push((pick + 1, limit));
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_have_one_number_for_a_name() {
        let mut holes = Holes::default();
        let one = holes.text(Hole::Unset("A".to_owned()));
        assert_eq!(one, holes.text(Hole::Unset("A".to_owned())));
        assert_ne!(one, holes.text(Hole::Arguments));
        let text = format!("a{one}b");
        assert_eq!(parts(&text), [ValuePart::Text("a"), ValuePart::Hole(0), ValuePart::Text("b")]);
        assert_eq!(known_letters(&text), "ab");
        assert_eq!(holes.whole(&one), Some(&Hole::Unset("A".to_owned())));
        assert_eq!(holes.whole(&text), None);
    }

    #[test]
    fn globs() {
        let check = |pattern: &str, text: &str, expect: bool| assert_eq!(matches_glob(pattern, text), expect);
        check("a*c", "abbc", true);
        check("*", "", true);
        check("a?", "a", false);
        check("*b*", "aaabaaa", true);
        check("a", "ab", false);
    }

    #[test]
    fn choices_try_every_combination_once() {
        let mut choices = Choices::default();
        let mut seen = Vec::new();
        loop {
            let first = choices.pick(2);
            let second = if first == 0 { choices.pick(3) } else { 9 };
            seen.push((first, second));
            if !choices.next_round() {
                break;
            }
        }
        assert_eq!(seen, [(0, 0), (0, 1), (0, 2), (1, 9)]);
    }

    #[test]
    fn marks_of_a_file_are_no_holes_and_bytes_stay_in_place() {
        let text = "a\u{e000}1\u{e001} \\\r\nb\r\n";
        let cleaned = without_marks(text);
        assert_eq!(cleaned, "a???1??? \u{20}\\\nb \n");
        assert_eq!(cleaned.len(), text.len());
    }
}
