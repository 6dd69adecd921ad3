//! A declared volume that no service mounts.

use crate::collections::HashSet;
use crate::finding::{Finding, Subject, rule};
use crate::model::{Mount, MountKind};
use crate::rules::Context;
use crate::rules::support::{all_services, is_one_file, knows_all_services};
use crate::yaml::edit;

/// Reports the declaration, in projects whose services and files near them do not mount it either.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if !knows_all_services(cx) || cx.project.has_blank_under("volumes") {
        return;
    }
    // A variable in a name may name any volume.
    let open = |mount: &Mount| {
        let is_interpolated = mount.source.as_ref().is_some_and(|source| source.is_interpolated());
        mount.kind == MountKind::Unknown || matches!(mount.kind, MountKind::Volume(_)) && is_interpolated
    };
    if all_services(cx).any(|service| service.mounts.iter().any(open)) {
        return;
    }
    let mounted: HashSet<&str> = all_services(cx).flat_map(|service| &service.mounts).filter_map(volume_of).collect();
    for (key, volume) in &cx.model.volumes {
        if mounted.contains(key.as_str()) || cx.facts.used_nearby().volumes.contains(key) {
            continue;
        }
        let mut finding = Finding::new(
            rule::UNUSED_VOLUME,
            volume.key,
            Subject::volume(key),
            format!("volume `{key}` is not mounted by any service"),
        )
        .help(format!("mount it where the data is, or remove `{key}`: Compose does not create it"));
        if let Some(mount) = all_services(cx).flat_map(|service| &service.mounts).find(|mount| is_drive(mount, key)) {
            finding = finding
                .help("use a longer name: Docker reads a single letter before a colon as a Windows drive")
                .label(mount.place, "this creates an anonymous volume");
        } else if is_one_file(cx) {
            finding.fixes.extend(edit::safe(format!("remove `{key}`"), edit::remove(cx.files, volume.key)));
        }
        findings.push(finding);
    }
}

/// Whether a mount was meant for a volume whose name of one letter is read as a drive (compose-go 2.9.1,
/// `format/volume.go`, `isWindowsDrive`).
fn is_drive(mount: &Mount, volume: &str) -> bool {
    let behind = mount.target.value.strip_prefix(volume).filter(|_| mount.kind == MountKind::Anonymous);
    volume.len() == 1 && behind.is_some_and(|rest| rest.starts_with(":/"))
}

/// The volume that a mount names.
fn volume_of(mount: &Mount) -> Option<&str> {
    match &mount.kind {
        MountKind::Volume(name) => Some(name),
        // Of a cluster volume the source is its name.
        MountKind::Other(_) => mount.source.as_ref().map(|source| source.value.as_str()),
        _ => None,
    }
}
