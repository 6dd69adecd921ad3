//! A service that connects to another one without sharing a network with it.

use crate::catalogue::schema::ImageRole;
use crate::collections::IndexMap;
use crate::facts::images::known_image;
use crate::facts::network::peers::{Meaning, Peer};
use crate::facts::network::reach::is_on_bridge;
use crate::finding::{Finding, Fix, Label, Subject, rule};
use crate::model::{Service, base_image};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::Place;
use crate::yaml::edit;

/// Reports each service that others name and cannot reach once, at the first place that names it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut unreached: IndexMap<&str, Vec<&Peer>> = IndexMap::default();
    for peer in cx.facts.peers() {
        let Meaning::Unreachable(other) = &peer.meaning else { continue };
        // What a service has from an `extends` that leads nowhere is not known.
        let known = |name: &str| cx.model.services.contains_key(name) && !cx.project.unresolved.contains(name);
        let bridged = |name: &str| cx.model.services.get(name).is_some_and(is_on_bridge);
        // Where the default bridge is the cause, another rule says so.
        if bridged(&peer.service) || bridged(other) {
            continue;
        }
        let is_open = |name: &str| cx.project.has_blank_entry(name, &["network_mode", "networks"]);
        if is_open(&peer.service) || is_open(other) {
            continue;
        }
        let is_spared =
            is_for_another(cx, peer, other) || is_handed_on(cx, peer, other) || connects_to_nobody(cx, peer);
        // An example that several services read has what some of them need.
        let is_for_some = cx.facts.is_in_shared_example(peer.place);
        if known(&peer.service) && known(other) && !is_spared && !is_for_some {
            unreached.entry(other).or_default().push(peer);
        }
    }
    // Services that are alike for the same callers have one cause.
    let mut alike: IndexMap<(Vec<&str>, Option<Vec<&str>>), Finding> = IndexMap::default();
    for (name, peers) in unreached {
        let Some(to) = cx.model.services.get(name) else { continue };
        let Some(found) = finding(cx, to, &peers) else { continue };
        let mut callers: Vec<&str> = peers.iter().map(|peer| peer.service.as_str()).collect();
        callers.sort_unstable();
        callers.dedup();
        let networks = to.networks_key.map(|_| to.networks.keys().map(String::as_str).collect::<Vec<_>>());
        if to.network_mode.is_some() {
            findings.push(found);
            continue;
        }
        match alike.get_mut(&(callers.clone(), networks.clone())) {
            Some(first) => join(first, found, name),
            None => drop(alike.insert((callers, networks), found)),
        }
    }
    findings.extend(alike.into_values());
}

/// Adds another service that the same callers cannot reach for the same reason.
fn join(first: &mut Finding, other: Finding, name: &str) {
    first.labels.push(Label { place: other.place, message: format!("nor is `{name}` on a shared network").into() });
    match (first.fixes.first_mut(), other.fixes.into_iter().next()) {
        (Some(fix), Some(more)) => {
            fix.edits.extend(more.edits.into_iter().filter(|edit| !fix.edits.contains(edit)).collect::<Vec<_>>());
            fix.edits.sort_by_key(|edit| (edit.span.file, edit.span.start, edit.span.end));
        }
        _ => first.fixes.clear(),
    }
}

/// Whether the same words reach the service from elsewhere: of variables that several services share (an anchor, an
/// `env_file`), each needs its part.
fn is_for_another(cx: &Context<'_>, peer: &Peer, other: &str) -> bool {
    let reaches =
        |one: &Peer| one.place == peer.place && matches!(&one.meaning, Meaning::Service(name) if name == other);
    cx.facts.peers().iter().any(reaches)
}

/// Whether a service has the address for another of the same family that reaches it: a scheduler or a controller that
/// configures the program it is named after (`shop/gateway-scheduler` for `shop/gateway`), or one that names what a reverse
/// proxy leads to.
fn is_handed_on(cx: &Context<'_>, peer: &Peer, other: &str) -> bool {
    let repository = |service: &Service| base_image(service).map(|image| image.value.repository.clone());
    let Some(from) = cx.model.services.get(&peer.service) else { return false };
    let own = repository(from);
    let is_for_proxy = variable_of(from, peer).is_some_and(|name| {
        ["REVERSE_PROXY", "UPSTREAM", "PROXY_PASS"].iter().any(|word| name.to_ascii_uppercase().contains(word))
    });
    let is_configured = |one: &Service| {
        let rest = repository(one).and_then(|named| own.as_ref()?.strip_prefix(&named).map(str::to_owned));
        rest.is_some_and(|rest| rest.starts_with('-')) || is_for_proxy && !one.ports.is_empty()
    };
    let reach = cx.facts.reach();
    let mut family = cx.model.services.values().filter(|one| is_configured(one));
    family.any(|one| reach.can_reach(&from.name, &one.name) && reach.can_reach(&one.name, other))
}

