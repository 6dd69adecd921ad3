//! Secrets that are written out in a value, for the rules: what is masked may be doubtful, what is reported may not.

use std::ops::Range;

use super::addresses::addresses;
use super::commands::CommandWord;
use super::hashes::hashes;
use super::names::{Secrecy, is_public_name, secrecy};
use super::pem::blocks;
use super::random::{is_random, is_uuid};
use super::ranges::merge;
use super::references::{is_stand_in, looks_like_reference};
use super::tokens::tokens;
use crate::text::dotenv::is_placeholder;

/// A secret in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its bytes.
    pub(crate) range: Range<usize>,
    /// What it is.
    pub(crate) form: Form,
}

/// What a secret in a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The whole value, by the name of its variable.
    Value,
    /// The password or token of an address.
    Address,
    /// A token that says so by itself.
    Token,
    /// A private key.
    PrivateKey,
    /// The value of an option.
    Option,
}

/// Words that the value of a secret-shaped name may be where it chooses something.
const CHOICES: &[&str] = &[
    "auto",
    "basic",
    "bearer",
    "cookie",
    "database",
    "default",
    "disabled",
    "enabled",
    "env",
    "environment",
    "file",
    "header",
    "jwt",
    "local",
    "never",
    "unset",
    "undefined",
    "empty",
    "oauth",
    "oauth2",
    "oidc",
    "optional",
    "query",
    "required",
    "session",
    "vault",
];

/// Options that take a password and are not named for it.
const OPTIONS: &[&str] = &["--requirepass", "--masterauth"];

/// The secret that is written out in the value of a variable, a label or a key.
pub(crate) fn written_out(name: &str, value: &str) -> Option<Written> {
    let start = value.len() - value.trim_start().len();
    let bare = value.trim();
    let range = start..start + bare.len();
    if bare.is_empty() || looks_like_reference(bare) || is_publishable(bare) {
        return None;
    }
    if let Some(written) = in_text(value) {
        return Some(written);
    }
    let is_framed = bare.starts_with('<') && bare.ends_with('>') && bare.len() > 2;
    let is_secret = match secrecy(name) {
        Secrecy::Secret => (is_framed || is_value(name, bare)) && !names_hash(name),
        Secrecy::Perhaps => {
            let is_other = is_uuid(bare)
                || is_public_name(name)
                || is_structured(bare)
                || is_file_name(&bare.to_ascii_lowercase());
            is_random(bare) && !is_other
        }
        Secrecy::Plain => false,
    };
    (is_secret && !is_hash(bare)).then_some(Written { range, form: Form::Value })
}

/// Beginnings of keys that are made to be shown to everybody: those of PostHog's projects
/// (<https://posthog.com/docs/api#authentication>), Stripe's publishable ones (<https://docs.stripe.com/keys>), Mapbox's
/// (<https://docs.mapbox.com/accounts/guides/tokens/>).
const PUBLISHABLE: &[&str] = &["phc_", "pk_live_", "pk_test_", "pk.eyJ"];

/// Whether a value is a key that every visitor of a page gets.
fn is_publishable(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    PUBLISHABLE.iter().any(|start| value.starts_with(start)) || is_sentry_address(value)
}

/// The address that programs report to Sentry at, with a public key and no password:
/// <https://docs.sentry.io/concepts/key-terms/dsn-explainer/>.
fn is_sentry_address(value: &str) -> bool {
    const KEY: usize = 32;
    let Some((_, rest)) = value.split_once("://") else { return false };
    let Some((key, place)) = rest.split_once('@') else { return false };
    let project = place.rsplit('/').next().unwrap_or("");
    key.len() == KEY
        && key.bytes().all(|byte| byte.is_ascii_hexdigit())
        && place.contains('/')
        && !project.is_empty()
        && project.bytes().all(|byte| byte.is_ascii_digit())
}

/// The secret that a text shows by itself, under any name.
fn in_text(text: &str) -> Option<Written> {
    let mut hidden = Vec::new();
    let public = blocks(text, &mut hidden);
    if let Some(range) = hidden.first() {
        return (range.len() > 16).then(|| Written { range: range.clone(), form: Form::PrivateKey });
    }
    let mut found = Vec::new();
    addresses(text, &mut found);
    if let Some(range) = merge(found).into_iter().next() {
        return Some(Written { range, form: Form::Address });
    }
    let mut found = Vec::new();
    tokens(text, &public, &mut found);
    // Key material without a prefix may be public.
    let is_token = |range: &Range<usize>| text.get(range.clone()).is_some_and(super::tokens::is_of_vendor);
    merge(found).into_iter().find(is_token).map(|range| Written { range, form: Form::Token })
}

