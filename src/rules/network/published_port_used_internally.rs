//! A host port used to connect to another service, which listens on a different one.

use crate::collections::IndexMap;
use crate::facts::network::listeners::may_listen;
use crate::facts::network::peers::{Meaning, Peer};
use crate::finding::{Finding, Label, Subject, rule};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::rules::support::LABELS;
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

/// The other places that use the same wrong port.
pub(crate) fn other_users(first: &Peer, rest: &[&Peer]) -> impl Iterator<Item = Label> {
    let others = rest.iter().filter(|peer| peer.place != first.place).take(LABELS);
    others.map(|peer| Label {
        place: peer.port_place.unwrap_or(peer.place),
        message: format!("also used by `{}`", peer.service).into(),
    })
}

/// The service that a peer is, and the entry of its `ports` that gives it, on the host, the port that the peer uses.
/// What the configuration of a proxy names is another rule's.
pub(crate) fn misused<'a>(cx: &Context<'a>, peer: &Peer) -> Option<(&'a Service, &'a Port, u16)> {
    let Meaning::Service(name) = &peer.meaning else { return None };
    let number = peer.port.filter(|_| peer.port_place.is_some() && !peer.of_proxy)?;
    let to = cx.model.services.get(name).filter(|_| *name != peer.service)?;
    let published = |port: &&Port| port.published == Some((number, number)) && port.target != number;
    let port = to.ports.iter().find(published)?;
    (!may_listen(to, number)).then_some((to, port, number))
}
