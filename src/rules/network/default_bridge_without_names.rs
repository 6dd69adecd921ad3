//! A service name used on the default bridge network, where Docker resolves no names.

use crate::collections::HashSet;
use crate::facts::network::peers::Meaning;
use crate::facts::network::reach::is_on_bridge;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;

/// Reports each service once that the bridge keeps from a peer it names.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for peer in cx.facts.peers() {
        let Meaning::Unreachable(other) = &peer.meaning else { continue };
        let (Some(from), Some(to)) = (cx.model.services.get(&peer.service), cx.model.services.get(other)) else {
            continue;
        };
        let Some(bridged) = [from, to].into_iter().find(|service| is_on_bridge(service)) else { continue };
        if !seen.insert((&peer.service, other)) {
            continue;
        }
        let (name, mode) = (&peer.service, bridged.network_mode.as_ref());
        let message = if bridged.name == *name {
            format!("`{name}` is on the default bridge, where it cannot resolve `{}`", peer.host)
        } else {
            format!("`{other}` is on the default bridge, where `{name}` cannot resolve its name")
        };
        let mut finding = Finding::new(rule::DEFAULT_BRIDGE_WITHOUT_NAMES, peer.place, Subject::service(name), message)
            .evidence(other.clone())
            .help(format!(
                "remove `network_mode` from `{}`: services on the project's own network resolve each other by name",
                bridged.name
            ));
        if let Some(mode) = mode {
            finding = finding.label(mode.place, "the default bridge");
        }
        findings.push(finding);
    }
}
