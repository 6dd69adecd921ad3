//! Secrets in addresses: `scheme://user:password@host`, `user:password@host`, `?token=…`, and addresses that let anyone
//! who knows them post.

use std::ops::Range;

use super::defaults::defaults;
use super::names::{Secrecy, secrecy};
use super::random::{is_random, is_typed_password};
use super::ranges::shift;
use super::references::{is_stand_in, looks_like_reference, reference_length};

/// Schemes whose authority may be followed by a path with an `@`.
const OF_THE_WEB: &[&str] = &["http", "https", "ws", "wss", "git+https", "git+http"];

/// Schemes of addresses that are not URLs with a host: what is before the colon is not a user.
const WITHOUT_PASSWORD: &[&str] = &["mailto", "acct", "sip", "sips", "xmpp", "cid", "urn", "tel", "sms", "matrix"];

/// Names of parameters that let somebody in and are not named like secrets elsewhere.
const PARAMETERS: &[&str] = &[
    "auth",
    "code",
    "hmac",
    "jwt",
    "key",
    "pass",
    "pw",
    "pwd",
    "sas",
    "sig",
    "sign",
    "signature",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-goog-signature",
];

/// Addresses behind which everything is the secret: Slack, Discord, Telegram, Microsoft Teams, Google Chat, Zapier, IFTTT,
/// Feishu, Healthchecks, as their documentation of webhooks has them.
const HOOKS: &[&str] = &[
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "hooks.slack-gov.com/services/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "api.telegram.org/bot",
    "webhook.office.com/webhookb2/",
    "outlook.office.com/webhook/",
    "hooks.zapier.com/hooks/catch/",
    "maker.ifttt.com/trigger/",
    "open.feishu.cn/open-apis/bot/v2/hook/",
    "open.larksuite.com/open-apis/bot/v2/hook/",
    "hc-ping.com/",
    "events.pagerduty.com/integration/",
    "api.opsgenie.com/v1/json/",
    "hook.integromat.com/",
    "webhook.site/",
];

/// Parts of a path behind which a random part is a secret.
const BEFORE_SECRETS: &[&str] =
    &["hook", "hooks", "webhook", "webhooks", "push", "token", "key", "invoke", "trigger", "ping"];

/// Hides the secrets in addresses of a text.
pub(super) fn addresses(text: &str, hidden: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("://")).map(|at| at + from) {
        from = at + 3;
        let before = text.get(..at).unwrap_or("");
        let is_of_scheme = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
        let scheme = before.rsplit(|letter| !is_of_scheme(letter)).next().unwrap_or("");
        url(text, at + 3, scheme, hidden);
    }
    if text.contains('@') {
        bare(text, hidden);
    }
}

/// Looks at the address whose authority starts at a byte.
fn url(text: &str, start: usize, scheme: &str, hidden: &mut Vec<Range<usize>>) {
    let rest = text.get(start..).unwrap_or("");
    let length = word_length(rest);
    let word = rest.get(..length).unwrap_or("");
    let authority = authority_length(word);
    let is_of_web = OF_THE_WEB.iter().any(|web| scheme.eq_ignore_ascii_case(web));
    match find_last(word.get(..authority).unwrap_or(""), '@') {
        Some(at) => user_info(text, start..start + at, hidden),
        None => far_password(text, start, word, is_of_web, hidden),
    }
    let path = word.get(authority..).unwrap_or("");
    parameters(path, start + authority, hidden);
    hooks(text, start..start + length, hidden);
}

/// The bytes up to a blank, a quote or a bracket; variables and templates are passed over.
fn word_length(text: &str) -> usize {
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        if let Some(length) = reference_length(rest).filter(|_| matches!(first, '$' | '{' | '<')) {
            at += length;
        } else if first.is_whitespace() || "\"'`<>|\\".contains(first) {
            break;
        } else {
            at += first.len_utf8();
        }
    }
    at
}

fn authority_length(word: &str) -> usize {
    let mut at = 0;
    while let Some(first) = word.get(at..).and_then(|rest| rest.chars().next()) {
        match reference_length(word.get(at..).unwrap_or("")) {
            Some(length) => at += length,
            None if matches!(first, '/' | '?' | '#') => break,
            None => at += first.len_utf8(),
        }
    }
    at
}

/// The last of a character outside of references.
fn find_last(text: &str, wanted: char) -> Option<usize> {
    let mut last = None;
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match reference_length(text.get(at..).unwrap_or("")) {
            Some(length) => at += length,
            None => {
                last = if first == wanted { Some(at) } else { last };
                at += first.len_utf8();
            }
        }
    }
    last
}

