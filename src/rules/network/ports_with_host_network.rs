//! `ports` of a service that has no network of its own.

use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the `ports` key.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let (Some(mode), Some(key)) = (&service.network_mode, service.ports_key) else { continue };
        if service.ports.is_empty() {
            continue;
        }
        let name = &service.name;
        let (severity, message, help) = match mode.value.split_once(':') {
            None if mode.value == "host" => (
                Severity::Warning,
                format!("`{name}` uses the host network, where `ports` has no effect"),
                "remove `ports`, because everything the container listens on is open on the host anyway, or remove `network_mode`"
                    .to_owned(),
            ),
            Some((kind @ ("service" | "container"), owner)) => {
                let whose = if kind == "service" { "service" } else { "container" };
                (
                    Severity::Error,
                    format!("`{name}` shares the network of `{owner}`, where Docker rejects `ports`"),
                    format!("publish them on the {whose} `{owner}`"),
                )
            }
            _ => continue,
        };
        let mut finding = Finding::new(rule::PORTS_WITH_HOST_NETWORK, key, subject(service), message)
            .severity(severity)
            .label(mode.place, "the network mode")
            .help(help);
        if severity == Severity::Warning && service.ports.iter().all(|port| port.via.is_empty()) {
            finding.fixes.extend(edit::safe("remove `ports`", edit::remove(cx.files, key)));
        }
        findings.push(finding);
    }
}

fn subject(service: &Service) -> Subject {
    Subject::service(&service.name)
}
