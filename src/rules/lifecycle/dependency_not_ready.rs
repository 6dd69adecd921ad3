//! A service that is started together with the datastore that it needs.

use super::order::{all_steps, recovers, uses, wait_with, waits_itself};
use crate::catalogue::schema::ImageRole;
use crate::facts::images::{known_image, runs_server};
use crate::facts::lifecycle::jobs::{JobKind, jobs};
use crate::facts::lifecycle::probe::probe;
use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Edit, Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list, is_off};
use crate::yaml::edit::{self, Content};

/// Reports each service once, at the first dependency that it does not wait for.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        if recovers(service) || is_off(service) || cx.fragment {
            continue;
        }
        let unready: Vec<&Service> = service
            .depends_on
            .iter()
            .filter(|(_, dependency)| dependency.condition.value == "service_started")
            .filter_map(|(name, _)| cx.model.services.get(name.as_str()))
            .filter(|peer| is_slow(peer) && uses(cx, service, peer))
            .collect();
        let Some(first) = unready.first().filter(|_| !waits_itself(cx, service)) else { continue };
        let is_for_use = cx.facts.purpose() == FilePurpose::Any;
        // Migrations have no use for a cache or a broker.
        let is_migrated = |peer: &&Service| known_image(peer).is_some_and(|known| is_database(known.image.role));
        let migrates = all_steps(cx, service).iter().flat_map(jobs).find(|found| found.job.kind == JobKind::Migration);
        let migrates = migrates.filter(|_| unready.iter().any(is_migrated));
        if is_for_use || migrates.is_some() {
            findings.push(finding(cx, service, first, &unready, migrates.map(|found| found.job.name())));
        }
    }
}

fn finding(cx: &Context<'_>, service: &Service, first: &Service, all: &[&Service], job: Option<String>) -> Finding {
    let name = &service.name;
    let names: Vec<&str> = all.iter().take(3).map(|peer| peer.name.as_str()).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let (severity, message) = match job {
        Some(job) => {
            let message = format!(
                "`{name}` runs `{job}` before {} {verb} ready, and is not restarted when that fails",
                and_list(&names)
            );
            (Severity::Warning, message)
        }
        None => (
            Severity::Info,
            format!("`{name}` starts before {} {verb} ready, and is not restarted when it fails", and_list(&names)),
        ),
    };
    let place = |peer: &Service| service.depends_on.get(&peer.name).map_or(service.key, |dependency| dependency.place);
    let help = match probe(first).is_some() {
        true => "wait with `condition: service_healthy`, or restart the service: `restart: unless-stopped`",
        false => {
            "add a healthcheck and wait with `condition: service_healthy`, or restart the service: `restart: unless-stopped`"
        }
    };
    let mut finding = Finding::new(rule::DEPENDENCY_NOT_READY, place(first), Subject::service(name), message)
        .severity(severity)
        .evidence(first.name.clone())
        .help(help);
    for peer in all.iter().skip(1).take(LABELS) {
        finding = finding.label(place(peer), format!("nor does it wait for `{}`", peer.name));
    }
    if all.len() == 1 {
        let title = format!("start `{name}` when `{}` is healthy", first.name);
        finding.fixes.extend(edit::risky(title, wait(cx, service, first)));
    }
    finding
}

/// Waits until a peer is healthy, and adds a healthcheck where it has none.
fn wait(cx: &Context<'_>, service: &Service, peer: &Service) -> Option<Vec<Edit>> {
    let waits = wait_with(cx, service, &peer.name, "service_healthy");
    if probe(peer).is_some() {
        return waits;
    }
    let known = known_image(peer).filter(|known| known.exact && !known.built)?;
    if known.image.healthcheck == Some(true) {
        return waits;
    }
    let words = known.image.healthcheck_for(known.tag)?;
    let test = Content::List(words.iter().map(Content::text).collect());
    let healthcheck = Content::Map(vec![("test".to_owned(), test)]);
    edit::all([waits, edit::set_entry(cx.files, peer.place, "healthcheck", &healthcheck)])
}

fn is_database(role: ImageRole) -> bool {
    matches!(role, ImageRole::Datastore | ImageRole::Search)
}

/// Whether a service takes some time until it answers: it is a datastore, or it has a healthcheck.
fn is_slow(service: &Service) -> bool {
    let is_store = known_image(service).is_some_and(|known| known.image.holds_data()) && runs_server(service);
    let is_disabled = service.healthcheck.as_ref().is_some_and(|check| check.disabled);
    service.provider.is_none() && !is_disabled && is_store
}
