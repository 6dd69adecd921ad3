//! `ports` of a service for which Docker publishes none.

use crate::facts::network::published::{Unpublished, unpublished};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit;

/// Reports the `ports` key.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values().filter(|service| !service.ports.is_empty()) {
        let Some(key) = service.ports_key else { continue };
        // What an `extends` that leads nowhere adds is not known.
        if cx.project.unresolved.contains(&service.name) {
            continue;
        }
        if let Some(cause) = unpublished(cx.model, service) {
            findings.extend(finding(cx, service, key, cause));
        }
    }
}

fn finding(cx: &Context<'_>, service: &Service, key: Place, cause: Unpublished<'_>) -> Option<Finding> {
    let name = &service.name;
    let network = |network: &str| cx.model.networks.get(network);
    let (severity, message, help) = match cause {
        Unpublished::Host => (
            Severity::Warning,
            format!("`{name}` uses the host network, where `ports` has no effect"),
            "remove `ports`, because everything the container listens on is open on the host anyway, or remove `network_mode`"
                .to_owned(),
        ),
        Unpublished::Shared(kind, owner) => (
            Severity::Error,
            format!("`{name}` shares the network of `{owner}`, where Docker rejects `ports`"),
            format!("publish them on the {kind} `{owner}`"),
        ),
        Unpublished::Lan(lan, driver) => (
            Severity::Warning,
            format!("`{name}` is only on the {driver} network `{lan}`, where `ports` has no effect"),
            "remove `ports`: other machines reach the container at its own address, on every port it listens on"
                .to_owned(),
        ),
        Unpublished::Internal(internal) => (
            Severity::Warning,
            format!("`{name}` is only on internal networks, where `ports` has no effect"),
            format!(
                "remove `ports` if only services on `{internal}` use it; otherwise add `{name}` to a network that is not internal"
            ),
        ),
        // Nobody expects such a container to be reached.
        Unpublished::Nothing => return None,
    };
    let place = match cause {
        Unpublished::Lan(key, _) => network(key).map(|one| one.driver.as_ref().map_or(one.key, |driver| driver.place)),
        Unpublished::Internal(key) => network(key).map(|one| one.key),
        _ => service.network_mode.as_ref().map(|mode| mode.place),
    };
    let what = match cause {
        Unpublished::Lan(..) => "the driver of its network",
        Unpublished::Internal(_) => "this network is internal",
        _ => "the network mode",
    };
    let mut finding =
        Finding::new(rule::PORTS_WITHOUT_EFFECT, key, Subject::service(name), message).severity(severity).help(help);
    finding.labels.extend(place.map(|place| crate::finding::Label { place, message: what.into() }));
    if severity == Severity::Warning && service.ports.iter().all(|port| port.via.is_empty()) {
        finding.fixes.extend(edit::safe("remove `ports`", edit::remove(cx.files, key)));
    }
    Some(finding)
}
