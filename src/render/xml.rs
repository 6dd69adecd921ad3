//! Text in XML 1.0.

use std::borrow::Cow;

use super::clean;
use super::clean::{without_commands, without_leading_commands};

/// A text as XML holds it, in an attribute or between tags: cleaned, so that no character is left that XML 1.0 forbids
/// (<https://www.w3.org/TR/xml/#charsets>).
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A document in which nothing is a command of a CI runner that reads the log.
pub(super) fn guarded(document: String) -> String {
    let document = without_leading_commands(document, "&#58;");
    match without_commands(&document, "&#35;") {
        Cow::Owned(shown) => shown,
        Cow::Borrowed(_) => document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_an_attribute() {
        assert_eq!(escape("a\"b'<c>&\u{1b}\n\u{ffff}é"), { "a&quot;b&apos;&lt;c&gt;&amp;\\u{1b}\\u{a}\\u{ffff}é" });
    }
}
