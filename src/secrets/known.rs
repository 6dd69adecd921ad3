//! The values of one project's secrets: they are masked wherever a message contains one.

use std::collections::BTreeSet;
use std::ops::Range;

use super::lines::{LineKind, hidden_of};
use super::names::{Secrecy, secrecy};
use super::random::{is_random, is_typed_password};
use super::ranges::merge;
use super::references::{is_stand_in, looks_like_reference};
use super::text::{hidden_in_words, without};

/// A secret shorter than this is not looked for: too many words would hold it.
const LEAST: usize = 8;
/// A secret of letters alone is looked for from this length on.
const LEAST_OF_LETTERS: usize = 16;
/// So many secrets are looked for; a project that has more is not a project.
const MOST: usize = 20_000;

/// The secrets of a project.
#[derive(Debug, Default)]
pub(crate) struct KnownSecrets {
    /// Those that are long or mixed enough to be looked for anywhere, in order.
    anywhere: Vec<String>,
    /// Names that docker compose makes of the rest of a password behind a `$`.
    tails: BTreeSet<String>,
}

impl KnownSecrets {
    /// Adds a secret that is in a file.
    pub(crate) fn add(&mut self, secret: &str) {
        for line in secret.lines() {
            let line = line.trim();
            self.add_piece(line);
            if line.contains("$$") {
                self.add_piece(&line.replace("$$", "$"));
            }
            for piece in line.split([':', '/', '@', ',', ';', '=', '&', '?', '#', ' ']) {
                self.add_piece(piece);
            }
            self.add_tails(line);
        }
    }

    /// Adds the value of a variable, by its name or by what the value says of itself.
    pub(crate) fn add_variable(&mut self, name: &str, value: &str) {
        match secrecy(name) {
            Secrecy::Secret => self.add(value),
            Secrecy::Perhaps if is_random(value) => self.add(value),
            _ => {
                for range in hidden_of(value, LineKind::Value) {
                    self.add(value.get(range).unwrap_or(""));
                }
            }
        }
    }

    fn add_piece(&mut self, piece: &str) {
        let is_mixed = piece.len() >= LEAST && (is_typed_password(piece) || is_random(piece) || piece.contains('$'));
        let is_sought = is_mixed || piece.len() >= LEAST_OF_LETTERS;
        if is_sought && self.anywhere.len() < MOST && !looks_like_reference(piece) && !is_stand_in(piece) {
            self.anywhere.push(piece.to_owned());
        }
    }

    fn add_tails(&mut self, secret: &str) {
        if self.tails.len() < MOST {
            self.tails.extend(tails(secret));
        }
    }

    /// Leaves out the names of what the project has, which everybody reads.
    pub(crate) fn spare<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let names: BTreeSet<&str> = names.filter(|name| !is_random(name)).collect();
        self.anywhere.retain(|secret| !names.contains(secret.as_str()));
    }

    /// Ends the adding.
    #[must_use]
    pub(crate) fn sorted(mut self) -> KnownSecrets {
        self.anywhere.sort_unstable();
        self.anywhere.dedup();
        self
    }

    /// A text that people see, with `•••` in place of secrets; `None` where it has none.
    pub(crate) fn masked(&self, text: &str) -> Option<String> {
        let mut hidden = hidden_in_words(text);
        self.find(text, &mut hidden);
        self.find_tails(text, &mut hidden);
        let hidden = merge(hidden);
        (!hidden.is_empty()).then(|| without(text, &hidden))
    }

    /// Where they are in a text.
    pub(super) fn find(&self, text: &str, hidden: &mut Vec<Range<usize>>) {
        if self.anywhere.is_empty() {
            return;
        }
        let mut first = [false; 256];
        for byte in self.anywhere.iter().filter_map(|secret| secret.as_bytes().first()) {
            if let Some(known) = first.get_mut(usize::from(*byte)) {
                *known = true;
            }
        }
        let begins =
            |at: usize| text.as_bytes().get(at).is_some_and(|byte| first.get(usize::from(*byte)) == Some(&true));
        let mut at = 0;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or("");
            let length = if begins(at) { self.length_of_prefix(rest) } else { 0 };
            if length > 0 {
                hidden.push(at..at + length);
            }
            at += length.max(rest.chars().next().map_or(1, char::len_utf8));
        }
    }

    /// The length of the longest secret that a text starts with.
    fn length_of_prefix(&self, text: &str) -> usize {
        let mut upper = text;
        while upper.len() >= LEAST {
            let behind = self.anywhere.partition_point(|secret| secret.as_str() <= upper);
            let Some(near) = behind.checked_sub(1).and_then(|at| self.anywhere.get(at)) else { return 0 };
            if upper.starts_with(near.as_str()) {
                return near.len();
            }
            let common = near.bytes().zip(upper.bytes()).take_while(|(one, other)| one == other).count();
            let end = (0..=common).rev().find(|end| upper.is_char_boundary(*end)).unwrap_or(0);
            upper = upper.get(..end).unwrap_or("");
        }
        0
    }

    /// Tails are names between backticks, or the whole text.
    fn find_tails(&self, text: &str, hidden: &mut Vec<Range<usize>>) {
        if self.tails.is_empty() {
            return;
        }
        let mut at = 0;
        for piece in text.split('`') {
            let open = piece.len() - piece.trim_start_matches(['$', '{']).len();
            let bare = piece.get(open..).unwrap_or("");
            let end = bare.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(bare.len());
            let is_whole =
                end == bare.len() || open > 0 || bare.get(end..).is_some_and(|rest| rest.starts_with([':', '=', ' ']));
            if is_whole && bare.get(..end).is_some_and(|name| self.tails.contains(name)) {
                hidden.push(at + open..at + open + end);
            }
            at += piece.len() + 1;
        }
    }
}

