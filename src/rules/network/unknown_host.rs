//! An address whose host is no name that the project has.

use std::collections::HashMap;

use crate::edits;
use crate::facts::peers::{Meaning, Peer};
use crate::finding::{Confidence, Finding, Label, Severity};
use crate::project::nearest;
use crate::rules::Context;
use crate::rules::support::{for_data, put};

/// Reports each unknown name once for each service that uses it.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut groups: HashMap<&str, Vec<&Peer>> = HashMap::new();
    let mut order: Vec<&str> = Vec::new();
    let unknown = |peer: &&Peer| peer.meaning == Meaning::Unknown && peer.variable.is_none();
    for peer in cx.facts.peers().iter().filter(unknown).filter(|peer| !cx.facts.is_service_nearby(&peer.host)) {
        let group = groups.entry(&peer.host).or_default();
        if group.is_empty() {
            order.push(&peer.host);
        }
        group.push(peer);
    }
    for host in order.into_iter().filter(|host| !cx.settings.lists_name("unknown-host", "known_hosts", host)) {
        let Some([first, others @ ..]) = groups.get(host).map(Vec::as_slice) else { continue };
        let known: Vec<&str> = cx.model.services.keys().chain(cx.model.disabled.keys()).map(String::as_str).collect();
        let message = format!("no service of this project is named `{host}`");
        let resource = format!("services.{}", first.service);
        let severity = for_data(Severity::Warning, cx.facts.purpose());
        let mut finding = Finding::new("unknown-host", severity, first.place, resource, message)
            .evidence(host.to_owned())
            .confidence(Confidence::Medium);
        let near = nearest(host, &known);
        if let Some(near) = near.filter(|_| group_is_literal(first, others)) {
            let places = std::iter::once(first).chain(others);
            finding.fix =
                edits::safe(format!("write `{near}`"), edits::all(places.map(|peer| put(cx, peer.place, near))));
        }
        finding.help = Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a service, or give the host under `extra_hosts` if it stands elsewhere".to_owned(),
        });
        finding.labels = others
            .iter()
            .take(8)
            .map(|peer| Label { place: peer.place, message: format!("`{}` names it too", peer.service) })
            .collect();
        findings.push(finding);
    }
}

/// Whether each place holds the name to the letter, and no two are one.
fn group_is_literal(first: &Peer, others: &[&Peer]) -> bool {
    let all = || std::iter::once(first).chain(others.iter().copied());
    let alone = |peer: &Peer| all().filter(|other| other.place == peer.place).count() == 1;
    all().all(|peer| peer.literal && alone(peer))
}
