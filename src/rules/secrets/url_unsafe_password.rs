//! A password with characters that end it in an address.

use crate::finding::{Finding, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;

/// Characters that mean something in the authority of an address (RFC 3986, section 3.2).
const UNSAFE: [char; 9] = ['@', ':', '/', '?', '#', '%', '[', ']', ' '];

/// Reports each variable once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = crate::collections::HashSet::default();
    for service in cx.model.services.values() {
        for (key, variable) in &service.environment {
            let Some(value) = &variable.value else { continue };
            findings.extend(of_value(cx, service, key, value).filter(|finding| seen.insert(finding.evidence.clone())));
        }
    }
}

fn of_value(cx: &Context<'_>, service: &Service, key: &str, value: &Spanned<String>) -> Option<Finding> {
    let text = value.value.as_str();
    let start = text.find("://")? + 3;
    let is_password = |from: usize, to: usize| {
        let before = text.get(start..from).unwrap_or("");
        let behind = text.get(to..).unwrap_or("");
        before.contains(':') && !before.contains(['/', '@']) && behind.starts_with('@')
    };
    let part = value.parts.iter().find(|part| {
        let (from, to) = (part.start as usize, part.end as usize);
        part.variable.is_some() && !part.is_default && from > start && is_password(from, to)
    })?;
    let name = part.variable.as_ref()?.as_str();
    let own = text.get(part.start as usize..part.end as usize)?;
    let is_escaped = own
        .match_indices('%')
        .all(|(at, _)| own.get(at + 1..at + 3).is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit())));
    let found = own.chars().find(|letter| UNSAFE.contains(letter) && (*letter != '%' || !is_escaped))?;
    let (service, message) = (
        &service.name,
        format!("`{name}` has a `{found}`, which ends or changes the password in the address of `{key}`"),
    );
    let mut finding = Finding::new(rule::URL_UNSAFE_PASSWORD, part.place, Subject::service(service), message)
        .evidence(name.to_owned())
        .help("use a password of letters, digits, `-`, `.`, `_` and `~`, or a second variable with the password percent-encoded");
    if let Some(line) = cx.project.environment.setting(name).and_then(|setting| setting.place) {
        finding = finding.label(line, "set here");
    }
    Some(finding)
}
