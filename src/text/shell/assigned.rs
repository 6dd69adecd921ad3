//! The variables that a shell text gives values itself, also where Compose's `$` keeps it from being parsed as a script.

use std::collections::BTreeSet;

/// Words behind which a command begins.
const OPENERS: [&str; 12] = ["then", "do", "else", "elif", "if", "while", "until", "!", "{", "export", "local", "exec"];

/// Commands that assign what follows them (`readonly A=1`), the instructions of a Dockerfile among them.
const DECLARING: [&str; 8] = ["export", "local", "readonly", "declare", "typeset", "ENV", "ARG", "RUN"];

/// Characters that end a command.
const ENDS: [char; 6] = [';', '|', '&', '(', ')', '\n'];

/// The variables that a text assigns: `NAME=value`, `for NAME in`, `read NAME`, `getopts … NAME`, `printf -v NAME`.
///
/// `NAME=$NAME` does not count: it takes a value from elsewhere.
pub(crate) fn assigned(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for command in text.split(ENDS).flat_map(|command| command.split('`')) {
        assigned_by_command(command, &mut names);
    }
    names
}

fn assigned_by_command<'a>(command: &'a str, names: &mut BTreeSet<&'a str>) {
    let words: Vec<&str> = command.split_whitespace().collect();
    let mut words = words.as_slice();
    // `sh -c 'NAME=…`: the script begins behind the quote.
    if let Some(at) = words.iter().position(|word| is_script_option(word)) {
        words = words.get(at + 1..).unwrap_or_default();
    }
    while let [first, rest @ ..] = words {
        let word = first.trim_start_matches(['\'', '"']);
        if let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_name(name)) {
            if !mentions(value, name) {
                names.insert(name);
            }
        } else if word == "ARG" && rest.first().is_some_and(|name| is_name(name)) {
            names.extend(rest.first());
        } else if !OPENERS.contains(&word) && !DECLARING.contains(&word) && !word.starts_with('-') {
            return assigned_by_program(word, rest, names);
        }
        words = rest;
    }
}

/// The variables that `for`, `read` and the like set.
fn assigned_by_program<'a>(program: &str, words: &[&'a str], names: &mut BTreeSet<&'a str>) {
    let bare = |word: &&'a str| is_name(word).then_some(*word);
    match program {
        "for" | "select" => names.extend(words.first().and_then(bare)),
        "getopts" => names.extend(words.get(1).and_then(bare)),
        "read" | "mapfile" | "readarray" => {
            let until = words.iter().take_while(|word| !word.starts_with('<'));
            names.extend(until.map(|word| word.trim_end_matches(['\'', '"'])).filter(|word| is_name(word)));
        }
        "printf" => {
            let at = words.iter().position(|word| *word == "-v");
            names.extend(at.and_then(|at| words.get(at + 1)).and_then(bare));
        }
        _ => {}
    }
}

/// Whether a word is the option behind which a shell reads its script: `-c`, `-lc`, `-exc`.
pub(crate) fn is_script_option(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or("");
    letters.ends_with('c') && letters.len() <= 5 && letters.chars().all(|one| one.is_ascii_lowercase())
}

fn is_name(word: &str) -> bool {
    let first = word.chars().next();
    first.is_some_and(|first| first == '_' || first.is_ascii_alphabetic())
        && word.chars().all(|one| one == '_' || one.is_ascii_alphanumeric())
}

/// Whether a value uses a variable: `$NAME`, `${NAME`.
fn mentions(value: &str, name: &str) -> bool {
    value.split('$').skip(1).any(|behind| {
        let behind = behind.strip_prefix('{').unwrap_or(behind);
        let rest = behind.strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next == '_' || next.is_ascii_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_text_assigns() {
        for (text, expect) in [
            ("for f in *; do cp $f /out; done", ["f"].as_slice()),
            ("while read -r line; do echo $line; done < list", &["line"]),
            ("while IFS=, read -r a b; do :; done", &["IFS", "a", "b"]),
            ("sh -c 'n=$$(date); echo $n'", &["n"]),
            ("bash -lc \"export A=1 B=2 && run\"", &["A", "B"]),
            ("if ready; then code=$$?; fi", &["code"]),
            ("getopts ab: opt; printf -v out %s x", &["opt", "out"]),
            ("A=1 B=2 run C=3", &["A", "B"]),
            ("FROM alpine\nARG TAG\nENV HOME=/app\nRUN n=1; echo $n", &["TAG", "HOME", "n"]),
        ] {
            let expect: BTreeSet<&str> = expect.iter().copied().collect();
            assert_eq!(assigned(text), expect, "{text}");
        }
    }

    #[test]
    fn words_that_assign_nothing() {
        for text in [
            "echo \"port=$port\"",
            "TOKEN=$TOKEN run",
            "export PATH=/opt/bin:${PATH}",
            "docker run -e NAME=$NAME app",
            "env NAME=x app",
            "app --set NAME=x",
            "wait-for db:5432",
        ] {
            assert_eq!(assigned(text), BTreeSet::new(), "{text}");
        }
    }
}
