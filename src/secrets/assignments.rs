//! Values of names: `PASSWORD=x`, `password: x`, `{"token": "x"}`, `--secret=x`, in any text and quotes.

use std::ops::Range;

use super::defaults::defaults;
use super::names::{Secrecy, is_public_name, secrecy};
use super::random::{is_random, is_typed_password};
use super::ranges::shift;
use super::references::{is_stand_in, looks_like_reference, reference_length};

/// How far an unquoted value may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueExtent {
    /// To the end of its line, where its name begins the line; else to the end of its word.
    Line,
    /// To the end of its word: other words follow in a command.
    Word,
    /// As in a comment: to the end of its word, and only if nothing but that word follows a `:`.
    Comment,
}

/// Hides the values of secret names in one line of a text.
pub(super) fn assignments(line: &str, extent: ValueExtent, hidden: &mut Vec<Range<usize>>) {
    if line.contains('<') && line.contains("</") {
        elements(line, hidden);
    }
    if memchr::memchr2(b'=', b':', line.as_bytes()).is_none() {
        return;
    }
    let mut from = 0;
    while let Some(assigned) = next_assigned(line, from) {
        from = assigned.end;
        let secrecy = secrecy(assigned.name);
        if secrecy == Secrecy::Plain {
            continue;
        }
        let Some(value) = value_range(line, &assigned, extent) else { continue };
        let text = line.get(value.clone()).unwrap_or("");
        if secrecy == Secrecy::Secret && is_assigned(line, &assigned, text, extent) {
            from = from.max(value.end);
            hide_value(line, value, hidden);
        } else if secrecy == Secrecy::Perhaps || assigned.sign == b':' {
            perhaps(line, value, hidden);
        }
    }
}

/// `<password>hunter2</password>`.
fn elements(line: &str, hidden: &mut Vec<Range<usize>>) {
    for (at, _) in line.match_indices("</") {
        let name = line.get(at + 2..).and_then(|rest| rest.split('>').next()).unwrap_or("");
        let open = format!("<{name}");
        let before = line.get(..at).unwrap_or("");
        let start = before.rfind(&open).and_then(|open| Some(open + before.get(open..)?.find('>')? + 1));
        if let Some(start) = start.filter(|_| secrecy(name) == Secrecy::Secret) {
            hide_value(line, start..at, hidden);
        }
    }
}

/// Whether a name and what follows it are an assignment. Behind a colon without a blank may be the tag of an image or the
/// target of a mount, and in prose behind one with a blank anything.
fn is_assigned(line: &str, assigned: &AssignedName<'_>, value: &str, extent: ValueExtent) -> bool {
    if assigned.sign == b'=' || assigned.is_quoted {
        return true;
    }
    let after = line.get(assigned.end..).unwrap_or("");
    if !after.is_empty() && !after.starts_with([' ', '\t', '"', '\'', '\\']) {
        let first = value.split_whitespace().next().unwrap_or("");
        return is_random(first) || assigned.start == 0 && is_typed_password(first) && !first.contains('.');
    }
    let is_quoted = after.trim_start().starts_with(['"', '\'']);
    extent != ValueExtent::Comment || after.split_whitespace().count() <= 1 || is_quoted
}

/// A name that something is assigned to.
#[derive(Debug, PartialEq, Eq)]
struct AssignedName<'a> {
    name: &'a str,
    start: usize,
    /// Whether a quote ends it.
    is_quoted: bool,
    /// `:` or `=`.
    sign: u8,
    /// The byte behind the sign.
    end: usize,
}

/// The first name from a byte of a line on that has a `:` or `=` behind it, with a quote and blanks between at most. Names
/// are looked at again one by one, so this is wide. By hand because a pattern costs more to build than most runs take.
fn next_assigned(line: &str, from: usize) -> Option<AssignedName<'_>> {
    let bytes = line.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
    let skip = |mut index: usize, skipped: fn(u8) -> bool| {
        while skipped(at(index)) {
            index += 1;
        }
        index
    };
    let mut start = from;
    while start < bytes.len() {
        if !(at(start).is_ascii_alphabetic() || at(start) == b'_' || at(start) >= 0x80) {
            start += 1;
            continue;
        }
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-') || byte >= 0x80;
        let name_end = skip(start, is_of_name);
        let quote_at = skip(name_end, |byte| byte == b'\\');
        let is_quoted = matches!(at(quote_at), b'"' | b'\'');
        let behind = if is_quoted { quote_at + 1 } else { name_end };
        let sign_at = skip(behind, |byte| matches!(byte, b' ' | b'\t'));
        if let sign @ (b':' | b'=') = at(sign_at) {
            // `:=`, `=>`, `==`.
            let end = sign_at + 1 + usize::from(matches!((sign, at(sign_at + 1)), (b':', b'=') | (b'=', b'>' | b'=')));
            let sign = if end > sign_at + 1 { b'=' } else { sign };
            return Some(AssignedName { name: line.get(start..name_end)?, start, is_quoted, sign, end });
        }
        start = name_end;
    }
    None
}

