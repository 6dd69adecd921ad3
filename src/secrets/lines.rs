//! Text line by line: comments, assignments and commands.

use std::borrow::Cow;
use std::ops::Range;

use super::addresses::addresses;
use super::assignments::{ValueExtent, assignments, hide_value, public_values};
use super::commands::commands;
use super::comments::prose;
use super::defaults::defaults;
use super::hashes::hashes;
use super::headers::headers;
use super::names::{Secrecy, is_secret_name};
use super::pem::blocks;
use super::random::{is_key_material, is_random, is_typed_password};
use super::ranges::{lines_of, merge, shift};
use super::signs::Signs;
use super::tokens::tokens;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// The value of a key, or a line of a file that is made of names and values.
    Value,
    /// A command, or a script.
    Command,
    /// A comment.
    Comment,
}

/// What is hidden of a text, in order and without overlap.
pub(super) fn hidden_of(text: &str, kind: LineKind) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    if text.len() < 4 {
        return hidden;
    }
    let signs = Signs::of(text);
    hide_by_shape(text, signs, &mut hidden);
    if signs.have(&[Signs::DOLLAR]) {
        defaults(text, Secrecy::Plain, &mut hidden);
    }
    if signs.have(&[Signs::BLANK, Signs::COLON, Signs::EQUALS]) {
        headers(text, &mut hidden);
    }
    if signs.have(&[Signs::EQUALS, Signs::COLON, Signs::LESS, Signs::DIGIT]) {
        hide_by_name(text, kind, &mut hidden);
    }
    // In prose, a word behind an option is most often one, unless it looks like a password.
    if signs.have(&[Signs::BLANK, Signs::COMMA]) && (kind != LineKind::Comment || signs.have(&[Signs::DIGIT])) {
        let mut own = Vec::new();
        commands(&joined(text), &mut own);
        let looks =
            |range: &Range<usize>| text.get(range.clone()).is_some_and(|own| is_random(own) || is_typed_password(own));
        hidden.extend(own.into_iter().filter(|range| kind != LineKind::Comment || looks(range)));
    }
    let mut hidden = merge(hidden);
    if !hidden.is_empty() {
        let spared: Vec<Range<usize>> =
            lines_of(text).flat_map(|(start, line)| shift(public_values(line), start)).collect();
        hidden.retain(|range| !is_spared(text, range, &spared));
    }
    hidden
}

/// Hides what says by itself that it is a secret: key material, tokens, hashes, addresses with a password.
pub(super) fn hide_by_shape(text: &str, signs: Signs, hidden: &mut Vec<Range<usize>>) {
    let public = if signs.have(&[Signs::DASH]) { blocks(text, hidden) } else { Vec::new() };
    if signs.have(&[Signs::DIGIT, Signs::DOT]) {
        tokens(text, &public, hidden);
    }
    if signs.have(&[Signs::DOLLAR, Signs::BRACE]) {
        hashes(text, hidden);
    }
    if signs.have(&[Signs::AT]) || signs.have(&[Signs::COLON]) && text.contains("://") {
        addresses(text, hidden);
    }
}

/// Hides the values of secret names, line by line; in comments also what looks like a password behind one.
fn hide_by_name(text: &str, kind: LineKind, hidden: &mut Vec<Range<usize>>) {
    let extent = match kind {
        LineKind::Value => ValueExtent::Line,
        LineKind::Command => ValueExtent::Word,
        LineKind::Comment => ValueExtent::Comment,
    };
    for (start, line) in lines_of(text) {
        let mut own = Vec::new();
        assignments(line, extent, &mut own);
        if kind == LineKind::Comment {
            prose(line, &mut own);
        }
        hidden.extend(shift(own, start));
    }
}

/// Whether what is hidden is long and random, but public by its name. What is spared is in order.
fn is_spared(text: &str, range: &Range<usize>, spared: &[Range<usize>]) -> bool {
    let behind = spared.partition_point(|value| value.start <= range.start);
    let value = behind.checked_sub(1).and_then(|at| spared.get(at));
    let is_inside = value.is_some_and(|value| range.end <= value.end);
    is_inside && text.get(range.clone()).is_some_and(|text| is_key_material(text.trim_end_matches('=')))
}

/// A text of the same length whose lines that end with a backslash are one line.
pub(super) fn joined(text: &str) -> Cow<'_, str> {
    if text.contains('\n') && (text.contains("\\\n") || text.contains("\\\r\n")) {
        Cow::Owned(text.replace("\\\r\n", "   ").replace("\\\n", "  "))
    } else {
        Cow::Borrowed(text)
    }
}

/// What is hidden of a file that is not YAML, or no whole one: line by line, with comments and blocks.
pub(super) fn hidden_of_lines(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let public = blocks(text, &mut hidden);
    tokens(text, &public, &mut hidden);
    let whole = joined(text);
    let mut block: Option<usize> = None;
    for (start, line) in lines_of(&whole) {
        let indent = line.len() - line.trim_start().len();
        if line.trim().is_empty() {
            continue;
        }
        if block.is_some_and(|outer| indent > outer) {
            hidden.push(start + indent..start + line.len());
            continue;
        }
        block = opens_secret_block(line).then_some(indent);
        let at = comment_start(line);
        let (code, comment) = (line.get(..at).unwrap_or(line), line.get(at..).unwrap_or(""));
        hidden.extend(shift(hidden_of(code, LineKind::Value), start));
        hidden.extend(shift(hidden_of(comment, LineKind::Comment), start + at));
        let mut own = Vec::new();
        directive(code, &mut own);
        hidden.extend(shift(own, start));
    }
    merge(hidden)
}

