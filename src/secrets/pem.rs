//! Private keys between `-----BEGIN …-----` and `-----END …-----` (RFC 7468), in PuTTY's files, and public blocks.

use std::ops::Range;

/// Hides the bodies of private keys in a text. Gives the bodies of public ones, which stay readable.
pub(super) fn blocks(text: &str, hidden: &mut Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut public = Vec::new();
    // Both marks have one.
    if memchr::memchr(b'-', text.as_bytes()).is_none() {
        return public;
    }
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| next(rest, "-----BEGIN ")).map(|at| at + from) {
        let rest = text.get(at + 11..).unwrap_or("");
        let Some(label) = rest.split("-----").next().filter(|label| is_label(label)) else {
            from = at + 11;
            continue;
        };
        let start = at + 11 + label.len() + 5;
        let body = text.get(start..).unwrap_or("");
        let end = start + body.find("-----END").unwrap_or(body.len());
        if label.contains("PRIVATE") || label.contains("SECRET") {
            hidden.push(start..end);
        } else {
            public.push(start..end);
        }
        from = end.max(at + 11);
    }
    if let Some(at) = next(text, "Private-Lines:") {
        hidden.push(at + 14..text.len());
    }
    public
}

fn next(text: &str, mark: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), mark.as_bytes())
}

/// A label has capitals, digits and blanks.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b' ' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_bodies_are_hidden_and_public_ones_known() {
        let mark = |word: &str, kind: &str| format!("-----{word} {kind}-----");
        let text = format!(
            "a {} x1= {} b {} y2 {}",
            mark("BEGIN", "EC PRIVATE KEY"),
            mark("END", "EC PRIVATE KEY"),
            mark("BEGIN", "CERTIFICATE"),
            mark("END", "CERTIFICATE")
        );
        let mut hidden = Vec::new();
        let public = blocks(&text, &mut hidden);
        let of = |ranges: &[Range<usize>]| {
            ranges.iter().map(|range| text.get(range.clone()).unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of(&hidden), [" x1= "]);
        assert_eq!(of(&public), [" y2 "]);
    }

    #[test]
    fn a_key_without_an_end_reaches_to_the_end() {
        let text = format!("-----BEGIN {} KEY-----\nabc\ndef", "OPENSSH PRIVATE");
        let mut hidden = Vec::new();
        blocks(&text, &mut hidden);
        assert_eq!(text.get(hidden[0].clone()).unwrap(), "\nabc\ndef");
        blocks("lines between BEGIN and END, -----BEGIN of it", &mut hidden);
        assert_eq!(hidden.len(), 1);
    }
}
