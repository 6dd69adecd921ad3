//! A variable that moves the port of a server, or that of its mapping, but not both.

use crate::compose::Reference;
use crate::compose::load::environment::VariableState;
use crate::facts::images::known_image;
use crate::finding::{Finding, Subject, rule};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::source::Place;

/// Variables that servers of all kinds take their port from.
const PORTS: [&str; 8] = [
    "PORT",
    "APP_PORT",
    "HTTP_PORT",
    "SERVER_PORT",
    "LISTEN_PORT",
    "UVICORN_PORT",
    "ASPNETCORE_HTTP_PORTS",
    "NITRO_PORT",
];

/// Words before the port that a command listens on.
const LISTENING: [&str; 5] = ["port", "bind", "listen", "address", "-p"];

/// Reports each port once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        for port in service.ports.iter().filter(|port| port.via.is_empty() && port.host_place != port.target_place) {
            findings.extend(moved_server(cx, service, port).or_else(|| moved_mapping(cx, service, port)));
        }
    }
}

/// `${V}:9001` where the server is told to listen on `${V}`.
fn moved_server(cx: &Context<'_>, service: &Service, port: &Port) -> Option<Finding> {
    let is_fixed = within(cx, port.target_place).next().is_none();
    let outer = within(cx, port.host_place).find(|one| one.place.span.end == port.host_place.span.end)?;
    // Where the two differ already, the port that nothing listens on is reported.
    let agrees = port.published.is_none_or(|(first, last)| first == last && first == port.target);
    if !is_fixed || !agrees {
        return None;
    }
    let told = uses(cx, service, &outer.name).find(|one| tells_port(cx, service, one))?;
    let (name, variable, target) = (&service.name, &outer.name, port.target);
    let message =
        format!("`{variable}` moves the port that `{name}` listens on, but the mapping still leads to {target}");
    let finding = Finding::new(rule::PORT_VARIABLE_MISMATCH, port.target_place, Subject::service(name), message)
        .evidence(variable.clone())
        .label(told.place, "the server listens on this port")
        .help(format!("use the variable on both sides of the mapping, or keep {target} in the container"));
    Some(finding)
}

/// `${V}:${V}` where nothing tells the server of the variable, as it does for a service next to it.
fn moved_mapping(cx: &Context<'_>, service: &Service, port: &Port) -> Option<Finding> {
    let inner = whole(cx, port)?;
    let is_told = |service: &Service, variable: &str| {
        !service.env_files.is_empty()
            || service.environment.contains_key(variable)
            || uses(cx, service, variable).any(|one| !is_of(one, "ports") && !is_of(one, "healthcheck"))
    };
    // A variable of a file that is there is a constant; what an image of the catalogue listens on is known.
    let is_free = inner.operator.is_some() && inner.state != VariableState::Known;
    let is_fixed = known_image(service).is_some_and(|known| known.exact && !known.built);
    if !is_free || is_fixed || is_told(service, &inner.name) {
        return None;
    }
    let tells = |other: &&Service| {
        let ports = other.ports.iter().filter(|port| port.host_place != port.target_place);
        let mut inner = ports.filter_map(|port| whole(cx, port));
        other.name != service.name
            && inner.any(|inner| uses(cx, other, &inner.name).any(|one| is_of(one, "environment")))
    };
    let other = cx.model.services.values().find(tells)?;
    let (name, variable) = (&service.name, &inner.name);
    let message =
        format!("`{variable}` moves the port that the mapping leads to, but nothing tells `{name}` to listen on it");
    let finding = Finding::new(rule::PORT_VARIABLE_MISMATCH, port.target_place, Subject::service(name), message)
        .evidence(variable.clone())
        .label(other.key, format!("`{}` gets its port in a variable", other.name))
        .help(format!("pass `{variable}` to the container, or write the port that it listens on: {}", port.target));
    Some(finding)
}

/// The variable that is all of the container's side.
fn whole<'a>(cx: &Context<'a>, port: &Port) -> Option<&'a Reference> {
    let (start, end) = (port.target_place.span.start, port.target_place.span.end);
    within(cx, port.target_place).find(|one| one.place.span.start == start && one.place.span.end == end)
}

/// The uses of variables at a place.
fn within<'a>(cx: &Context<'a>, place: Place) -> impl Iterator<Item = &'a Reference> {
    cx.project.references.iter().filter(move |one| place.span.contains(one.place.span))
}

/// The uses of a variable in a service.
fn uses<'a>(cx: &Context<'a>, service: &Service, variable: &str) -> impl Iterator<Item = &'a Reference> {
    cx.project.references.iter().filter(move |one| {
        let is_here = matches!(one.path.as_slice(), [first, second, ..] if first == "services" && *second == service.name.as_str());
        is_here && one.name == variable
    })
}

fn is_of(reference: &Reference, key: &str) -> bool {
    reference.path.get(2).is_some_and(|step| step == key)
}

/// Whether a use says where a server listens.
fn tells_port(cx: &Context<'_>, service: &Service, reference: &Reference) -> bool {
    if is_of(reference, "command") || is_of(reference, "entrypoint") {
        let start = reference.place.span.start.saturating_sub(32);
        let span = crate::source::Span { start, end: reference.place.span.start, ..reference.place.span };
        let before = cx.facts.written_at(Place { span, ..reference.place }).to_ascii_lowercase();
        let before = before.rsplit('\n').next().unwrap_or("");
        return LISTENING.iter().any(|word| before.contains(word));
    }
    let key = reference.key.as_deref().or_else(|| reference.path.last().map(|step| step.as_str()));
    // An image with variables of its own need not know these.
    let is_own = known_image(service).is_none_or(|known| known.built);
    is_own && is_of(reference, "environment") && reference.alone && key.is_some_and(|key| PORTS.contains(&key))
}
