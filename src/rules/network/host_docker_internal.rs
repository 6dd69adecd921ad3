//! `host.docker.internal`, which Docker on Linux does not know by itself.

use crate::edits::{self, Content};
use crate::facts::hosts::Role;
use crate::finding::{Finding, Place, Severity};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list, is_one_file};

/// The name.
const NAME: &str = "host.docker.internal";

/// Reports the name once, at its first use; the other services that lack it are labels.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let lacking: Vec<(&Service, Place)> = cx
        .model
        .services
        .values()
        .filter(|service| !is_known(cx, service))
        .filter_map(|service| Some((service, used(cx, service)?)))
        .collect();
    let Some(((first, place), rest)) = lacking.split_first() else { return };
    let names: Vec<&str> = lacking.iter().map(|(service, _)| service.name.as_str()).collect();
    let mut owners: Vec<&str> = lacking.iter().map(|(service, _)| owner(service)).collect();
    owners.dedup();
    let message = format!("`{NAME}` is not known to {} where Docker runs on Linux", and_list(&names));
    let mut finding =
        Finding::new("host-docker-internal", Severity::Warning, *place, format!("services.{}", first.name), message)
            .evidence(NAME)
            .help(format!("add `extra_hosts: [\"{NAME}:host-gateway\"]` to {}", and_list(&owners)));
    for (service, other) in rest.iter().filter(|(_, other)| other != place).take(LABELS) {
        finding = finding.label(*other, format!("`{}` uses it, too", service.name));
    }
    let gateway = Content::text(format!("{NAME}:host-gateway"));
    let add = |(service, _): &(&Service, Place)| edits::add_to_list(cx.files, service.key, "extra_hosts", &gateway);
    let own = lacking.iter().all(|(service, _)| service.network_mode.is_none());
    if own && is_one_file(cx) {
        finding.fix = edits::safe(format!("say what `{NAME}` is"), edits::all(lacking.iter().map(add)));
    }
    findings.push(finding);
}

/// Whose entry in `extra_hosts` counts: who shares the network of another service must not have any.
fn owner(service: &Service) -> &str {
    let mode = service.network_mode.as_ref().and_then(|mode| mode.value.strip_prefix("service:"));
    mode.unwrap_or(&service.name)
}

/// Whether the service, or the one whose network it uses, says what the name is.
fn is_known(cx: &Context<'_>, service: &Service) -> bool {
    let says = |service: &Service| service.extra_hosts.iter().any(|host| host.value.0 == NAME);
    let Some(mode) = &service.network_mode else { return says(service) };
    match mode.value.split_once(':') {
        Some(("service", owner)) => says(service) || cx.model.services.get(owner).is_none_or(says),
        Some(_) => true,
        None => mode.value == "none" || says(service),
    }
}

fn used(cx: &Context<'_>, service: &Service) -> Option<Place> {
    let mut peers = cx
        .facts
        .hosts(&service.name)
        .iter()
        .filter(|one| one.host == NAME && !matches!(one.role, Role::Public | Role::Listen));
    let of_proxy = || {
        let targets = cx.facts.proxy_targets().iter();
        targets.filter(|one| one.host == NAME && one.proxy.as_ref() == Some(&service.name)).map(|one| one.place).next()
    };
    peers.next().map(|one| one.place).or_else(of_proxy)
}