/// Whether a service is a datastore that has the address in a variable: its server connects to nobody for it.
fn connects_to_nobody(cx: &Context<'_>, peer: &Peer) -> bool {
    let Some(service) = cx.model.services.get(&peer.service) else { return false };
    let known = known_image(service).filter(|known| known.exact && known.image.role == ImageRole::Datastore);
    known.is_some() && variable_of(service, peer).is_some()
}

/// The variable of a service in whose value a host is.
fn variable_of<'a>(service: &'a Service, peer: &Peer) -> Option<&'a str> {
    let at = peer.place.span;
    let mut variables = service.environment.iter();
    let (name, _) = variables.find(|(_, variable)| {
        let value = variable.value.as_ref().map(|value| value.place.span);
        value.is_some_and(|span| span.file == at.file && span.contains(at))
    })?;
    Some(name)
}

fn finding(cx: &Context<'_>, to: &Service, peers: &[&Peer]) -> Option<Finding> {
    let first = peers.first()?;
    let mut callers: Vec<&str> = peers.iter().map(|peer| peer.service.as_str()).collect();
    callers.sort_unstable();
    callers.dedup();
    let verb = if callers.len() == 1 { "they share" } else { "none of them shares" };
    let article = if callers.len() == 1 { "no" } else { "a" };
    let message = format!("{} cannot reach `{}`: {verb} {article} network with it", and_list(&callers), to.name);
    let message = if callers.len() == 1 { message.replace(" with it", "") } else { message };
    let from = cx.model.services.get(&first.service)?;
    let help = format!("put both on the same network: {}; {}", whereabouts(from), whereabouts(to));
    let place = to.networks_key.or(to.network_mode.as_ref().map(|mode| mode.place)).unwrap_or(to.key);
    let mut finding = Finding::new(rule::UNSHARED_NETWORK, first.place, Subject::service(&first.service), message)
        .evidence(to.name.clone())
        .label(place, whereabouts(to))
        .help(help);
    let others = peers.iter().filter(|peer| peer.place != first.place).take(LABELS);
    finding.labels.extend(
        others.map(|peer| Label { place: peer.place, message: format!("also used by `{}`", peer.service).into() }),
    );
    finding.fixes.extend(fix(cx, to, &callers));
    Some(finding)
}

/// Puts the callers on the one network of the service that they name, or that service on the one network of its only
/// caller; `default` where one of the sides names none.
fn fix(cx: &Context<'_>, to: &Service, callers: &[&str]) -> Option<Fix> {
    let callers: Option<Vec<&Service>> = callers.iter().map(|name| cx.model.services.get(*name)).collect();
    let callers = callers?;
    if callers.iter().chain([&to]).any(|service| service.network_mode.is_some()) {
        return None;
    }
    let named = callers.iter().all(|caller| caller.networks_key.is_some());
    let (network, joining): (&str, Vec<&Service>) = match (to.networks_key, named, callers.as_slice()) {
        (None, true, _) => ("default", callers),
        (Some(_), true, _) if to.networks.len() == 1 => (to.networks.keys().next()?.as_str(), callers),
        (Some(_), false, _) if callers.iter().all(|caller| caller.networks_key.is_none()) => ("default", vec![to]),
        (Some(_), true, [only]) if only.networks.len() == 1 => (only.networks.keys().next()?.as_str(), vec![to]),
        _ => return None,
    };
    let names: Vec<&str> = joining.iter().map(|service| service.name.as_str()).collect();
    let edits = edit::all(joining.iter().map(|service| {
        let key = service.networks_key.filter(|key| is_within(*key, service.place))?;
        edit::add_name(cx.files, key, network)
    }));
    let whom = and_list(&names);
    edit::risky(format!("add {whom} to `{network}`: everything on that network can then reach {whom}"), edits)
}

/// Whether a key is the service's own, not one that `extends` brought.
fn is_within(key: Place, service: Place) -> bool {
    key.span.file == service.span.file && service.span.start <= key.span.start && key.span.end <= service.span.end
}

/// Where a service is: `` `web` is on `proxy` ``.
fn whereabouts(service: &Service) -> String {
    let name = &service.name;
    match (&service.network_mode, service.networks_key) {
        (Some(mode), _) => format!("`{name}` has `network_mode: {}`", mode.value),
        (None, None) => format!("`{name}` lists no networks, so it is on `default`"),
        (None, Some(_)) => {
            let names: Vec<&String> = service.networks.keys().collect();
            format!("`{name}` is on {}", and_list(&names))
        }
    }
}
