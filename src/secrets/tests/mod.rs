//! Both sides of the classifier: what must be hidden, and what must stay readable.

mod other_values;
mod secret_values;

use std::path::Path;

use super::hidden_in_text;
use super::names::{Secrecy, secrecy};
use super::tokens::{PREFIXES, TokenBody};

/// Names whose values are secrets.
const SECRET_NAMES: &[&str] = &[
    "password",
    "PASSWORD",
    "DB_PASSWORD",
    "POSTGRES_PASSWORD",
    "MYSQL_ROOT_PASSWORD",
    "PGPASSWORD",
    "DB_PASSWORD2",
    "DB_PASSWORD_2",
    "DB_PASS1",
    "PASSWORDS",
    "ADMIN_PASSWORDS",
    "ADMIN_PASSWORD_VALUE",
    "DB_PASSWD",
    "dbPassword",
    "spring.datasource.password",
    "smtp-password",
    "REDIS_PASS",
    "SMTP_PWD",
    "ROOT_PW",
    "MAIL_PASS_OLD",
    "userpass",
    "PAPERLESS_DBPASS",
    "GPG_PASSPHRASE",
    "PASSCODE",
    "KEYSTORE_PASSWORD",
    "SECRET",
    "APP_SECRET",
    "APP_SECRETS",
    "CLIENT_SECRET",
    "clientSecret",
    "JWT_SECRET",
    "SESSION_SECRET_1",
    "SECRET_KEY",
    "SECRET_KEYS",
    "SECRET_KEY_BASE",
    "DJANGO_SECRET_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "WEBHOOK_SECRET",
    "TOTP_SECRET",
    "TOKEN",
    "TOKEN1",
    "API_TOKEN",
    "API_TOKEN3",
    "API_TOKENS",
    "GITHUB_TOKEN",
    "ACCESS_TOKEN",
    "REFRESH_TOKEN",
    "authtoken",
    "BOT_TOKEN",
    "TOKEN_SIGNING",
    "NPM_TOKEN",
    "API_KEY",
    "apiKey",
    "APIKEY",
    "OPENAI_API_KEY",
    "STRIPE_API_KEYS",
    "ENCRYPTION_KEY",
    "ENCRYPTION_KEYS",
    "SIGNING_KEY",
    "MASTER_KEY",
    "PRIVATE_KEY",
    "SSH_PRIVATE_KEY",
    "APP_KEY",
    "SERVICE_ROLE_KEY",
    "STORAGE_ACCOUNT_KEY",
    "AccountKey",
    "SharedAccessKey",
    "TENANT_AES_KEY",
    "FERNET_KEY",
    "COOKIE_KEY",
    "CREDENTIALS",
    "GOOGLE_CREDENTIALS",
    "DB_CREDS",
    "WIFI_PSK",
    "PASSWORT",
    "MOT_DE_PASSE_MDP",
    "DB_SENHA",
    "contraseña",
    "WALLET_MNEMONIC",
    "TS_AUTHKEY",
    "CONSUMER_KEY",
    "SUBSCRIPTION_KEY",
];

