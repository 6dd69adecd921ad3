//! The words that changes are told in.

use crate::compose::value::{Data, Part, Value};
use crate::model::Spanned;
use crate::secrets::MASK;

/// The longest value that a message quotes, in characters.
const LONGEST: usize = 60;

/// How many names a message lists.
const MOST: usize = 6;

/// A text with the name of each variable that brought a part of it in place of that part.
pub(super) fn spelled(text: &str, parts: &[Part]) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for part in parts {
        let Some(variable) = part.variable.as_ref().filter(|_| !part.is_default) else { continue };
        let (start, end) = (part.start as usize, part.end as usize);
        if start < at {
            continue;
        }
        shown.push_str(text.get(at..start).unwrap_or(""));
        shown.push_str(&format!("${{{variable}}}"));
        at = end;
    }
    shown.push_str(text.get(at..).unwrap_or(""));
    shown
}

/// Whether a variable without a known value is part of a text.
pub(super) fn is_open(parts: &[Part]) -> bool {
    parts.iter().any(|part| part.variable.is_some() && (part.is_unknown || part.start == part.end))
}

/// The value of a text, or the variables in it if their values are unknown.
pub(super) fn meant(value: &Spanned<String>) -> String {
    if is_open(&value.parts) { spelled(&value.value, &value.parts) } else { value.value.clone() }
}

/// What tells a text from others: a variable without a known value is not the same as a text that looks like one.
pub(super) fn identity(value: &Spanned<String>) -> (bool, String) {
    (is_open(&value.parts), meant(value))
}

/// A text that a message can quote: on one line, and not long.
pub(super) fn is_short(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST && !text.contains(['\n', '\r', '`'])
}

/// The first words of a long text, so many as fit a message; `None` where a secret is in it, or the first word is too long.
pub(super) fn beginning(text: &str) -> Option<String> {
    let mut shown = String::new();
    for word in text.split_whitespace() {
        let next = if shown.is_empty() { word.to_owned() } else { format!("{shown} {word}") };
        if !is_short(&next) {
            break;
        }
        shown = next;
    }
    (!shown.is_empty() && !text.contains(MASK)).then_some(shown)
}

/// What one text has in place of what another had: without the words that both begin and end with. An option keeps its
/// name: of `--workers 2` and `--workers 4` both are whole.
pub(super) fn difference(old: &str, new: &str) -> (String, String) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    let mut start = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let both_end = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let end = both_end.min(old.len().min(new.len()) - start);
    let is_option = |word: &&str| word.starts_with('-') && !word.contains('=') && !is_script_option(word);
    let begins_with_option = |words: &[&str]| {
        words.get(start).filter(|_| start < words.len() - end).is_some_and(|word| word.starts_with('-'))
    };
    let is_value = !begins_with_option(&old) && !begins_with_option(&new);
    if is_value && start > 0 && old.get(start - 1).is_some_and(is_option) {
        start -= 1;
    }
    let middle = |words: &[&str]| words.get(start..words.len() - end).unwrap_or_default().join(" ");
    (middle(&old), middle(&new))
}

/// Whether a word is the option of a shell that a script follows.
fn is_script_option(word: &str) -> bool {
    matches!(word, "-c" | "-ec" | "-lc" | "-xc" | "-exc" | "-euc")
}

/// Names in backticks with commas and an `and`; of many only the first ones.
pub(super) fn names<T: AsRef<str>>(all: &[T]) -> String {
    let quoted: Vec<String> = all.iter().take(MOST).map(|name| format!("`{}`", name.as_ref())).collect();
    let more = all.len().saturating_sub(MOST);
    if more > 0 {
        return format!("{} and {more} more", quoted.join(", "));
    }
    joined(&quoted)
}

/// Pieces of a sentence with commas and an `and`.
pub(super) fn joined(pieces: &[String]) -> String {
    match pieces {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A word for one or for several.
pub(super) fn several<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}

/// Numbers with those in a row as `from-to`.
pub(super) fn ranges(mut numbers: Vec<u16>) -> Vec<String> {
    numbers.sort_unstable();
    numbers.dedup();
    let mut rows: Vec<(u16, u16)> = Vec::new();
    for number in numbers {
        match rows.last_mut() {
            Some((_, last)) if u32::from(*last) + 1 == u32::from(number) => *last = number,
            _ => rows.push((number, number)),
        }
    }
    let shown = rows.into_iter().flat_map(|(first, last)| match last - first {
        0 => vec![first.to_string()],
        1 => vec![first.to_string(), last.to_string()],
        _ => vec![format!("{first}-{last}")],
    });
    shown.collect()
}

/// A number of bytes as people write it.
pub(super) fn bytes(number: i64) -> String {
    for (unit, name) in [(1_i64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if number >= unit && number % unit == 0 {
            return format!("{} {name}", number / unit);
        }
    }
    format!("{number} bytes")
}

/// A simple value as a file would write it; `None` for a list or a mapping.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match &value.data {
        Data::Null => Some("null".to_owned()),
        Data::Bool(flag) => Some(flag.to_string()),
        Data::Int(number) => Some(number.to_string()),
        Data::Large(number) => Some(number.to_string()),
        Data::Float(number) => Some(number.to_string()),
        Data::Text(text) | Data::Timestamp(text) => Some(spelled(text, &value.parts)),
        Data::List(_) | Data::Map(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_are_a_range() {
        assert_eq!(ranges(vec![81, 80, 443, 3002, 3001, 3000]), ["80", "81", "443", "3000-3002"]);
        assert_eq!(ranges(vec![65535, 65534, 65533]), ["65533-65535"]);
    }

    #[test]
    fn what_both_have_is_no_difference() {
        let check = |old: &str, new: &str, expect: (&str, &str)| {
            assert_eq!(difference(old, new), (expect.0.to_owned(), expect.1.to_owned()), "{old} | {new}");
        };
        check("serve --workers 2 --log x", "serve --workers 4 --log x", ("--workers 2", "--workers 4"));
        check("server -ip=127.0.0.1 -v", "server -v", ("-ip=127.0.0.1", ""));
        check("a b", "a b c d", ("", "c d"));
        check("sh -c redis-server --save x", "sh -c valkey-server --save x", ("redis-server", "valkey-server"));
        check("a a", "a", ("a", ""));
        check("", "x", ("", "x"));
    }

    #[test]
    fn lists_end_with_and() {
        assert_eq!(names(&["a"]), "`a`");
        assert_eq!(names(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(names(&["a", "b", "c", "d", "e", "f", "g", "h"]), "`a`, `b`, `c`, `d`, `e`, `f` and 2 more");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes(512 << 20), "512 MiB");
        assert_eq!(bytes(2 << 30), "2 GiB");
        assert_eq!(bytes(1000), "1000 bytes");
    }
}
