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
    may_name(name) && name_secrecy(name) == Secrecy::Secret
}

/// What a name says of its value.
pub(super) fn secrecy(name: &str) -> Secrecy {
    if may_name(name) || may_hint(name) { name_secrecy(name) } else { Secrecy::Plain }
}

/// Whether what has this name may be read by everyone, however random it looks.
pub(super) fn is_public_name(name: &str) -> bool {
    words(&capitals(name)).iter().any(|word| PUBLIC.contains(word))
}

/// Whether two letters of a name are in a word that names a secret: most names need not be split into words.
fn may_name(name: &str) -> bool {
    let seconds = |first| match first {
        b'c' => "r",
        b'd' => "p",
        b'k' => "e",
        b'm' => "n",
        b'p' => "asw",
        b's' => "el",
        b't' => "ow",
        _ => "",
    };
    has_pair(name, seconds)
}

/// The same for words that may name one.
fn may_hint(name: &str) -> bool {
    let seconds = |first| match first {
        b'a' => "u",
        b'b' => "e",
        b'c' => "o",
        b'd' => "s",
        b'e' => "b",
        b'j' => "w",
        b'l' => "io",
        b'n' => "o",
        b'o' => "ot",
        b'p' => "ehi",
        b's' => "ai",
        _ => "",
    };
    has_pair(name, seconds)
}

/// Whether two letters stand next to each other, by the second ones for each first one.
fn has_pair(name: &str, seconds: impl Fn(u8) -> &'static str) -> bool {
    let holds = |pair: &[u8]| match pair {
        [first, second] => seconds(first | 0x20).as_bytes().contains(&(second | 0x20)),
        _ => false,
    };
    // Other letters may become those of ASCII in capitals: `ſ` becomes `S`.
    !name.is_ascii() || name.as_bytes().windows(2).any(holds)
}

fn name_secrecy(name: &str) -> Secrecy {
    // A section of a Compose file, and a list of names in a service.
    if name == "secrets" {
        return Secrecy::Plain;
    }
    let capitals = capitals(name);
    let words = words(&capitals);
    let mut found = Secrecy::Plain;
    for (at, word) in words.iter().enumerate() {
        let own = word_secrecy(&words, at, word);
        if own <= found || words.iter().take(at).any(|word| SWITCHES.contains(word)) {
            continue;
        }
        let behind = words.get(at + 1..).unwrap_or_default();
        found = match behind.iter().any(|word| OTHER_THINGS.binary_search(word).is_ok()) {
            false => own,
            // Vault's `SECRET_ID` is a password, that of others is a name.
            true if *word == "SECRET" && matches!(behind, ["ID" | "IDS", ..]) => Secrecy::Perhaps,
            true => found,
        };
    }
    found
}

fn word_secrecy(words: &[&str], at: usize, word: &str) -> Secrecy {
    if !may_name(word) && !may_hint(word) {
        return Secrecy::Plain;
    }
    let single = word.strip_suffix('S').unwrap_or(word);
    let before = at.checked_sub(1).and_then(|before| words.get(before)).copied();
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
    let is_last = words.iter().skip(at + 1).all(|word| TRAILERS.contains(word));
    if (LAST_WORDS.contains(&word) || LAST_WORDS.contains(&single)) && at > 0 && is_last {
        return Secrecy::Secret;
    }
    // The seeds of a cluster are hosts.
    if word != "SEEDS" && (PERHAPS.contains(&word) || PERHAPS.contains(&single) || ends(PERHAPS_ENDS)) {
        return Secrecy::Perhaps;
    }
    Secrecy::Plain
}

/// The words of a name in capitals, a blank behind each: parts between `_`, `-`, `.` and the like, and at the humps of
/// `camelCase`; without their numbers, so that `PASSWORD2` is `PASSWORD`.
fn capitals(name: &str) -> String {
    let mut capitals = String::with_capacity(name.len() + 8);
    let mut start = 0;
    let mut lower_before = false;
    for character in name.chars() {
        let hump = lower_before && character.is_uppercase();
        if hump || !character.is_alphanumeric() {
            start = end_word(&mut capitals, start);
        }
        if character.is_ascii_alphanumeric() {
            capitals.push(character.to_ascii_uppercase());
        } else if character.is_alphanumeric() {
            capitals.extend(character.to_uppercase());
        }
        lower_before = character.is_lowercase();
    }
    end_word(&mut capitals, start);
    capitals
}

/// Ends the word that starts at a byte; where the next one starts.
fn end_word(capitals: &mut String, start: usize) -> usize {
    let word = capitals.get(start..).unwrap_or("");
    let length = word.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
    capitals.truncate(start + length);
    if length > 0 {
        capitals.push(' ');
    }
    capitals.len()
}

fn words(capitals: &str) -> Vec<&str> {
    capitals.split(' ').filter(|word| !word.is_empty()).collect()
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
    fn what_is_searched_by_halves_is_sorted() {
        assert!(OTHER_THINGS.is_sorted());
    }

    #[test]
    fn words_of_names() {
        let check = |name: &str, expect: &[&str]| assert_eq!(words(&capitals(name)), expect, "{name}");
        check("DB_PASSWORD2", &["DB", "PASSWORD"]);
        check("stripe.apiKey", &["STRIPE", "API", "KEY"]);
        check("_7_a-ſtraße9", &["A", "STRASSE"]);
        check("", &[]);
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
