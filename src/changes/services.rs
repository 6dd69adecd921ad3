//! Services that come, go, or get another name.

use std::collections::BTreeSet;

use super::sides::{ServicePair, Side, Sides};
use super::words::{meant, names, several, spelled};
use super::{DeploymentChange, Effect, Topic};
use crate::facts::storage::mounts;
use crate::model::{Mount, MountKind, Service};

/// Pairs of services by their old and their new name: those of one name, and those that were renamed.
pub(super) fn kept(then: &Side<'_>, now: &Side<'_>) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut gone: Vec<&Service> = Vec::new();
    for service in then.services() {
        match now.service(&service.name) {
            Some(_) => kept.push((service.name.clone(), service.name.clone())),
            None => gone.push(service),
        }
    }
    let mut new: Vec<&Service> = now.services().filter(|service| then.service(&service.name).is_none()).collect();
    for old in gone {
        let mut alike = new.iter().enumerate().filter(|(_, one)| is_renamed(old, one));
        if let (Some((at, found)), None) = (alike.next(), alike.next()) {
            kept.push((old.name.clone(), found.name.clone()));
            new.remove(at);
        }
    }
    kept
}

/// Whether one service may be another under a new name: the same image or build, and most of the rest.
fn is_renamed(old: &Service, new: &Service) -> bool {
    let image = |service: &Service| service.image.as_ref().map(|image| image.value.repository.clone());
    let build = |service: &Service| {
        let build = service.build.as_ref()?;
        let text = |text: &Option<crate::model::Spanned<String>>| text.as_ref().map(meant);
        Some((text(&build.context), text(&build.dockerfile), text(&build.target)))
    };
    let made = match (build(old), build(new)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => image(old).is_some() && image(old) == image(new),
        _ => false,
    };
    let targets = |service: &Service| -> Vec<String> {
        let all = service.mounts.iter().map(|mount| format!("{:?} {}", mount.kind, mount.target.value));
        let ports = service.ports.iter().map(|port| format!("{:?} {}", port.published, port.target));
        let words = service.command.iter().flat_map(|command| command.words.iter().map(meant));
        all.chain(ports).chain(words).chain(service.environment.keys().cloned()).collect()
    };
    let (one, other) = (targets(old), targets(new));
    let shared = one.iter().filter(|item| other.contains(item)).count();
    made && shared * 2 >= one.len().max(other.len())
}

/// Tells which services are new, gone or renamed.
pub(super) fn compare(sides: &Sides<'_>, pairs: &[ServicePair<'_>], out: &mut Vec<DeploymentChange>) {
    for pair in pairs {
        match (pair.then, pair.now) {
            (None, Some(now)) => out.push(added(sides, now)),
            (Some(then), None) => out.push(removed(sides, then)),
            (Some(then), Some(now)) if then.name != now.name => {
                let (old, new) = (&then.name, &now.name);
                let message = format!(
                    "`{old}` is named `{new}`: other services reach it by that name only, and its old container stays until `docker compose up --remove-orphans`"
                );
                let change = DeploymentChange::new(Topic::Start, Effect::Moves, "services", message);
                out.push(change.about(new).risky_if(true).at(sides.now.place(now.key)));
            }
            _ => {}
        }
    }
    out.extend(left(sides, pairs));
}

fn added(sides: &Sides<'_>, now: &Service) -> DeploymentChange {
    let name = &now.name;
    let what = match (&now.image, &now.build) {
        (_, Some(build)) => {
            let context = build.context.as_ref().map(|context| sides.now.host_path(context));
            context.map_or_else(String::new, |context| format!(", built from `{context}`"))
        }
        (Some(image), None) => {
            let text = sides.now.masked(&spelled(&image.value.text, &image.parts));
            if text.is_empty() { String::new() } else { format!(" with the image `{text}`") }
        }
        (None, None) => String::new(),
    };
    let when = match sides.now.is_enabled(name) {
        true => String::new(),
        false => {
            let profiles: Vec<String> = now.profiles.iter().map(meant).collect();
            format!(
                ", only with {} {}",
                several(profiles.len(), "the profile", "one of the profiles"),
                names(&profiles)
            )
        }
    };
    let message = format!("`{name}` is a new service{what}{when}");
    let change = DeploymentChange::new(Topic::Start, Effect::Adds, "services", message);
    change.about(name).at(sides.now.place(now.key))
}

fn removed(sides: &Sides<'_>, then: &Service) -> DeploymentChange {
    let name = &then.name;
    // A misplaced key is no service.
    let ran = then.image.is_some() || then.build.is_some() || then.provider.is_some();
    let message = match ran {
        true => format!(
            "`{name}` is gone: a container of it that runs is left alone until `docker compose up --remove-orphans`"
        ),
        false => format!("`{name}` is gone"),
    };
    let change = DeploymentChange::new(Topic::Start, Effect::Drops, "services", message).about(name);
    change.risky_if(ran).at(sides.then.place(then.key))
}

/// The volumes that a service which is gone has left to nobody.
fn left(sides: &Sides<'_>, pairs: &[ServicePair<'_>]) -> Option<DeploymentChange> {
    let used = |key: &str| {
        let mut now = pairs.iter().filter_map(|pair| pair.now).flat_map(|service| &service.mounts);
        now.any(|mount| matches!(&mount.kind, MountKind::Volume(own) if own == key))
    };
    let gone = pairs.iter().filter(|pair| pair.now.is_none()).filter_map(|pair| pair.then);
    let kept = gone
        .flat_map(|service| &service.mounts)
        .filter(|mount| mounts::is_persistent(sides.then.facts.model, mount) && !mount.read_only);
    let left: Vec<(&String, &Mount)> = kept
        .filter_map(|mount| match &mount.kind {
            MountKind::Volume(key) if !used(key) => Some((key, mount)),
            _ => None,
        })
        .collect();
    let (_, first) = left.first()?;
    let keys: BTreeSet<&String> = left.iter().map(|(key, _)| *key).collect();
    let keys: Vec<&String> = keys.into_iter().collect();
    let what = several(keys.len(), "the volume", "the volumes");
    let message = format!("nothing uses {what} {} any more: the data stay on the host", names(&keys));
    let change = DeploymentChange::new(Topic::Data, Effect::Drops, "volumes", message);
    Some(change.risky_if(true).at(sides.then.place(first.place)))
}
