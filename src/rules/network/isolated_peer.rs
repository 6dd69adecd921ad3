//! A service that needs others and shares no network with anybody.

use crate::budget::Limit;
use crate::collections::HashSet;
use crate::facts::images::{image_text, known_image};
use crate::facts::network::peers::Meaning;
use crate::facts::storage::mounts::is_inside;
use crate::finding::{Confidence, Finding, Fix, Subject, rule};
use crate::model::{Dependency, Mount, MountKind, Service};
use crate::rules::Context;
use crate::rules::support::{and_list, is_off};
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Reports each such service at its networks, or at its key.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    // Where an address says whom it cannot reach, another rule says it.
    let told: HashSet<&str> = cx
        .facts
        .peers()
        .iter()
        .filter(|peer| matches!(peer.meaning, Meaning::Unreachable(_) | Meaning::Nameless(_)))
        .map(|peer| peer.service.as_str())
        .collect();
    for service in cx.model.services.values().filter(|service| !is_off(service)) {
        if told.contains(service.name.as_str()) || !is_alone(cx, service) {
            continue;
        }
        if let Some((other, place)) = wanted(cx, service) {
            findings.push(finding(cx, service, other, place));
        }
    }
}

/// Whether nobody is on the networks of a service, and nobody else may be.
fn is_alone(cx: &Context<'_>, service: &Service) -> bool {
    let reach = cx.facts.reach();
    let known = service.network_mode.is_none()
        && !service.networks.is_empty()
        && !cx.project.unresolved.contains(&service.name)
        && !cx.project.has_blank_entry(&service.name, &["network_mode", "networks"]);
    let others = cx.model.services.keys().filter(|other| **other != service.name);
    known
        && !reach.meets_strangers(&service.name)
        && reach.siblings(&service.name).len() < 2
        && cx.model.services.len() > 1
        && others
            .into_iter()
            .all(|other| !reach.can_reach(&service.name, other) && !reach.can_reach(other, &service.name))
}

/// Programs that do nothing but hand on to others, by the beginning of their images' names.
const TUNNELS: [&str; 8] = [
    "cloudflare/cloudflared",
    "ngrok/ngrok",
    "wernight/ngrok",
    "fatedier/frpc",
    "snowdreamtech/frpc",
    "pgrok",
    "inlets",
    "localtonet",
];

/// The service that one needs, and what says so: it waits for it, or it is a tunnel.
fn wanted<'a>(cx: &Context<'a>, service: &'a Service) -> Option<(&'a str, Option<Place>)> {
    // A job that has ended answers nobody; a datastore of its own needs nobody.
    let needs = |dependency: &Dependency| dependency.condition.value != "service_completed_successfully";
    let holds_data = known_image(service).is_some_and(|known| known.image.holds_data());
    let awaited = service.depends_on.iter().find(|(name, dependency)| {
        let listens = cx.model.services.get(*name).is_some_and(|other| {
            !other.ports.is_empty()
                || !other.expose.is_empty()
                || known_image(other).is_some_and(|known| !known.image.ports.is_empty())
        });
        needs(dependency) && listens && !shares_files(cx, service, name)
    });
    if let Some((name, dependency)) = awaited.filter(|_| !holds_data && !is_for_browsers(service)) {
        return Some((name, Some(dependency.place)));
    }
    let is_tunnel = TUNNELS.iter().any(|name| image_text(service).contains(name));
    let other = cx.model.services.keys().find(|other| **other != service.name)?;
    is_tunnel.then_some((other, None))
}

/// Whether two services have a volume or a directory of the host in common: they hand each other files, as certbot and the
/// server of its answers do.
fn shares_files(cx: &Context<'_>, service: &Service, other: &str) -> bool {
    let Some(other) = cx.model.services.get(other) else { return false };
    let is_same = |one: &Mount, two: &Mount| match (&one.kind, &two.kind) {
        (MountKind::Volume(one), MountKind::Volume(two)) => one == two,
        (MountKind::Bind(one), MountKind::Bind(two)) => is_inside(one, two) || is_inside(two, one),
        _ => false,
    };
    // Nothing is said of a project beyond the limit.
    !cx.model.budget.spend(Limit::Steps, service.mounts.len() * other.mounts.len(), service.key)
        || service.mounts.iter().any(|one| other.mounts.iter().any(|two| is_same(one, two)))
}

/// Whether a service is told where browsers find the others on the developer's machine, when its image is built: the pages call
/// them, the container does not.
fn is_for_browsers(service: &Service) -> bool {
    let arguments = service.build.iter().flat_map(|build| build.args.values());
    let values = arguments.filter_map(|argument| argument.value.as_deref());
    let is_local = |text: &str| ["http://localhost", "http://127.0.0.1"].iter().any(|start| text.starts_with(start));
    !service.ports.is_empty() && values.into_iter().any(is_local)
}

fn finding(cx: &Context<'_>, service: &Service, other: &str, awaited: Option<Place>) -> Finding {
    let name = &service.name;
    let networks = |service: &Service| {
        let names: Vec<&String> = service.networks.keys().collect();
        and_list(&names)
    };
    let message = match awaited {
        Some(_) => format!("`{name}` depends on `{other}`, but shares no network with any service"),
        None => format!("`{name}` is a tunnel, but shares no network with any service"),
    };
    let there = cx.model.services.get(other);
    let help = match there.filter(|_| awaited.is_some()) {
        Some(there) if !there.networks.is_empty() => {
            format!(
                "add `{name}` to a network of `{other}`: it is on {}, `{other}` on {}",
                networks(service),
                networks(there)
            )
        }
        _ => format!("add `{name}` to a network of the service that it is for: it is on {}", networks(service)),
    };
    let place = service.networks_key.unwrap_or(service.key);
    let mut finding = Finding::new(rule::ISOLATED_PEER, place, Subject::service(name), message).help(help);
    if let Some(awaited) = awaited {
        finding = finding.label(awaited, format!("`{name}` waits for it here"));
    } else {
        finding.confidence = Confidence::Medium;
    }
    finding.fixes.extend(there.filter(|_| awaited.is_some()).and_then(|there| fix(cx, service, there)));
    finding
}

/// Adds the service to the one network of the other.
fn fix(cx: &Context<'_>, service: &Service, there: &Service) -> Option<Fix> {
    let mut networks = there.networks.keys();
    let network = networks.next().filter(|_| networks.next().is_none())?;
    let edits = match service.networks_key {
        Some(key) => edit::add_name(cx.files, key, network),
        None => edit::add_to_list(cx.files, service.key, "networks", &Content::text(network)),
    };
    edit::risky(format!("add `{}` to `{network}`: everything on that network can then reach it", service.name), edits)
}
