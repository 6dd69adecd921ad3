//! A host port used to connect to another service, which listens on a different one.

use super::misused_port::{misused, other_users};
use crate::collections::IndexMap;
use crate::facts::network::peers::Peer;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports each wrong port of a service once, at the first place that uses it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut groups: IndexMap<(&str, u16), Vec<&Peer>> = IndexMap::default();
    for peer in cx.facts.peers() {
        if let Some((to, _, number)) = misused(cx, peer) {
            groups.entry((&to.name, number)).or_default().push(peer);
        }
    }
    for ((name, number), peers) in groups {
        let Some((first, rest)) = peers.split_first() else { continue };
        let Some((_, port, _)) = misused(cx, first) else { continue };
        let place = first.port_place.unwrap_or(first.place);
        let target = port.target;
        let message =
            format!("port {number} of `{name}` only exists on the host: other services reach it on port {target}");
        let subject = Subject::service(&first.service);
        let mut finding = Finding::new(rule::PUBLISHED_PORT_USED_INTERNALLY, place, subject, message)
            .evidence(format!("{name}:{number}"))
            .label(port.place, format!("host port {number} maps to container port {target} of `{name}`"))
            .help(format!("use `{}:{target}`", first.host));
        finding.labels.extend(other_users(first, rest));
        let written = |peer: &&Peer| {
            let place = peer.port_place.filter(|_| peer.is_own)?;
            edit::exchange(cx.files, place, &number.to_string(), &target.to_string())
        };
        let mut places: Vec<&Peer> = Vec::new();
        for peer in &peers {
            if !places.iter().any(|one| one.port_place == peer.port_place) {
                places.push(peer);
            }
        }
        finding.fixes.extend(edit::safe(format!("replace with port {target}"), edit::all(places.iter().map(written))));
        findings.push(finding);
    }
}