/// The colon between user and password, outside of references.
fn find_colon(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match reference_length(text.get(at..).unwrap_or("")) {
            Some(length) => at += length,
            None if first == ':' => return Some(at),
            None => at += first.len_utf8(),
        }
    }
    None
}

/// `user:password`, or a token in place of the user.
fn user_info(text: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let info = text.get(range.clone()).unwrap_or("");
    match find_colon(info) {
        // Several addresses in one text: `redis://:a@b,redis://:c@d`.
        Some(colon) => literal(text, range.start + colon + 1..range.end, hidden),
        None if is_random(info) || info.len() >= 16 && is_typed_password(info) => literal(text, range.clone(), hidden),
        None => {}
    }
    if let Some(colon) = find_colon(info)
        && info.get(..colon).is_some_and(is_random)
    {
        literal(text, range.start..range.start + colon, hidden);
    }
}

/// A password with a slash or a blank in it: the `@` is further away than an address would have it.
fn far_password(text: &str, start: usize, word: &str, is_of_web: bool, hidden: &mut Vec<Range<usize>>) {
    let Some(colon) = find_colon(word.get(..authority_length(word)).unwrap_or("")) else { return };
    let behind = word.get(colon + 1..).unwrap_or("");
    let port = behind.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(at) = find_last(word, '@').filter(|at| *at > colon) {
        let password = word.get(colon + 1..at).unwrap_or("");
        let parts: Vec<&str> = password.split('/').collect();
        let is_secret = if is_of_web { parts.iter().any(|part| is_random(part)) } else { !password.ends_with('/') };
        if is_secret && is_host(word.get(at + 1..).unwrap_or("")) {
            literal(text, start + colon + 1..start + at, hidden);
        }
        return;
    }
    if port == behind.len() || behind.get(port..).is_some_and(|rest| rest.starts_with(['/', '?', '#', ','])) && port > 0
    {
        return;
    }
    let rest = text.get(start + colon + 1..).unwrap_or("");
    let line = rest.get(..rest.find(['"', '\'', '\n', '`']).unwrap_or(rest.len())).unwrap_or("");
    let is_alone = text.get(..start).is_some_and(|before| !before.trim_start().contains(' '));
    if let Some(at) = line.find('@').filter(|_| is_alone && !is_of_web)
        && is_host(line.get(at + 1..).unwrap_or(""))
    {
        literal(text, start + colon + 1..start + colon + 1 + at, hidden);
    }
}

fn is_host(text: &str) -> bool {
    let host = text.split(['/', ':', '?', ',', ')']).next().unwrap_or("");
    let is_driver = host.starts_with("tcp(") || host.starts_with("unix(");
    is_driver
        || !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_${}[]".contains(&byte))
}

/// `user:password@host` without a scheme.
fn bare(text: &str, hidden: &mut Vec<Range<usize>>) {
    let mut at = 0;
    for word in text.split(|letter: char| letter.is_whitespace() || "\"'`<>,;".contains(letter)) {
        let start = at;
        // Every separator but one of several bytes has one; the next word is looked for from here.
        at = text
            .get(start + word.len()..)
            .and_then(|rest| rest.chars().next())
            .map_or(text.len(), |letter| start + word.len() + letter.len_utf8());
        if word.contains("://") {
            continue;
        }
        let (lead, word) = word.rsplit_once('=').map_or((0, word), |(name, rest)| (name.len() + 1, rest));
        let Some(sign) = find_last(word, '@') else { continue };
        let (info, host) = (word.get(..sign).unwrap_or(""), word.get(sign + 1..).unwrap_or(""));
        let Some(colon) = find_colon(info) else { continue };
        let (user, password) = (info.get(..colon).unwrap_or(""), info.get(colon + 1..).unwrap_or(""));
        let is_user = !user.is_empty() && !user.contains('/') && !WITHOUT_PASSWORD.contains(&user);
        let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
        let is_driver = host.starts_with("tcp(") || host.starts_with("unix(");
        let is_secret = is_driver || is_typed_password(password) || is_random(password);
        if is_user && !is_digest && is_secret && is_host(host) {
            let from = start + lead + colon + 1;
            literal(text, from..from + password.len(), hidden);
        }
    }
}

