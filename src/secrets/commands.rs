//! Commands in a text: their words, and what is printed into a program that reads a secret.

use std::ops::Range;

use super::options::hide_in_command;
use super::random::is_random;
use super::references::{is_stand_in, looks_like_reference, reference_length};

/// How deep scripts are in quotes in scripts.
const DEEPEST: usize = 3;

/// A word of a command, without its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CommandWord<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// The byte that it starts at.
    pub(super) start: usize,
}

impl CommandWord<'_> {
    /// Its bytes.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// What ends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Pipe,
    Other,
}

/// The words of a command, what is fed to it by `<<<`, and what ends it.
#[derive(Debug)]
struct CommandWords<'a> {
    words: Vec<CommandWord<'a>>,
    fed: Vec<CommandWord<'a>>,
    end: End,
}

/// Hides the secrets among the words of commands in a text.
pub(super) fn commands(text: &str, hidden: &mut Vec<Range<usize>>) {
    hide_in_script(text, 0, DEEPEST, hidden);
}

/// Hides the secrets among words that are given one by one.
pub(super) fn hide_in_words(words: &[CommandWord<'_>], hidden: &mut Vec<Range<usize>>) {
    hide_in_command(words, hidden);
}

fn hide_in_script(text: &str, base: usize, depth: usize, hidden: &mut Vec<Range<usize>>) {
    if !text.contains([' ', '\t', ',']) {
        return;
    }
    if !may_hold_secret(text) {
        return;
    }
    let commands = split(text, base);
    for (at, command) in commands.iter().enumerate() {
        hide_in_command(&command.words, hidden);
        let next = commands.get(at + 1).filter(|_| command.end == End::Pipe);
        if let Some(next) = next.filter(|next| reads_secret(&next.words)) {
            printed(command, next, hidden);
        }
        for word in &command.fed {
            if reads_secret(&command.words) || is_random(word.text) {
                fed(word, &command.words, hidden);
            }
        }
        if depth > 0 {
            for word in command.words.iter().filter(|word| word.text.contains([' ', '\t'])) {
                hide_in_script(word.text, word.start, depth - 1, hidden);
            }
        }
    }
}

/// Whether a text has what a command with a secret has: an option, a pipe, a here-string, or a word that is the name of
/// a secret or of what takes one.
fn may_hold_secret(text: &str) -> bool {
    const WORDS: [&str; 9] = ["pass", "auth", "AUTH", "login", "obscure", "luks", "add", "set", "/p:"];
    let bytes = text.as_bytes();
    let begins_word = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
        !before.is_ascii_alphanumeric() && before != b'_'
    };
    memchr::memchr2(b'|', b'<', bytes).is_some()
        || memchr::memchr_iter(b'-', bytes).any(begins_word)
        || WORDS.iter().any(|word| text.contains(word))
}

/// Whether a command reads a secret from its standard input.
fn reads_secret(words: &[CommandWord<'_>]) -> bool {
    let mut words = words.iter().map(|word| word.text);
    words.any(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        word.starts_with('-') && (word.ends_with("-stdin") || word.ends_with("-with-token"))
            || word == "--passphrase-fd"
            || ["chpasswd", "passwd", "login", "sudo", "htpasswd", "smbpasswd", "cryptsetup"].contains(&name)
            || word == "passwd:stdin"
    })
}

/// What `echo` or `printf` prints.
fn printed(command: &CommandWords<'_>, reader: &CommandWords<'_>, hidden: &mut Vec<Range<usize>>) {
    let at = command.words.iter().position(|word| ["echo", "printf", "print"].contains(&word.text));
    for word in at.into_iter().flat_map(|at| command.words.iter().skip(at + 1)) {
        let is_format = word.text.contains('%') && word.text.len() <= 8 || word.text == "\\n";
        if !is_format && !word.text.starts_with('-') {
            fed(word, &reader.words, hidden);
        }
    }
}

/// Hides what is fed to a command: all of it, or what comes after the user.
fn fed(word: &CommandWord<'_>, reader: &[CommandWord<'_>], hidden: &mut Vec<Range<usize>>) {
    let has_user = reader.iter().any(|word| word.text.ends_with("chpasswd"));
    let skipped = word.text.find(':').filter(|_| has_user).map_or(0, |at| at + 1);
    let secret = word.text.get(skipped..).unwrap_or("");
    if !secret.is_empty() && !looks_like_reference(secret) && !is_stand_in(secret) {
        hidden.push(word.start + skipped..word.range().end);
    }
}

