//! A declared volume that no service mounts.

use crate::collections::HashSet;
use crate::compose::load::environment::VariableState;
use crate::compose::value::Part;
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
    let open = |mount: &Mount| {
        mount.kind == MountKind::Unknown || matches!(mount.kind, MountKind::Volume(_)) && is_open(cx, mount)
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

/// Whether a variable in the source of a mount may name any volume: one that has no value in the checkout, or a part of a
/// name. A whole name that is a default is the volume of everybody who sets nothing.
fn is_open(cx: &Context<'_>, mount: &Mount) -> bool {
    let Some(source) = &mount.source else { return false };
    let length = source.value.len();
    let is_known = |part: &Part| match &part.variable {
        Some(name) => {
            let is_whole = part.start == 0 && part.end as usize == length;
            is_whole
                && !part.is_unknown
                && matches!(cx.project.environment.state(name), VariableState::Known | VariableState::Unset)
        }
        None => true,
    };
    source.is_interpolated() && !source.parts.iter().all(is_known)
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
