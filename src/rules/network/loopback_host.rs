//! `localhost` as the address of another service: in a container it is the container itself.

use std::collections::HashSet;

use crate::edits;
use crate::facts::peers::Meaning;
use crate::finding::{Finding, Severity};
use crate::rules::Context;

/// Reports each address once for each service.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashSet<(&str, Option<u16>)> = HashSet::new();
    for peer in cx.facts.peers() {
        let Meaning::Loopback(sibling) = &peer.meaning else { continue };
        // Where nothing of the project is meant, only a datastore's address that is written out is sure to be wrong.
        if sibling.is_none() && (!peer.of_datastore || peer.variable.is_some() || cx.fragment) {
            continue;
        }
        if !seen.insert((&peer.service, peer.port)) {
            continue;
        }
        let name = &peer.service;
        let address = peer.port.map_or_else(|| peer.host.clone(), |port| format!("{}:{port}", peer.host));
        let (severity, message, help) = match sibling {
            Some(sibling) => (
                Severity::Error,
                format!("`{address}` is the container of `{name}` itself, not `{sibling}`"),
                format!("write `{sibling}` as the host"),
            ),
            None => (
                Severity::Warning,
                format!("`{address}` is the container of `{name}` itself, and nothing in it listens there"),
                "name the service that is meant; for a program on the host, `host.docker.internal` with \
                 `extra_hosts: [\"host.docker.internal:host-gateway\"]`"
                    .to_owned(),
            ),
        };
        let mut finding = Finding::new("loopback-host", severity, peer.place, format!("services.{name}"), message)
            .evidence(address)
            .help(help);
        if let (Some(sibling), true) = (sibling, peer.is_own) {
            let title = format!("write `{sibling}`: the service then talks to that one");
            finding.fix = edits::risky(title, edits::exchange(cx.files, peer.place, &peer.host, sibling));
        }
        findings.push(finding);
    }
}
