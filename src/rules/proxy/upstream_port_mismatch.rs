//! A proxy that forwards to a port that the service behind it does not listen on.

use crate::app_config::ProxyKind;
use crate::collections::HashSet;
use crate::facts::network::listeners::{Listener, Listeners, PortEvidence, other_than};
use crate::facts::network::reach::Answer;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::Service;
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

/// The ports that a service listens on, as words: `80 and 443`.
pub(crate) fn ports(known: &Listeners) -> String {
    let numbers: Vec<String> = known.numbers().iter().map(u16::to_string).collect();
    match numbers.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        other => other.concat(),
    }
}

/// The finding with what says where the service listens, and how sure that is.
pub(crate) fn with_reason(finding: Finding, known: &Listeners) -> Finding {
    let Some(first) = known.ports.first() else { return finding };
    let reason = match first.evidence {
        PortEvidence::Image => format!("this image listens on {}", ports(known)),
        PortEvidence::Dockerfile => format!("the Dockerfile exposes {}", ports(known)),
        PortEvidence::Command => "set by the command".to_owned(),
        PortEvidence::Configuration => "set by its configuration".to_owned(),
        PortEvidence::Mapping(published) => {
            format!("{published} is its host port, {} its container port", ports(known))
        }
    };
    let is_vague = |one: &Listener| matches!(one.evidence, PortEvidence::Mapping(_) | PortEvidence::Dockerfile);
    let confidence = if known.ports.iter().any(is_vague) { Confidence::Medium } else { Confidence::High };
    finding.label(first.place, reason).confidence(confidence)
}

/// What to do.
pub(crate) fn help(service: &Service, known: &Listeners) -> String {
    match known.ports.as_slice() {
        [only] => {
            format!("use `{}`: services connect to the container port, whatever is published", only.port)
        }
        _ => format!("use one of the ports that `{}` listens on", service.name),
    }
}