/// `?token=…&sig=…`, also behind `#`.
fn parameters(path: &str, base: usize, hidden: &mut Vec<Range<usize>>) {
    let Some(open) = path.find(['?', '#']) else { return };
    let mut at = open + 1;
    for pair in path.get(open + 1..).unwrap_or("").split(['&', ';', '?', '#']) {
        if let Some((name, value)) = pair.split_once('=') {
            let lower = name.to_ascii_lowercase();
            let is_secret = secrecy(name) == Secrecy::Secret
                || PARAMETERS.contains(&lower.as_str()) && (is_typed_password(value) || is_random(value))
                || secrecy(name) == Secrecy::Perhaps && is_random(value);
            if is_secret && !value.is_empty() && !looks_like_reference(value) && !is_stand_in(value) {
                let start = base + at + name.len() + 1;
                hidden.push(start..start + value.len());
            }
        }
        at += pair.len() + 1;
    }
}

/// The parts of an address that only those know who may post to it.
fn hooks(text: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let word = text.get(range.clone()).unwrap_or("");
    let bare = word.split_once('@').map_or(word, |(_, host)| host);
    let skipped = word.len() - bare.len();
    let known = HOOKS.iter().find_map(|hook| bare.find(hook).filter(|at| *at <= 40).map(|at| at + hook.len()));
    if let Some(at) = known.filter(|at| *at < bare.len()) {
        literal(text, range.start + skipped + at..range.end, hidden);
        return;
    }
    let mut at = 0;
    let mut is_hook = bare.split('/').next().is_some_and(|host| host.contains("hook"));
    for part in bare.split('/') {
        let end = part.find(['?', '#']).unwrap_or(part.len());
        let own = part.get(..end).unwrap_or("");
        if at > 0 && is_hook && (is_random(own) || own.len() >= 10 && is_typed_password(own)) {
            literal(text, range.start + skipped + at..range.start + skipped + at + end, hidden);
        }
        is_hook |= BEFORE_SECRETS.contains(&own.to_ascii_lowercase().as_str());
        at += part.len() + 1;
    }
}

/// Hides a stretch that is a secret, unless it is made of references; words in those are hidden elsewhere.
fn literal(text: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let value = text.get(range.clone()).unwrap_or("");
    if value.is_empty() || is_stand_in(value) {
        return;
    }
    if looks_like_reference(value) {
        let mut inner = Vec::new();
        defaults(value, Secrecy::Secret, &mut inner);
        hidden.extend(shift(inner, range.start));
        return;
    }
    hidden.push(range);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::ranges::merge;

    fn check(text: &str, expect: &[&str]) {
        let mut hidden = Vec::new();
        addresses(text, &mut hidden);
        let found: Vec<&str> = merge(hidden).into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn passwords_of_addresses() {
        check("x: postgres://me:hunter2@db:5432/x", &["hunter2"]);
        check("redis://:p@ss@cache,redis://:b@c", &["p@ss", "b"]);
        check("amqp://u:a/b@mq", &["a/b"]);
        check("postgres://me:12345/q7Rt@db/x", &["12345/q7Rt"]);
        check("amqp://u:p wq7@mq", &["p wq7"]);
        check("db://${U:-a}:${P:-lit}@db", &["lit"]);
        check("https://q7Rt2LmX9zKw4b@git.example.com/x.git", &["q7Rt2LmX9zKw4b"]);
        check("me:q7Rt2LmX@db:5432", &["q7Rt2LmX"]);
        check("DSN=me:secret@tcp(db:3306)/x", &["secret"]);
        check("https://oauth2:x1@git.example.com", &["x1"]);
    }

    #[test]
    fn parameters_and_hooks() {
        check("https://x.example.com/feed?sig=q7Rt2LmX9zKw&page=2", &["q7Rt2LmX9zKw"]);
        check("https://x/y?access_token=abc#x", &["abc"]);
        check("https://hooks.slack.com/services/T0/B0/xyz", &["T0/B0/xyz"]);
        check("https://chat.example.com/hooks/q7rt2lmx9zkw4b8d", &["q7rt2lmx9zkw4b8d"]);
    }

    #[test]
    fn other_addresses_stay() {
        for text in [
            "postgres://db:5432/app",
            "https://example.com/a:b@c",
            "noreply@example.com",
            "git@git.example.com:team/app7.git",
            "http://app:8080/login?next=/token/new",
            "https://${USER}:${PASS}@example.com/x",
            "http://registry:4873/@scope/app7",
            "ssh://git@git.example.com:22/x7",
            "http://web:80/a@b",
            "busybox:1.37@sha256:0f3c1d2e",
            "mailto:team2024@example.com",
            "https://hooks.example.com/deploy/staging",
            "https://discord.com/developers/docs/intro",
            "https://x.example.com/feed?sort=newest&page=7",
            "redis://cache:6379,redis://other:6380",
            "http://a:80 me@example.com",
            "urn:isbn:123@x",
        ] {
            check(text, &[]);
        }
    }
}
