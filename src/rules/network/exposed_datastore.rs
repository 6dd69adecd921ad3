//! A database, cache, broker or search engine that other machines can reach.

use std::net::IpAddr;

use crate::collections::HashSet;
use crate::config::options::{AddressRange, options};
use crate::facts::network::exposure::{OpenKind, behind, proxy_of};
use crate::facts::network::published::{Exposure, Published};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::rules::support::{are_allowed, for_purpose, on_this_machine, published_as};
use crate::rules::{Context, fixes};

options! {
    rule::EXPOSED_DATASTORE {
        /// Host ports that may be published
        allowed_ports: Vec<u16>,
        /// Host addresses or networks that ports may be published on
        allowed_networks: Vec<AddressRange>,
    }
}

/// Reports each published port behind which the catalogue knows a datastore.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::default();
    let options: Options = cx.settings.options();
    for published in cx.facts.published() {
        let (service, port) = (published.service, published.port);
        if !published.in_effect || !published.reach.is_beyond_loopback() || is_allowed(&options, published) {
            continue;
        }
        let Some(open) = behind(service, port) else { continue };
        let OpenKind::Datastore(kind) = open.kind else { continue };
        let (severity, whom) = match &published.reach {
            Exposure::Address(address) => {
                let severity = if is_private(address) { Severity::Info } else { Severity::Warning };
                (severity, format!("`{address}`"))
            }
            _ => (Severity::Error, "all interfaces".to_owned()),
        };
        let severity = if port.published.is_none() { Severity::Warning } else { severity };
        let severity = for_purpose(severity, cx.facts.purpose());
        let name = &service.name;
        let message = format!("{} `{name}` publishes {} on {whom}", kind.name(), published_as(cx, port));
        let help = format!(
            "{}; publish it as {}, or remove the entry: services of this project can reach `{name}` without it",
            open.why,
            on_this_machine(cx, port)
        );
        let mut finding = Finding::new(rule::EXPOSED_DATASTORE, port.place, Subject::service(name), message)
            .severity(severity)
            .evidence(port.target.to_string())
            .help(help);
        if !seen.insert(finding.place) {
            continue;
        }
        if let Some(target) = proxy_of(cx.facts, published) {
            finding =
                finding.label(target.place, format!("`{}` forwards to this port, but can be bypassed", target.proxy));
        }
        finding.fixes.extend(fixes::on_loopback(cx, port));
        if !finding.fixes.is_empty() {
            finding.fixes.extend(fixes::without_port(cx, port));
        }
        if !open.known.exact {
            finding.confidence = Confidence::Medium;
        }
        findings.push(finding);
    }
}

/// Whether an address of the host is one that only its own networks reach.
fn is_private(address: &str) -> bool {
    address.parse().is_ok_and(|address| match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local(),
    })
}

/// Whether the configuration says that this port, or this address of the host, may be open.
fn is_allowed(options: &Options, published: &Published<'_>) -> bool {
    let address = match &published.reach {
        Exposure::Address(address) => address.parse().ok(),
        _ => None,
    };
    are_allowed(published.port.published, &options.allowed_ports)
        || address.is_some_and(|address| options.allowed_networks.iter().any(|network| network.contains(address)))
}
