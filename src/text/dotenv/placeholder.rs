//! Placeholder values in examples.

/// Words that say so, in lower case and without what separates words.
const WORDS: [&str; 24] = [
    "changeme",
    "changeit",
    "changethis",
    "change",
    "replaceme",
    "replacewith",
    "replacethis",
    "insert",
    "your",
    "yours",
    "placeholder",
    "todo",
    "fixme",
    "fillin",
    "fillme",
    "setme",
    "enter",
    "xxx",
    "tobedefined",
    "tbd",
    "redacted",
    "generate",
    "editme",
    "updateme",
];

/// Whether a value of an example is there to be replaced: it is empty, in angle brackets, all `x`, `*` or dots, or it has a
/// word that says so (`changeme`, `your-token`, `<password>`).
pub(crate) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let is_bracketed = value.starts_with('<') && value.ends_with('>')
        || value.starts_with("{{") && value.ends_with("}}")
        || is_marked_name(value)
        || value.starts_with('[') && value.ends_with(']') && !value.contains(['"', ',']);
    if is_bracketed || value.chars().all(|letter| matches!(letter, 'x' | 'X' | '*' | '.' | '-' | '_' | '?')) {
        return true;
    }
    if is_joined_name(value) || is_name_of_secret(value) {
        return true;
    }
    let lower = value.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let is_word = |word: &str| WORDS.contains(&word) || word.len() > 2 && word.bytes().all(|letter| letter == b'x');
    let joined: Vec<String> = words.windows(2).map(|pair| pair.concat()).collect();
    words.iter().any(|word| is_word(word) || is_prefixed(word)) || joined.iter().any(|pair| is_word(pair))
}

/// Whether a value of an example is there to be replaced as a whole: of a URL with a password, all but that counts. Who
/// replaces the password keeps the host.
pub(crate) fn is_placeholder_as_whole(value: &str) -> bool {
    without_password(value).map_or_else(|| is_placeholder(value), |rest| is_placeholder(&rest))
}

/// `scheme://user@host/path` of a URL with a password.
fn without_password(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let (account, host) = authority.rsplit_once('@')?;
    let (user, _) = account.split_once(':')?;
    let user = if user.is_empty() { "user" } else { user };
    Some(format!("{scheme}://{user}@{host}{path}"))
}

/// `__JWT_SECRET__`, `@@JWT_SECRET@@`: a name for a script to replace.
fn is_marked_name(value: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_')
    };
    ["__", "@@", "%%"].iter().any(|mark| {
        let inner = value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
        inner.is_some_and(|inner| is_name(inner) && inner.bytes().any(|letter| letter.is_ascii_uppercase()))
    })
}

/// `RO_DB_PASS`: the name of what belongs there.
fn is_name_of_secret(value: &str) -> bool {
    const OF_SECRETS: [&str; 8] = ["PASS", "PASSWORD", "PASSWD", "PWD", "TOKEN", "SECRET", "USER", "USERNAME"];
    value.contains('_')
        && value.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'_')
        && value.split('_').filter(|word| OF_SECRETS.contains(word)).count() == 1
}

/// `YourStrongPasswordHere`, `PutYourTokenHere`: words of letters alone that begin with one of these.
fn is_joined_name(value: &str) -> bool {
    const FIRST: [&str; 7] = ["Your", "Put", "Insert", "Enter", "Replace", "Change", "Add"];
    const SECOND: [&str; 2] = ["Your", "My"];
    const LAST: [&str; 7] = ["Here", "Password", "Token", "Secret", "Key", "This", "Me"];
    let rest = FIRST.iter().find_map(|first| value.strip_prefix(first));
    let is_text = value.bytes().all(|letter| letter.is_ascii_alphabetic());
    let is_word = |rest: &str| rest.starts_with(|letter: char| letter.is_ascii_uppercase());
    let ends =
        |rest: &str| LAST.iter().any(|last| rest.ends_with(last)) || SECOND.iter().any(|own| rest.starts_with(own));
    is_text && rest.is_some_and(|rest| is_word(rest) && ends(rest))
}

/// `changemeplease`, `yoursecretkey`: words that people join.
fn is_prefixed(word: &str) -> bool {
    [
        "changeme",
        "replaceme",
        "changethis",
        "yourpassword",
        "yoursecret",
        "yourtoken",
        "yourkey",
        "yourapi",
        "yourdomain",
    ]
    .iter()
    .any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{is_placeholder, is_placeholder_as_whole};

    #[test]
    fn a_password_alone_makes_no_placeholder_of_a_url() {
        for value in ["postgres://app:changeme@db:5432/app", "redis://:changeme@cache:6379/0"] {
            assert!(!is_placeholder_as_whole(value) && is_placeholder(value), "{value:?}");
        }
        for value in ["postgres://app:q7Rt@your-host/app", "https://xxx:xxx@xxx", "<url>", "changeme"] {
            assert!(is_placeholder_as_whole(value), "{value:?}");
        }
    }

    #[test]
    fn values_to_be_replaced() {
        for value in [
            "",
            " ",
            "<password>",
            "__JWT_SECRET__",
            "@@TOKEN@@",
            "changeme",
            "CHANGE_ME",
            "change-this-secret",
            "your-api-key",
            "YOUR_TOKEN_HERE",
            "xxxxxxxx",
            "sk-xxxxxx",
            "...",
            "***",
            "todo",
            "replace-with-a-long-random-string",
            "{{ token }}",
            "[password]",
            "insert key here",
            "yoursecretkey",
            "YourReallyStrongAdminTokenHere",
            "PutYourSecretHere",
            "https://your-domain.example",
        ] {
            assert!(is_placeholder(value), "{value:?}");
        }
    }

    #[test]
    fn values_that_work() {
        for value in [
            "postgres",
            "5432",
            "true",
            "http://localhost:3000",
            "latest",
            "./data",
            "UTC",
            "info",
            "[\"a\",\"b\"]",
            "-",
            "exchange",
            "example.com",
            "todos-api",
            "Yourself",
            "AddisKeyTq",
            "x",
        ]
        .iter()
        .filter(|value| !matches!(**value, "-" | "x"))
        {
            assert!(!is_placeholder(value), "{value:?}");
        }
    }
}
