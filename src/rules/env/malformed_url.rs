//! A value that begins like a URL and cannot be one.

use crate::collections::HashSet;
use crate::compose::load::environment::line_place;
use crate::finding::{Finding, Subject, rule};
use crate::model::VariableSource;
use crate::rules::Context;
use crate::source::Place;

/// Schemes whose URLs have a host, and so two slashes.
const SCHEMES: [&str; 14] = [
    "http",
    "https",
    "ws",
    "wss",
    "postgres",
    "postgresql",
    "mysql",
    "mongodb",
    "redis",
    "rediss",
    "amqp",
    "amqps",
    "ftp",
    "s3",
];

/// Reports each such value of a service, and each such line of an env file or its example, once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashSet<(Place, String)> = HashSet::default();
    for service in cx.model.services.values() {
        for (name, variable) in &service.environment {
            let Some(value) = variable.value.as_ref().filter(|_| variable.source == VariableSource::Environment) else {
                continue;
            };
            // What comes through a variable is wrong where that is set.
            if value.is_interpolated() || !seen.insert((value.place, name.clone())) {
                continue;
            }
            findings.extend(finding(name, Subject::service(&service.name), &value.value, value.place));
        }
    }
    for (file, line) in cx.facts.env_lines().into_iter().chain(cx.facts.example_lines()) {
        let place = line_place(file, 0, line.value_span.0, line.value_span.1);
        let Some(value) = line.value.as_ref().filter(|_| line.uses.is_empty()) else { continue };
        findings.extend(finding(&line.key, Subject::variable(&line.key), value, place));
    }
}

fn finding(name: &str, subject: Subject, value: &str, place: Place) -> Option<Finding> {
    let fault = fault(value.trim())?;
    let (what, help) = match fault {
        Fault::Slashes => ("lacks a slash behind the scheme", "write `scheme://host`"),
        Fault::Colon => ("lacks the colon behind the scheme", "write `scheme://host`"),
        Fault::Schemes => ("has two schemes", "remove one of them"),
        Fault::Link => ("is a Markdown link", "write the address alone"),
    };
    let message = format!("the URL in `{name}` {what}");
    Some(Finding::new(rule::MALFORMED_URL, place, subject, message).evidence(name.to_owned()).help(help))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// `http:/host`.
    Slashes,
    /// `http//host`.
    Colon,
    /// `http://https://host`.
    Schemes,
    /// `[https://host](https://host)`.
    Link,
}

fn fault(value: &str) -> Option<Fault> {
    let is_word = |rest: &str| rest.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    if let Some(inner) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')) {
        let target = inner.split_once("](").map(|(_, target)| target);
        return target.filter(|target| target.starts_with("http")).map(|_| Fault::Link);
    }
    let lower = value.to_ascii_lowercase();
    let scheme = SCHEMES.iter().find(|scheme| {
        lower.strip_prefix(**scheme).is_some_and(|rest| rest.starts_with(':') || rest.starts_with("//"))
    })?;
    let rest = lower.get(scheme.len()..)?;
    match (rest.strip_prefix(":/"), rest.strip_prefix("//"), rest.strip_prefix("://")) {
        (_, _, Some(host)) => ["http://", "https://"].iter().any(|one| host.starts_with(one)).then_some(Fault::Schemes),
        (Some(host), _, _) => is_word(host).then_some(Fault::Slashes),
        (_, Some(host), _) => (is_word(host) && scheme.starts_with("http")).then_some(Fault::Colon),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_be_urls() {
        for (value, expect) in [
            ("http:/localhost:9001", Some(Fault::Slashes)),
            ("https//shop.example.org", Some(Fault::Colon)),
            ("http://https://shop.example.org", Some(Fault::Schemes)),
            ("[https://shop.example.org](https://shop.example.org)", Some(Fault::Link)),
            ("http://localhost:9001", None),
            ("redis:8080", None),
            ("redis:7/alpine", None),
            ("postgres:///shop", None),
            ("[a](b)", None),
            ("http:", None),
            ("https", None),
            ("", None),
        ] {
            assert_eq!(fault(value), expect, "{value}");
        }
    }
}
