//! Text from a file, made safe for a terminal and for the log of a CI runner: no character in it can move the cursor, turn
//! the line round or hide in it, and no word in it is a command.

use std::borrow::Cow;

/// Whether a character must not reach a terminal: a control character (C0, DEL, C1), one that changes the direction of
/// the text or ends a line for some readers, one that is invisible, or one that is none
/// (<https://www.unicode.org/reports/tr9/>, <https://www.unicode.org/reports/tr36/#Recommendations_General>).
pub(super) fn is_hostile(character: char) -> bool {
    if character.is_ascii() {
        return character.is_control();
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
        || is_noncharacter(character)
}

/// The code points that no text may hold (<https://www.unicode.org/faq/private_use.html#noncharacters>).
pub(super) fn is_noncharacter(character: char) -> bool {
    matches!(character, '\u{fdd0}'..='\u{fdef}') || u32::from(character) & 0xfffe == 0xfffe
}

/// A hostile character as it is shown: `\u{1b}`.
pub(super) fn escape(character: char) -> String {
    format!("\\u{{{:x}}}", u32::from(character))
}

/// A text with every hostile character shown as `\u{1b}`, line breaks and tabs included, and no command of a runner in it.
pub(crate) fn clean(text: &str) -> String {
    let text = without_commands(text, "\\u{23}");
    if !text.chars().any(is_hostile) {
        return text.into_owned();
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

/// Whether what follows `##` makes a command of it anywhere in a line: `[error]` for GitHub and Azure, `vso[…]` for Azure,
/// `teamcity[…]` for TeamCity.
pub(super) fn names_command(behind: &str) -> bool {
    let word = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
    behind.as_bytes().get(word) == Some(&b'[')
}

/// A text in which the second `#` of such a command is written in another way.
pub(super) fn without_commands<'a>(text: &'a str, hash: &str) -> Cow<'a, str> {
    let mut shown = String::new();
    let (mut at, mut copied) = (0, 0);
    let next = |at: usize| memchr::memmem::find(text.as_bytes().get(at..)?, b"##").map(|found| found + at);
    while let Some(found) = next(at) {
        let behind = text.get(found + 2..).unwrap_or("");
        // Of three in a row, the last two count.
        at = found + 1;
        if names_command(behind) {
            shown.push_str(text.get(copied..at).unwrap_or(""));
            shown.push_str(hash);
            at = found + 2;
            copied = at;
        }
    }
    if shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(text.get(copied..).unwrap_or(""));
    Cow::Owned(shown)
}

/// An output of lines in which no line starts with a command of GitHub's runner, which drops the blanks before it
/// (`::error::…`, `TryParseV2` in actions/runner, src/Runner.Common/ActionCommand.cs). `colon` stands for the first colon.
pub(crate) fn without_leading_commands(output: String, colon: &str) -> String {
    let starts = |line: &str| line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"));
    if !output.contains("::") || !output.lines().any(starts) {
        return output;
    }
    let mut shown = String::with_capacity(output.len() + 16);
    for line in output.split_inclusive('\n') {
        let text = line.trim_start();
        match text.strip_prefix(':').filter(|_| starts(line)) {
            Some(rest) => {
                shown.push_str(line.get(..line.len() - text.len()).unwrap_or(""));
                shown.push_str(colon);
                shown.push_str(rest);
            }
            None => shown.push_str(line),
        }
    }
    shown
}

/// The same for text that people read.
pub(crate) fn guarded(output: String) -> String {
    without_leading_commands(output, &escape(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_is_left() {
        assert_eq!(clean("a\u{1b}[2Jb\u{9b}c\u{7f}\r\n\u{202e}é\u{2066}"), {
            "a\\u{1b}[2Jb\\u{9b}c\\u{7f}\\u{d}\\u{a}\\u{202e}é\\u{2066}"
        });
        assert_eq!(clean("plain é 😀 日本 👍🏽 ⚠️"), "plain é 😀 日本 👍🏽 ⚠️");
    }

    #[test]
    fn nothing_that_hides_is_left() {
        for hidden in
            ['\u{200b}', '\u{200f}', '\u{61c}', '\u{2028}', '\u{feff}', '\u{e0041}', '\u{ffff}', '\u{1fffe}', '\u{ad}']
        {
            assert_eq!(clean(&format!("a{hidden}b")), format!("a{}b", escape(hidden)));
        }
    }

    #[test]
    fn no_command_of_a_runner_is_left() {
        for (text, expect) in [
            ("x ##[error]y", "x #\\u{23}[error]y"),
            ("##vso[task.x]y", "#\\u{23}vso[task.x]y"),
            ("##TeamCity[x]", "#\\u{23}TeamCity[x]"),
            ("###[error]", "##\\u{23}[error]"),
            ("## a heading [x]", "## a heading [x]"),
            ("a#[b]", "a#[b]"),
        ] {
            assert_eq!(clean(text), expect);
        }
    }

    #[test]
    fn no_line_starts_with_a_command() {
        let guard = |text: &str| guarded(text.to_owned());
        assert_eq!(guard("a\n  ::error::b\n::c\na ::error::b"), "a\n  \\u{3a}:error::b\n::c\na ::error::b");
        assert_eq!(guard("::add-mask::x/compose.yaml:1:1"), "\\u{3a}:add-mask::x/compose.yaml:1:1");
        assert_eq!(guard("a::b"), "a::b");
    }
}
