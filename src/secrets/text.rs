//! Masks secrets, by their shape, in text that people see.

use std::borrow::Cow;
use std::ops::Range;

use super::MASK;
use super::lines::{LineKind, hidden_of, hidden_of_lines, hide_by_shape};
use super::ranges::{merge, shift};
use super::signs::Signs;

/// A message, a help or a name with `•••` in place of secrets. What is between backticks is taken for the text of a
/// file.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let hidden = hidden_in_words(text);
    if hidden.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(without(text, &hidden)) }
}

/// Whether text that is written into a file would show a secret.
pub(crate) fn holds_secret(text: &str) -> bool {
    !hidden_of_lines(text).is_empty()
}

pub(super) fn hidden_in_words(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut at = 0;
    for (index, piece) in text.split('`').enumerate() {
        if index % 2 == 1 {
            hidden.extend(shift(hidden_of(piece, LineKind::Command), at));
        }
        at += piece.len() + 1;
    }
    hide_by_shape(text, Signs::of(text), &mut hidden);
    merge(hidden)
}

/// A text with `•••` in place of ranges that are in order.
pub(super) fn without(text: &str, hidden: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for range in hidden {
        shown.push_str(text.get(at..range.start).unwrap_or(""));
        shown.push_str(MASK);
        at = range.end;
    }
    shown.push_str(text.get(at..).unwrap_or(""));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_messages_are_masked() {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        assert_eq!(masked(&format!("service `x-{token}` is undefined")), "service `•••` is undefined");
        assert_eq!(masked("unknown key `password=hunter2` in `a`"), "unknown key `password=•••` in `a`");
        assert_eq!(masked("`postgres://me:hunter2@db` is"), "`postgres://me:•••@db` is");
        let plain = "secret `DB_PASSWORD` is not set; write `DB_PASSWORD: ${DB_PASSWORD:?}` or `--password-file x`";
        assert_eq!(masked(plain), plain);
    }
}
