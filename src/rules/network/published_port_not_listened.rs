//! A published port that nothing listens on.

use crate::collections::HashSet;
use crate::facts::network::listeners::missed;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::rules::Context;

/// Reports the container's side of each such entry.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for published in cx.facts.published().iter().filter(|one| one.in_effect && one.is_active) {
        let (service, port) = (published.service, published.port);
        let Some(known) = missed(cx.facts, service, port) else { continue };
        if !seen.insert(port.place) {
            continue;
        }
        let name = &service.name;
        let who = known.ports.first().map_or("", |one| one.who.as_str());
        let message = format!("nothing in `{name}` listens on port {}", port.target);
        let mut finding =
            Finding::new(rule::PUBLISHED_PORT_NOT_LISTENED, port.target_place, Subject::service(name), message)
                .evidence(port.target.to_string())
                .help(format!("publish the port that `{who}` listens on, {}", known.shown()));
        finding.confidence = if service.build.is_some() { Confidence::Medium } else { Confidence::High };
        findings.push(finding);
    }
}
