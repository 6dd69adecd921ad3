//! A Traefik label with a port that the service does not listen on.

use super::listening::{help, ports, with_reason};
use crate::app_config::ProxyKind;
use crate::app_config::traefik::is_traefik;
use crate::facts::network::listeners::{Listener, PortEvidence, other_than};
use crate::finding::{Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::source::Place;

/// Reports each such label.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for target in cx.facts.proxy_targets().iter().filter(|target| target.kind == ProxyKind::Traefik) {
        let (Some(service), Some(port)) = (cx.model.services.get(&target.host), target.port) else { continue };
        // Its own dashboard is `api@internal`, which asks for any port.
        let Some(known) = other_than(cx.facts, service, port).filter(|_| !is_traefik(service)) else { continue };
        if opens_by_option(service, port) {
            continue;
        }
        // An override that builds or starts something else does without the Traefik for which the label is.
        if known.ports.iter().any(|one| decided_at(service, one).span.file != target.place.span.file) {
            continue;
        }
        let name = &service.name;
        let message = format!("`{name}` listens on {}, but Traefik forwards to port {port}", ports(&known));
        let finding = Finding::new(rule::TRAEFIK_PORT, target.place, Subject::service(name), message)
            .evidence(port.to_string())
            .help(help(service, &known));
        findings.push(with_reason(finding, &known));
    }
}

/// Whether a variable with options of the server opens the port: `REDIS_ARGS=--tls-port 6380`.
fn opens_by_option(service: &Service, port: u16) -> bool {
    let options = [format!("port {port}"), format!("port={port}")];
    let mut values = service.environment.values().filter_map(|variable| variable.value.as_ref());
    values.any(|value| options.iter().any(|option| value.value.contains(option.as_str())))
}

/// Where a Compose file decides what a service listens on.
fn decided_at(service: &Service, listener: &Listener) -> Place {
    match (&listener.evidence, &service.build) {
        (PortEvidence::Dockerfile, Some(build)) => build.dockerfile.as_ref().map_or(build.key, |file| file.place),
        (PortEvidence::Command, _) => service.command.as_ref().map_or(service.key, |command| command.place),
        (PortEvidence::Image, _) => service.image.as_ref().map_or(service.key, |image| image.place),
        _ => service.key,
    }
}