/// The byte that the comment of a line starts at; its length where it has none.
fn comment_start(line: &str) -> usize {
    let indent = line.len() - line.trim_start().len();
    let rest = line.get(indent..).unwrap_or("");
    if rest.starts_with(['#', ';']) || rest.starts_with("//") {
        return indent;
    }
    let bytes = line.as_bytes();
    let starts = |at: &usize| match bytes.get(at.saturating_sub(1)..) {
        Some([b' ' | b'\t', b'#', ..] | [b' ', b'/', b'/', ..]) => true,
        Some(_) | None => false,
    };
    (1..line.len()).find(starts).unwrap_or(line.len())
}

/// The directives of nginx that name who answers a request.
const HANDED_ON: [&str; 6] = ["proxy_pass", "fastcgi_pass", "grpc_pass", "memcached_pass", "scgi_pass", "uwsgi_pass"];

/// `password hunter2`, `ENV DB_PASSWORD hunter2`: a directive with its value behind a blank.
fn directive(line: &str, hidden: &mut Vec<Range<usize>>) {
    let text = line.trim_start();
    let lead = ["ENV ", "ARG ", "env ", "set ", "user-password "].iter().find_map(|word| text.strip_prefix(word));
    let text = lead.unwrap_or(text);
    let Some((name, value)) = text.split_once([' ', '\t']) else { return };
    if HANDED_ON.contains(&name) {
        return;
    }
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let bare = value.trim().trim_end_matches([';', '{']).trim_end();
    let is_word =
        !bare.is_empty() && !bare.starts_with(['=', ':', '-', '|', '>']) && bare.split_whitespace().count() == 1;
    if is_name && is_word && (is_secret_name(name) || ["requirepass", "masterauth"].contains(&name)) {
        let start = line.len() - value.len() + (value.len() - value.trim_start().len());
        let quote = usize::from(bare.starts_with(['"', '\'']));
        hide_value(line, start + quote..start + bare.len() - quote.min(bare.len() - quote), hidden);
    }
}

/// Whether a line opens a block scalar (`|`, `>`) under a secret-shaped name, so that the lines under it are secret.
fn opens_secret_block(line: &str) -> bool {
    let line = line.trim();
    let Some((name, value)) = line.split_once(':') else { return false };
    let name = name.trim_start_matches(['-', ' ', '"', '\'']).trim_end_matches(['"', '\'', ' ']);
    let value = value.trim();
    (value.starts_with('|') || value.starts_with('>')) && is_secret_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `•` for each hidden character.
    fn shown(text: &str) -> String {
        let hidden = hidden_of_lines(text);
        let is_hidden = |at: usize| hidden.iter().any(|range| range.contains(&at));
        let hide = |(at, letter): (usize, char)| if is_hidden(at) && !letter.is_whitespace() { '•' } else { letter };
        text.char_indices().map(hide).collect()
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(shown(text), expect);
    }

    #[test]
    fn secrets_of_lines_are_hidden() {
        check(
            "ENV DB_PASSWORD abc\nRUN a --password \\\n  abc -v\n",
            "ENV DB_PASSWORD •••\nRUN a --password \\\n  ••• -v\n",
        );
        check("  token abc;\n", "  token •••;\n");
        check("CMD [\"redis-cli\", \"-a\", \"abc\"]", "CMD [\"redis-cli\", \"-a\", \"•••\"]");
        check("PRIVATE_KEY: |\n  abc\n\n  d\nb: 1\n", "PRIVATE_KEY: |\n  •••\n\n  •\nb: 1\n");
        check("a = 1 # password: hunter2\n", "a = 1 # password: •••••••\n");
        check("requirepass abc\n", "requirepass •••\n");
        check("  proxy_pass http://web:8000;\n", "  proxy_pass http://web:8000;\n");
        check("  proxy_pass http://a:bcd@web:8000;\n", "  proxy_pass http://a:•••@web:8000;\n");
    }

    #[test]
    fn blocks_under_a_secret_name() {
        assert!(opens_secret_block("  PRIVATE_KEY: |-"));
        assert!(opens_secret_block("  - \"api_token\": >"));
        assert!(!opens_secret_block("  command: |"));
        assert!(!opens_secret_block("  PRIVATE_KEY: ${X}"));
    }

    #[test]
    fn public_keys_stay() {
        let key = "q7Rt2LmX9zKw4bq7Rt2LmX9zKw4bq7Rt2LmX9zKw4bA=";
        assert!(hidden_of(&format!("PublicKey = {key}"), LineKind::Value).is_empty());
        assert!(!hidden_of(&format!("PrivateKey = {key}"), LineKind::Value).is_empty());
    }
}
