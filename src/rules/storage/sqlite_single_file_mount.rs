//! An SQLite database mounted as a single file: what SQLite writes next to it is not.

use crate::collections::HashSet;
use crate::facts::storage::sqlite_files::is_database;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Mount, MountKind, Service};
use crate::rules::Context;

/// Reports the mount.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for file in cx.facts.sqlite_files().iter().filter(|file| !file.read_only) {
        let Some(mount) = file.mount(cx.model).filter(|mount| mount.target.value == file.path && is_file(mount)) else {
            continue;
        };
        if seen.insert(mount.place) {
            findings.push(finding(file.service, mount, Confidence::High).label(file.place, "the database is here"));
        }
    }
    for service in cx.model.services.values() {
        for mount in service.mounts.iter().filter(|mount| !mount.read_only && is_file(mount) && is_database(mount)) {
            if seen.insert(mount.place) {
                findings.push(finding(service, mount, Confidence::Medium));
            }
        }
    }
}

fn is_file(mount: &Mount) -> bool {
    matches!(mount.kind, MountKind::Bind(_))
}

fn finding(service: &Service, mount: &Mount, confidence: Confidence) -> Finding {
    let name = &service.name;
    let message = format!(
        "the SQLite database of `{name}` is mounted without its directory, so its journal is lost with the container"
    );
    Finding::new(rule::SQLITE_SINGLE_FILE_MOUNT, mount.place, Subject::service(name), message)
        .evidence(mount.target.value.clone())
        .confidence(confidence)
        .help("put the database into its own directory and mount that: SQLite keeps its journal next to the file")
}
