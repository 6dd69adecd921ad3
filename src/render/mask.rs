//! Which bytes of a line of a file would show a secret: values under secret-shaped names, passwords in URLs, key
//! material.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::clean;
use crate::secret_names::{is_secret_name, looks_like_reference, may_hold_secret_name, reference_length};

/// The password in the user part of a URL; the user may be empty or a reference with colons of its own.
static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"[A-Za-z][A-Za-z0-9+.\-]*://(?:\$\{[^}]*\}|[^\s:/@"'$])*:([^\s"'/]+|[^\s"',]+)@"#).ok()
});

/// The literal default of a variable: `${NAME:-literal}`.
static DEFAULT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?-([^${}]+)\}").ok());

/// An option with its value behind a blank, or as the next item of a list: `--password x`, `"--password", "x"`.
static OPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?:^|[\s"'\[])--?([A-Za-z][A-Za-z0-9_.\-]*)["']?(?:[ \t]*,[ \t]*|[ \t]+)["']?([^\s"',\[\]\-][^\s"',\]]*)"#,
    )
    .ok()
});

/// Options of Redis and Valkey that take a password and do not look like it.
pub(super) const PASSWORD_OPTIONS: &[&str] = &["requirepass", "masterauth"];

/// What a line with a password in a URL has.
const URL_PARTS: [&str; 2] = ["://", "@"];

/// Values that are no secret whatever their name says.
const PLAIN_VALUES: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "~"];

/// The shortest line that is taken for key material when it is nothing but Base64, in characters.
const KEY_MATERIAL: usize = 40;

/// What is shown in place of a secret.
const HIDDEN: &str = "•••";

/// The stretches of a line to hide, in bytes of the line, in order and without overlap.
pub(super) fn mask(line: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    if is_key_material(line.trim()) {
        let start = line.len() - line.trim_start().len();
        hidden.push(start..line.trim_end().len());
    }
    // The patterns cost more to build than most runs have lines to look at.
    let named = may_hold_secret_name(line) || PASSWORD_OPTIONS.iter().any(|option| line.contains(option));
    if named {
        assignments(line, &mut hidden);
    }
    let url = URL_PARTS.iter().all(|part| line.contains(part)).then(|| URL.as_ref()).flatten();
    for captures in url.iter().flat_map(|url| url.captures_iter(line)) {
        let Some(password) = captures.get(1).filter(|found| !starts_with_port(found.as_str())) else { continue };
        hide_value(line, password.range(), &mut hidden);
    }
    let option = (named && line.contains('-')).then(|| OPTION.as_ref()).flatten();
    for captures in option.iter().flat_map(|option| option.captures_iter(line)) {
        let (Some(name), Some(value)) = (captures.get(1), captures.get(2)) else { continue };
        if is_secret_name(name.as_str()) || PASSWORD_OPTIONS.contains(&name.as_str()) {
            hide_value(line, value.range(), &mut hidden);
        }
    }
    let default = (named && line.contains("${") && line.contains('-')).then(|| DEFAULT.as_ref()).flatten();
    for captures in default.iter().flat_map(|default| default.captures_iter(line)) {
        let (Some(name), Some(value)) = (captures.get(1), captures.get(2)) else { continue };
        if is_secret_name(name.as_str()) && !is_empty(value.as_str()) {
            hidden.push(value.range());
        }
    }
    merge(hidden)
}

/// Whether a line opens a block scalar (`|`, `>`) under a secret-shaped name, so that the lines under it are secret. For
/// files that cannot be read as YAML.
pub(super) fn opens_secret_block(line: &str) -> bool {
    let line = line.trim();
    let Some((name, value)) = line.split_once(':') else { return false };
    let name = name.trim_start_matches(['-', ' ', '"', '\'']).trim_end_matches(['"', '\'', ' ']);
    let value = value.trim();
    (value.starts_with('|') || value.starts_with('>')) && is_secret_name(name)
}

