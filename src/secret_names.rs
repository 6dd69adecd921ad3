//! Which names and values look like secrets: one answer for the rules and for the excerpts that hide them.

/// What every secret-shaped name has in it, lower case.
const TRACES: [&str; 6] = ["pass", "secret", "token", "credential", "key", "pw"];

/// Whether a text may hold a secret-shaped name: a quick look, so that most lines need no closer one.
pub(crate) fn may_hold_secret_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    TRACES.iter().any(|trace| lower.contains(trace))
}

/// Whether two letters of a name begin one of the [`TRACES`]: most names need not be split into words.
fn may_hold_secret_word(name: &str) -> bool {
    let begins = |pair: &[u8]| match pair {
        [first, second] => matches!(
            (first | 0x20, second | 0x20),
            (b'p', b'a' | b'w') | (b's', b'e') | (b't', b'o') | (b'c', b'r') | (b'k', b'e')
        ),
        _ => false,
    };
    // Other letters may become those of ASCII in capitals: `ſ` becomes `S`.
    !name.is_ascii() || name.as_bytes().windows(2).any(begins)
}

/// Words that name a secret by themselves, wherever they stand in a name.
const SECRET_WORDS: &[&str] =
    &["PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS", "APIKEY"];

/// Short words that name a secret at the end of a name of several words: `DB_PASS`, but neither `PASS_THROUGH` nor the
/// shell's own `PWD`.
const LAST_WORDS: &[&str] = &["PASS", "PWD", "PW"];

/// Ends of words that are written together: `PGPASSWORD`, `authtoken`, `clientsecret`.
const SECRET_ENDS: &[&str] = &["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "SECRETKEY", "DBPASS"];

/// Words that make a secret of a following `KEY`.
const KEY_KINDS: &[&str] = &[
    "ACCESS",
    "ACCOUNT",
    "ADMIN",
    "AES",
    "API",
    "APP",
    "AUTH",
    "COOKIE",
    "CRYPTO",
    "ENCRYPT",
    "ENCRYPTION",
    "FERNET",
    "HMAC",
    "JWT",
    "MASTER",
    "PRIVATE",
    "PRIV",
    "ROLE",
    "SECRET",
    "SERVICE",
    "SESSION",
    "SIGNING",
    "STORAGE",
    "VAULT",
];

/// Words behind the secret word that make the name one of something else: where it is kept, how long it lives, what
/// shape it has.
const OTHER_THINGS: &[&str] = &[
    "AGE",
    "ALG",
    "ALGO",
    "ALGORITHM",
    "ALIAS",
    "ALLOWED",
    "ARN",
    "ATTEMPTS",
    "ATTRIBUTE",
    "AUDIENCE",
    "AUTH",
    "BACKEND",
    "BITS",
    "BUDGET",
    "CHARS",
    "CLAIM",
    "CLASS",
    "COMMAND",
    "COOKIE",
    "COST",
    "COUNT",
    "DAYS",
    "DIR",
    "DIRECTORY",
    "DISABLED",
    "DRIVER",
    "DURATION",
    "EMAIL",
    "ENABLED",
    "ENDPOINT",
    "ENGINE",
    "EXP",
    "EXPIRATION",
    "EXPIRE",
    "EXPIRES",
    "EXPIRY",
    "FIELD",
    "FILE",
    "FILENAME",
    "FILES",
    "FORMAT",
    "GRANT",
    "HASHER",
    "HASHERS",
    "HEADER",
    "HEADERS",
    "HOST",
    "HOSTNAME",
    "HOURS",
    "ID",
    "IDS",
    "INTERVAL",
    "ISSUER",
    "LEN",
    "LENGTH",
    "LIFESPAN",
    "LIFETIME",
    "LIMIT",
    "LOCATION",
    "LOGIN",
    "MANAGER",
    "MAX",
    "MAXLEN",
    "METHOD",
    "MIN",
    "MINLEN",
    "MINUTES",
    "MODE",
    "MOUNT",
    "NAME",
    "NAMES",
    "NAMESPACE",
    "PARAM",
    "PARAMETER",
    "PATH",
    "PATHS",
    "PATTERN",
    "PERIOD",
    "PLUGIN",
    "POLICY",
    "PORT",
    "PREFIX",
    "PROVIDER",
    "REALM",
    "REF",
    "REFRESH",
    "REGEX",
    "REGION",
    "REQUIRED",
    "REQUIREMENTS",
    "RESET",
    "ROTATE",
    "ROTATION",
    "ROUNDS",
    "RULES",
    "SCHEME",
    "SCOPE",
    "SCOPES",
    "SECONDS",
    "SERVER",
    "SIZE",
    "SOURCE",
    "STORE",
    "STRENGTH",
    "SUFFIX",
    "TABLE",
    "TIME",
    "TIMEOUT",
    "TOKENIZER",
    "TTL",
    "TYPE",
    "URI",
    "URL",
    "URLS",
    "USER",
    "USERNAME",
    "VALIDATION",
    "VALIDATOR",
    "VALIDATORS",
    "VALIDITY",
    "VERSION",
];

/// Words before the secret word that make the name a switch, a quantity, or something everyone may read.
const SWITCHES: &[&str] = &[
    "ALLOW",
    "CHANGE",
    "COUNT",
    "DISABLE",
    "DISABLED",
    "EMPTY",
    "ENABLE",
    "ENABLED",
    "EXPOSE",
    "FORGOT",
    "GENERATE",
    "HAS",
    "HIDE",
    "IGNORE",
    "IS",
    "MAX",
    "MIN",
    "NO",
    "NUM",
    "PUBLIC",
    "PUBLISHABLE",
    "RANDOM",
    "REQUIRE",
    "REQUIRES",
    "RESET",
    "SHOW",
    "SKIP",
    "USE",
    "VALIDATE",
    "VERIFY",
    "WITHOUT",
];

/// Whether a variable or key of this name usually holds a secret: `POSTGRES_PASSWORD`, `stripe.apiKey`. A name that
/// speaks of a secret's file, path, address, identifier, header, cookie, length or lifetime is none. The name alone
/// is half of the evidence: the value must look like a secret too.
pub(crate) fn is_secret_name(name: &str) -> bool {
    if !may_hold_secret_word(name) {
        return false;
    }
    let words = words(name);
    words.iter().enumerate().any(|(at, word)| {
        is_secret_word(&words, at, word)
            && !words.iter().take(at).any(|word| SWITCHES.contains(&word.as_str()))
            && !words.iter().skip(at + 1).any(|word| OTHER_THINGS.contains(&word.as_str()))
    })
}

fn is_secret_word(words: &[String], at: usize, word: &str) -> bool {
    if SECRET_WORDS.contains(&word) || SECRET_ENDS.iter().any(|end| word.ends_with(end)) {
        return true;
    }
    if LAST_WORDS.contains(&word) {
        return at > 0 && at + 1 == words.len();
    }
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map(String::as_str);
    match word {
        "KEY" => before.is_some_and(|before| KEY_KINDS.contains(&before)),
        "TOKENS" => before.is_some_and(|before| ["ACCESS", "ADMIN", "API", "AUTH", "BEARER"].contains(&before)),
        _ => false,
    }
}

/// The words of a name in capitals: parts between `_`, `-`, `.` and the like, and at the humps of `camelCase`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for character in name.chars() {
        let hump = lower_before && character.is_uppercase();
        if (hump || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_uppercase());
        }
        lower_before = character.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Starts of values that say where a secret is kept instead of being one.
