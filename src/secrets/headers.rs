//! Credentials in headers of HTTP: `Authorization: Bearer …`, `Cookie: session=…`.

use std::ops::Range;

use super::random::{is_random, is_typed_password};
use super::references::{is_stand_in, looks_like_reference};

/// The schemes of <https://www.iana.org/assignments/http-authschemes/>, and those that are in use without being there.
const SCHEMES: &[&str] = &["apikey", "basic", "bearer", "bot", "digest", "key", "negotiate", "token"];

/// Hides credentials behind `Bearer` and the like, in headers of any name.
pub(super) fn headers(text: &str, hidden: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    for (at, first) in bytes.iter().enumerate() {
        let begins =
            |word: &str| bytes.get(at..at + word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word.as_bytes()));
        match first.to_ascii_lowercase() {
            b'a' if begins("authorization") => hide_in_header(text, at + "authorization".len(), false, hidden),
            b'c' if begins("cookie") => hide_in_header(text, at + "cookie".len(), true, hidden),
            b'b' if begins("bearer ") => hide_behind_scheme(text, at, "bearer ", hidden),
            b'b' if begins("basic ") => hide_behind_scheme(text, at, "basic ", hidden),
            _ => {}
        }
    }
}

/// What follows a scheme that starts at a byte.
fn hide_behind_scheme(text: &str, at: usize, scheme: &str, hidden: &mut Vec<Range<usize>>) {
    let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
    let start = at + scheme.len();
    let value = word(text.get(start..).unwrap_or(""));
    let looks = value.len() >= 8 && (is_random(value) || is_typed_password(value) || value.ends_with('='));
    if !before.is_some_and(u8::is_ascii_alphanumeric) && looks && !looks_like_reference(value) {
        hidden.push(start..start + value.len());
    }
}

/// The value of a header whose name ends at a byte.
fn hide_in_header(text: &str, at: usize, is_cookie: bool, hidden: &mut Vec<Range<usize>>) {
    let rest = text.get(at..).unwrap_or("");
    let sign = rest.trim_start_matches(['"', '\'', '\\', ' ', '\t']);
    let Some(value) = sign.strip_prefix([':', '=']).or_else(|| rest.strip_prefix([' ', '\t'])) else { return };
    let end = value.find(['\n', '\r']).unwrap_or(value.len());
    let start = text.len() - value.len();
    credentials(value.get(..end).unwrap_or(""), start, is_cookie, hidden);
}

/// Hides the credentials in the value of such a header, which starts at a byte of the text.
pub(super) fn credentials(value: &str, start: usize, is_cookie: bool, hidden: &mut Vec<Range<usize>>) {
    let quoted = value.trim_start_matches(['"', '\'', '\\', ' ', '\t']);
    let lead = value.len() - quoted.len();
    let end = quoted.find(['"', '\'', '\\']).unwrap_or(quoted.len());
    let value = quoted.get(..end).unwrap_or("");
    let start = start + lead;
    if is_cookie {
        cookies(value, start, hidden);
        return;
    }
    let first = word(value);
    let is_scheme = SCHEMES.iter().any(|scheme| first.eq_ignore_ascii_case(scheme));
    let skipped = if is_scheme { value.len() - value.get(first.len()..).unwrap_or("").trim_start().len() } else { 0 };
    let secret = word(value.get(skipped..).unwrap_or(""));
    let looks = is_scheme || is_random(secret) || is_typed_password(secret);
    if looks && !secret.is_empty() && !looks_like_reference(secret) && !is_stand_in(secret) {
        hidden.push(start + skipped..start + skipped + secret.len());
    }
}

/// The values of `a=b; c=d` that are long enough to be a session's.
fn cookies(value: &str, start: usize, hidden: &mut Vec<Range<usize>>) {
    let mut at = 0;
    for pair in value.split([';', ' ']) {
        if let Some((name, value)) = pair.split_once('=') {
            let looks = is_random(value) || is_typed_password(value);
            if looks && !looks_like_reference(value) {
                let from = start + at + name.len() + 1;
                hidden.push(from..from + value.len());
            }
        }
        at += pair.len() + 1;
    }
}

fn word(text: &str) -> &str {
    let is_end = |letter: char| letter.is_whitespace() || "\"'`,;\\<>)".contains(letter);
    text.get(..text.find(is_end).unwrap_or(text.len())).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::ranges::merge;

    fn check(text: &str, expect: &[&str]) {
        let mut hidden = Vec::new();
        headers(text, &mut hidden);
        let found: Vec<&str> = merge(hidden).into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn credentials_are_hidden() {
        check("curl -H 'Authorization: Bearer abc' http://x", &["abc"]);
        check("curl -H \"Authorization: Basic q7Rt2LmX=\" http://x", &["q7Rt2LmX="]);
        check("{\\\"Authorization\\\": \\\"token q7Rt2LmX9zKw\\\"}", &["q7Rt2LmX9zKw"]);
        check("customrequestheaders.Authorization=Basic abc=", &["abc="]);
        check("Cookie: session=q7Rt2LmX9zKw; lang=en", &["q7Rt2LmX9zKw"]);
        check("Authorization: q7Rt2LmX9zKw", &["q7Rt2LmX9zKw"]);
        check("proxy_set_header Authorization \"Basic abc\";", &["abc"]);
    }

    #[test]
    fn other_headers_stay() {
        check("curl -H 'Content-Type: application/json7' http://x", &[]);
        check("curl -H 'Authorization: Bearer $$ACCESS_7' http://x", &[]);
        check("Authorization: Bearer ${TOKEN}", &[]);
        check("the bearer token is basic knowledge", &[]);
        check("authorization is done by the proxy", &[]);
        check("cookies=strict", &[]);
    }
}