/// Names whose values are none, or are only if they look random.
const OTHER_NAMES: &[&str] = &[
    "PASSWORD_FILE",
    "DB_PASSWORD_FILE",
    "PASSWORD2_FILE",
    "PASSWORD_MIN_LENGTH",
    "PASSWORD_HASHERS",
    "PASSWORD_POLICY",
    "PASSWORD_RESET_URL",
    "PASSWORD_RESET_TIMEOUT",
    "PASSWORD_ATTEMPTS",
    "PASSWORD_HINT",
    "ENABLE_PASSWORD_RESET",
    "USE_PASSWORD",
    "MYSQL_ALLOW_EMPTY_PASSWORD",
    "MYSQL_RANDOM_ROOT_PASSWORD",
    "REQUIRE_PASSWORD",
    "NO_PASSWORD",
    "SECRET_NAME",
    "SECRET_PATH",
    "SECRETS_DIR",
    "SECRET_STORE",
    "SECRET_PROVIDER",
    "SECRET_REF",
    "secrets",
    "SECRET_ID",
    "SECRET_VERSION",
    "TOKEN_URL",
    "TOKEN_TTL",
    "TOKEN_ISSUER",
    "TOKEN_AUDIENCE",
    "TOKEN_LIFETIME",
    "TOKEN_ENDPOINT",
    "TOKEN_LIMIT",
    "TOKEN_HEADER",
    "TOKENS_PER_MINUTE",
    "MAX_TOKENS",
    "NUM_TOKENS",
    "TOTAL_TOKENS",
    "TOKENIZER",
    "TOKENIZERS_PARALLELISM",
    "CSRF_TOKEN_COOKIE",
    "NEXT_PUBLIC_MAPBOX_TOKEN",
    "API_KEY_HEADER",
    "X_API_KEY_HEADER",
    "AWS_ACCESS_KEY_ID",
    "SIGNING_KEYS_URL",
    "JWT_ALGORITHM",
    "JWT_EXPIRES",
    "SSH_PRIVATE_KEY_PATH",
    "PUBLIC_KEY",
    "KEY",
    "KEYS",
    "KEYBOARD",
    "KEYCLOAK_HOST",
    "REDIS_KEY_PREFIX",
    "PRIMARY_KEY",
    "SORT_KEY",
    "CACHE_KEY",
    "PWD",
    "OLDPWD",
    "PASS_THROUGH",
    "PASSENGER_APP_ENV",
    "COMPASS_URL",
    "BYPASS",
    "PW_V8_COVERAGE",
    "VAULT_ROLE_ID",
    "CLIENT_ID",
    "SESSION_TIMEOUT",
    "AUTHOR",
    "AUTHORITY",
    "AUTH_ENABLED",
    "COOKIE_DOMAIN",
    "CREDENTIALS_FILE",
    "CREDENTIAL_HELPER",
    "ACCESS_TOKEN_EXPIRE_MINUTES",
    "LOGIN_URL",
    "HOST",
    "PORT",
    "LOG_LEVEL",
    "SALTSTACK_VERSION",
    "",
];

#[test]
fn names_of_secrets_and_of_other_things() {
    for name in SECRET_NAMES {
        assert_eq!(secrecy(name), Secrecy::Secret, "{name}");
    }
    for name in OTHER_NAMES {
        assert_ne!(secrecy(name), Secrecy::Secret, "{name}");
    }
}

#[test]
fn both_sides_have_a_hundred_and_fifty_names_and_values() {
    assert!(SECRET_NAMES.len() + secret_values::FORMS.len() >= 150);
    assert!(OTHER_NAMES.len() + other_values::FORMS.len() >= 150);
}

#[test]
fn every_documented_prefix_is_hidden() {
    for prefix in PREFIXES {
        let letters = match prefix.body {
            TokenBody::Hex => "0123456789abcdef",
            TokenBody::Capitals => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
            TokenBody::Alphanumeric | TokenBody::Dotted => "ABCDEFGHIJKLMNabcdefghijklmnopq0123456789",
        };
        for seed in 0..4 {
            let body = made_up(letters, prefix.least.max(32), seed);
            let text = format!("services:\n  a:\n    command: deploy {}{body} now\n", prefix.start);
            assert_hidden(&text, &body);
            let alone = format!("x-note: {} is how they begin\n", prefix.start);
            assert_eq!(shown(&alone), alone);
        }
    }
}

/// A word of random letters, the same for the same seed.
fn made_up(letters: &str, length: usize, seed: u64) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(length as u64) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state >> 33) as usize % letters.len()]
    };
    (0..64).for_each(|_| _ = next());
    (0..length).map(|_| next()).collect()
}

/// A Compose file with `•••` in place of what is hidden.
fn shown(text: &str) -> String {
    super::text::without(text, &hidden_in_text(Path::new("compose.yaml"), text).ranges)
}

fn assert_hidden(text: &str, secret: &str) {
    let shown = shown(text);
    let letters: Vec<char> = secret.chars().collect();
    for part in letters.windows(8.min(letters.len())) {
        let part: String = part.iter().collect();
        assert!(!shown.contains(&part), "`{part}` of a secret is shown in:\n{shown}\nof:\n{text}");
    }
}
