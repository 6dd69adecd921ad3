//! A service that names another one and shares no network with it.

use indexmap::IndexMap;

use super::default_bridge_without_names::is_on_bridge;
use crate::edits::{self, Content};
use crate::facts::peers::{Meaning, Peer};
use crate::finding::{Finding, Fix, Label, Severity};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{and_list, is_one_file};

/// How many other places are shown.
const LABELS: usize = 8;

/// Reports each service that others name and cannot reach once, at the first place that names it.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut unreached: IndexMap<&str, Vec<&Peer>> = IndexMap::new();
    for peer in cx.facts.peers() {
        let Meaning::Unreachable(other) = &peer.meaning else { continue };
        // What a service has from an `extends` that leads nowhere is not known.
        let known = |name: &str| cx.model.services.contains_key(name) && !cx.project.unresolved.contains(name);
        let bridged = |name: &str| cx.model.services.get(name).is_some_and(is_on_bridge);
        // Where the default bridge is the cause, another rule says so.
        if bridged(&peer.service) || bridged(other) {
            continue;
        }
        if known(&peer.service) && known(other) && !is_for_another(cx, peer, other) {
            unreached.entry(other).or_default().push(peer);
        }
    }
    for (name, peers) in unreached {
        findings.extend(cx.model.services.get(name).and_then(|to| finding(cx, to, &peers)));
    }
}

/// Whether the same words reach the service from elsewhere: of variables that several services share (an anchor, an
/// `env_file`), each needs its part.
fn is_for_another(cx: &Context<'_>, peer: &Peer, other: &str) -> bool {
    let reaches =
        |one: &Peer| one.place == peer.place && matches!(&one.meaning, Meaning::Service(name) if name == other);
    cx.facts.peers().iter().any(reaches)
}

fn finding(cx: &Context<'_>, to: &Service, peers: &[&Peer]) -> Option<Finding> {
    let first = peers.first()?;
    let mut callers: Vec<&str> = peers.iter().map(|peer| peer.service.as_str()).collect();
    callers.sort_unstable();
    callers.dedup();
    let verb = if callers.len() == 1 { "they share" } else { "none of them shares" };
    let article = if callers.len() == 1 { "no" } else { "a" };
    let message = format!("{} cannot reach `{}`, {verb} {article} network with it", and_list(&callers), to.name);
    let message = if callers.len() == 1 { message.replace(" with it", "") } else { message };
    let from = cx.model.services.get(&first.service)?;
    let help = format!("put both on one network: {}; {}", whereabouts(from), whereabouts(to));
    let place = to.networks_key.or(to.network_mode.as_ref().map(|mode| mode.place)).unwrap_or(to.key);
    let mut finding =
        Finding::new("unshared-network", Severity::Error, first.place, format!("services.{}", first.service), message)
            .evidence(to.name.clone())
            .label(place, whereabouts(to))
            .help(help);
    let others = peers.iter().filter(|peer| peer.place != first.place).take(LABELS);
    if let [caller] = callers.as_slice() {
        finding.fix = cx.model.services.get(*caller).and_then(|from| join(cx, from, to));
    }
    finding
        .labels
        .extend(others.map(|peer| Label { place: peer.place, message: format!("`{}` names it, too", peer.service) }));
    Some(finding)
}

/// Puts a service on the first network of another one.
fn join(cx: &Context<'_>, from: &Service, to: &Service) -> Option<Fix> {
    let own = from.network_mode.is_none() && to.network_mode.is_none() && is_one_file(cx);
    let network = to.networks.keys().next().filter(|_| own)?;
    let edits = match from.networks_key {
        Some(key) => edits::add_item(cx.files, key, &Content::text(network))
            .or_else(|| edits::add_entry(cx.files, key, network, &Content::Empty)),
        None => {
            let both = Content::List(vec![Content::text("default"), Content::text(network)]);
            edits::add_entry(cx.files, from.key, "networks", &both)
        }
    };
    edits::risky(format!("put `{}` on `{network}`", from.name), edits)
}

/// Where a service is: `` `web` is on `proxy` ``.
fn whereabouts(service: &Service) -> String {
    let name = &service.name;
    match (&service.network_mode, service.networks_key) {
        (Some(mode), _) => format!("`{name}` has `network_mode: {}`", mode.value),
        (None, None) => format!("`{name}` names no network and is on `default`"),
        (None, Some(_)) => {
            let names: Vec<&String> = service.networks.keys().collect();
            format!("`{name}` is on {}", and_list(&names))
        }
    }
}
