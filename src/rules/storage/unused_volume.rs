//! A declared volume that no service mounts.

use crate::collections::{HashMap, HashSet, IndexMap};
use crate::compose::load::environment::VariableState;
use crate::compose::value::Part;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Mount, MountKind, Volume};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services, few_names, is_for_later, is_one_file, knows_all_services};
use crate::source::FileId;
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
    let mut commented: HashMap<FileId, HashSet<String>> = HashMap::default();
    let mut unused: IndexMap<FileId, Vec<(&str, &Volume)>> = IndexMap::default();
    for (key, volume) in &cx.model.volumes {
        let file = volume.key.span.file;
        if mounted.contains(key.as_str()) || cx.facts.used_nearby().volumes.contains(key) {
            continue;
        }
        match all_services(cx).flat_map(|service| &service.mounts).find(|mount| is_drive(mount, key)) {
            Some(mount) => findings.push(
                one(key, volume)
                    .help("use a longer name: Docker reads a single letter before a colon as a Windows drive")
                    .label(mount.place, "this creates an anonymous volume"),
            ),
            None if is_kept_for_later(
                cx,
                key,
                volume,
                commented.entry(file).or_insert_with(|| cx.facts.mounts_in_comments(file)),
            ) =>
            {
                findings.push(one(key, volume).severity(Severity::Info));
            }
            None => unused.entry(file).or_default().push((key, volume)),
        }
    }
    findings.extend(unused.values().filter_map(|all| together(cx, all)));
}

/// Whether comments say that a volume is there for another setup: at its declaration, or where it would be mounted.
fn is_kept_for_later(cx: &Context<'_>, key: &str, volume: &Volume, commented: &HashSet<String>) -> bool {
    is_for_later(&cx.facts.told_at(volume.key)) || commented.contains(key)
}

fn one(key: &str, volume: &Volume) -> Finding {
    let message = format!("volume `{key}` is not mounted by any service");
    Finding::new(rule::UNUSED_VOLUME, volume.key, Subject::volume(key), message)
        .help(format!("mount it where the data is, or remove `{key}`: Compose does not create it"))
}

/// The volumes of one file that are left over: what they were for is gone.
fn together(cx: &Context<'_>, all: &[(&str, &Volume)]) -> Option<Finding> {
    let [(key, volume), others @ ..] = all else { return None };
    let mut finding = one(key, volume);
    let mut title = format!("remove `{key}`");
    if !others.is_empty() {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        finding.message = format!("volumes {} are not mounted by any service", few_names(&names)).into();
        finding = finding.help("mount them where the data is, or remove them: Compose does not create them");
        title = "remove them".to_owned();
    }
    for (name, other) in others.iter().take(LABELS) {
        finding = finding.label(other.key, format!("`{name}` is not mounted either"));
    }
    if !is_one_file(cx) {
        return Some(finding);
    }
    let edits = match edit::enclosing(cx.files, volume.key) {
        // Without an entry, the section would be of the wrong type.
        Some(section) if all.len() > 1 && all.len() == cx.model.volumes.len() => edit::remove(cx.files, section),
        _ => edit::all(all.iter().map(|(_, volume)| edit::remove(cx.files, volume.key))),
    };
    finding.fixes.extend(match others.is_empty() {
        true => edit::safe(title, edits),
        false => edit::risky(title, edits),
    });
    Some(finding)
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
