//! `host.docker.internal`, which Docker on Linux does not resolve by itself.

use crate::facts::network::hosts::{HostReference, HostRole};
use crate::facts::network::listeners::{declares, listeners};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list, is_one_file};
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// The name.
const NAME: &str = "host.docker.internal";

/// Reports the name once, at its first use; the other services that lack it are labels.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut uses: Vec<(&Service, NameUse)> = cx
        .model
        .services
        .values()
        .filter(|service| !is_known(cx, service))
        .filter_map(|service| Some((service, used(cx, service)?)))
        .collect();
    uses.sort_by_key(|(_, one)| one.is_stand_in);
    let is_stand_in = uses.iter().all(|(_, one)| one.is_stand_in);
    let lacking: Vec<(&Service, Place)> = uses.into_iter().map(|(service, one)| (service, one.place)).collect();
    let Some(((first, place), rest)) = lacking.split_first() else { return };
    let severity = if is_stand_in || is_for_desktop(cx, *place) { Severity::Info } else { Severity::Warning };
    let names: Vec<&str> = lacking.iter().map(|(service, _)| service.name.as_str()).collect();
    let mut owners: Vec<&str> = lacking.iter().map(|(service, _)| owner(service)).collect();
    owners.dedup();
    let message = format!("{} cannot resolve `{NAME}` with Docker Engine on Linux", and_list(&names));
    let mut finding = Finding::new(rule::HOST_DOCKER_INTERNAL, *place, Subject::service(&first.name), message)
        .severity(severity)
        .evidence(NAME)
        .help(format!("add `extra_hosts: [\"{NAME}:host-gateway\"]` to {}", and_list(&owners)));
    for (service, other) in rest.iter().filter(|(_, other)| other != place).take(LABELS) {
        finding = finding.label(*other, format!("also used by `{}`", service.name));
    }
    let gateway = Content::text(format!("{NAME}:host-gateway"));
    let add = |(service, _): &(&Service, Place)| edit::add_to_list(cx.files, service.key, "extra_hosts", &gateway);
    let own = lacking.iter().all(|(service, _)| service.network_mode.is_none());
    if own && is_one_file(cx) {
        finding.fixes.extend(edit::safe(format!("add `{NAME}` to `extra_hosts`"), edit::all(lacking.iter().map(add))));
    }
    findings.push(finding);
}

/// Whether a comment says that the name, or the project, is for Docker Desktop.
fn is_for_desktop(cx: &Context<'_>, place: Place) -> bool {
    let at_top = cx.facts.comments_at_top().join("\n").to_lowercase();
    if at_top.contains("docker desktop") {
        return true;
    }
    let comment = cx.facts.comments_at(place).to_lowercase();
    let mut words = comment.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| matches!(word, "desktop" | "windows" | "mac" | "macos" | "wsl" | "wsl2"))
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

/// A use of the name.
struct NameUse {
    place: Place,
    is_stand_in: bool,
}

/// The use by a service that says most: one that is not merely stand-in, if there is any.
fn used(cx: &Context<'_>, service: &Service) -> Option<NameUse> {
    let is_meant = |one: &&HostReference| one.host == NAME && !matches!(one.role, HostRole::Public | HostRole::Listen);
    let peers = cx.facts.hosts(&service.name).iter().filter(is_meant);
    let uses = peers.map(|one| NameUse { place: one.place, is_stand_in: is_stand_in(cx, one) });
    let of_proxy = || {
        let mut targets = cx.facts.proxy_targets().iter();
        targets.find(|one| one.host == NAME && one.proxy.as_ref() == Some(&service.name))
    };
    let of_contact = || {
        let mut contacts = cx.facts.app_configs().contacts.iter();
        contacts.find(|one| one.host == NAME && one.service == service.name).map(|one| one.place)
    };
    let of_file = || of_proxy().map(|target| target.place).or_else(of_contact);
    uses.min_by_key(|one| one.is_stand_in).or_else(|| Some(NameUse { place: of_file()?, is_stand_in: false }))
}

/// Whether the name is only the default of a variable, for a program that the project has itself behind a profile that is
/// not on: who runs that program sets the variable, and who runs neither never uses it.
fn is_stand_in(cx: &Context<'_>, reference: &HostReference) -> bool {
    let is_default = |name: &String| cx.project.environment.setting(name).is_none();
    let listens = |port: u16| {
        let mut inactive = cx.model.disabled.values();
        inactive.any(|service| declares(service, port) || listeners(service).get(port).is_some())
    };
    reference.variable.as_ref().is_some_and(is_default) && reference.port.is_some_and(listens)
}
