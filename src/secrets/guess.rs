//! How hard a password is to guess: made of words that everybody tries, or there to be replaced.

use crate::text::dotenv::is_placeholder;

/// Words of values that say that they are for developers.
const OF_DEVELOPERS: [&str; 4] = ["dev", "development", "local", "localhost"];

/// How hard a secret is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// It says that it is to be replaced.
    Placeholder,
    /// It is short, or made of common words.
    Guessable,
    /// It is neither.
    Strong,
}

/// A secret with fewer characters is tried out in no time.
const SHORT: usize = 6;

/// What people make passwords of, in lower case: <https://github.com/danielmiessler/SecLists/tree/master/Passwords> begins with
/// them, and the names of the programs that ask for one.
const COMMON: &[&str] = &[
    "a",
    "abc",
    "also",
    "made",
    "up",
    "abcd",
    "abcdef",
    "access",
    "admin",
    "administrator",
    "airflow",
    "and",
    "anon",
    "api",
    "app",
    "application",
    "auth",
    "backend",
    "bar",
    "baz",
    "be",
    "bypassed",
    "changed",
    "client",
    "clickhouse",
    "code",
    "compose",
    "config",
    "cookie",
    "crypto",
    "dashboard",
    "data",
    "database",
    "db",
    "debug",
    "default",
    "demo",
    "dev",
    "devel",
    "developer",
    "disabled",
    "development",
    "django",
    "docker",
    "dummy",
    "elastic",
    "elasticsearch",
    "encrypt",
    "encryption",
    "example",
    "express",
    "fake",
    "flask",
    "foo",
    "for",
    "frontend",
    "gitea",
    "grafana",
    "guest",
    "hard",
    "hash",
    "hello",
    "ignored",
    "here",
    "in",
    "influx",
    "influxdb",
    "insecure",
    "is",
    "it",
    "jupyter",
    "jwt",
    "keep",
    "key",
    "keycloak",
    "kibana",
    "laravel",
    "letmein",
    "local",
    "localhost",
    "long",
    "main",
    "manager",
    "maria",
    "mariadb",
    "master",
    "me",
    "minio",
    "mongo",
    "mongodb",
    "must",
    "my",
    "mysql",
    "n8n",
    "needed",
    "neo4j",
    "new",
    "next",
    "nextcloud",
    "no",
    "node",
    "not",
    "of",
    "one",
    "only",
    "or",
    "oracle",
    "p",
    "p4ssw0rd",
    "pa55word",
    "pass",
    "passphrase",
    "passw0rd",
    "passwd",
    "password",
    "pg",
    "please",
    "postgres",
    "postgresql",
    "private",
    "prod",
    "production",
    "psql",
    "public",
    "pw",
    "pwd",
    "p@ssw0rd",
    "p@ssword",
    "qwerty",
    "qwertyuiop",
    "rabbit",
    "rabbitmq",
    "rails",
    "random",
    "redis",
    "refresh",
    "rocks",
    "root",
    "s3",
    "s3cr3t",
    "s3cret",
    "safe",
    "salt",
    "sample",
    "secret",
    "secrets",
    "secure",
    "server",
    "service",
    "session",
    "sign",
    "signing",
    "site",
    "some",
    "something",
    "sql",
    "staging",
    "store",
    "string",
    "strong",
    "super",
    "superset",
    "supersecret",
    "superuser",
    "sys",
    "system",
    "temp",
    "temporary",
    "test",
    "tester",
    "testing",
    "the",
    "this",
    "tmp",
    "to",
    "token",
    "top",
    "unsafe",
    "unused",
    "use",
    "used",
    "user",
    "username",
    "value",
    "vault",
    "very",
    "web",
    "welcome",
    "with",
    "word",
    "wordpress",
    "world",
    "wp",
    "you",
    "zabbix",
];

