//! Passwords in comments: prose has no sign between the name and the value.

use std::ops::Range;

use super::random::{is_random, is_typed_password};
use super::references::{is_stand_in, looks_like_reference};

/// Words that a comment about a secret has, in the languages that comments are written in; lower case.
const SPEAKING: &[&str] = &[
    "pass",
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "pw",
    "pwd",
    "passwort",
    "kennwort",
    "zugangsdaten",
    "contraseña",
    "contrasena",
    "clave",
    "senha",
    "passe",
    "mdp",
    "wachtwoord",
    "hasło",
    "haslo",
    "lösenord",
    "salasana",
    "parola",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    "secret",
    "secrets",
    "token",
    "tokens",
    "key",
    "keys",
    "apikey",
    "api-key",
    "login",
    "logins",
    "credential",
    "credentials",
    "creds",
    "cred",
    "auth",
    "bearer",
    "pin",
    "admin",
    "root",
];

/// Words between the name and the value: `the password is hunter2`, `password was hunter2`.
const LINKING: &[&str] =
    &["is", "was", "are", "ist", "war", "est", "es", "era", "é", "to", "=", ":", "->", "/", "be", "now"];

/// Hides what looks like a password in a comment that mentions one.
pub(super) fn prose(comment: &str, hidden: &mut Vec<Range<usize>>) {
    let words = words(comment);
    let speaks = |word: &str| {
        let lower = word.to_lowercase();
        SPEAKING.contains(&lower.as_str())
    };
    let mut is_linked = false;
    let mut has_spoken = words.iter().any(|(_, word)| word.split([':', '=', '：', '/']).any(speaks));
    has_spoken |= comment.contains("密码") || comment.contains("密碼") || comment.contains("パスワード");
    if !has_spoken {
        return;
    }
    for (start, word) in words {
        // `admin:hunter2` is a name and a value.
        let sign = word.find([':', '=', '：']).filter(|_| !word.contains("://"));
        let name = sign.and_then(|at| word.get(..at)).filter(|name| speaks(name) && !name.eq_ignore_ascii_case("key"));
        let width = |name: &str| {
            name.len() + word.get(name.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
        };
        let skipped = name.map_or(0, width);
        let (start, word) = (start + skipped, word.get(skipped..).unwrap_or(""));
        is_linked |= skipped > 0;
        let is_own = speaks(word);
        let is_link = LINKING.contains(&word.to_lowercase().as_str());
        let is_place = word.contains("://") || word.starts_with(['/', '.', '~', '-']);
        let looks = !is_place && (is_random(word) || is_linked && is_typed_password(word));
        if looks && !is_own && !looks_like_reference(word) && !is_stand_in(word) {
            hidden.push(start..start + word.len());
        }
        is_linked = is_own || is_linked && is_link;
    }
}

/// The words of a comment with the byte that each starts at, without the punctuation around them.
fn words(comment: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in comment.split([' ', '\t', '\n']) {
        let start = at;
        at += word.len() + 1;
        let is_edge = |letter: char| "\"'`,;()[]<>".contains(letter) || matches!(letter, '“' | '”' | '„' | '‘' | '’');
        let bare = word.trim_end_matches(|letter: char| is_edge(letter) || matches!(letter, '.' | ':' | '!' | '?'));
        // A password may well end with a sign of exclamation, but not a word that has nothing else.
        let bare = if bare.is_empty() { word } else { bare };
        let inner = bare.trim_start_matches(is_edge);
        if !inner.is_empty() {
            words.push((start + bare.len() - inner.len(), inner));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let mut hidden = Vec::new();
        prose(text, &mut hidden);
        let found: Vec<&str> = hidden.into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn passwords_in_prose() {
        check("# the password is hunter2", &["hunter2"]);
        check("# old password was q7Rt2LmX9zKw, changed in May", &["q7Rt2LmX9zKw"]);
        check("# Passwort: hunter2", &["hunter2"]);
        check("# login: admin / hunter2", &["hunter2"]);
        check("# token \"q7Rt2LmX9zKw\".", &["q7Rt2LmX9zKw"]);
        check("# contraseña: hunter2", &["hunter2"]);
        check("# admin:hunter2", &["hunter2"]);
        check("# 密码：hunter2", &["hunter2"]);
    }

    #[test]
    fn documentation_stays() {
        for text in [
            "# the password is set in .env, see section 7",
            "# pass -p to choose another port than 8077",
            "# the token expires after 3600 s",
            "# secret santa is on 7 December",
            "# passwords are rotated every 90 days",
            "# keys are rotated by cron, see https://example.com/a1b2c3d4e5f6g7",
            "# key of release v1.2.3-rc1, from 2024-01-02",
            "# hunter2 and q7Rt2LmX9zKw",
            "# KEY=value7 pairs, key:value7",
        ] {
            check(text, &[]);
        }
    }
}
