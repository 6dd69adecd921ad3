//! An application whose data directory is not on a volume.

use super::unkept::without_volume;
use crate::catalogue::schema::ImageRole;
use crate::facts::storage::sqlite_files::{NamedDatabase, is_transient, lost_by_default, named};
use crate::finding::{Finding, Severity, rule};
use crate::model::{MountKind, Service};
use crate::rules::Context;
use crate::rules::support::for_purpose;

/// Reports each application that keeps data and mounts nothing for it; an SQLite file is another rule's.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for unkept in cx.facts.unkept_applications() {
        let service = unkept.service;
        let is_open = cx.project.has_blank_entry(&service.name, &["volumes", "tmpfs"]);
        if is_open || unkept.misplaced.is_some() || stores_objects(service) || is_of_sqlite(cx, service) {
            continue;
        }
        let is_tmpfs = unkept.fleeting.is_some_and(|mount| mount.kind == MountKind::Tmpfs);
        // Silences that are lost are made again.
        let is_for_show =
            unkept.image.name == "alertmanager" || unkept.image.role == ImageRole::Monitoring && !keeps_something(cx);
        let severity =
            if is_tmpfs || is_for_show { Severity::Info } else { for_purpose(Severity::Warning, cx.facts.purpose()) };
        findings.push(without_volume(cx, rule::APPLICATION_DATA_WITHOUT_VOLUME, unkept).severity(severity));
    }
}

/// Whether the loss is that of an SQLite file, which `sqlite-without-volume` reports.
fn is_of_sqlite(cx: &Context<'_>, service: &Service) -> bool {
    let lasts = |one: &NamedDatabase<'_>| !is_transient(one.by, &one.value.value);
    lost_by_default(cx.model, service).is_some() || named(service).iter().any(lasts)
}

/// Whether the project keeps the data of any service in a volume. Measurements of one that keeps nothing are for show.
fn keeps_something(cx: &Context<'_>) -> bool {
    let keeps = |service: &Service| {
        service.mounts.iter().any(|mount| matches!(mount.kind, MountKind::Volume(_)) && !mount.read_only)
    };
    cx.model.services.values().any(keeps)
}

/// Words of variables that put files into an object store in place of a directory.
const OBJECT_STORES: [&str; 6] = ["S3", "AWS", "GCS", "AZURE", "MINIO", "BUCKET"];

fn stores_objects(service: &Service) -> bool {
    let is_set =
        |name: &String| name.split('_').any(|word| OBJECT_STORES.contains(&word.to_ascii_uppercase().as_str()));
    // An example may be for other services, too.
    service.environment.iter().filter(|(_, one)| !one.is_assumed).any(|(name, _)| is_set(name))
}