const KEPT_ELSEWHERE: &[&str] = &[
    "/run/secrets/",
    "arn:",
    "awssecretsmanager:",
    "azurekeyvault:",
    "doppler:",
    "env:",
    "file:",
    "gcpsecretmanager:",
    "op://",
    "secretsmanager:",
    "sops:",
    "ssm:",
    "vault:",
];

/// Whether a value refers to a secret instead of being one: `${X}`, `$X`, `${X:?set it}`, `$$X` for the container's
/// shell, `$(command)`, `{{ template }}`, `/run/secrets/x`, `op://…`; also several of them with nothing but
/// punctuation between. An empty value is no reference.
pub(crate) fn looks_like_reference(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    if KEPT_ELSEWHERE.iter().any(|start| value.starts_with(start)) {
        return true;
    }
    let mut rest = value;
    let mut references = 0;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = reference_length(rest) {
            references += 1;
            rest = rest.get(length..).unwrap_or("");
        } else if first.is_alphanumeric() {
            return false;
        } else {
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
    }
    references > 0
}

/// The length in bytes of the reference that a text starts with; `None` where it starts with something else.
pub(crate) fn reference_length(text: &str) -> Option<usize> {
    let closed =
        |open: &str, close: &str| text.starts_with(open).then(|| text.find(close).map(|at| at + close.len())).flatten();
    if let Some(length) = closed("{{", "}}").or_else(|| closed("<%", "%>")) {
        return Some(length);
    }
    let rest = text.strip_prefix('$')?;
    let rest = rest.strip_prefix('$').unwrap_or(rest);
    let dollars = text.len() - rest.len();
    match rest.chars().next()? {
        '{' => balanced(rest, '{', '}').map(|length| dollars + length),
        '(' => balanced(rest, '(', ')').map(|length| dollars + length),
        first if first.is_ascii_alphabetic() || first == '_' => {
            let name = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
            Some(dollars + name.unwrap_or(rest.len()))
        }
        _ => None,
    }
}

/// The length in bytes up to and with the bracket that closes the first one.
fn balanced(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0usize;
    for (at, character) in text.char_indices() {
        if character == open {
            depth += 1;
        } else if character == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + character.len_utf8());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_word_leaves_a_trace() {
        for word in SECRET_WORDS.iter().chain(LAST_WORDS).chain(SECRET_ENDS).chain(&["KEY", "TOKENS"]) {
            assert!(may_hold_secret_name(word), "{word}");
            assert!(may_hold_secret_word(word) && may_hold_secret_word(&word.to_lowercase()), "{word}");
        }
        for trace in TRACES {
            assert!(may_hold_secret_word(trace), "{trace}");
        }
        assert!(!may_hold_secret_name("image: postgres:17"));
        assert!(!may_hold_secret_word("LOG_LEVEL"));
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

    #[test]
    fn references() {
        for value in [
            "${X}",
            "$X",
            "\"${DB_PASSWORD:?set it}\"",
            "${A:-${B}}",
            "$$PASSWORD",
            "$(cat /run/secrets/x)",
            "${USER}:${PASS}",
            "{{ vault.password }}",
            "<%= ENV['X'] %>",
            "/run/secrets/db",
            "op://vault/item/field",
        ] {
            assert!(looks_like_reference(value), "{value}");
        }
        for value in ["", "hunter2", "${X}hunter2", "pa$$word", "p${", "$", "---", "hunter2{{x}}"] {
            assert!(!looks_like_reference(value), "{value}");
        }
    }
}
