//! Text from a file, made safe for a terminal: no character in it can move the cursor or turn the line round.

/// Whether a character must not reach a terminal: a control character (C0, DEL, C1) or one that changes the direction
/// of the text (U+202A–U+202E, U+2066–U+2069, <https://www.unicode.org/reports/tr9/>).
pub(super) fn is_hostile(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A hostile character as it is shown: `\u{1b}`.
pub(super) fn escape(character: char) -> String {
    format!("\\u{{{:x}}}", u32::from(character))
}

/// A text with every hostile character shown as `\u{1b}`, line breaks and tabs included.
pub(crate) fn clean(text: &str) -> String {
    if !text.chars().any(is_hostile) {
        return text.to_owned();
    }
    let mut cleaned = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_hostile(character) {
            cleaned.push_str(&escape(character));
        } else {
            cleaned.push(character);
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_is_left() {
        assert_eq!(clean("a\u{1b}[2Jb\u{9b}c\u{7f}\r\n\u{202e}é\u{2066}"), {
            "a\\u{1b}[2Jb\\u{9b}c\\u{7f}\\u{d}\\u{a}\\u{202e}é\\u{2066}"
        });
        assert_eq!(clean("plain é"), "plain é");
    }
}
