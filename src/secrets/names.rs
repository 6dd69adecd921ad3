//! Which names look like those of secrets.

use super::vocabulary::{
    KEY_KINDS, LAST_WORDS, OTHER_THINGS, PERHAPS, PERHAPS_ENDS, PUBLIC, SECRET_ENDS, SECRET_WORDS, SWITCHES,
    TOKEN_KINDS, TRAILERS,
};

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Secrecy {
    /// It is not a secret by its name.
    Plain,
    /// It is one if it looks random.
    Perhaps,
    /// It is one.
    Secret,
}

/// Whether a variable or key of this name usually holds a secret: `POSTGRES_PASSWORD`, `stripe.apiKey`, `TOKEN2`. A name
/// that mentions a secret's file, path, address, identifier, header, cookie, length or lifetime is none. The name alone
/// is half of the evidence: the value must look like a secret too.
pub(crate) fn is_secret_name(name: &str) -> bool {
    may_name(name) && words_secrecy(&words(name), name) == Secrecy::Secret
}

/// What a name says of its value.
pub(super) fn secrecy(name: &str) -> Secrecy {
    if may_name(name) || may_hint(name) { words_secrecy(&words(name), name) } else { Secrecy::Plain }
}

/// Whether what has this name may be read by everyone, however random it looks.
pub(super) fn is_public_name(name: &str) -> bool {
    words(name).iter().any(|word| PUBLIC.contains(&word.as_str()))
}

/// Whether two letters of a name are in a word that names a secret: most names need not be split into words.
fn may_name(name: &str) -> bool {
    const PAIRS: [&[u8; 2]; 11] = [b"pa", b"pw", b"ps", b"se", b"to", b"cr", b"ke", b"tw", b"sl", b"dp", b"mn"];
    has_pair(name, &PAIRS)
}

/// The same for words that may name one.
fn may_hint(name: &str) -> bool {
    const PAIRS: [&[u8; 2]; 14] =
        [b"au", b"be", b"co", b"ds", b"oo", b"jw", b"li", b"lo", b"no", b"ot", b"pe", b"ph", b"pi", b"sa"];
    has_pair(name, &PAIRS) || has_pair(name, &[b"si", b"eb"])
}

fn has_pair(name: &str, pairs: &[&[u8; 2]]) -> bool {
    let holds = |pair: &[u8]| match pair {
        [first, second] => pairs.iter().any(|known| **known == [first | 0x20, second | 0x20]),
        _ => false,
    };
    // Other letters may become those of ASCII in capitals: `ſ` becomes `S`.
    !name.is_ascii() || name.as_bytes().windows(2).any(holds)
}

fn words_secrecy(words: &[String], name: &str) -> Secrecy {
    // A section of a Compose file, and a list of names in a service.
    if name == "secrets" {
        return Secrecy::Plain;
    }
    let mut found = Secrecy::Plain;
    for (at, word) in words.iter().enumerate() {
        let own = word_secrecy(words, at, word);
        let switched = words.iter().take(at).any(|word| SWITCHES.contains(&word.as_str()));
        if own <= found || switched {
            continue;
        }
        let behind: Vec<&str> = words.iter().skip(at + 1).map(String::as_str).collect();
        found = match behind.iter().any(|word| OTHER_THINGS.contains(word)) {
            false => own,
            // Vault's `SECRET_ID` is a password, that of others is a name.
            true if word == "SECRET" && matches!(behind.as_slice(), ["ID" | "IDS", ..]) => Secrecy::Perhaps,
            true => found,
        };
    }
    found
}

