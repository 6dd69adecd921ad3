//! A peer that a service needs when it starts, and that may be started after it.

use super::order::{all_steps, is_after, recovers, waits_itself};
use crate::app_config::ProxyKind;
use crate::catalogue::schema::ImageRole;
use crate::facts::images::{known_image, runs_server};
use crate::facts::lifecycle::jobs::{JobKind, jobs};
use crate::facts::network::peers::Meaning;
use crate::facts::network::reach::Answer;
use crate::finding::{Edit, Finding, Severity, Subject, rule};
use crate::model::{Service, Variable};
use crate::rules::Context;
use crate::rules::support::{for_purpose, is_off};
use crate::source::Place;
use crate::yaml::edit::{self, Content};

/// Reports each service once, with the first peer that it should be started after.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.facts.is_for_swarm() {
        return;
    }
    for service in cx.model.services.values() {
        findings.extend(inverted(cx, service));
        if recovers(service) || is_off(service) || !service.profiles.is_empty() {
            continue;
        }
        let found = upstream(cx, service).or_else(|| migrated(cx, service));
        findings.extend(found.filter(|_| !waits_itself(cx, service)));
    }
}

/// A datastore that is started after the migrations that need it.
fn inverted(cx: &Context<'_>, server: &Service) -> Option<Finding> {
    known_image(server).filter(|known| known.exact && known.image.holds_data() && runs_server(server))?;
    let (job, dependency) = server.depends_on.iter().find(|(name, _)| {
        let Some(job) = cx.model.services.get(*name).filter(|job| job.name.to_lowercase().contains("migrat")) else {
            return false;
        };
        let reaches = |name: &String| {
            let mut peers = cx.facts.peers().iter().filter(|peer| peer.service == job.name);
            peers.any(|peer| peer.meaning == Meaning::Service(name.clone()))
        };
        // Both are told the same about one database.
        let is_shared = |(key, own): (&String, &Variable)| {
            let given = job.environment.get(key).and_then(|one| one.value.as_ref());
            given.is_some() && given.map(|value| &value.value) == own.value.as_ref().map(|value| &value.value)
        };
        reaches(&server.name) || server.environment.iter().filter(|one| is_shared(*one)).count() > 1
    })?;
    let name = &server.name;
    let message = format!("`{name}` is started after `{job}`, which needs it");
    Some(
        Finding::new(rule::MISSING_DEPENDENCY, dependency.place, Subject::service(name), message)
            .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
            .evidence(job.clone())
            .help(format!(
                "remove it here, and add `{name}` to `depends_on` of `{job}`, with `condition: service_healthy`"
            )),
    )
}

/// A host that nginx or HAProxy resolves when it starts, where the proxy is started after another one of its hosts.
fn upstream(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let targets = cx.facts.proxy_targets().iter().filter(|target| {
        let is_strict = matches!(target.kind, ProxyKind::Nginx | ProxyKind::Haproxy);
        is_strict && !target.late && !target.open && target.proxy.as_deref() == Some(service.name.as_str())
    });
    let targets: Vec<_> = targets.collect();
    let is_awaited = |host: &str| match cx.facts.reach().who_answers(&service.name, host) {
        Answer::Service(name) => service.depends_on.contains_key(name),
        _ => false,
    };
    if !targets.iter().any(|target| is_awaited(&target.host)) {
        return None;
    }
    let mut missing = targets.into_iter().filter_map(|target| {
        let Answer::Service(name) = cx.facts.reach().who_answers(&service.name, &target.host) else { return None };
        let peer = cx.model.services.get(name)?;
        let is_missing = peer.name != service.name && peer.profiles.is_empty() && !is_after(cx, service, name);
        // Who depends on the proxy cannot be started before it.
        (is_missing && !is_after(cx, peer, &service.name)).then_some((target, peer))
    });
    let (target, peer) = missing.next()?;
    let message = format!(
        "`{}` may start before `{}`: {} does not start if it cannot resolve an upstream",
        service.name,
        peer.name,
        target.kind.name()
    );
    // Mostly the peer is there in time.
    let finding = finding(cx, service, peer, message, Some((target.place, "the upstream")));
    Some(finding.severity(Severity::Info))
}

/// The database of a migration.
fn migrated(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let steps = all_steps(cx, service);
    let job = steps.iter().flat_map(jobs).find(|found| found.job.kind == JobKind::Migration)?.job;
    let mut peers = cx.facts.peers().iter().filter(|peer| peer.service == service.name).filter_map(|one| {
        let Meaning::Service(name) = &one.meaning else { return None };
        let peer = cx.model.services.get(name.as_str())?;
        // Caches and brokers have nothing to migrate.
        let is_store = known_image(peer).is_some_and(|known| known.image.role == ImageRole::Datastore);
        (is_store && runs_server(peer) && !is_after(cx, service, name)).then_some((peer, one.place))
    });
    let (peer, place) = peers.next()?;
    let message = format!("`{}` may run `{}` before `{}` is started", service.name, job.name(), peer.name);
    Some(finding(cx, service, peer, message, Some((place, "the database that it uses"))))
}

fn finding(
    cx: &Context<'_>,
    service: &Service,
    peer: &Service,
    message: String,
    label: Option<(Place, &'static str)>,
) -> Finding {
    let mut finding = Finding::new(rule::MISSING_DEPENDENCY, service.key, Subject::service(&service.name), message)
        .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
        .evidence(peer.name.clone())
        .help(format!("add `{}` to `depends_on`, or restart the service: `restart: unless-stopped`", peer.name));
    if let Some((place, text)) = label {
        finding = finding.label(place, text);
    }
    let title = format!("start `{}` after `{}`", service.name, peer.name);
    finding.fixes.extend(edit::safe(title, after(cx, service, &peer.name)));
    finding
}

fn after(cx: &Context<'_>, service: &Service, peer: &str) -> Option<Vec<Edit>> {
    let Some((_, first)) = service.depends_on.first() else {
        return edit::add_to_list(cx.files, service.place, "depends_on", &Content::text(peer));
    };
    // A condition has a place of its own in the long form.
    if first.condition.place == first.place {
        return edit::add_to_list(cx.files, service.place, "depends_on", &Content::text(peer));
    }
    let condition = Content::Map(vec![("condition".to_owned(), Content::text("service_started"))]);
    let holder = edit::enclosing(cx.files, first.place)?;
    edit::add_entry(cx.files, holder, peer, &condition)
}
