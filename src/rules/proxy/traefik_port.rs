//! A label that tells Traefik a port on which the service does not listen.

use super::upstream_port_mismatch::{help, ports, with_reason};
use crate::facts::listeners::other_than;
use crate::finding::{Finding, Severity};
use crate::rules::Context;
use crate::sidecar::ProxyKind;
use crate::sidecar::traefik::is_traefik;

/// Reports each such label.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for target in cx.facts.proxy_targets().iter().filter(|target| target.kind == ProxyKind::Traefik) {
        let (Some(service), Some(port)) = (cx.model.services.get(&target.host), target.port) else { continue };
        // Its own dashboard is `api@internal`, which asks for any port.
        let Some(known) = other_than(cx.facts, service, port).filter(|_| !is_traefik(service)) else { continue };
        let name = &service.name;
        let message =
            format!("`{name}` does not listen on {port}, which Traefik is told here, but on {}", ports(&known));
        let finding =
            Finding::new("traefik-port", Severity::Warning, target.place, format!("services.{name}"), message)
                .evidence(port.to_string())
                .help(help(service, &known));
        findings.push(with_reason(finding, &known));
    }
}
