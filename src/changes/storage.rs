//! Volumes and bind mounts that are dropped, added or moved, and what that means for the data in them.

use std::path::Path;

use super::files::is_read;
use super::privileges::is_powerful;
use super::sides::{ServicePair, Side, Sides};
use super::words::meant;
use super::{DeploymentChange, Effect, Topic};
use crate::facts::images::known_image;
use crate::facts::storage::datastores::{StoredServer, kept};
use crate::facts::storage::mounts;
use crate::model::{Mount, MountKind, Service};

/// What is mounted, so that two mounts can be compared.
#[derive(PartialEq)]
enum MountContent {
    Bind(String),
    /// A volume: by its key where the project gives it its name, by its name where that is written.
    Volume(String),
    Other(String),
}

/// Compares the mounts of a service.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some((then, now)) = pair.both() else { return };
    let (old, new) = (told_here(then), told_here(now));
    let find = |all: &[&'_ Mount], target: &str| all.iter().position(|mount| mount.target.value == target);
    let mut dropped: Vec<&Mount> = Vec::new();
    for mount in &old {
        match find(&new, &mount.target.value).and_then(|at| new.get(at)) {
            Some(other) => out.extend(replaced(sides, pair, mount, other)),
            None => dropped.push(mount),
        }
    }
    let mut added: Vec<&Mount> =
        new.iter().copied().filter(|mount| find(&old, &mount.target.value).is_none()).collect();
    for mount in dropped {
        let content = content(&sides.then, mount);
        let elsewhere = added.iter().position(|other| self::content(&sides.now, other) == content);
        match elsewhere.filter(|_| !matches!(content, MountContent::Other(_))) {
            Some(at) => out.push(moved(sides, pair, mount, added.remove(at))),
            None => out.push(lost(sides, pair, mount)),
        }
    }
    for mount in added {
        out.extend(gained(sides, pair, mount));
    }
}

/// The mounts that are not told of as a privilege.
fn told_here(service: &Service) -> Vec<&Mount> {
    let is_told = |mount: &&Mount| !matches!(&mount.kind, MountKind::Bind(path) if is_powerful(path));
    service.mounts.iter().filter(is_told).collect()
}

fn content(side: &Side<'_>, mount: &Mount) -> MountContent {
    match (&mount.kind, &mount.source) {
        (MountKind::Bind(path), Some(source)) if source.value == *path => MountContent::Bind(side.meant_path(source)),
        (MountKind::Bind(path), _) => MountContent::Bind(path.clone()),
        (MountKind::Volume(key), _) => {
            let volume = side.facts.model.volumes.get(key);
            let own = format!("{}_{key}", side.facts.model.name);
            let name = volume.map(|volume| &volume.name).filter(|name| name.value != own);
            MountContent::Volume(name.map_or_else(|| key.clone(), meant))
        }
        (MountKind::Anonymous, _) => MountContent::Other("anonymous".to_owned()),
        (MountKind::Tmpfs, _) => MountContent::Other("tmpfs".to_owned()),
        (MountKind::Unknown, _) => MountContent::Other("unknown".to_owned()),
        (MountKind::Other(kind), source) => {
            MountContent::Other(format!("{kind} {}", source.as_ref().map_or("", |source| source.value.as_str())))
        }
    }
}

/// A mount in words: the volume `data`, `./data`, memory.
fn described(side: &Side<'_>, mount: &Mount) -> String {
    match (&mount.kind, &mount.source) {
        (MountKind::Bind(_), Some(source)) => format!("`{}` of the host", side.host_path(source)),
        (MountKind::Volume(key), _) => {
            let volume = side.facts.model.volumes.get(key);
            match content(side, mount) {
                MountContent::Volume(name) if volume.is_some() && name != *key => {
                    format!("the volume `{}`", side.masked(&name))
                }
                _ => format!("the volume `{key}`"),
            }
        }
        (MountKind::Anonymous, _) => "an anonymous volume".to_owned(),
        (MountKind::Tmpfs, _) => "memory (`tmpfs`)".to_owned(),
        (MountKind::Unknown, _) => "what a variable names".to_owned(),
        _ => "another kind of mount".to_owned(),
    }
}

