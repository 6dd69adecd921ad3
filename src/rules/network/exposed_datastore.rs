//! A database, cache, broker or search engine that other machines can reach.

use std::collections::HashSet;

use crate::catalogue::schema::ExposureKind;
use crate::facts::images::known_image;
use crate::facts::published::{Exposure, Published};
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::support::{allows_ports, for_purpose};
use crate::rules::{Context, fixes};

/// The bridge that Docker makes for containers; no other machine reaches it.
const DOCKER_BRIDGE: &str = "172.17.0.1";

/// Reports each published port behind which the catalogue knows a datastore.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::new();
    for published in cx.facts.published() {
        let (service, port) = (published.service, published.port);
        let bridge = published.reach == Exposure::Address(DOCKER_BRIDGE.to_owned());
        if !published.in_effect || !published.reach.is_beyond_loopback() || bridge || is_allowed(cx, published) {
            continue;
        }
        let Some(known) = known_image(service) else { continue };
        let Some(exposure) = known.image.exposure(port.target).filter(|one| one.kind != ExposureKind::Admin) else {
            continue;
        };
        let (severity, whom) = match &published.reach {
            Exposure::Address(address) => (Severity::Warning, format!("whoever reaches `{address}`")),
            _ => (Severity::Error, "every network the host is on".to_owned()),
        };
        let severity = if port.published.is_none() { Severity::Warning } else { severity };
        let severity = for_purpose(severity, cx.facts.purpose());
        let name = &service.name;
        let message = format!("the {} `{name}` is open on {} to {whom}", exposure.kind.name(), shown(port.published));
        let help = format!(
            "{}; publish it as `127.0.0.1:{}:{}`, or take the entry out: services of this project reach `{name}` without it",
            exposure.why,
            port.published.map_or(port.target, |(first, _)| first),
            port.target
        );
        let mut finding = Finding::new("exposed-datastore", severity, port.place, format!("services.{name}"), message)
            .evidence(port.target.to_string())
            .help(help);
        if !seen.insert(finding.place) {
            continue;
        }
        finding.fix = fixes::on_loopback(cx, port);
        if !known.exact {
            finding.confidence = Confidence::Medium;
        }
        findings.push(finding);
    }
}

/// Whether the configuration says that this port, or this address of the host, may be open.
fn is_allowed(cx: &Context<'_>, published: &Published<'_>) -> bool {
    const RULE: &str = "exposed-datastore";
    let address = match &published.reach {
        Exposure::Address(address) => address.parse().ok(),
        _ => None,
    };
    allows_ports(cx.settings, RULE, published.port.published)
        || address.is_some_and(|address| cx.settings.lists_address(RULE, "allowed_networks", address))
}

fn shown(published: Option<(u16, u16)>) -> String {
    match published {
        Some((first, last)) if first == last => format!("port {first}"),
        Some((first, last)) => format!("a port from {first} to {last}"),
        None => "a port that Docker picks".to_owned(),
    }
}
