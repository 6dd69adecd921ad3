//! Commands, builds, limits, and whatever else of a service has no words of its own.

use super::sides::{ServicePair, Side, Sides};
use super::values::{differing_keys, differing_paths};
use super::words::{beginning, bytes, meant, names, scalar};
use super::{DeploymentChange, Effect, Topic};
use crate::compose::value::{Part, Value};
use crate::model::{Command, Service, Spanned};

/// Compares commands, builds and limits.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some((then, now)) = pair.both() else { return };
    command(sides, "command", now, (then.command.as_ref(), now.command.as_ref()), out);
    command(sides, "entrypoint", now, (then.entrypoint.as_ref(), now.entrypoint.as_ref()), out);
    build(sides, then, now, out);
    limits(sides, then, now, out);
}

fn change(effect: Effect, key: &str, service: &Service, message: String) -> DeploymentChange {
    DeploymentChange::new(Topic::Run, effect, key, message).about(&service.name)
}

fn command(
    sides: &Sides<'_>,
    key: &str,
    service: &Service,
    (then, now): (Option<&Command>, Option<&Command>),
    out: &mut Vec<DeploymentChange>,
) {
    let is_same = match (then, now) {
        (Some(then), Some(now)) => {
            let parts = |command: &Command| -> Vec<Part> {
                command.words.iter().flat_map(|word| word.parts.iter().cloned()).collect()
            };
            let (was, is) = (parts(then), parts(now));
            sides.are_same(&then.words, &now.words) || sides.is_of_example((&was, then.place), (&is, now.place))
        }
        (then, now) => then.is_none() && now.is_none(),
    };
    if is_same {
        return;
    }
    let name = &service.name;
    let text = |side: &Side<'_>, command: Option<&Command>| {
        command.map_or_else(String::new, |command| side.words(&command.words))
    };
    let (was, is) = (text(&sides.then, then), text(&sides.now, now));
    let quoted = |side: &Side<'_>, text: &str| side.quoted(key, text, &[]);
    let (old, new) = (quoted(&sides.then, &was), quoted(&sides.now, &is));
    let message = match (then.is_some(), now.is_some()) {
        (true, false) => format!("`{name}` runs the {key} of its image"),
        (false, true) => match new {
            Some(new) => format!("`{name}` runs {new} instead of the {key} of its image"),
            None => match beginning(&is) {
                Some(words) => format!("`{name}` runs `{words} …` instead of the {key} of its image"),
                None => format!("`{name}` no longer runs the {key} of its image"),
            },
        },
        _ => match (old, new) {
            (Some(old), Some(new)) if old != new => format!("`{name}` runs {new} instead of {old} (`{key}`)"),
            _ => match sides.differing_words(key, &was, &is) {
                Some(words) => format!("`{name}` runs {words} in its {key}"),
                None => format!("`{name}` has another {key}"),
            },
        },
    };
    let at = now.map(|command| sides.now.place(command.place));
    out.push(change(Effect::Changes, key, service, message).at(at));
}

fn build(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let (Some(old), Some(new)) = (&then.build, &now.build) else { return };
    let name = &now.name;
    let at = || sides.now.place(new.key);
    let path = |side: &Side<'_>, text: &Option<Spanned<String>>| text.as_ref().map(|text| side.host_path(text));
    let text = |text: &Option<Spanned<String>>| text.as_ref().map(meant);
    let mut parts: Vec<&str> = Vec::new();
    let (was, is) = (path(&sides.then, &old.context), path(&sides.now, &new.context));
    if was != is {
        match (was, is) {
            (Some(was), Some(is)) => {
                let message = format!("`{name}` is built from `{is}` instead of `{was}`");
                out.push(change(Effect::Moves, "build", now, message).at(at()));
            }
            _ => parts.push("context"),
        }
    }
    match (text(&old.dockerfile), text(&new.dockerfile)) {
        (was, is) if was == is => {}
        (Some(was), Some(is)) => {
            let (was, is) = (sides.then.masked(&was), sides.now.masked(&is));
            let message = format!("`{name}` is built by `{is}` instead of `{was}`");
            out.push(change(Effect::Changes, "build", now, message).at(at()));
        }
        _ => parts.push("dockerfile"),
    }
    if text(&old.target) != text(&new.target) {
        parts.push("target");
    }
    if text(&old.inline) != text(&new.inline) {
        parts.push("dockerfile_inline");
    }
    let text = |value: &Spanned<Option<String>>| Spanned {
        parts: value.parts.clone(),
        ..value.with(value.value.clone().unwrap_or_default())
    };
    let is_same = |name: &String, value: &Spanned<Option<String>>| {
        old.args.get(name).is_some_and(|before| sides.is_same(&text(before), &text(value)))
    };
    let mut others: Vec<&String> =
        new.args.iter().filter(|(name, value)| !is_same(name, value)).map(|(name, _)| name).collect();
    others.extend(old.args.keys().filter(|name| !new.args.contains_key(*name)));
    let others: Vec<String> = others.iter().map(|name| format!("args.{name}")).collect();
    parts.extend(others.iter().map(String::as_str));
    if !parts.is_empty() {
        let message = format!("the build of `{name}` changes: {}", names(&parts));
        out.push(change(Effect::Changes, "build", now, message).at(at()));
    }
}

