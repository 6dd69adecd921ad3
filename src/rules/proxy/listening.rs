//! Where the service behind a proxy listens, in words.

use crate::facts::network::listeners::{Listener, Listeners, PortEvidence};
use crate::finding::{Confidence, Finding};
use crate::model::Service;

/// The ports that a service listens on, as words: `80 and 443`.
pub(super) fn ports(known: &Listeners) -> String {
    let numbers: Vec<String> = known.numbers().iter().map(u16::to_string).collect();
    match numbers.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        other => other.concat(),
    }
}

/// The finding with what says where the service listens, and how sure that is.
pub(super) fn with_reason(finding: Finding, known: &Listeners) -> Finding {
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
pub(super) fn help(service: &Service, known: &Listeners) -> String {
    match known.ports.as_slice() {
        [only] => {
            format!("use `{}`: services connect to the container port, whatever is published", only.port)
        }
        _ => format!("use one of the ports that `{}` listens on", service.name),
    }
}
