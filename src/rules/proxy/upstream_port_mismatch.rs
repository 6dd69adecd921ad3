//! A proxy that forwards to a port that the service behind it does not listen on.

use super::listening::{help, ports, with_reason};
use crate::app_config::ProxyKind;
use crate::collections::HashSet;
use crate::facts::network::listeners::other_than;
use crate::facts::network::reach::Answer;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{usual_port, with_given};

/// Reports each wrong port once for each proxy and service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for target in cx.facts.proxy_targets() {
        let Some(proxy) = target.proxy.as_deref().filter(|_| target.kind != ProxyKind::Traefik) else { continue };
        let Answer::Service(name) = cx.facts.reach().who_answers(proxy, &target.host) else { continue };
        let Some(service) = cx.model.services.get(name).filter(|_| name != proxy) else { continue };
        let port = target.port.unwrap_or_else(|| usual_port(target.scheme.as_deref()));
        let Some(known) = other_than(cx.facts, service, port) else { continue };
        if !seen.insert((proxy, name, port)) {
            continue;
        }
        let message =
            format!("proxy `{proxy}` forwards to port {port} of `{name}`, which listens on {}", ports(&known));
        let finding = Finding::new(rule::UPSTREAM_PORT_MISMATCH, target.place, Subject::service(proxy), message)
            .evidence(format!("{name}:{port}"))
            .help(help(service, &known));
        findings.push(with_given(
            with_reason(finding, &known),
            target.given,
            format!("`{proxy}` uses this configuration"),
        ));
    }
}
