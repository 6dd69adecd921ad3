//! A datastore whose data directory is not on a volume.

use crate::catalogue::schema::{ImageRole, Keeps};
use crate::facts::images::known_image;
use crate::facts::repository::purpose::is_for_tests;
use crate::facts::storage::datastores::{StoredServer, Unkept, kept};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::{MountKind, Service};
use crate::rules::support::for_data;
use crate::rules::{Context, fixes};

/// Reports each datastore without a lasting mount; one with a mount at a wrong place is another rule's.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for unkept in cx.facts.unkept() {
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
        let name = &service.name;
        let (message, help) = (message(unkept), help(unkept));
        let mut finding = Finding::new(rule::DATASTORE_WITHOUT_VOLUME, service.key, Subject::service(name), message)
            .severity(severity)
            .evidence(unkept.path.clone())
            .help(help);
        finding.fixes.extend(match unkept.fleeting {
            _ if unkept.option.is_some() => None,
            Some(_) => fixes::named(cx, service, &unkept.path),
            None => fixes::in_named_volume(cx, service, &unkept.path),
        });
        if let Some(mount) = unkept.fleeting {
            let label = match mount.kind {
                MountKind::Anonymous => "this volume has no name, so that the next container gets a new one",
                _ => "does not outlive the container",
            };
            finding = finding.label(mount.place, label);
        }
        if !unkept.exact {
            finding.confidence = Confidence::Medium;
        }
        findings.push(finding);
    }
}

fn message(unkept: &Unkept<'_>) -> String {
    let name = &unkept.service.name;
    match unkept.fleeting.map(|mount| &mount.kind) {
        Some(MountKind::Tmpfs) => format!("`{name}` keeps its data in memory: the next restart deletes it"),
        Some(MountKind::Anonymous) => {
            format!("`{name}` keeps its data in an anonymous volume: `docker compose down` leaves it behind unused")
        }
        _ if unkept.partly => {
            format!("`{}` of `{name}` is not on a volume: recreating the container deletes it", unkept.path)
        }
        _ => format!("`{name}` keeps its data inside the container: recreating it deletes the data"),
    }
}

fn help(unkept: &Unkept<'_>) -> String {
    if let Some(option) = unkept.option {
        format!("mount a named volume at `/data`, and add `{option} /data` to the command")
    } else if unkept.exact {
        format!("mount a named volume at `{}`, and declare it under the top-level `volumes:`", unkept.path)
    } else {
        let of = &unkept.image.name;
        format!("mount a named volume at the data directory of this image; for `{of}`, it is `{}`", unkept.path)
    }
}

/// Whether the name of a service says that it is for tests, and another service with the same image keeps its data.
fn is_test_twin(cx: &Context<'_>, service: &Service) -> bool {
    let image = |one: &Service| known_image(one).map(|known| known.image.name.as_str());
    let twin = |kept: &StoredServer<'_>| kept.service.name != service.name && image(kept.service) == image(service);
    is_for_tests(&service.name) && kept(cx.model).iter().any(twin)
}