fn change(effect: Effect, (side, mount): (&Side<'_>, &Mount), message: String) -> DeploymentChange {
    // What only is read is configuration or code.
    let topic = if holds_data(side, mount) { Topic::Data } else { Topic::Run };
    let key = if matches!(mount.kind, MountKind::Tmpfs) && mount.source.is_none() { "tmpfs" } else { "volumes" };
    DeploymentChange::new(topic, effect, key, message)
}

/// Whether a container keeps something in a mount, as far as the mount can tell.
pub(super) fn is_data(mount: &Mount) -> bool {
    match &mount.kind {
        MountKind::Volume(_) => !mount.read_only,
        MountKind::Bind(path) => !mount.read_only && !is_for_reading(path),
        _ => false,
    }
}

/// The same, where the mount is not known to bring the code or the configuration that is in the repository.
fn holds_data(side: &Side<'_>, mount: &Mount) -> bool {
    is_data(mount) && !is_of_repository(side, mount)
}

fn is_of_repository(side: &Side<'_>, mount: &Mount) -> bool {
    matches!(&mount.kind, MountKind::Bind(path) if side.is_in_git(Path::new(path)))
}

/// Whether the last part of a path is the name of a file that containers read.
fn is_for_reading(path: &str) -> bool {
    const OTHERS: [&str; 7] = ["crt", "pem", "key", "html", "py", "js", "sock"];
    matches!(path, "/etc/localtime" | "/etc/timezone") || is_read(Path::new(path), &OTHERS)
}

/// The mount at which a datastore has its data, for sure.
fn stored<'a>(side: &Side<'a>, service: &str) -> Option<StoredServer<'a>> {
    kept(side.facts.model).into_iter().find(|server| server.service.name == service)
}

fn is_stored_in(side: &Side<'_>, service: &Service, mount: &Mount) -> bool {
    stored(side, &service.name).is_some_and(|server| server.mount.target.value == mount.target.value)
}

fn lost(sides: &Sides<'_>, pair: ServicePair<'_>, mount: &Mount) -> DeploymentChange {
    let (name, target) = (pair.name(), &mount.target.value);
    let what = described(&sides.then, mount);
    let at = sides.then.place(mount.place);
    let is_kept_elsewhere = pair.now.is_some_and(|now| mounts::is_kept(sides.now.facts.model, now, target));
    let was_stored = pair.then.is_some_and(|then| is_stored_in(&sides.then, then, mount));
    let persistent = mounts::is_persistent(sides.then.facts.model, mount);
    if was_stored && persistent && !is_kept_elsewhere {
        let other = stored(&sides.now, name).map(|server| format!("`{}`", server.mount.target.value));
        let message = match other {
            Some(other) => format!(
                "`{name}` drops {what} at `{target}` and keeps its data at {other}, where it starts without what it had"
            ),
            None => format!(
                "`{name}` drops {what}, which holds its data: it starts empty, and what it stores is lost with the container"
            ),
        };
        return change(Effect::Drops, (&sides.then, mount), message).about(name).risky_if(true).at(at);
    }
    let cover = pair.now.and_then(|now| mounts::cover(sides.now.facts.model, now, target));
    let is_for_image = is_of_repository(&sides.then, mount) || is_for_reading(&source_of(mount));
    let rest = match cover.filter(|_| is_kept_elsewhere && is_data(mount)) {
        Some(cover) => {
            let (what, at) = (described(&sides.now, cover), &cover.target.value);
            format!(": that path is in {what} now, which is mounted at `{at}`")
        }
        None if persistent && holds_data(&sides.then, mount) => {
            ": what it writes there is lost when the container is recreated".to_owned()
        }
        None if matches!(mount.kind, MountKind::Bind(_)) && is_for_image => {
            ": it uses what its image has there".to_owned()
        }
        None => String::new(),
    };
    let risky = persistent && is_data(mount) && matches!(mount.kind, MountKind::Volume(_)) && !is_kept_elsewhere;
    let message = match mount.kind {
        MountKind::Tmpfs => format!("`{name}` no longer keeps `{target}` in memory"),
        _ => format!("`{name}` no longer mounts {what} at `{target}`{rest}"),
    };
    change(Effect::Drops, (&sides.then, mount), message).about(name).risky_if(risky).at(at)
}

fn source_of(mount: &Mount) -> String {
    mount.source.as_ref().map_or_else(String::new, |source| source.value.clone())
}

fn moved(sides: &Sides<'_>, pair: ServicePair<'_>, before: &Mount, after: &Mount) -> DeploymentChange {
    let name = pair.name();
    let (old, new) = (&before.target.value, &after.target.value);
    let what = described(&sides.now, after);
    let is_right = pair.now.is_some_and(|now| is_stored_in(&sides.now, now, after));
    let was_right = pair.then.is_some_and(|then| is_stored_in(&sides.then, then, before));
    let known = pair.now.and_then(known_image).filter(|known| known.image.holds_data());
    let rest = match (was_right, is_right) {
        (true, false) if known.is_some() => {
            ": it does not keep its data there, so it starts empty and loses what it stores with the container"
        }
        (true, true) => {
            ": its files are in the same volume, but not where the new version looks for them, unless they are moved"
        }
        (false, true) => ": that is where it keeps its data",
        _ => "",
    };
    let message = format!("`{name}` mounts {what} at `{new}` instead of `{old}`{rest}");
    let is_risky = was_right || is_data(after) && known.is_some() && !is_right;
    change(Effect::Moves, (&sides.now, after), message).about(name).risky_if(is_risky).at(sides.now.place(after.place))
}