/// The commands of a script: parts between `|`, `;`, `&&` and the like.
fn split(text: &str, base: usize) -> Vec<CommandWords<'_>> {
    let mut commands = vec![CommandWords { words: Vec::new(), fed: Vec::new(), end: End::Other }];
    let mut is_fed = false;
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        if rest.starts_with("<<<") {
            is_fed = true;
            at += 3;
        } else if matches!(first, '|' | ';' | '&' | '(' | ')' | '\n') {
            let end = if first == '|' && !rest.starts_with("||") { End::Pipe } else { End::Other };
            if let Some(last) = commands.last_mut() {
                last.end = end;
            }
            commands.push(CommandWords { words: Vec::new(), fed: Vec::new(), end: End::Other });
            is_fed = false;
            at += rest.len() - rest.trim_start_matches(first).len();
        } else if first.is_whitespace() || matches!(first, ',' | '[' | ']') {
            at += first.len_utf8();
        } else {
            let (inner, length) = word(rest);
            let word = CommandWord { text: rest.get(inner.clone()).unwrap_or(""), start: base + at + inner.start };
            if let Some(last) = commands.last_mut().filter(|_| !inner.is_empty()) {
                if is_fed { last.fed.push(word) } else { last.words.push(word) }
            }
            is_fed = false;
            at += length.max(1);
        }
    }
    commands
}

/// The bytes of the word that a text starts with, quotes around it left out, and how many bytes it takes with them.
fn word(text: &str) -> (Range<usize>, usize) {
    let bare = text.trim_start_matches('\\');
    let slashes = text.len() - bare.len();
    if let Some(quote) = bare.chars().next().filter(|first| matches!(first, '"' | '\'' | '`')) {
        let open = slashes + 1;
        let mut at = open;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find(quote)).map(|found| found + at) {
            let inner = text.get(open..found).unwrap_or("");
            let escapes = inner.bytes().rev().take_while(|byte| *byte == b'\\').count();
            if escapes == slashes || quote == '\'' {
                return (open..found - escapes.min(slashes), found + 1);
            }
            at = found + 1;
        }
        return (open..open, open);
    }
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'=');
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        let plain = rest.bytes().take_while(is_plain).count();
        if plain > 0 {
            at += plain;
            continue;
        }
        let follows = rest.get(first.len_utf8()..).unwrap_or("");
        let ends_item = first == ',' && (follows.is_empty() || follows.starts_with([' ', '"', '\'', '\t']))
            || first == ']' && (follows.is_empty() || follows.starts_with([' ', ',', '}']));
        if first.is_whitespace() || matches!(first, '|' | ';' | '&' | ')') || rest.starts_with("<<<") || ends_item {
            break;
        }
        // The apostrophe of a word is not a quote.
        let is_letter = |letter: char| letter.is_alphanumeric();
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let is_apostrophe = first == '\'' && before.is_some_and(is_letter) && follows.starts_with(is_letter);
        let opens = matches!(first, '"' | '\'') && (!is_apostrophe || text.starts_with('-'));
        let quoted = opens.then(|| follows.find(first).map(|end| end + 2)).flatten();
        at += reference_length(rest).or(quoted).unwrap_or(first.len_utf8());
    }
    let whole = text.get(..at).unwrap_or("");
    let end = whole.trim_end_matches(['"', '\'', '\\', '`', '}']).len();
    let has_open = |open: char| whole.get(..end).is_some_and(|inner| inner.contains(open));
    let end = if has_open('{') || has_open('"') || has_open('\'') { at } else { end.max(1) };
    (0..end, at)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::secrets::ranges::merge;

    pub(in crate::secrets) fn check(text: &str, expect: &[&str]) {
        let mut hidden = Vec::new();
        commands(text, &mut hidden);
        let found: Vec<&str> = merge(hidden).into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn what_is_printed_into_a_login() {
        check("sh -c \"echo abc1 | docker login --password-stdin\"", &["abc1"]);
        check("printf '%s' abc1 | app login --token-stdin", &["abc1"]);
        check("echo 'root:abc1' | chpasswd", &["abc1"]);
        check("chpasswd <<< root:abc1", &["abc1"]);
        check("gh auth login --with-token <<< \"abc1\"", &["abc1"]);
        check("echo $$TOKEN7 | docker login --password-stdin", &[]);
        check("echo started7 | tee /log", &[]);
        check("wc <<< started", &[]);
    }

    #[test]
    fn words_are_without_their_quotes() {
        let of = |text| split(text, 0).into_iter().flat_map(|one| one.words).map(|one| one.text).collect::<Vec<_>>();
        assert_eq!(of("a 'b c' \\\"d e\\\" --f='g h' [\"i\", 'j']"), ["a", "b c", "d e", "--f='g h'", "i", "j"]);
        assert_eq!(of("a && b;c|d $(e f) ${G:-h i}"), ["a", "b", "c", "d", "$(e f)", "${G:-h i}"]);
        assert_eq!(of("it's a 'b"), ["it's", "a", "b"]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_passed_over_has_no_secret(text in r#"(-|[a-c_]|[ ,"'\\|<;=:/]|--|pass|auth|login| -p| --token |mysql |vault |mc ){0,9}"#) {
            if !may_hold_secret(&text) {
                let mut hidden = Vec::new();
                split(&text, 0).iter().for_each(|command| hide_in_command(&command.words, &mut hidden));
                proptest::prop_assert!(hidden.is_empty(), "{:?}", hidden);
            }
        }

        #[test]
        fn any_text_has_commands(text in r#"[a-p1 \\"'|;&<>(){}$,\[\]=:-]{0,30}"#) {
            let mut hidden = Vec::new();
            commands(&text, &mut hidden);
            for range in hidden {
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
