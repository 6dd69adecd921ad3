//! The grammar of image references (`distribution/reference` 0.6, which docker compose 2.40.3 and the engine parse with).

use super::ValueFlaw;
use crate::compose::value::Value;

/// The longest name of a repository, without its registry.
const LONGEST_NAME: usize = 255;
/// The longest tag.
const LONGEST_TAG: usize = 128;

/// What keeps a text from being a reference.
pub(crate) fn flaw(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    if is_id(text) {
        return None;
    }
    let reason = reason(text)?;
    Some(ValueFlaw::new(format!("invalid image reference `{text}`: {reason}")).help(help(text, &reason)))
}

/// The id of an image that is there already.
fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    digits.len() == 64 && digits.bytes().all(is_hexadecimal)
}

fn is_hexadecimal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn help(text: &str, reason: &str) -> String {
    let address = text.split_once("://").map(|(_, address)| address);
    match address {
        Some(address) if self::reason(address).is_none() => format!("use `{address}`"),
        _ if reason.contains("lowercase") => "use lowercase letters".to_owned(),
        _ => "use the form `[registry/]name[:tag][@digest]`".to_owned(),
    }
}

/// Why a text is not a reference.
fn reason(text: &str) -> Option<String> {
    if text.contains("://") {
        return Some("it starts with a URL scheme".to_owned());
    }
    if let Some(blank) = text.chars().find(|character| character.is_whitespace()) {
        return Some(if blank == ' ' { "it contains a space".to_owned() } else { "it contains whitespace".to_owned() });
    }
    let (named, digest) = match text.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (text, None),
    };
    let (registry, rest) = split_registry(named);
    let (name, tag) = match rest.split_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (rest, None),
    };
    registry.and_then(bad_registry).or_else(|| bad_name(name)).or_else(|| bad_tag(tag?)).or_else(|| bad_digest(digest?))
}

/// The registry is what comes before the first slash, where it has a dot, a port or a capital, or is `localhost`.
fn split_registry(named: &str) -> (Option<&str>, &str) {
    match named.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase) =>
        {
            (Some(first), rest)
        }
        _ => (None, named),
    }
}

fn bad_registry(registry: &str) -> Option<String> {
    let (host, port) = match registry.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            let is_address =
                !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            (if is_address { "ipv6" } else { "" }, port.strip_prefix(':'))
        }
        None => match registry.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (registry, None),
        },
    };
    let is_part = |part: &str| {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(word) && !part.starts_with('-') && !part.ends_with('-')
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let fits = host.split('.').all(is_part) && port.is_none_or(is_port);
    (!fits).then(|| format!("invalid registry `{registry}`"))
}

fn bad_name(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("the repository name is missing".to_owned());
    }
    if name.chars().any(char::is_uppercase) {
        return Some("repository names must be lowercase".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Some(format!("the repository name is longer than {LONGEST_NAME} characters"));
    }
    let part = name.split('/').find(|part| !is_path_part(part))?;
    Some(match part {
        "" => "a path component is empty".to_owned(),
        _ => format!("invalid path component `{part}`"),
    })
}

/// Small letters and digits, and between them a dot, one or two underscores, or dashes.
fn is_path_part(part: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = |byte: u8| word(byte) || matches!(byte, b'.' | b'_' | b'-');
    let ends = part.bytes().next().is_some_and(word) && part.bytes().next_back().is_some_and(word);
    ends && part.bytes().all(inner)
        && part
            .split(|letter: char| letter.is_ascii_alphanumeric())
            .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-'))
}

fn bad_tag(tag: &str) -> Option<String> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if tag.is_empty() {
        return Some("the tag is empty".to_owned());
    }
    let fits = tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
        && tag.len() <= LONGEST_TAG;
    (!fits).then(|| format!("invalid tag `{tag}`"))
}

fn bad_digest(digest: &str) -> Option<String> {
    let fits = match digest.split_once(':') {
        Some(("sha256", digits)) => digits.len() == 64 && digits.bytes().all(is_hexadecimal),
        Some(("sha512", digits)) => digits.len() == 128 && digits.bytes().all(is_hexadecimal),
        _ => false,
    };
    (!fits).then(|| match digest.strip_prefix("sha256:") {
        Some(digits) => format!("a `sha256` digest must have 64 hexadecimal digits, but has {}", digits.len()),
        None => "invalid digest".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(reason(text).as_deref(), expect, "{text}");
    }

    #[test]
    fn references_pass() {
        let digest = format!("alpine@sha256:{}", "0f".repeat(32));
        for text in [
            "alpine",
            "library/alpine:3.22",
            "localhost/app",
            "localhost:5000/a/b__c:v1",
            "registry.example.com:443/a-b/c.d/e--f_g:1.0_x-RC",
            "UPPER.example.com/app",
            "Registry/app",
            "[2001:db8::1]:5000/app:1",
            "127.0.0.1:5000/app",
            "a:_x",
            &digest,
            &format!("ghcr.io/o/{digest}"),
        ] {
            check(text, None);
        }
    }

    #[test]
    fn what_is_no_reference_says_why() {
        check("nginx:", Some("the tag is empty"));
        check(&"a".repeat(LONGEST_NAME), None);
        let longer = format!("the repository name is longer than {LONGEST_NAME} characters");
        check(&"a".repeat(LONGEST_NAME + 1), Some(&longer));
        check(":1.0", Some("the repository name is missing"));
        check("nginx: latest", Some("it contains a space"));
        check("Nginx", Some("repository names must be lowercase"));
        check("nvcr.io/YOUR_ORG/nim:1", Some("repository names must be lowercase"));
        check("https://ghcr.io/a/b", Some("it starts with a URL scheme"));
        check("a//b", Some("a path component is empty"));
        check("a/b/", Some("a path component is empty"));
        check("app_:1", Some("invalid path component `app_`"));
        check("a___b", Some("invalid path component `a___b`"));
        check("a._b", Some("invalid path component `a._b`"));
        check("<your-image>", Some("invalid path component `<your-image>`"));
        check("app:1:2", Some("invalid tag `1:2`"));
        check("app:-1", Some("invalid tag `-1`"));
        check("app:x/2:3", Some("invalid registry `app:x`"));
        check("app@sha256:abc", Some("a `sha256` digest must have 64 hexadecimal digits, but has 3"));
        check("app@latest", Some("invalid digest"));
        check("-a.example.com/app", Some("invalid registry `-a.example.com`"));
    }

    #[test]
    fn ids_are_left_alone() {
        assert!(is_id(&format!("sha256:{}", "a1".repeat(32))));
        assert!(is_id(&"a1".repeat(32)));
        assert!(!is_id("a1"));
    }
}
