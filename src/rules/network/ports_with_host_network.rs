//! `ports` of a service that has no network of its own.

use crate::finding::{Finding, Severity};
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
                format!("`{name}` uses the network of the host, its `ports` do nothing"),
                "take `ports` out: what the container listens on is open on the host as it is; or take `network_mode` out"
                    .to_owned(),
            ),
            Some((kind @ ("service" | "container"), owner)) => {
                let whose = if kind == "service" { "service" } else { "container" };
                (
                    Severity::Error,
                    format!("`{name}` uses the network of `{owner}`, and Docker refuses its `ports`"),
                    format!("publish them on the {whose} `{owner}`"),
                )
            }
            _ => continue,
        };
        let mut finding = Finding::new("ports-with-host-network", severity, key, resource(service), message)
            .label(mode.place, "the network that it uses")
            .help(help);
        if severity == Severity::Warning && service.ports.iter().all(|port| port.via.is_empty()) {
            finding.fix = edit::safe("take out `ports`", edit::remove(cx.files, key));
        }
        findings.push(finding);
    }
}

fn resource(service: &Service) -> String {
    format!("services.{}", service.name)
}