/// How hard a secret is to guess. `own` are words that belong to it: the user, the database, the service.
pub(crate) fn strength(secret: &str, own: &[&str]) -> Strength {
    let secret = secret.trim();
    if is_placeholder(secret) {
        return Strength::Placeholder;
    }
    let lower = secret.to_lowercase();
    let own: Vec<String> = own.iter().flat_map(|word| parts(word)).collect();
    let is_short = secret.chars().count() < SHORT;
    let is_zero = secret.chars().filter(|letter| letter.is_alphanumeric()).all(|letter| letter == '0');
    let is_of_developers = parts(&lower).iter().any(|part| OF_DEVELOPERS.contains(&part.as_str()));
    let is_guessable = is_short
        || is_of_developers
        || is_zero
        || COMMON.contains(&lower.as_str())
        || parts(&lower).iter().all(|part| is_of_words(part, &own));
    match is_guessable {
        true => Strength::Guessable,
        false if is_name_of_secret(secret) => Strength::Placeholder,
        false => Strength::Strong,
    }
}

/// Whether a value is the name of what belongs there, as examples have it: `CLUSTER_API_SECRET`.
fn is_name_of_secret(secret: &str) -> bool {
    let words: Vec<&str> = secret.split('_').collect();
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|letter| letter.is_ascii_uppercase());
    let is_secret = |word: &&str| ["SECRET", "KEY", "TOKEN", "PASSWORD", "PASSPHRASE", "CREDENTIALS"].contains(word);
    words.len() > 1 && words.iter().all(is_word) && words.last().is_some_and(is_secret)
}

/// The stretches of letters and digits in a text, in lower case.
fn parts(text: &str) -> Vec<String> {
    let split = text.split(|letter: char| !letter.is_alphanumeric() && letter != '@');
    split.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

/// Whether a part is common words, words of its own and short or counted numbers, one behind the other.
fn is_of_words(part: &str, own: &[String]) -> bool {
    let letters: Vec<char> = part.chars().collect();
    if letters.len() > 64 {
        return false;
    }
    let mut reached = vec![false; letters.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for start in 0..letters.len() {
        if reached.get(start) != Some(&true) {
            continue;
        }
        for end in start + 1..=letters.len() {
            let word: String = letters.get(start..end).unwrap_or_default().iter().collect();
            let is_own = || own.contains(&word) || own.contains(&with_letters(&word));
            let is_known = COMMON.contains(&word.as_str()) || is_own() || is_count(&word);
            // A single letter between words says nothing: all texts would be made of them.
            let is_whole = word.chars().count() > 1 || is_count(&word) || letters.len() <= 2;
            if is_known
                && is_whole
                && let Some(mark) = reached.get_mut(end)
            {
                *mark = true;
            }
        }
    }
    reached.last() == Some(&true)
}

/// A word whose digits stand for letters: `k3str4`.
fn with_letters(word: &str) -> String {
    let letter = |letter: char| match letter {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        other => other,
    };
    word.chars().map(letter).collect()
}

/// `1`, `42`, `2024`, `123456`.
fn is_count(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) && (word.len() <= 4 || "1234567890".starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_everybody_tries() {
        for secret in [
            "postgres",
            "admin123",
            "my-secret-pw",
            "minioadmin",
            "Passw0rd",
            "root",
            "SUPER_SECRET_PASSWORD",
            "x7!",
            "shop",
            "shop_2024",
            "sh0p",
            "5h0procks",
            "123456",
        ] {
            assert_eq!(strength(secret, &["shop-user"]), Strength::Guessable, "{secret}");
        }
        for secret in ["changeme", "<your password>", "your-secret-key", "TODO", "CLUSTER_API_SECRET"] {
            assert_eq!(strength(secret, &[]), Strength::Placeholder, "{secret}");
        }
    }

    #[test]
    fn passwords_that_nobody_guesses() {
        for secret in ["vT9kq2LwXz8m", "8f3b1c77aa90de41b2c6", "correct-horse-battery", "shop-kWq8", "KWQ_XZ7T_KEY"] {
            assert_eq!(strength(secret, &["shop"]), Strength::Strong, "{secret}");
        }
    }
}