/// The secrets among the words of a command, each with the number of its word and, of an option, its name.
pub(crate) fn in_command(words: &[&str]) -> Vec<(usize, Written, String)> {
    let mut found = Vec::new();
    let mut before: Option<&str> = None;
    for (at, word) in words.iter().enumerate() {
        if word.contains(char::is_whitespace) {
            found.extend(in_script(word).into_iter().map(|(written, option)| (at, written, option)));
        } else if let Some((written, option)) = of_word(before, word) {
            found.push((at, written, option));
        }
        before = Some(word);
    }
    found
}

/// The same of a script: words between blanks and quotes.
fn in_script(script: &str) -> Vec<(Written, String)> {
    let mut found = Vec::new();
    let mut before: Option<CommandWord<'_>> = None;
    let mut at = 0;
    for piece in script.split(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ';')) {
        let next = at + piece.len();
        let skipped = script.get(next..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        if !piece.is_empty() {
            if let Some((written, option)) = of_word(before.map(|word| word.text), piece) {
                let range = written.range.start + at..written.range.end + at;
                found.push((Written { range, ..written }, option));
            }
            before = Some(CommandWord { text: piece, start: at });
        }
        at = next + skipped;
    }
    found
}

fn of_word(before: Option<&str>, word: &str) -> Option<(Written, String)> {
    let is_option =
        |name: &str| name.starts_with("--") && (OPTIONS.contains(&name) || secrecy(name) == Secrecy::Secret);
    if let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_option(name)) {
        return is_value(name, value).then(|| {
            let start = name.len() + 1;
            (Written { range: start..start + value.len(), form: Form::Option }, name.to_owned())
        });
    }
    if let Some(name) = before.filter(|before| is_option(before) && !before.contains('=') && !word.starts_with('-')) {
        return is_value(name, word).then(|| (Written { range: 0..word.len(), form: Form::Option }, name.to_owned()));
    }
    in_text(word).map(|written| (written, String::new()))
}

/// Whether a name says that its value is the hash of a secret.
fn names_hash(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper
        .split(['_', '-', '.'])
        .any(|word| ["HASH", "SHA", "SHA1", "SHA2", "SHA256", "SHA512", "MD5", "BCRYPT"].contains(&word))
}

/// Whether the value of a secret-shaped name is one: no switch, number, path, address, choice or reference.
fn is_value(name: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    let upper = name.to_ascii_uppercase();
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_of_password = ["PASS", "PWD", "PSW"].iter().any(|word| upper.contains(word)) || OPTIONS.contains(&name);
    !value.is_empty()
        && !is_stand_in(value)
        && !looks_like_reference(value)
        && !CHOICES.contains(&lower.as_str())
        && (!is_number || is_of_password && value.len() > 3)
        && !is_structured(value)
        && !is_duration(value)
        && !value.contains("${")
        && !value.starts_with("$(")
        && !value.starts_with('`')
        && !value.contains("/run/secrets")
        && !(value.starts_with('#') && value.contains(' '))
        && !is_file_name(&lower)
        && (is_of_password || !is_said_to_be_none(&lower))
        && !(upper.ends_with("KEY") && is_name(value) && !is_placeholder(value))
}

/// The name of a file that holds a key or credentials.
fn is_file_name(lower: &str) -> bool {
    let ends = [
        ".pem",
        ".key",
        ".crt",
        ".json",
        ".p12",
        ".jks",
        ".pfx",
        ".txt",
        ".yml",
        ".yaml",
        ".env",
        "creds",
        "_credentials",
    ];
    ends.iter().any(|end| lower.ends_with(end))
}

/// Words that say that nothing uses the value: `bypassed-by-proxy`, `not-used`.
fn is_said_to_be_none(lower: &str) -> bool {
    const WORDS: [&str; 9] =
        ["bypassed", "unused", "ignored", "disabled", "unneeded", "irrelevant", "notused", "invalid", "deactivated"];
    let words: Vec<&str> = lower.split(['-', '_', ' ']).collect();
    let is_plain = words.iter().all(|word| word.bytes().all(|letter| letter.is_ascii_lowercase()));
    let negates = |pair: &[&str]| matches!(pair, ["not", "used" | "needed" | "required" | "applicable" | "set"]);
    is_plain && (words.iter().any(|word| WORDS.contains(word)) || words.windows(2).any(negates))
}

/// Several words in lower case, as names of services and columns have them.
fn is_name(value: &str) -> bool {
    let words: Vec<&str> = value.split(['-', '_']).collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_secret = ["key", "secret", "password", "token"].iter().any(|word| value.contains(word));
    words.len() > 2 && words.iter().all(is_word) && !is_secret
}

