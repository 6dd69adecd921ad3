//! An upstream of nginx that is looked up at each request, where nothing says whom to ask.

use std::net::Ipv4Addr;

use crate::collections::HashSet;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::with_given;

/// Reports each such directive once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    foreign_resolvers(cx, findings);
    let mut seen = HashSet::default();
    for pass in &cx.facts.app_configs().late_passes {
        if !seen.insert(pass.place) {
            continue;
        }
        let (service, host) = (&pass.service, &pass.text);
        let message = format!("nginx needs a `resolver` to look up `{host}`, because the address contains a variable");
        let finding = Finding::new(rule::NGINX_VARIABLE_UPSTREAM, pass.place, Subject::service(service), message)
            .evidence(host.clone())
            .help("add `resolver 127.0.0.11 valid=10s;`, Docker's DNS, to the server, or write the address without variables: every request fails with a 502 otherwise");
        findings.push(with_given(finding, pass.given, format!("`{service}` uses this configuration")));
    }
}

/// A `resolver` at an address of another network: that of a cluster, or of the machine that the file was made on.
fn foreign_resolvers(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for resolver in &cx.facts.app_configs().resolvers {
        let address = resolver.text.rsplit_once(':').map_or(resolver.text.as_str(), |(address, _)| address);
        let is_private = address.parse::<Ipv4Addr>().is_ok_and(|address| address.is_private());
        if !is_private || is_of_project(cx, address) || !seen.insert(resolver.place) {
            continue;
        }
        let service = &resolver.service;
        let message = format!("nginx asks `{address}` for the hosts of its upstreams, which is not Docker's DNS");
        let finding = Finding::new(rule::NGINX_VARIABLE_UPSTREAM, resolver.place, Subject::service(service), message)
            .evidence(address.to_owned())
            .confidence(Confidence::Medium)
            .help("use `resolver 127.0.0.11 valid=10s;`: other servers do not know the names of services");
        findings.push(with_given(finding, resolver.given, format!("`{service}` uses this configuration")));
    }
}

/// Whether an address is of a service, or in a network of the project.
fn is_of_project(cx: &Context<'_>, address: &str) -> bool {
    let has_subnet = cx.model.networks.values().any(|network| !network.pools.is_empty() || network.external);
    let mut attached = cx.model.services.values().flat_map(|service| service.networks.values());
    has_subnet || attached.any(|one| one.ipv4_address.as_ref().is_some_and(|own| own.value == address))
}
