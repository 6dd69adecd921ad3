//! A published port that nothing listens on.

use crate::collections::{HashSet, IndexMap};
use crate::facts::network::listeners::{Listeners, PortEvidence, closed, missed};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};

/// Reports the container's side of each such entry; those of one service are one finding.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    let mut services: IndexMap<&str, (Vec<&Port>, &Service, Listeners)> = IndexMap::default();
    for published in cx.facts.published().iter().filter(|one| one.in_effect && one.is_active) {
        let (service, port) = (published.service, published.port);
        if let Some(opener) = closed(service, port).filter(|_| !is_explained(cx, port)) {
            if seen.insert(port.place) {
                findings.push(unopened(service, port, opener));
            }
            continue;
        }
        let Some(known) = missed(cx.facts, service, port) else { continue };
        if is_explained(cx, port) || !seen.insert(port.place) {
            continue;
        }
        services.entry(&service.name).or_insert_with(|| (Vec::new(), service, known)).0.push(port);
    }
    findings.extend(services.values().filter_map(|(ports, service, known)| finding(ports, service, known)));
}

/// A port that the image only listens on once something opens it.
fn unopened(service: &Service, port: &Port, opener: &str) -> Finding {
    let (name, number) = (&service.name, port.target);
    let message = format!("nothing in `{name}` listens on port {number}");
    let help = if opener.starts_with('-') {
        format!("add `{opener} :{number}` to the command")
    } else {
        format!("use a tag with `{opener}`: other tags of this image do not open the port")
    };
    Finding::new(rule::PUBLISHED_PORT_NOT_LISTENED, port.target_place, Subject::service(name), message)
        .evidence(number.to_string())
        .help(help)
        .confidence(Confidence::High)
}

/// Whether a comment at an entry says in words what is behind its port.
fn is_explained(cx: &Context<'_>, port: &Port) -> bool {
    let comment = cx.facts.comments_at(port.place);
    comment.split_whitespace().count() > 4 && comment.contains(&port.target.to_string())
}

fn finding(ports: &[&Port], service: &Service, known: &Listeners) -> Option<Finding> {
    let (first, others) = ports.split_first()?;
    let name = &service.name;
    let numbers: Vec<String> = ports.iter().map(|port| port.target.to_string()).collect();
    let which = match numbers.as_slice() {
        [only] => format!("port {only}"),
        [all @ .., last] => format!("ports {} and {last}", all.join(", ")),
        [] => return None,
    };
    let message = format!("nothing in `{name}` listens on {which}");
    let mut finding =
        Finding::new(rule::PUBLISHED_PORT_NOT_LISTENED, first.target_place, Subject::service(name), message)
            .evidence(first.target.to_string())
            .help(help(known, others.is_empty()));
    for port in others.iter().take(LABELS) {
        finding = finding.label(port.target_place, format!("nor on port {}", port.target));
    }
    finding.confidence = if service.build.is_some() { Confidence::Medium } else { Confidence::High };
    Some(finding)
}

fn help(known: &Listeners, is_one: bool) -> String {
    let Some(first) = known.ports.first() else { return String::new() };
    match first.evidence {
        PortEvidence::Configuration => {
            let ports: Vec<String> = known.ports.iter().map(|one| one.port.to_string()).collect();
            let entry = if is_one { "the entry" } else { "the entries" };
            format!("remove {entry}, or add a listener to its configuration, which has {}", and_list(&ports))
        }
        PortEvidence::Dockerfile => format!("publish the port that its Dockerfile exposes, {}", known.shown()),
        _ => format!("publish the port that `{}` listens on, {}", first.who, known.shown()),
    }
}