/// A path, an address, a list or an object.
fn is_structured(value: &str) -> bool {
    value.starts_with(['/', '[', '{', '(']) && !value.ends_with("==")
        || value.starts_with("./")
        || value.starts_with("../")
        || value.starts_with("~/")
        || value.starts_with("C:\\")
        || value.contains("://")
        || value.starts_with("op:")
        || value.starts_with("arn:")
        || value.starts_with("urn:")
}

/// `15m`, `30 days`.
fn is_duration(value: &str) -> bool {
    let unit = value.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.').trim();
    let is_unit = ["s", "m", "h", "d", "ms", "sec", "min", "hours", "days", "minutes", "seconds"].contains(&unit);
    unit.len() < value.len() && is_unit
}

/// Whether a value is the hash of a password, which is made to be stored.
fn is_hash(value: &str) -> bool {
    let mut found = Vec::new();
    hashes(value, &mut found);
    !found.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, expect: Option<(&str, Form)>) {
        let found = written_out(name, value);
        let seen = found.as_ref().map(|one| (value.get(one.range.clone()).unwrap(), one.form));
        assert_eq!(seen, expect, "{name}={value}");
    }

    #[test]
    fn secrets_in_values() {
        check("DB_PASSWORD", " hunter2 ", Some(("hunter2", Form::Value)));
        check("DB_PASSWORD", "not-used", Some(("not-used", Form::Value)));
        check("DB_PASSWORD", "123456", Some(("123456", Form::Value)));
        check("JWT_SECRET", "<secret>", Some(("<secret>", Form::Value)));
        check("DATABASE_URL", "postgres://me:hunter2@db/x", Some(("hunter2", Form::Address)));
        check("SESSION", "q7Rt2LmX9zKw4b", Some(("q7Rt2LmX9zKw4b", Form::Value)));
        check(
            "WHATEVER",
            &format!("ghp_{}", "a1B2".repeat(9)),
            Some((format!("ghp_{}", "a1B2".repeat(9)).as_str(), Form::Token)),
        );
    }

    #[test]
    fn other_values() {
        for (name, value) in [
            ("TOKEN_URL", "https://id.example.org/token"),
            ("API_TOKEN", "https://id.example.org/token"),
            ("API_KEY", "/etc/keys/api"),
            ("JWT_SECRET", "true"),
            ("API_TOKEN", "15m"),
            ("API_TOKEN", "3600"),
            ("DB_PASSWORD", "${X}"),
            ("DB_PASSWORD", "$$X"),
            ("AUTH_TOKEN", "bearer"),
            ("PASSWORD_HASH", "$2y$05$abcdefghijklmnopqrstuv"),
            ("USERS", "[{\"a\": 1}]"),
            ("SITE_KEY", "q7Rt2LmX9zKw4b"),
            ("ROOT_PASSWORD_SHA2", "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918"),
            ("TLS_PRIVATE_KEY", "certs/web/web.key"),
            ("SERVICE_KEY", "app-for-exports"),
            ("FIREBASE_API_KEY", "bypassed-by-admin-secret"),
            ("API_TOKEN", "not_used_here"),
            ("API_KEY", "# hosted clusters only"),
            ("DATABASE_URL", "postgres://db/x"),
        ] {
            check(name, value, None);
        }
    }

    #[test]
    fn secrets_in_commands() {
        let check = |words: &[&str], expect: &[(usize, &str, &str)]| {
            let found = in_command(words);
            let seen: Vec<(usize, &str, &str)> = found
                .iter()
                .map(|(at, one, option)| (*at, words[*at].get(one.range.clone()).unwrap(), option.as_str()))
                .collect();
            assert_eq!(seen, expect, "{words:?}");
        };
        check(&["redis-server", "--requirepass", "hunter2"], &[(2, "hunter2", "--requirepass")]);
        check(&["app", "--api-token=q7Rt", "--port", "80"], &[(1, "q7Rt", "--api-token")]);
        check(&["sh", "-c", "exec redis-server --requirepass \"hunter2\""], &[(2, "hunter2", "--requirepass")]);
        check(&["app", "--dsn", "postgres://a:hunter2@db"], &[(2, "hunter2", "")]);
        check(&["redis-server", "--requirepass", "$REDIS_PASSWORD"], &[]);
        check(&["sh", "-c", "redis-server --requirepass $(cat /run/secrets/x)"], &[]);
        check(&["sh", "-c", "redis-server --requirepass \"$(cat /x/y)\""], &[]);
        check(&["app", "--token-file", "/run/x", "--password", "--verbose"], &[]);
    }
}
