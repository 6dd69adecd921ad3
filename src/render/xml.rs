//! Text in XML 1.0.

use super::clean;
use super::clean::escape as escape_character;

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
            '\u{fffe}' | '\u{ffff}' => escaped.push_str(&escape_character(character)),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_an_attribute() {
        assert_eq!(escape("a\"b'<c>&\u{1b}\n\u{ffff}é"), { "a&quot;b&apos;&lt;c&gt;&amp;\\u{1b}\\u{a}\\u{ffff}é" });
    }
}
