//! Secrets in what stands in for a variable: `${DB_PASSWORD:-hunter2}`, `${TOKEN:+x}`, nested ones too.

use std::ops::Range;

use super::names::{Secrecy, secrecy};
use super::random::is_random;
use super::references::{balanced, is_stand_in, looks_like_reference};

/// How deep words nest before they are taken as one.
const DEEPEST: usize = 16;

/// Hides the words of secret variables in a text. With `outer`, the whole text is the value of a secret, so that every
/// word is.
pub(super) fn defaults(text: &str, outer: Secrecy, hidden: &mut Vec<Range<usize>>) {
    if text.contains("${") {
        nested(text, 0, outer, DEEPEST, hidden);
    }
}

fn nested(text: &str, base: usize, outer: Secrecy, depth: usize, hidden: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("${")) {
        let open = at + found + 1;
        let whole = text.get(open..).unwrap_or("");
        let closed = balanced(whole, '{', '}');
        let length = closed.unwrap_or(whole.len());
        let end = closed.map_or(whole.len(), |length| length - 1);
        let inner = whole.get(1..end.max(1)).unwrap_or("");
        at = open + length.max(1);
        let Some((name, word, start)) = word_of(inner) else { continue };
        let own = secrecy(name).max(outer);
        literal(word, base + open + 1 + start, own, depth, hidden);
    }
}

/// The name and the word of `NAME:-word`, and the byte that the word starts at; messages of `?` are not values.
fn word_of(inner: &str) -> Option<(&str, &str, usize)> {
    let end = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
    let rest = inner.get(end..)?;
    let operator = rest.strip_prefix(':').unwrap_or(rest);
    let word = operator.strip_prefix(['-', '+', '='])?;
    Some((inner.get(..end)?, word, inner.len() - word.len()))
}

/// Hides the literal stretches of a word, and looks into the variables in it.
fn literal(word: &str, base: usize, secrecy: Secrecy, depth: usize, hidden: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while at < word.len() {
        let rest = word.get(at..).unwrap_or("");
        let open = rest.find("${").filter(|_| depth > 0);
        let text = rest.get(..open.unwrap_or(rest.len())).unwrap_or("");
        if is_secret(text, secrecy) {
            hidden.push(base + at..base + at + text.len());
        }
        let Some(open) = open else { break };
        let variable = rest.get(open..).unwrap_or("");
        let length = variable.get(1..).and_then(|braces| balanced(braces, '{', '}')).map_or(variable.len(), |n| n + 1);
        nested(variable.get(..length).unwrap_or(""), base + at + open, secrecy, depth - 1, hidden);
        at += open + length;
    }
}

fn is_secret(text: &str, secrecy: Secrecy) -> bool {
    let bare = text.trim().trim_matches(['"', '\'', '\\']);
    if !bare.contains(char::is_alphanumeric) || is_stand_in(bare) || looks_like_reference(bare) {
        return false;
    }
    match secrecy {
        Secrecy::Secret => true,
        Secrecy::Perhaps => is_random(bare),
        Secrecy::Plain => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let mut hidden = Vec::new();
        defaults(text, Secrecy::Plain, &mut hidden);
        let found: Vec<&str> = hidden.into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn words_of_secret_variables_are_hidden() {
        check("${DB_PASSWORD:-abc}", &["abc"]);
        check("x-${DB_PASSWORD-a b}-${PORT:-80}", &["a b"]);
        check("${DB_PASSWORD:+a$$b}${TOKEN+c}${TOKEN:=d}", &["a$$b", "c", "d"]);
        check("${X:-${DB_PASSWORD:-abc}}", &["abc"]);
        check("${DB_PASSWORD:-a${X:-b}c}", &["a", "b", "c"]);
        check("$${DB_PASSWORD:-abc}", &["abc"]);
        check("${DB_PASSWORD:-abc", &["abc"]);
        check("${WEB_KEY:-q7Rt2LmX9zKw4b}${WEB_KEY:-id}", &["q7Rt2LmX9zKw4b"]);
    }

    #[test]
    fn messages_paths_and_stand_ins_stay() {
        check("${DB_PASSWORD:?set it}${DB_PASSWORD}${DB_PASSWORD:-}${TOKEN:-\"\"}", &[]);
        check("${DB_PASSWORD_FILE:-/run/secrets/db8}${MAX_TOKENS:-8192}${DB_NAME:-app}", &[]);
        check("${USE_PASSWORD:-true}${TOKEN:-$$OTHER}${", &[]);
    }
}
