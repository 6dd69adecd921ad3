//! A proxy that forwards to a port that the service behind it does not listen on.

use std::collections::HashSet;

use crate::facts::reach::Answer;
use crate::facts::serves::{Evidence, Serves, other_than};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{usual_port, with_given};
use crate::sidecar::ProxyKind;

/// Reports each wrong port once for each proxy and service.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    for target in cx.facts.proxy_targets() {
        let Some(proxy) = target.proxy.as_deref().filter(|_| target.kind != ProxyKind::Traefik) else { continue };
        let Answer::Service(name) = cx.facts.reach().who_answers(proxy, &target.host) else { continue };
        let Some(service) = cx.model.services.get(name).filter(|_| name != proxy) else { continue };
        let port = target.port.unwrap_or_else(|| usual_port(target.scheme.as_deref()));
        let Some(serves) = other_than(cx.facts, service, port) else { continue };
        if !seen.insert((proxy, name, port)) {
            continue;
        }
        let message =
            format!("the proxy `{proxy}` forwards to port {port} of `{name}`, which listens on {}", ports(&serves));
        let finding = Finding::new(
            "upstream-port-mismatch",
            Severity::Warning,
            target.place,
            format!("services.{proxy}"),
            message,
        )
        .evidence(format!("{name}:{port}"))
        .label(serves.place, reason(&serves))
        .confidence(confidence(&serves))
        .help(help(service, &serves));
        findings.push(with_given(finding, target.given, format!("`{proxy}` runs with this configuration")));
    }
}

/// The ports that a service listens on, as words: `80 and 443`.
pub fn ports(serves: &Serves) -> String {
    let numbers: Vec<String> = serves.ports.iter().map(u16::to_string).collect();
    match numbers.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        other => other.concat(),
    }
}

/// What says so.
pub fn reason(serves: &Serves) -> String {
    match serves.evidence {
        Evidence::Image => format!("this image listens on {}", ports(serves)),
        Evidence::Dockerfile => format!("the Dockerfile exposes {}", ports(serves)),
        Evidence::Command => "the command says so".to_owned(),
        Evidence::Configuration => "its configuration says so".to_owned(),
        Evidence::Mapping(published) => {
            format!("{published} is only its port on the host, {} that of the container", ports(serves))
        }
    }
}

/// How sure that is.
pub fn confidence(serves: &Serves) -> Confidence {
    match serves.evidence {
        Evidence::Mapping(_) | Evidence::Dockerfile => Confidence::Medium,
        _ => Confidence::High,
    }
}

/// What to do.
pub fn help(service: &Service, serves: &Serves) -> String {
    match serves.ports.first() {
        Some(only) if serves.ports.len() == 1 => {
            format!("write `{only}`; between services the port of the container counts, whatever is published")
        }
        _ => format!("write one of the ports that `{}` listens on", service.name),
    }
}