fn limits(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = &now.name;
    let memory = |service: &Service| service.memory_limit.as_ref().map(|limit| limit.value);
    let cpus = |service: &Service| service.cpu_limit.as_ref().map(|limit| limit.value);
    let cores = |number: f64| format!("{number} {}", if number == 1.0 { "CPU" } else { "CPUs" });
    let at = now.memory_limit.as_ref().map(|limit| sides.now.place(limit.place));
    let memory = match (memory(then), memory(now)) {
        (Some(old), Some(new)) if old != new => {
            Some(format!("`{name}` may use {} of memory instead of {}", bytes(new), bytes(old)))
        }
        (None, Some(new)) => Some(format!("`{name}` may use {} of memory at most", bytes(new))),
        (Some(_), None) => Some(format!("`{name}` has no memory limit any more: it may use all memory of the host")),
        _ => None,
    };
    out.extend(memory.map(|message| change(Effect::Changes, "mem_limit", now, message).at(at)));
    let at = now.cpu_limit.as_ref().map(|limit| sides.now.place(limit.place));
    let cpus = match (cpus(then), cpus(now)) {
        (Some(old), Some(new)) if old != new => {
            Some(format!("`{name}` may use {} instead of {}", cores(new), cores(old)))
        }
        (None, Some(new)) => Some(format!("`{name}` may use {} at most", cores(new))),
        (Some(_), None) => Some(format!("`{name}` has no CPU limit any more")),
        _ => None,
    };
    out.extend(cpus.map(|message| change(Effect::Changes, "cpus", now, message).at(at)));
}

/// Keys that are another form of one that is told.
const SAME: [(&str, &[&str]); 8] = [
    ("networks", &["network_mode"]),
    ("cap_add", &["cap_drop"]),
    ("cap_drop", &["cap_add"]),
    ("mem_limit", &["mem_limit"]),
    ("cpus", &["cpus"]),
    ("scale", &["replicas"]),
    ("build", &["build", "image"]),
    ("network_mode", &["network_mode"]),
];

/// What of a key has words of its own.
const TOLD: [&str; 7] = [
    "healthcheck.test",
    "build.args",
    "deploy.resources.limits.memory",
    "deploy.resources.limits.cpus",
    "deploy.replicas",
    "deploy.restart_policy.condition",
    "deploy.labels",
];

/// Keys that say nothing about what runs, and those of which everything is told that has an effect.
const WITHOUT_EFFECT: [&str; 10] =
    ["develop", "attach", "extends", "expose", "ports", "image", "environment", "command", "entrypoint", "labels"];

