//! A declared network that no service uses.

use crate::collections::HashSet;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{all_services, is_for_later, is_one_file, knows_all_services};
use crate::yaml::edit;

/// Reports the declaration, in projects whose services and files near them do not name it either.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // A variable without a value may name any network.
    if !knows_all_services(cx) || cx.project.has_blank_under("networks") {
        return;
    }
    let joined: HashSet<&String> = all_services(cx).flat_map(|service| service.networks.keys()).collect();
    for (key, network) in cx.model.networks.iter().filter(|(_, network)| network.declared) {
        if joined.contains(key) || key == "default" || cx.facts.used_nearby().networks.contains(key) {
            continue;
        }
        let help = if network.external {
            format!(
                "list it under `networks` of the service that needs it, together with `default` if the service needs both, or remove `{key}`"
            )
        } else {
            format!("list it under `networks` of a service, or remove `{key}`: Compose does not create it")
        };
        let mut finding = Finding::new(
            rule::UNUSED_NETWORK,
            network.key,
            Subject::network(key),
            format!("network `{key}` is not used by any service"),
        )
        .help(help);
        if is_for_later(&cx.facts.told_at(network.key)) {
            finding.severity = Severity::Info;
        }
        if is_one_file(cx) {
            finding.fixes.extend(edit::safe(format!("remove `{key}`"), edit::remove(cx.files, network.key)));
        }
        findings.push(finding);
    }
}