/// The names that docker compose makes of the rest of a password behind a `$`: `pa$word` is `pa` and the variable `word`.
pub(super) fn tails(secret: &str) -> Vec<String> {
    if !secret.contains('$') || looks_like_reference(secret) {
        return Vec::new();
    }
    let single = secret.replace("$$", "\u{0}");
    let names = single.split('$').skip(1).map(|piece| {
        let piece = piece.strip_prefix('{').unwrap_or(piece);
        let end = piece.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(piece.len());
        piece.get(..end).unwrap_or("")
    });
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(secrets: &[&str]) -> KnownSecrets {
        let mut known = KnownSecrets::default();
        for secret in secrets {
            known.add(secret);
        }
        known.sorted()
    }

    #[test]
    fn known_secrets_are_masked_wherever_they_are() {
        let known = known(&["q7Rt2LmX9z", "q7Rt2LmX9zKw4b", "hunter22/abcd1234", "app", "postgres"]);
        assert_eq!(
            known.masked("service `q7Rt2LmX9zKw4b` and `q7Rt2LmX9zQ`").as_deref(),
            Some("service `•••` and `•••Q`")
        );
        assert_eq!(known.masked("port `abcd1234`").as_deref(), Some("port `•••`"));
        assert_eq!(known.masked("`app` uses `postgres`"), None);
        assert_eq!(known.masked("é q7Rt2Lm"), None);
    }

    #[test]
    fn names_of_a_project_are_no_secrets() {
        let mut known = KnownSecrets::default();
        known.add("swordfish9");
        known.add("hunter22/abcd1234");
        known.spare(["swordfish9"].into_iter());
        let known = known.sorted();
        assert_eq!(known.masked("`swordfish9` waits"), None);
        assert_eq!(known.masked("port `abcd1234`").as_deref(), Some("port `•••`"));
    }

    #[test]
    fn the_rest_of_a_password_behind_a_dollar_is_masked() {
        let known = known(&["pa$word", "a$$b", "x${other y}"]);
        assert_eq!(known.masked("variable `word` is not set").as_deref(), Some("variable `•••` is not set"));
        assert_eq!(known.masked("write `${word:-}` for a word").as_deref(), Some("write `${•••:-}` for a word"));
        assert_eq!(known.masked("word").as_deref(), Some("•••"));
        assert_eq!(known.masked("service `b`, `words`"), None);
    }

    #[test]
    fn values_of_variables_are_known_by_name_and_by_shape() {
        let mut known = KnownSecrets::default();
        known.add_variable("API_TOKEN", "hunter2-SECRET");
        known.add_variable("URL", "postgres://me:swordfish9@db");
        known.add_variable("NAME", "hunter3-PUBLIC");
        let known = known.sorted();
        assert_eq!(
            known.masked("`hunter2-SECRET` swordfish9 hunter3-PUBLIC").as_deref(),
            Some("`•••` ••• hunter3-PUBLIC")
        );
    }
}