/// Tells of the keys that differ and of which nothing was told.
pub(super) fn rest(
    sides: &Sides<'_>,
    pair: ServicePair<'_>,
    told: &[DeploymentChange],
    out: &mut Vec<DeploymentChange>,
) {
    let Some((then, now)) = pair.both() else { return };
    let (Some(old), Some(new)) = (sides.then.written(&then.name), sides.now.written(&now.name)) else { return };
    let is_told = |key: &str| {
        let own = told.iter().filter(|change| change.service.as_deref() == Some(now.name.as_str()));
        let mut keys = own.map(|change| change.key.as_str());
        let others = SAME.iter().find(|(name, _)| *name == key).map_or(&[][..], |(_, others)| others);
        keys.any(|one| one == key || others.contains(&one))
    };
    for key in differing_keys(sides, old, new) {
        if WITHOUT_EFFECT.contains(&key.as_str()) || is_told(&key) && key != "deploy" {
            continue;
        }
        out.extend(other(sides, now, &key, old.get(&key), new.get(&key)));
    }
}

fn other(
    sides: &Sides<'_>,
    service: &Service,
    key: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Option<DeploymentChange> {
    let name = &service.name;
    let topic = if matches!(key, "networks" | "ports" | "expose" | "links" | "extra_hosts" | "gpus") {
        Topic::Access
    } else {
        Topic::Run
    };
    let quoted = |side: &Side<'_>, value: Option<&Value>| {
        let value = value?;
        side.quoted(key, &scalar(value)?, &[])
    };
    let (was, is) = (quoted(&sides.then, old), quoted(&sides.now, new));
    if let (Some(old), Some(new)) = (old, new)
        && sides.is_of_example((&old.parts, old.place), (&new.parts, new.place))
    {
        return None;
    }
    let nothing = |value: Option<&Value>| value.is_none_or(Value::is_null);
    let is_whole = !matches!(key, "deploy" | "depends_on");
    let (effect, message) = match (nothing(old), nothing(new)) {
        (true, true) => return None,
        (false, true) if is_whole => (Effect::Drops, format!("`{name}` no longer sets `{key}`")),
        // The same of several services is one line.
        (true, false) if key == "container_name" => (Effect::Adds, format!("`{name}` sets `{key}`")),
        (true, false) if is_whole => match is {
            Some(is) => (Effect::Adds, format!("`{name}` sets `{key}` to {is}")),
            None => (Effect::Adds, format!("`{name}` sets `{key}`")),
        },
        _ => match (was, is) {
            (Some(was), Some(is)) => (Effect::Changes, format!("`{name}` sets `{key}` to {is} instead of {was}")),
            _ => {
                let mut paths = differing_paths(sides, key, old, new);
                paths.retain(|path| !TOLD.iter().any(|told| path.starts_with(told)));
                // What is waited for has words of its own; a service that is gone is told, too.
                paths.retain(|path| key != "depends_on" || path.ends_with(".restart"));
                if paths.is_empty() {
                    return None;
                }
                (Effect::Changes, format!("`{name}` has other settings: {}", names(&paths)))
            }
        },
    };
    let at = new.map(|value| sides.now.place(value.place)).or_else(|| old.map(|value| sides.then.place(value.place)));
    Some(DeploymentChange::new(topic, effect, key, message).about(name).at(at))
}

/// Secrets, configs, networks and volumes of the project that differ and of which nothing was told.
pub(super) fn resources(sides: &Sides<'_>, told: &[DeploymentChange], out: &mut Vec<DeploymentChange>) {
    for (section, word) in
        [("networks", "network"), ("volumes", "volume"), ("secrets", "secret"), ("configs", "config")]
    {
        let (Some(old), Some(new)) =
            (sides.then.facts.project.root.get(section), sides.now.facts.project.root.get(section))
        else {
            continue;
        };
        for key in differing_keys(sides, old, new) {
            let (Some(was), Some(is)) = (old.get(&key), new.get(&key)) else { continue };
            if told.iter().any(|change| change.key == section && change.resource.as_deref() == Some(key.as_str())) {
                continue;
            }
            let mut paths = differing_paths(sides, &key, Some(was), Some(is));
            // The loader makes the name of the project's name, of which the project tells.
            paths.retain(|path| *path != format!("{key}.name"));
            let paths: Vec<&str> = paths.iter().filter_map(|path| path.strip_prefix(&format!("{key}."))).collect();
            if paths.is_empty() {
                continue;
            }
            let message = format!("the {word} `{key}` has other settings: {}", names(&paths));
            let change = DeploymentChange::new(Topic::Run, Effect::Changes, section, message);
            out.push(change.of_resource(&key).at(sides.now.place(is.place)));
        }
    }
}