fn replaced(sides: &Sides<'_>, pair: ServicePair<'_>, before: &Mount, after: &Mount) -> Option<DeploymentChange> {
    let (name, target) = (pair.name(), &after.target.value);
    let at = sides.now.place(after.place);
    if content(&sides.then, before) == content(&sides.now, after) && is_of_same_kind(before, after) {
        if before.read_only != after.read_only && !matches!(after.kind, MountKind::Tmpfs) {
            let what = described(&sides.now, after);
            let (effect, words) = match after.read_only {
                true => (Effect::Closes, "can only read"),
                false => (Effect::Opens, "can now write to"),
            };
            let message = format!("`{name}` {words} {what} at `{target}`");
            return Some(DeploymentChange::new(Topic::Access, effect, "volumes", message).about(name).at(at));
        }
        let changed = before.subpath != after.subpath;
        return changed.then(|| {
            let message =
                format!("`{name}` mounts another directory of {} at `{target}`", described(&sides.now, after));
            change(Effect::Moves, (&sides.now, after), message)
                .about(name)
                .risky_if(holds_data(&sides.now, after))
                .at(at)
        });
    }
    let (old, new) = (described(&sides.then, before), described(&sides.now, after));
    let was_persistent = mounts::is_persistent(sides.then.facts.model, before);
    let is_persistent = mounts::is_persistent(sides.now.facts.model, after);
    let kept_data = was_persistent && holds_data(&sides.then, before);
    let rest = match (kept_data, is_persistent) {
        (true, true) => ": it does not see the data that are there, unless they are copied".to_owned(),
        (true, false) => ": what it writes there is lost with the container".to_owned(),
        (false, _) => String::new(),
    };
    let is_named = |mount: &Mount| matches!(mount.kind, MountKind::Volume(_));
    let risky = kept_data
        && (is_named(before)
            || is_named(after)
            || pair.then.is_some_and(|then| is_stored_in(&sides.then, then, before)));
    let message = format!("`{name}` mounts {new} at `{target}` instead of {old}{rest}");
    let told = if kept_data { (&sides.then, before) } else { (&sides.now, after) };
    Some(change(Effect::Moves, told, message).about(name).risky_if(risky).at(at))
}

fn gained(sides: &Sides<'_>, pair: ServicePair<'_>, mount: &Mount) -> Option<DeploymentChange> {
    let (name, target) = (pair.name(), &mount.target.value);
    let what = described(&sides.now, mount);
    let how = if mount.read_only && !matches!(mount.kind, MountKind::Tmpfs) { ", read-only" } else { "" };
    let is_store = pair.now.is_some_and(|now| is_stored_in(&sides.now, now, mount));
    let message = match mount.kind {
        MountKind::Tmpfs => format!("`{name}` keeps `{target}` in memory"),
        _ if is_store => {
            format!("`{name}` keeps its data in {what} from now on: what its container holds so far is not copied")
        }
        _ => format!("`{name}` mounts {what} at `{target}`{how}"),
    };
    Some(change(Effect::Adds, (&sides.now, mount), message).about(name).at(sides.now.place(mount.place)))
}

/// Whether two mounts are of one kind; whether their content is the same is asked apart.
fn is_of_same_kind(one: &Mount, other: &Mount) -> bool {
    std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind)
}

/// Volumes of the project whose options change: docker compose asks whether to make them anew, which deletes their data.
pub(super) fn compare_volumes(sides: &Sides<'_>, out: &mut Vec<DeploymentChange>) {
    let (old, new) = (&sides.then.facts.model.volumes, &sides.now.facts.model.volumes);
    for (key, now) in new {
        let Some(then) = old.get(key) else { continue };
        let at = sides.now.place(now.key);
        let driver = |volume: &crate::model::Volume| {
            let options: Vec<(String, String)> =
                volume.driver_opts.iter().map(|(name, value)| (name.clone(), meant(value))).collect();
            (volume.driver.as_ref().map_or_else(|| "local".to_owned(), meant), options)
        };
        let push = |message: String, is_risky: bool, out: &mut Vec<DeploymentChange>| {
            let change = DeploymentChange::new(Topic::Data, Effect::Changes, "volumes", message);
            out.push(change.of_resource(key).risky_if(is_risky).at(at.clone()));
        };
        match (then.external, now.external) {
            (false, true) => {
                let name = sides.now.masked(&meant(&now.name));
                push(
                    format!(
                        "the volume `{key}` is external: `{name}` must exist, and docker compose no longer creates it"
                    ),
                    true,
                    out,
                );
            }
            (true, false) => {
                push(format!("the volume `{key}` is no longer external: docker compose creates its own"), true, out)
            }
            (false, false) if driver(then) != driver(now) => push(
                format!(
                    "the options of the volume `{key}` change: docker compose keeps the old volume, or deletes its data to recreate it"
                ),
                true,
                out,
            ),
            _ => {}
        }
    }
}
