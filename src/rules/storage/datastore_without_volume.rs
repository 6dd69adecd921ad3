//! A datastore whose data directory is not on a volume.

use super::unkept::without_volume;
use crate::catalogue::schema::{ImageRole, Keeps};
use crate::collections::IndexMap;
use crate::facts::images::known_image;
use crate::facts::repository::purpose::is_for_tests;
use crate::facts::storage::datastores::{StoredServer, kept};
use crate::finding::{Finding, Label, Severity, rule};
use crate::model::{MountKind, Service, Variable};
use crate::rules::Context;
use crate::rules::support::for_data;

/// Reports each datastore without a lasting mount; one with a mount at a wrong place is another rule's.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    // The members of a cluster have one cause.
    let mut clusters: IndexMap<(&str, Severity), usize> = IndexMap::default();
    for unkept in cx.facts.unkept().iter().filter(|unkept| unkept.image.holds_data()) {
        let service = unkept.service;
        if cx.project.has_blank_entry(&service.name, &["volumes", "tmpfs"]) {
            continue;
        }
        if unkept.misplaced.is_some() || unkept.keeps == Keeps::Cache && !unkept.asked_for {
            continue;
        }
        let severity = match unkept.image.role {
            ImageRole::Datastore | ImageRole::Search if unkept.keeps == Keeps::Persistent => Severity::Error,
            _ => Severity::Warning,
        };
        let tmpfs = unkept.fleeting.filter(|mount| mount.kind == MountKind::Tmpfs);
        let is_for_calls = unkept.image.role == ImageRole::Broker && carries_calls(cx);
        let severity = if tmpfs.is_some() || is_for_calls || is_test_twin(cx, service) {
            Severity::Info
        } else {
            for_data(severity, cx.facts.purpose())
        };
        let finding = without_volume(cx, rule::DATASTORE_WITHOUT_VOLUME, unkept).severity(severity);
        let cluster = (unkept.image.name.as_str(), severity);
        let is_bare = unkept.fleeting.is_none() && !unkept.partly;
        match clusters.get(&cluster).and_then(|at| findings.get_mut(*at)).filter(|_| is_bare) {
            Some(first) => join(first, &finding, &service.name),
            None => {
                if is_bare {
                    clusters.insert(cluster, findings.len());
                }
                findings.push(finding);
            }
        }
    }
}

/// Tells of another member of a cluster in the finding of the first. What each needs is more than one fix can do.
fn join(first: &mut Finding, other: &Finding, name: &str) {
    first.labels.push(Label { place: other.place, message: format!("`{name}` does so, too").into() });
    first.fixes.clear();
}

/// Whether Celery hands its results back through the broker: who waits for them does not outlive it.
fn carries_calls(cx: &Context<'_>) -> bool {
    let variables = cx.model.services.values().flat_map(|service| &service.environment);
    let is_backend = |(name, variable): (&String, &Variable)| {
        name.contains("RESULT_BACKEND")
            && variable.value.as_ref().is_some_and(|value| value.value.starts_with("rpc://"))
    };
    variables.into_iter().any(is_backend)
}

/// Whether the name of a service says that it is for tests, and another service with the same image keeps its data.
fn is_test_twin(cx: &Context<'_>, service: &Service) -> bool {
    let image = |one: &Service| known_image(one).map(|known| known.image.name.as_str());
    let twin = |kept: &StoredServer<'_>| kept.service.name != service.name && image(kept.service) == image(service);
    is_for_tests(&service.name) && kept(cx.model).iter().any(twin)
}
