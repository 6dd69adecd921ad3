//! Files of the repository that services mount: those that are gone, and those that change.

use std::path::Path;

use super::sides::{ServicePair, Side, Sides, is_file};
use super::words::{joined, names};
use super::{DeploymentChange, Effect, Topic};
use crate::model::{Mount, MountKind, Service};
use crate::since::Before;
use crate::source::PathKind;

/// So many files of a directory are named.
const MOST_NAMED: usize = 3;

/// Compares the files that a service mounts on both sides.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, before: &Before, out: &mut Vec<DeploymentChange>) {
    let Some((then, now)) = pair.both() else { return };
    let name = pair.name();
    let mut changed: Vec<String> = Vec::new();
    for mount in &now.mounts {
        let MountKind::Bind(path) = &mount.kind else { continue };
        let Some(shown) = mount.source.as_ref().map(|source| sides.now.host_path(source)) else { continue };
        if !binds(then, path) {
            continue;
        }
        let was_there = is_file(&sides.then, path);
        if was_there && !is_file(&sides.now, path) {
            let target = &mount.target.value;
            let message = format!(
                "`{shown}` is no longer in the repository, and `{name}` still mounts it at `{target}`: Docker creates an empty directory there"
            );
            let change = DeploymentChange::new(Topic::Start, Effect::Drops, "volumes", message);
            out.push(change.about(name).risky_if(true).at(sides.now.place(mount.place)));
        } else if was_there && before.is_changed(Path::new(path)) && !changed.contains(&shown) {
            changed.push(shown);
        } else if !was_there {
            out.extend(in_directory(sides, name, mount, Path::new(path), before));
        }
    }
    if !changed.is_empty() {
        let message = format!("`{name}` mounts {}, which this changes", names(&changed));
        out.push(DeploymentChange::new(Topic::Run, Effect::Changes, "volumes", message).about(name));
    }
}

fn binds(service: &Service, path: &str) -> bool {
    service.mounts.iter().any(|mount| matches!(&mount.kind, MountKind::Bind(own) if own == path))
}

/// The configuration that changes in a directory. Where code is mounted, it changes with each commit.
fn in_directory(
    sides: &Sides<'_>,
    name: &str,
    mount: &Mount,
    directory: &Path,
    before: &Before,
) -> Option<DeploymentChange> {
    let is_directory = sides.now.root.sources.kind(directory) == PathKind::Directory;
    if !is_directory || sides.now.directory().starts_with(directory) || is_built(&sides.now, directory) {
        return None;
    }
    let all: Vec<String> = before
        .touched_in(directory)
        .filter(|path| is_configuration(path))
        .map(|path| path.display().to_string())
        .collect();
    if all.is_empty() {
        return None;
    }
    let shown = mount.source.as_ref().map(|source| sides.now.host_path(source))?;
    let listed = match all.get(MOST_NAMED..) {
        Some(more) if !more.is_empty() => format!("{} files", all.len()),
        _ => joined(&all.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>()),
    };
    let message = format!("`{name}` mounts `{shown}`, in which this changes {listed}");
    Some(DeploymentChange::new(Topic::Run, Effect::Changes, "volumes", message).about(name))
}

/// Whether an image is built from a directory, or from one in it.
fn is_built(side: &Side<'_>, directory: &Path) -> bool {
    let mut contexts = side.services().filter_map(|service| service.build.as_ref()?.context.as_ref());
    contexts.any(|context| Path::new(&context.value).starts_with(directory))
}

/// Whether a file is one that a server reads, by its name.
fn is_configuration(path: &Path) -> bool {
    const OTHERS: [&str; 3] = ["rules", "cf", "lua"];
    is_read(path, &OTHERS)
}

/// Whether a file is one that programs read, by its name: by an ending of configurations, or by one of these.
pub(super) fn is_read(path: &Path, others: &[&str]) -> bool {
    const ENDINGS: [&str; 16] = [
        "conf",
        "cfg",
        "cnf",
        "ini",
        "yml",
        "yaml",
        "toml",
        "json",
        "xml",
        "properties",
        "sql",
        "sh",
        "env",
        "tmpl",
        "template",
        "j2",
    ];
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    name == "Caddyfile" || ending.is_some_and(|ending| ENDINGS.contains(&ending) || others.contains(&ending))
}
