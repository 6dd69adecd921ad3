//! A datastore whose data directory is not on a volume.

use super::unkept::without_volume;
use crate::catalogue::schema::{ImageRole, Keeps};
use crate::facts::images::known_image;
use crate::facts::repository::purpose::is_for_tests;
use crate::facts::storage::datastores::{StoredServer, kept};
use crate::finding::{Finding, Severity, rule};
use crate::model::{MountKind, Service};
use crate::rules::Context;
use crate::rules::support::for_data;

/// Reports each datastore without a lasting mount; one with a mount at a wrong place is another rule's.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
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
        let severity = if tmpfs.is_some() || is_test_twin(cx, service) {
            Severity::Info
        } else {
            for_data(severity, cx.facts.purpose())
        };
        findings.push(without_volume(cx, rule::DATASTORE_WITHOUT_VOLUME, unkept).severity(severity));
    }
}

/// Whether the name of a service says that it is for tests, and another service with the same image keeps its data.
fn is_test_twin(cx: &Context<'_>, service: &Service) -> bool {
    let image = |one: &Service| known_image(one).map(|known| known.image.name.as_str());
    let twin = |kept: &StoredServer<'_>| kept.service.name != service.name && image(kept.service) == image(service);
    is_for_tests(&service.name) && kept(cx.model).iter().any(twin)
}