/// All lines of a text, without their breaks and ready for a terminal, with `•••` in place of secrets.
pub(super) fn masked_lines(text: &str) -> Vec<String> {
    let mut block: Option<usize> = None;
    let lines = text.lines().map(|line| {
        let indent = line.len() - line.trim_start().len();
        if line.trim().is_empty() {
            return String::new();
        }
        if block.is_some_and(|outer| indent > outer) {
            return format!("{}{HIDDEN}", " ".repeat(indent));
        }
        block = opens_secret_block(line).then_some(indent);
        let mut shown = String::with_capacity(line.len());
        let mut at = 0;
        for range in mask(line) {
            shown.push_str(line.get(at..range.start).unwrap_or(""));
            shown.push_str(HIDDEN);
            at = range.end;
        }
        shown.push_str(line.get(at..).unwrap_or(""));
        shown.split('\t').map(clean).collect::<Vec<_>>().join("\t")
    });
    lines.collect()
}

/// Whether what stands behind the colon of a URL is a port and a path that happens to hold an `@`.
fn starts_with_port(text: &str) -> bool {
    text.split_once('/').is_some_and(|(port, _)| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_key_material(text: &str) -> bool {
    let has = |wanted: fn(&char) -> bool| text.chars().any(|character| wanted(&character));
    text.len() >= KEY_MATERIAL
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
}

fn assignments(line: &str, hidden: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(Assigned { name, start, is_quoted, sign, end }) = next_assigned(line, from) {
        from = end;
        let after = line.get(end..).unwrap_or("");
        let spaced = after.is_empty() || after.starts_with([' ', '\t']);
        if !is_secret_name(name) || (sign == b':' && !spaced && !is_quoted) {
            continue;
        }
        let Some(value) = value_range(line, start, end) else { continue };
        from = from.max(value.end);
        hide_value(line, value, hidden);
    }
}

/// A name that something is assigned to.
#[derive(Debug, PartialEq, Eq)]
struct Assigned<'a> {
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
fn next_assigned(line: &str, from: usize) -> Option<Assigned<'_>> {
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
        if !(at(start).is_ascii_alphabetic() || at(start) == b'_') {
            start += 1;
            continue;
        }
        let name_end = skip(start, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
        let is_quoted = matches!(at(name_end), b'"' | b'\'');
        let sign_at = skip(name_end + usize::from(is_quoted), |byte| matches!(byte, b' ' | b'\t'));
        if let sign @ (b':' | b'=') = at(sign_at) {
            return Some(Assigned { name: line.get(start..name_end)?, start, is_quoted, sign, end: sign_at + 1 });
        }
        start = name_end;
    }
    None
}

/// The bytes of the value behind a name and its sign. A value that has the line to itself reaches to the end of the
/// line or to a comment; one in the middle of a line ends where a word ends.
fn value_range(line: &str, name: usize, sign: usize) -> Option<Range<usize>> {
    let before = line.get(..name)?;
    let after = line.get(sign..)?;
    let start = sign + (after.len() - after.trim_start().len());
    let value = after.trim_start();
    let quote = value.chars().next()?;
    if matches!(quote, '"' | '\'') {
        let inner = value.get(1..)?;
        let length = inner.find(quote).unwrap_or(inner.len());
        return Some(start + 1..start + 1 + length);
    }
    if quote == '#' && start > sign {
        return None;
    }
    if let Some(length) = reference_length(value).filter(|length| ends_word(value, *length)) {
        return Some(start..start + length);
    }
    let lead = before.trim_start_matches([' ', '\t', '-', '#']);
    let lead = ["export ", "ENV ", "ARG "].iter().find_map(|word| lead.strip_prefix(word)).unwrap_or(lead);
    let length = match lead.trim() {
        "" => value.find(" #").unwrap_or(value.len()),
        "\"" => value.find('"').unwrap_or(value.len()),
        "'" => value.find('\'').unwrap_or(value.len()),
        _ => value.char_indices().map(|(at, _)| at).find(|at| ends_word(value, *at)).unwrap_or(value.len()),
    };
    Some(start..start + value.get(..length)?.trim_end().len())
}

/// Whether a word in the middle of a line ends at this byte.
fn ends_word(text: &str, at: usize) -> bool {
    let mut rest = text.get(at..).unwrap_or("").chars();
    match rest.next() {
        None | Some(' ' | '\t' | '}' | ']' | '"' | '\'' | ';' | '&' | '|' | ')' | '\\') => true,
        Some(',') => rest.next().is_none_or(|next| matches!(next, ' ' | '"' | '\'')),
        Some(_) => false,
    }
}

/// Hides a value, or only the literal defaults in it where it is made of references.
fn hide_value(line: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    if !line.get(range.clone()).is_none_or(|value| value.starts_with(['*', '|', '>', '{', '['])) {
        hide_literal(line, range, hidden);
    }
}

/// Hides a text that is known to be a value, or only the literal defaults in it where it is made of references.
pub(super) fn hide_literal(line: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let Some(value) = line.get(range.clone()) else { return };
    let plain = PLAIN_VALUES.contains(&value.trim_end_matches(',').to_ascii_lowercase().as_str());
    if value.is_empty() || plain {
        return;
    }
    let defaults: Vec<Range<usize>> = DEFAULT
        .iter()
        .flat_map(|default| default.captures_iter(value))
        .filter_map(|captures| captures.get(2).filter(|literal| !is_empty(literal.as_str())))
        .map(|literal| literal.range())
        .map(|literal| range.start + literal.start..range.start + literal.end)
        .collect();
    if looks_like_reference(value) {
        hidden.extend(defaults);
    } else {
        hidden.push(range);
    }
}

/// Whether a default is nothing but quotes.
fn is_empty(literal: &str) -> bool {
    literal.trim().trim_matches(['"', '\'']).is_empty()
}

/// Ranges in order, without overlap.
pub(super) fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn names_are_found_as_a_pattern_finds_them(line in r#"[aZ_9.é: \t="'-]{0,14}"#, from in 0usize..4) {
            let pattern = Regex::new(r#"([A-Za-z_][A-Za-z0-9_.\-]*)(["']?)[ \t]*([:=])"#).unwrap();
            let from = if line.is_char_boundary(from) { from } else { 0 };
            let expected = pattern.captures_at(&line, from).map(|found| Assigned {
                name: found.get(1).unwrap().as_str(),
                start: found.get(1).unwrap().start(),
                is_quoted: !found[2].is_empty(),
                sign: found[3].as_bytes()[0],
                end: found.get(0).unwrap().end(),
            });
            prop_assert_eq!(next_assigned(&line, from), expected);
        }
    }

    fn shown(line: &str) -> String {
        let mut shown = String::new();
        for (at, character) in line.char_indices() {
            let hide = mask(line).iter().any(|range| range.contains(&at));
            shown.push(if hide { '•' } else { character });
        }
        shown
    }

    fn check(line: &str, expect: &str) {
        assert_eq!(shown(line), expect);
    }

    #[test]
    fn values_of_secrets_are_hidden() {
        check("      POSTGRES_PASSWORD: hunter2", "      POSTGRES_PASSWORD: •••••••");
        check("      - DB_PASSWORD=hünter2", "      - DB_PASSWORD=•••••••");
        check("      - \"DB_PASSWORD=a b\" # note", "      - \"DB_PASSWORD=•••\" # note");
        check("API_KEY='sk 1' # c", "API_KEY='••••' # c");
        check("API_KEY=sk 1 # c", "API_KEY=•••• # c");
        check("export TOKEN=abc", "export TOKEN=•••");
        check("environment: {DB_PASSWORD: abc, USER: me}", "environment: {DB_PASSWORD: •••, USER: me}");
        check(r#"command: ["--password=abc", "-v"]"#, r#"command: ["--password=•••", "-v"]"#);
        check(r#"  {"password":"abc"}"#, r#"  {"password":"•••"}"#);
        check("  # - DB_PASSWORD=$2a$1,b", "  # - DB_PASSWORD=•••••••");
        check("run --password=a,b -v", "run --password=••• -v");
        check(r#"command: ["--password", "abc", "-v"]"#, r#"command: ["--password", "•••", "-v"]"#);
        check("run --requirepass abc -v", "run --requirepass ••• -v");
        check("run --password 'abc' --token=x", "run --password '•••' --token=•");
        check("  PASSWORD: pre${X}", "  PASSWORD: •••••••");
        check("MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfnygWyF8PbnGy0", &"•".repeat(43));
    }

    #[test]
    fn passwords_of_urls_are_hidden() {
        check("  URL: postgres://me:hunter2@db:5432/x", "  URL: postgres://me:•••••••@db:5432/x");
        check("redis://:p@ss@cache,redis://:b@c", "redis://:••••@cache,redis://:•@c");
        check("x: amqp://u:a/b@mq", "x: amqp://u:•••@mq");
        check("x: db://${U:-a}:${P}@db", "x: db://${U:-a}:${P}@db");
        check("x: db://${U:-a}:${P:-lit}@db", "x: db://${U:-a}:${P:-•••}@db");
        check("x: http://web:80/a@b", "x: http://web:80/a@b");
    }

    #[test]
    fn defaults_of_secret_variables_are_hidden() {
        check("  POSTGRES_PASSWORD: ${DBPW:-abc}", "  POSTGRES_PASSWORD: ${DBPW:-•••}");
        check("  X: a-${DB_PASSWORD-abc}", "  X: a-${DB_PASSWORD-•••}");
        check("  PASSWORD: ${DB_PASSWORD:-a b}", "  PASSWORD: ${DB_PASSWORD:-•••}");
    }

    #[test]
    fn what_is_no_secret_stays() {
        for line in [
            "  POSTGRES_PASSWORD_FILE: /run/secrets/db",
            "  POSTGRES_PASSWORD: ${DB_PASSWORD}",
            "  POSTGRES_PASSWORD: ${DB_PASSWORD:?set it}",
            "  POSTGRES_PASSWORD: /run/secrets/db",
            "  POSTGRES_PASSWORD:",
            "  POSTGRES_PASSWORD: \"\"",
            "  POSTGRES_PASSWORD: *password",
            "  POSTGRES_PASSWORD: |",
            "  MAX_TOKENS: 4096",
            "  TOKEN_URL: https://id.example.org/token",
            "  image: registry.example.org:5000/a/b:1.2",
            "  use_password: true",
            "secrets: [db_password]",
            "  - source: db_password",
            "    - ./secrets/token:/run/secrets/token:ro",
            "  # see https://example.org/a:b",
            "SECRET=",
            "SECRET= # make one with openssl",
            "  SECRET: # make one",
            "  SECRET: ${SECRET:-\"\"}",
            "  command: run --password --user me --password-file /run/secrets/db --token ${TOKEN}",
            "  command: [\"run\", \"--password\", \"${PW}\", \"--token-file\", \"x\"]",
            "  - --password",
            "  command: sh -c 'TOKEN=$$(cat /run/secrets/t) && run --password=$${PW} x'",
        ] {
            check(line, line);
        }
    }

    #[test]
    fn blocks_under_a_secret_name() {
        assert!(opens_secret_block("  PRIVATE_KEY: |-"));
        assert!(opens_secret_block("  - \"api_token\": >"));
        assert!(!opens_secret_block("  command: |"));
        assert!(!opens_secret_block("  PRIVATE_KEY: ${X}"));
    }
}
