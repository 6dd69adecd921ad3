//! A port that browsers are told to use on the host, and that nothing publishes.

use crate::facts::network::hosts::{HostOrigin, HostReference, is_for_browser, is_loopback};
use crate::facts::network::listeners::{declares, listeners};
use crate::facts::network::published::has_borrowed_network;
use crate::finding::{Finding, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::rules::support::all_services;
use crate::source::Place;

/// Reports each port once for each service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || all_services(cx).any(may_publish_more) {
        return;
    }
    for service in cx.model.services.values() {
        let mut seen: Vec<u16> = Vec::new();
        for one in announced(cx, service) {
            if seen.contains(&one.port) || is_published(cx, one.port) {
                continue;
            }
            let Some(listening) = who_listens(cx, service, one.port) else { continue };
            seen.push(one.port);
            findings.push(finding(service, &one, listening));
        }
    }
}

/// A port of the host in a variable for browsers.
struct Announcement<'a> {
    variable: &'a str,
    port: u16,
    place: Place,
}

/// Ports of `localhost` in variables for browsers: in a URL, or in `X_PORT` next to `X_HOST=localhost`.
fn announced<'a>(cx: &'a Context<'_>, service: &'a Service) -> Vec<Announcement<'a>> {
    // An example shows one deployment of several.
    let is_assumed = |name: &str| service.environment.get(name).is_some_and(|one| one.is_assumed);
    let of_url = |reference: &'a HostReference| {
        let HostOrigin::Variable(variable) = &reference.at else { return None };
        // The default of a variable is for those who set nothing.
        let local = is_loopback(&reference.host) && reference.scheme.is_some() && reference.variable.is_none();
        let (port, place) = (reference.port?, reference.port_place.unwrap_or(reference.place));
        (local && is_for_browser(variable) && !is_assumed(variable)).then_some(Announcement { variable, port, place })
    };
    let of_pair = |(name, value): (&'a str, &Spanned<String>)| {
        let host = format!("{}HOST", name.strip_suffix("PORT")?);
        let host = service.environment.get(&host)?.value.as_ref()?;
        let port = value.value.trim().parse().ok().filter(|port| *port > 0)?;
        let local = is_loopback(host.value.trim()) && is_for_browser(name) && !is_assumed(name);
        local.then_some(Announcement { variable: name, port, place: value.place })
    };
    let variables = service.environment.iter().filter_map(|(name, one)| Some((name.as_str(), one.value.as_ref()?)));
    cx.facts.hosts(&service.name).iter().filter_map(of_url).chain(variables.filter_map(of_pair)).collect()
}

/// Whether a service may publish ports that are not known: it is on the host's network, or Docker picks the port.
fn may_publish_more(service: &Service) -> bool {
    has_borrowed_network(service) || service.ports.iter().any(|port| port.published.is_none())
}

fn is_published(cx: &Context<'_>, port: u16) -> bool {
    let has = |(first, last): (u16, u16)| (first..=last).contains(&port);
    all_services(cx).any(|service| service.ports.iter().any(|one| one.published.is_some_and(has)))
}

/// The service that listens on a port, for all that is known: it is one of its ports, or a variable for the server names it.
fn who_listens<'a>(cx: &Context<'a>, service: &'a Service, port: u16) -> Option<&'a Service> {
    let listens = |one: &&Service| declares(one, port) || listeners(one).get(port).is_some();
    let own = service.environment.iter().any(|(name, variable)| {
        let value = variable.value.as_ref().map(|value| value.value.trim());
        name.ends_with("PORT") && !is_for_browser(name) && value == Some(&port.to_string())
    });
    // Of a datastore no browser is a client.
    let sibling = |one: &&Service| listens(one) && one.name != service.name;
    if own || listens(&service) { Some(service) } else { cx.model.services.values().find(sibling) }
}

fn finding(service: &Service, one: &Announcement<'_>, listening: &Service) -> Finding {
    let Announcement { variable, port, place } = one;
    let message = format!("`{variable}` sends browsers to port {port} of the host, which no service publishes");
    let mapped = listening.ports.iter().find(|entry| entry.target == *port);
    let help = match mapped.and_then(|entry| entry.published) {
        Some((published, _)) => {
            format!("use port {published}, or publish `{port}:{port}` on `{}`", listening.name)
        }
        None => format!("publish `{port}:{port}` on `{}`", listening.name),
    };
    let mut finding = Finding::new(rule::LISTENER_NOT_PUBLISHED, *place, Subject::service(&service.name), message)
        .evidence(format!("{variable}:{port}"))
        .help(help);
    if let Some(entry) = mapped {
        finding = finding.label(entry.place, format!("the port of `{}` is published here", listening.name));
    } else if let Some(key) = listening.ports_key {
        finding = finding.label(key, format!("`{}` publishes these ports", listening.name));
    }
    finding
}
