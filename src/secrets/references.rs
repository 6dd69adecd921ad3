//! Values that say where a secret is kept instead of being one, and those that stand in for one.

use super::random::is_random;

/// Whether the rest of a value names a place.
type Holds = fn(&str) -> bool;

/// What a value begins with that names a place, and whether the rest of it does.
const KEPT_ELSEWHERE: &[(&str, Holds)] = &[
    ("/run/secrets/", is_path),
    ("/var/run/secrets/", is_path),
    ("arn:aws", |rest| rest.matches(':').count() >= 4),
    ("awssecretsmanager:", is_path),
    ("azurekeyvault:", is_path),
    ("doppler:", is_path),
    ("env:", is_variable_name),
    ("file:", |rest| rest.contains('/') && is_path(rest)),
    ("gcpsecretmanager:", is_path),
    ("op://", is_path),
    ("ref+", |rest| rest.contains("://") && is_path(rest)),
    ("secretsmanager:", is_path),
    ("sops:", is_path),
    ("ssm:", is_path),
    ("vault:", |rest| rest.contains('/') && is_path(rest)),
];

/// Whether a value refers to a secret instead of being one: `${X}`, `$X`, `${X:?set it}`, `$$X` for the container's
/// shell, `$(command)`, `{{ template }}`, `/run/secrets/x`, `op://…`; also several of them with nothing but
/// punctuation between. An empty value is not a reference.
pub(super) fn looks_like_reference(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    let kept = KEPT_ELSEWHERE.iter().find_map(|(start, holds)| Some((value.strip_prefix(start)?, holds)));
    if kept.is_some_and(|(rest, holds)| holds(rest)) {
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

/// Whether a value stands in for a secret or is none whatever its name says: a switch, `<your password>`, `****`.
pub(super) fn is_stand_in(value: &str) -> bool {
    let value = value.trim().trim_end_matches(',');
    let words = ["true", "false", "yes", "no", "on", "off", "null", "none", "nil", "~", "undefined"];
    let framed = value.starts_with('<') && value.ends_with('>') && value.len() > 2;
    value.chars().all(|letter| matches!(letter, '*' | '.' | '•' | '…' | '"' | '\'' | 'x' | 'X' | '_' | '-' | '?'))
        || framed && !value.split(['<', '>']).any(is_random)
        || words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The length in bytes of the reference that a text starts with; `None` where it starts with something else.
pub(super) fn reference_length(text: &str) -> Option<usize> {
    if !text.starts_with(['$', '{', '<']) {
        return None;
    }
    let closed =
        |open: &str, close: &str| text.starts_with(open).then(|| text.find(close).map(|at| at + close.len())).flatten();
    if let Some(length) = closed("{{", "}}").or_else(|| closed("<%", "%>")).or_else(|| closed("{$", "}")) {
        return Some(length);
    }
    let rest = text.strip_prefix('$')?;
    let rest = rest.strip_prefix('$').unwrap_or(rest);
    let dollars = text.len() - rest.len();
    match rest.chars().next()? {
        '{' => balanced(rest, '{', '}').map(|length| dollars + length),
        '(' => balanced(rest, '(', ')').map(|length| dollars + length),
        first if first.is_ascii_alphabetic() || first == '_' => {
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let name = rest.get(..end)?;
            is_variable_name(name).then_some(dollars + end)
        }
        _ => None,
    }
}

/// Whether a word is a name that people give a variable, and not the rest of a password behind a `$`.
pub(super) fn is_variable_name(word: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if word.is_empty() || !word.bytes().all(is_word) || word.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let has = |wanted: fn(&u8) -> bool| word.bytes().any(|byte| wanted(&byte));
    let numbered = |part: &str| {
        let stem = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
        stem.bytes().filter(u8::is_ascii_digit).count() <= 2
    };
    if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit) {
        return word.len() < 12 && !is_random(word);
    }
    word.split('_').all(numbered) && !word.split('_').any(is_random)
}

/// Whether a rest is a path or a name, and nothing random is in it.
fn is_path(rest: &str) -> bool {
    !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_graphic())
        && !rest.split(['/', '#', ':', '?', '&', '=', '.', '+']).any(is_random)
}

/// The length in bytes up to and with the bracket that closes the first one.
pub(super) fn balanced(text: &str, open: char, close: char) -> Option<usize> {
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
    fn references() {
        for value in [
            "${X}",
            "$X",
            "\"${DB_PASSWORD:?set it}\"",
            "${A:-${B}}",
            "$$PASSWORD",
            "$$DB_PASSWORD_7",
            "$$db_password",
            "$dbPassword",
            "$(cat /run/secrets/x)",
            "${USER}:${PASS}",
            "{{ vault.password }}",
            "{$API_TOKEN}",
            "<%= ENV['X'] %>",
            "/run/secrets/db",
            "op://vault/item/field",
            "file:/run/secrets/db7",
            "vault:secret/data/app7#password",
            "env:DB_PASSWORD",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app",
        ] {
            assert!(looks_like_reference(value), "{value}");
        }
    }

    #[test]
    fn passwords_that_begin_like_references() {
        for value in [
            "",
            "hunter2",
            "${X}hunter2",
            "pa$$word",
            "p${",
            "$",
            "---",
            "hunter2{{x}}",
            "$$q7Rt2LmX9zKw4b",
            "$q7Rt2LmX9zKw4b",
            "file:q7Rt2LmX9zKw4b",
            "vault:q7Rt2LmX9zKw4b",
            "env:q7Rt2LmX9zKw4b",
            "file:/q7Rt2LmX9zKw4b",
        ] {
            assert!(!looks_like_reference(value), "{value}");
        }
    }

    #[test]
    fn stand_ins() {
        assert!(is_stand_in("<your password>") && is_stand_in("****") && is_stand_in("True") && is_stand_in("xxxx"));
        assert!(!is_stand_in("hunter2") && !is_stand_in("changeme") && !is_stand_in("<q7Rt2LmX9zKw4b>"));
    }
}