fn word_secrecy(words: &[String], at: usize, word: &str) -> Secrecy {
    let single = word.strip_suffix('S').unwrap_or(word);
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map(String::as_str);
    let is_kind = |kinds: &[&str]| before.is_some_and(|before| kinds.contains(&before));
    let is_counted = matches!(word, "TOKENS") && !is_kind(TOKEN_KINDS);
    if SECRET_WORDS.contains(&word) || SECRET_WORDS.contains(&single) && !is_counted {
        return Secrecy::Secret;
    }
    let has_end = |word: &str, end: &str| word.ends_with(end);
    let ends = |ends: &[&str]| ends.iter().any(|end| has_end(word, end) || has_end(single, end));
    if ends(SECRET_ENDS) && !is_counted || single == "KEY" && is_kind(KEY_KINDS) {
        return Secrecy::Secret;
    }
    let is_last = words.iter().skip(at + 1).all(|word| TRAILERS.contains(&word.as_str()));
    if (LAST_WORDS.contains(&word) || LAST_WORDS.contains(&single)) && at > 0 && is_last {
        return Secrecy::Secret;
    }
    if PERHAPS.contains(&word) || PERHAPS.contains(&single) || ends(PERHAPS_ENDS) {
        return Secrecy::Perhaps;
    }
    Secrecy::Plain
}

/// The words of a name in capitals: parts between `_`, `-`, `.` and the like, and at the humps of `camelCase`; without
/// their numbers, so that `PASSWORD2` is `PASSWORD`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for character in name.chars() {
        let hump = lower_before && character.is_uppercase();
        if hump || !character.is_alphanumeric() {
            push(&mut words, &mut word);
        }
        if character.is_alphanumeric() {
            word.extend(character.to_uppercase());
        }
        lower_before = character.is_lowercase();
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    let length = word.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
    word.truncate(length);
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_the_vocabulary_is_passed_over() {
        for word in SECRET_WORDS.iter().chain(LAST_WORDS).chain(SECRET_ENDS).chain(&["KEY", "TOKENS"]) {
            assert!(may_name(word) && may_name(&word.to_lowercase()), "{word}");
        }
        for word in PERHAPS.iter().chain(PERHAPS_ENDS) {
            assert!(may_name(word) || may_hint(&word.to_lowercase()), "{word}");
        }
        assert!(!may_name("LOG_LEVEL") && !may_hint("ENGINE"));
    }

    #[test]
    fn names_of_secrets() {
        for name in [
            "POSTGRES_PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "PGPASSWORD",
            "REDISCLI_AUTH_PASS",
            "DB_PASS",
            "DB_PWD",
            "SECRET_KEY",
            "SECRET_KEY_BASE",
            "DJANGO_SECRET_KEY",
            "API_KEY",
            "OPENAI_API_KEY",
            "stripe.apiKey",
            "clientSecret",
            "AWS_SECRET_ACCESS_KEY",
            "RAILS_MASTER_KEY",
            "APP_KEY",
            "JWT_SECRET",
            "GITHUB_TOKEN",
            "API_TOKENS",
            "authtoken",
            "SSH_PRIVATE_KEY",
            "GPG_PASSPHRASE",
            "GOOGLE_CREDENTIALS",
            "SERVICE_ROLE_KEY",
            "N8N_ENCRYPTION_KEY",
            "POSTGRES_PASSWORD_OLD",
            "password",
            "SECRET_MANAGER_PASSWORD",
            "PAPERLESS_DBPASS",
            "TENANT_AES_KEY",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn names_of_other_things() {
        for name in [
            "TOKEN_URL",
            "PASSWORD_HASHERS",
            "SECRET_NAME",
            "X_API_KEY_HEADER",
            "VAULT_TOKEN_PATH",
            "SSH_PRIVATE_KEY_PATH",
            "PASSWORD_RESET_URL",
            "CSRF_TOKEN_COOKIE",
            "LLM_TOKENIZER",
            "POSTGRES_PASSWORD_FILE",
            "MAX_TOKENS",
            "TOKEN_LIMIT",
            "AWS_ACCESS_KEY_ID",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
            "PASSWORD_MIN_LENGTH",
            "ACCESS_TOKEN_EXPIRE_MINUTES",
            "PWD",
            "OLDPWD",
            "PW_V8_COVERAGE",
            "PASS_THROUGH",
            "PASSENGER_APP_ENV",
            "COMPASS_URL",
            "BYPASS",
            "PUBLIC_KEY",
            "NEXT_PUBLIC_MAPBOX_TOKEN",
            "KEY",
            "KEYBOARD",
            "TOKENIZERS_PARALLELISM",
            "secrets",
            "JWT_ALGORITHM",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
