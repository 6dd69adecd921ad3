//! Services that do not come back after a restart of the host, although those that need them do.

use super::order::{always_restarts, uses};
use crate::facts::images::{known_image, runs_server};
use crate::facts::lifecycle::jobs::one_shot;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, for_purpose, is_off};
use crate::yaml::edit::{self, Content};

/// Reports the datastores without a restart policy that services with one use: once for a project in which most services
/// are restarted.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.facts.is_for_swarm() || !is_usual(cx) {
        return;
    }
    let left: Vec<(&Service, &Service)> = cx
        .model
        .services
        .values()
        .filter(|service| is_left_down(cx, service))
        .filter_map(|service| Some((service, needed_by(cx, service)?)))
        .collect();
    let Some(((service, client), others)) = left.split_first() else { return };
    let name = &service.name;
    let policy = client.restart.as_ref().map_or("unless-stopped", |restart| restart.value.as_str());
    let policy = if policy == "always" { "always" } else { "unless-stopped" };
    let message =
        format!("`{name}` is not restarted after a reboot or a crash, but `{}`, which needs it, is", client.name);
    let mut finding = Finding::new(rule::INCONSISTENT_RESTART, service.key, Subject::service(name), message)
        .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
        .help(format!("restart it, too: `restart: {policy}`"));
    if let Some(restart) = &client.restart {
        finding = finding.label(restart.place, format!("`{}` is restarted", client.name));
    }
    for (other, _) in others.iter().take(LABELS) {
        finding = finding.label(other.key, format!("`{}` is not restarted, either", other.name));
    }
    let edits =
        left.iter().map(|(service, _)| edit::set_entry(cx.files, service.place, "restart", &Content::text(policy)));
    finding.fixes.extend(edit::risky(format!("add `restart: {policy}`"), edit::all(edits)));
    findings.push(finding);
}

/// Whether most services of the project are restarted, those left out that end.
fn is_usual(cx: &Context<'_>) -> bool {
    let lasting = || cx.model.services.values().filter(|service| one_shot(service).is_none() && !is_off(service));
    let restarted = lasting().filter(|service| always_restarts(service)).count();
    restarted * 2 >= lasting().count()
}

/// A service that is restarted and needs another one.
fn needed_by<'a>(cx: &Context<'a>, service: &Service) -> Option<&'a Service> {
    let mut clients = cx.model.services.values().filter(|other| always_restarts(other) && other.name != service.name);
    let links = |other: &Service| other.links.iter().any(|link| link.value.split(':').next() == Some(&service.name));
    clients.find(|other| other.depends_on.contains_key(&service.name) || links(other) || uses(cx, other, service))
}

/// Whether a service is a server that nobody starts again, and nothing says that this is meant.
fn is_left_down(cx: &Context<'_>, service: &Service) -> bool {
    let is_server = known_image(service).is_some_and(|known| known.image.holds_data()) && runs_server(service);
    service.restart.is_none()
        && service.restart_condition.is_none()
        && is_server
        && !is_off(service)
        && service.profiles.is_empty()
        && cx.facts.awaited_by(&service.name).is_empty()
}
