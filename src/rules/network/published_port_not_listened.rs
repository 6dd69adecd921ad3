//! A published port behind which nothing listens.

use std::collections::HashSet;

use crate::facts::listeners::{Extent, Listeners, is_named, listeners};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Port, Service};
use crate::rules::Context;

/// Reports the container's side of each such entry.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    for published in cx.facts.published().iter().filter(|one| one.in_effect) {
        let (service, port) = (published.service, published.port);
        let known = listeners(service);
        // Who lives in the service's network namespace uses its ports.
        let alone = cx.facts.reach().siblings(&service.name).len() < 2;
        if !alone || !is_missed(service, port, &known) || !seen.insert(port.place) {
            continue;
        }
        let name = &service.name;
        let who = known.ports.first().map_or("", |one| one.who.as_str());
        let message = format!("nothing in `{name}` listens on port {}", port.target);
        let mut finding = Finding::new(
            "published-port-not-listened",
            Severity::Warning,
            port.target_place,
            format!("services.{name}"),
            message,
        )
        .evidence(port.target.to_string())
        .help(format!("`{who}` listens on {}: publish that one", known.shown()));
        finding.confidence = if service.build.is_some() { Confidence::Medium } else { Confidence::High };
        findings.push(finding);
    }
}

/// Whether a service is known not to listen on the port of an entry, for all that it says of itself.
fn is_missed(service: &Service, port: &Port, known: &Listeners) -> bool {
    let named = is_named(service, port.target);
    // Who publishes the known port as well knows the image: the other one may be opened by what is not read.
    let met = service.ports.iter().any(|one| known.get(one.target).is_some());
    port.protocol == "tcp" && known.extent == Extent::All && !met && !named
}