/// The bytes of the value behind a name and its sign.
fn value_range(line: &str, assigned: &AssignedName<'_>, extent: ValueExtent) -> Option<Range<usize>> {
    let after = line.get(assigned.end..)?;
    let value = after.trim_start();
    let start = line.len() - value.len();
    if value.starts_with('#') && start > assigned.end {
        return None;
    }
    if let Some(range) = quoted(value) {
        return Some(start + range.start..start + range.end);
    }
    if value.starts_with('[') && assigned.is_quoted {
        let length = value.find(']').unwrap_or(value.len());
        return Some(start + 1..start + length.max(1));
    }
    if let Some(length) = reference_length(value).filter(|length| ends_word(value, *length)) {
        return Some(start..start + length);
    }
    let before = line.get(..assigned.start)?;
    let length = match own_line(before, value, extent) {
        true => value.find(" #").unwrap_or(value.len()),
        false => value.char_indices().map(|(at, _)| at).find(|at| ends_word(value, *at)).unwrap_or(value.len()),
    };
    Some(start..start + value.get(..length)?.trim_end().len())
}

/// Whether a value has the rest of its line to itself: its name begins the line, and no command follows.
fn own_line(before: &str, value: &str, extent: ValueExtent) -> bool {
    let lead = before.trim_start_matches([' ', '\t', '-', '#', '"', '\'']);
    let lead = ["export ", "ENV ", "ARG ", "set "].iter().find_map(|word| lead.strip_prefix(word)).unwrap_or(lead);
    let is_script = [" && ", " || ", "; ", " | ", " >", "$("].iter().any(|sign| value.contains(sign));
    let is_prose = extent == ValueExtent::Comment && value.split_whitespace().count() > 3;
    lead.is_empty() && extent != ValueExtent::Word && !is_script && !is_prose
}

/// The inner bytes of a text in quotes, which may be escaped themselves: `"x"`, `\"x\"`, `'x'`.
fn quoted(text: &str) -> Option<Range<usize>> {
    let bare = text.trim_start_matches('\\');
    let slashes = text.len() - bare.len();
    let quote = bare.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let open = slashes + 1;
    let mut at = open;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(quote)).map(|found| found + at) {
        let escapes = text.get(open..found)?.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if escapes == slashes || quote == '\'' && escapes >= slashes {
            return Some(open..found - slashes.min(escapes));
        }
        at = found + 1;
    }
    Some(open..text.len())
}

/// Whether a word in the middle of a line ends at this byte.
fn ends_word(text: &str, at: usize) -> bool {
    let mut rest = text.get(at..).unwrap_or("").chars();
    match rest.next() {
        None | Some(' ' | '\t' | '}' | ']' | '"' | '\'' | ';' | '&' | '|' | ')' | '\\' | '`' | '<' | '>') => true,
        Some(',') => rest.next().is_none_or(|next| matches!(next, ' ' | '"' | '\'' | '}')),
        Some(_) => false,
    }
}

/// Hides text that is the value of a secret, or only the words in it where it is made of references.
pub(super) fn hide_value(text: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let Some(value) = text.get(range.clone()) else { return };
    if value.trim().is_empty() || is_stand_in(value) {
        return;
    }
    if looks_like_reference(value) {
        let mut inner = Vec::new();
        defaults(value, Secrecy::Secret, &mut inner);
        hidden.extend(shift(inner, range.start));
    } else if !is_structure(value) && !opens_block(value) {
        hidden.push(range);
    }
}

/// `|-`, `>2`: the value is on the lines below.
fn opens_block(value: &str) -> bool {
    value.trim().strip_prefix(['|', '>']).is_some_and(|rest| rest.len() <= 2 && !rest.contains(char::is_alphabetic))
}

/// Whether a value is a list or an object, whose own names are looked at.
fn is_structure(value: &str) -> bool {
    let value = value.trim();
    let framed = |open: char, close: char| value.starts_with(open) && (value.ends_with(close) || value.len() == 1);
    (framed('{', '}') || framed('[', ']')) && (value.len() <= 2 || value.contains([':', ',', '"']))
}

