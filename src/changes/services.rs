//! Services that come, go, or get another name.

use std::collections::BTreeSet;
use std::path::Path;

use super::environment::needed_files;
use super::sides::{ServicePair, Side, Sides};
use super::words::{meant, names, several, spelled};
use super::{DeploymentChange, Effect, Topic};
use crate::facts::storage::mounts;
use crate::model::{Mount, MountKind, Service, Spanned};
use crate::since::Before;

/// Pairs of services by their old and their new name: those of one name, and those that were renamed.
pub(super) fn kept(before: &Before, then: &Side<'_>, now: &Side<'_>) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut gone: Vec<&Service> = Vec::new();
    for service in then.services() {
        match now.service(&service.name) {
            Some(_) => kept.push((service.name.clone(), service.name.clone())),
            None => gone.push(service),
        }
    }
    let new: Vec<&Service> = now.services().filter(|service| then.service(&service.name).is_none()).collect();
    if gone.len().saturating_mul(new.len()) > MOST_PAIRS {
        return kept;
    }
    let mut alike: Vec<(Likeness, &str, &str)> = Vec::new();
    for old in &gone {
        let all =
            new.iter().filter_map(|one| Some((likeness(before, old, one)?, old.name.as_str(), one.name.as_str())));
        alike.extend(all);
    }
    // The best pair first. Of two that are equally good, neither is it.
    alike.sort_by(|one, other| other.cmp(one));
    while let Some((best, old, new)) = alike.first().copied() {
        let is_rival = |one: &(Likeness, &str, &str)| one.0 == best && (one.1 == old) != (one.2 == new);
        if !alike.iter().any(is_rival) {
            kept.push((old.to_owned(), new.to_owned()));
        }
        alike.retain(|one| one.1 != old && one.2 != new);
    }
    kept
}

/// So many pairs of services are compared to find those that were renamed.
const MOST_PAIRS: usize = 10_000;

/// How much one service is like another: their names, and of a hundred of their settings those that both have.
type Likeness = (NameLikeness, usize);

/// How much one name is like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NameLikeness {
    /// It is another one.
    Other,
    /// One is in the other: `checkoutservice`, `checkout`.
    Part,
    /// They are written in another way: `api-1`, `api1`.
    Same,
}

fn name_likeness(old: &str, new: &str) -> NameLikeness {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_', '.'], "");
    let (old, new) = (plain(old), plain(new));
    let is_part = |one: &str, other: &str| one.len() >= 3 && other.contains(one);
    if old == new {
        NameLikeness::Same
    } else if is_part(&old, &new) || is_part(&new, &old) {
        NameLikeness::Part
    } else {
        NameLikeness::Other
    }
}

/// How much one service is like another, if it may be that one under a new name: it is made of the same, and half of its
/// settings are the same; or the names are alike, and most of the settings.
fn likeness(before: &Before, old: &Service, new: &Service) -> Option<Likeness> {
    let (one, other) = (settings(old), settings(new));
    let shared = one.iter().filter(|item| other.contains(item)).count();
    let most = one.len().max(other.len());
    let hundredths = (shared * 100).checked_div(most).unwrap_or(100);
    let name = name_likeness(&old.name, &new.name);
    let is_built = old.build.is_some();
    let least = if is_made_of_same(before, old, new) {
        50
    } else if name != NameLikeness::Other && is_built == new.build.is_some() && shared > 2 {
        67
    } else {
        return None;
    };
    (hundredths >= least).then_some((name, hundredths))
}

/// Whether two services have the same image or build.
fn is_made_of_same(before: &Before, old: &Service, new: &Service) -> bool {
    let image = |service: &Service| service.image.as_ref().map(|image| image.value.repository.clone());
    let text = |text: &Option<Spanned<String>>| text.as_ref().map(meant);
    match (&old.build, &new.build) {
        (Some(one), Some(other)) => {
            let was = text(&one.context);
            let moved = was.as_ref().and_then(|context| before.directory_now(Path::new(context)));
            let is_there =
                was == text(&other.context) || moved.is_some_and(|now| now.to_str() == text(&other.context).as_deref());
            is_there && text(&one.dockerfile) == text(&other.dockerfile) && text(&one.target) == text(&other.target)
        }
        // What only a part of the files says may have neither.
        (None, None) => image(old) == image(new),
        _ => false,
    }
}

/// What tells a service from others.
fn settings(service: &Service) -> Vec<String> {
    let all = service.mounts.iter().map(|mount| format!("{} {}", kind_of(mount), mount.target.value));
    let ports = service.ports.iter().map(|port| format!("{:?} {}", port.published, port.target));
    let words = service.command.iter().flat_map(|command| command.words.iter().map(meant));
    all.chain(ports).chain(words).chain(service.environment.keys().cloned()).collect()
}

/// A volume may have got another name together with its service.
fn kind_of(mount: &Mount) -> String {
    match &mount.kind {
        MountKind::Volume(_) => "volume".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Tells which services are new, gone or renamed.
pub(super) fn compare(sides: &Sides<'_>, pairs: &[ServicePair<'_>], out: &mut Vec<DeploymentChange>) {
    for pair in pairs {
        match (pair.then, pair.now) {
            (None, Some(now)) => {
                out.push(added(sides, now));
                needed_files(sides, now, out);
            }
            (Some(then), None) => out.push(removed(sides, then)),
            (Some(then), Some(now)) if then.name != now.name => {
                let (old, new) = (&then.name, &now.name);
                let message = format!(
                    "`{old}` is now named `{new}`: other services reach it by that name only, and its old container stays until `docker compose up --remove-orphans`"
                );
                let change = DeploymentChange::new(Topic::Start, Effect::Moves, "services", message);
                out.push(change.about(new).risky_if(true).at(sides.now.place(now.key)));
            }
            _ => {}
        }
    }
    out.extend(left(sides, pairs));
}

/// A service that comes.
pub(super) fn added(sides: &Sides<'_>, now: &Service) -> DeploymentChange {
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
    let when = match now.profiles.is_empty() {
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
