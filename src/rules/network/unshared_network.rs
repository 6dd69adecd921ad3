//! A service that names another one and shares no network with it.

use std::collections::HashSet;

use crate::facts::peers::Meaning;
use crate::finding::{Finding, Severity};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::and_list;

/// Reports each pair of services once, at the first place that names the other.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    for peer in cx.facts.peers() {
        let Meaning::Unreachable(other) = &peer.meaning else { continue };
        let (Some(from), Some(to)) = (cx.model.services.get(&peer.service), cx.model.services.get(other)) else {
            continue;
        };
        if !seen.insert((&from.name, &to.name)) {
            continue;
        }
        let message = format!("`{}` cannot reach `{}`, they share no network", from.name, to.name);
        let help = format!("put both on one network: {}; {}", whereabouts(from), whereabouts(to));
        let place = to.networks_key.or(to.network_mode.as_ref().map(|mode| mode.place)).unwrap_or(to.key);
        findings.push(
            Finding::new("unshared-network", Severity::Error, peer.place, format!("services.{}", from.name), message)
                .evidence(to.name.clone())
                .label(place, whereabouts(to))
                .help(help),
        );
    }
}

/// Where a service is: `` `web` is on `proxy` ``.
fn whereabouts(service: &Service) -> String {
    let name = &service.name;
    match (&service.network_mode, service.networks_key) {
        (Some(mode), _) => format!("`{name}` has `network_mode: {}`", mode.value),
        (None, None) => format!("`{name}` names no network and is on `default`"),
        (None, Some(_)) => {
            let names: Vec<&String> = service.networks.keys().collect();
            format!("`{name}` is on {}", and_list(&names))
        }
    }
}