/// Hides the words of a value that look random.
pub(super) fn perhaps(text: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let value = text.get(range.clone()).unwrap_or("");
    if value.contains("://") || looks_like_reference(value) {
        return;
    }
    let mut at = range.start;
    for word in value.split([' ', '\t', ',', ';', '"', '\'', '\n']) {
        let (skipped, own) = word.rsplit_once([':', '/', '=']).map_or((0, word), |(lead, rest)| (lead.len() + 1, rest));
        // Padding of Base64 is not an assignment.
        let (skipped, own) = if own.is_empty() { (0, word) } else { (skipped, own) };
        let is_secret = is_random(own) || skipped > 0 && is_random(word) && !word.contains('/');
        let from = if is_random(own) { at + skipped } else { at };
        if is_secret && !looks_like_reference(word) {
            hidden.push(from..at + word.len());
        }
        at += word.len() + 1;
    }
}

/// The values of names that are public in a line: digests, certificates, public keys.
pub(super) fn public_values(line: &str) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    let mut from = 0;
    while let Some(assigned) = next_assigned(line, from) {
        from = assigned.end;
        if is_public_name(assigned.name) && secrecy(assigned.name) != Secrecy::Secret {
            values.extend(value_range(line, &assigned, ValueExtent::Word));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secrets::ranges::merge;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_line_is_looked_at(line in r#"[aZ_9.é: \t="'\\\[\]{}$#-]{0,24}"#) {
            for extent in [ValueExtent::Line, ValueExtent::Word, ValueExtent::Comment] {
                let mut hidden = Vec::new();
                assignments(&format!("password{line}"), extent, &mut hidden);
                for range in hidden {
                    prop_assert!(range.start <= range.end && range.end <= line.len() + 8);
                }
            }
        }
    }

    fn check(line: &str, extent: ValueExtent, expect: &[&str]) {
        let mut hidden = Vec::new();
        assignments(line, extent, &mut hidden);
        let found: Vec<&str> = merge(hidden).into_iter().map(|range| line.get(range).unwrap()).collect();
        assert_eq!(found, expect, "{line}");
    }

    #[test]
    fn values_of_secrets_are_hidden() {
        check("DB_PASSWORD=hünter2 x", ValueExtent::Line, &["hünter2 x"]);
        check("API_KEY='sk 1' # c", ValueExtent::Line, &["sk 1"]);
        check("API_KEY=sk 1 # c", ValueExtent::Line, &["sk 1"]);
        check("export TOKEN=abc && run", ValueExtent::Line, &["abc"]);
        check("export TOKEN=\\\"a b\\\"", ValueExtent::Word, &["a b"]);
        check("DB_PASSWORD=\\\"abc\\\" ./run", ValueExtent::Word, &["abc"]);
        check("{\"password\":\"a\\\"bc\", \"user\": \"me\"}", ValueExtent::Line, &["a\\\"bc"]);
        check("{\\\"password\\\": \\\"abc\\\"}", ValueExtent::Line, &["abc"]);
        check("{\"tokens\": [\"a1\", \"b2\"]}", ValueExtent::Line, &[]);
        check("{\"api_tokens\": [\"a1\", \"b2\"]}", ValueExtent::Line, &["\"a1\", \"b2\""]);
        check("run --password=a,b -v", ValueExtent::Word, &["a,b"]);
        check("password:q7Rt2LmX9zKw", ValueExtent::Line, &["q7Rt2LmX9zKw"]);
        check("Server=db;Password=abc;Port=1", ValueExtent::Word, &["abc"]);
        check("- DB_PASSWORD=$2a$1,b", ValueExtent::Comment, &["$2a$1,b"]);
        check("WEB_KEY=q7Rt2LmX9zKw", ValueExtent::Word, &["q7Rt2LmX9zKw"]);
        check("NEO4J_AUTH=neo4j/q7Rt2LmX9zKw", ValueExtent::Line, &["q7Rt2LmX9zKw"]);
        check("password = \"abc\"", ValueExtent::Line, &["abc"]);
        check("secret := 'abc'", ValueExtent::Line, &["abc"]);
    }

    #[test]
    fn other_values_stay() {
        for (line, extent) in [
            ("./secrets/token:/run/secrets/token:ro", ValueExtent::Line),
            ("my-token:latest", ValueExtent::Line),
            ("TOKEN=$$(cat /run/secrets/t) && run --password=$${PW} x", ValueExtent::Word),
            ("SECRET=", ValueExtent::Line),
            ("SECRET= # make one with openssl", ValueExtent::Line),
            ("PASSWORD=<your password>", ValueExtent::Comment),
            ("tokens: two for each team, see the page about deployments", ValueExtent::Comment),
            ("KEY=value pairs, one a line (7)", ValueExtent::Comment),
            ("USE_PASSWORD=true", ValueExtent::Line),
            ("SORT_KEY=created_at", ValueExtent::Word),
            ("secrets: {\"a\": 1}", ValueExtent::Line),
        ] {
            check(line, extent, &[]);
        }
    }
}
