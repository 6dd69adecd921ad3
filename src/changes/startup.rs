//! What starts, when, and what starts again.

use super::sides::{ServicePair, Side, Sides};
use super::words::{meant, names};
use super::{DeploymentChange, Effect, Topic};
use crate::facts::images::known_image;
use crate::model::{Dependency, Service};

/// Compares how a service starts.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some((then, now)) = pair.both() else { return };
    profiles(sides, then, now, out);
    dependencies(sides, then, now, out);
    healthcheck(sides, then, now, out);
    restart(sides, then, now, out);
    replicas(sides, then, now, out);
}

fn change(effect: Effect, key: &str, service: &Service, message: String) -> DeploymentChange {
    DeploymentChange::new(Topic::Start, effect, key, message).about(&service.name)
}

fn profiles(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let of = |service: &Service| -> Vec<String> { service.profiles.iter().map(meant).collect() };
    let (old, new) = (of(then), of(now));
    if old == new {
        return;
    }
    let name = &now.name;
    let at = sides.now.place(now.profiles.first().map_or(now.key, |profile| profile.place));
    let what = if new.len() == 1 { "the profile" } else { "one of the profiles" };
    let starts = (sides.then.is_enabled(&then.name), sides.now.is_enabled(name));
    let (effect, message) = match (old.is_empty(), new.is_empty()) {
        (true, false) if starts.1 => (Effect::Changes, format!("`{name}` starts with {what} {}", names(&new))),
        (true, false) => {
            (Effect::Drops, format!("`{name}` no longer starts by default, only with {what} {}", names(&new)))
        }
        (false, true) => (Effect::Adds, format!("`{name}` starts without a profile that has to be activated")),
        _ => (Effect::Changes, format!("`{name}` starts with {what} {} instead of {}", names(&new), names(&old))),
    };
    out.push(change(effect, "profiles", now, message).risky_if(starts == (true, false)).at(at));
}

/// What is waited for.
fn until(dependency: &Dependency) -> &'static str {
    match dependency.condition.value.as_str() {
        "service_healthy" => "is healthy",
        "service_completed_successfully" => "has ended without an error",
        _ => "has started",
    }
}

fn rank(dependency: &Dependency) -> u8 {
    u8::from(dependency.condition.value != "service_started")
}

fn dependencies(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = &now.name;
    let new_name = |old: &str| sides.kept.iter().find(|(then, _)| then == old).map(|(_, now)| now.clone());
    let mut dropped: Vec<(String, &Dependency)> = Vec::new();
    for (other, dependency) in &then.depends_on {
        // Of a service that is gone, that is told.
        let Some(other) = new_name(other) else { continue };
        let Some(after) = now.depends_on.get(&other) else {
            dropped.push((other, dependency));
            continue;
        };
        if dependency.condition.value != after.condition.value {
            let (old, new) = (until(dependency), until(after));
            let message = format!("`{name}` waits until `{other}` {new}, instead of until it {old}");
            let risky = rank(after) < rank(dependency);
            let at = sides.now.place(after.condition.place);
            out.push(change(Effect::Changes, "depends_on", now, message).risky_if(risky).at(at));
        }
        if dependency.required != after.required {
            let message = match after.required {
                true => format!("`{name}` requires `{other}`"),
                false => format!("`{name}` starts without `{other}`, too (`required: false`)"),
            };
            out.push(change(Effect::Changes, "depends_on", now, message).at(sides.now.place(after.place)));
        }
    }
    for (other, dependency) in dropped {
        let how = match dependency.condition.value.as_str() {
            "service_healthy" => " to be healthy",
            "service_completed_successfully" => " to end without an error",
            _ => "",
        };
        let message = format!("`{name}` no longer waits for `{other}`{how}");
        let at = sides.then.place(dependency.place);
        out.push(change(Effect::Drops, "depends_on", now, message).risky_if(rank(dependency) > 0).at(at));
    }
    let is_new =
        |other: &&String| !then.depends_on.keys().any(|old| old == *other || new_name(old).as_ref() == Some(*other));
    let gained: Vec<&String> = now.depends_on.keys().filter(is_new).collect();
    for other in gained {
        let Some(dependency) = now.depends_on.get(other) else { continue };
        let message = format!("`{name}` waits until `{other}` {}", until(dependency));
        out.push(change(Effect::Adds, "depends_on", now, message).at(sides.now.place(dependency.place)));
    }
}

fn healthcheck(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = &now.name;
    let is_on = |service: &Service| service.healthcheck.as_ref().is_some_and(|check| !check.disabled);
    let is_off = |service: &Service| service.healthcheck.as_ref().is_some_and(|check| check.disabled);
    let waiting: Vec<&str> = sides
        .now
        .services()
        .filter(|other| {
            let waits = other.depends_on.get(name);
            waits.is_some_and(|dependency| dependency.condition.value == "service_healthy")
        })
        .map(|service| service.name.as_str())
        .collect();
    if is_on(then) && !is_on(now) {
        let of_image = known_image(now).and_then(|known| known.image.healthcheck);
        let is_gone = is_off(now) || of_image == Some(false);
        let rest = match (waiting.as_slice(), is_gone) {
            ([], _) => "Docker no longer notices when it stops working".to_owned(),
            (all, true) => format!("{} cannot start, because nothing says that it is healthy", names(all)),
            (all, false) => format!("{} can only start if its image has one", names(all)),
        };
        let at = then.healthcheck.as_ref().map(|check| sides.then.place(check.key));
        let message = format!("`{name}` has no healthcheck any more: {rest}");
        out.push(change(Effect::Drops, "healthcheck", now, message).risky_if(true).at(at));
        return;
    }
    let at = now.healthcheck.as_ref().map(|check| sides.now.place(check.key));
    if !is_on(then) && is_on(now) {
        let message = format!("`{name}` has a healthcheck");
        out.push(change(Effect::Adds, "healthcheck", now, message).at(at));
        return;
    }
    if is_off(now) && !is_off(then) {
        let message = format!("the healthcheck of `{name}` is switched off");
        out.push(change(Effect::Drops, "healthcheck", now, message).risky_if(true).at(at));
        return;
    }
    let test = |service: &'_ Service| service.healthcheck.as_ref().map_or_else(Vec::new, |check| check.test.clone());
    if !sides.are_same(&test(then), &test(now)) {
        let message = other_test(sides, then, now);
        out.push(change(Effect::Changes, "healthcheck", now, message).at(at));
    }
}

/// What is said of a healthcheck that asks something else.
fn other_test(sides: &Sides<'_>, then: &Service, now: &Service) -> String {
    let name = &now.name;
    let words = |side: &Side<'_>, service: &Service| {
        let test = service.healthcheck.as_ref().map_or(&[][..], |check| &check.test);
        let is_shell = test.first().is_some_and(|word| word.value == "CMD-SHELL");
        (is_shell, side.words(test.get(1..).unwrap_or_default()))
    };
    let ((was_shell, was), (is_shell, is)) = (words(&sides.then, then), words(&sides.now, now));
    if was == is && was_shell != is_shell {
        return match is_shell {
            true => format!("`{name}` runs its healthcheck in a shell"),
            false => format!("`{name}` no longer runs its healthcheck in a shell"),
        };
    }
    match sides.differing_words("healthcheck", &was, &is) {
        Some(words) => format!("`{name}` runs its healthcheck {words}"),
        None => format!("`{name}` has another command for its healthcheck"),
    }
}

/// Whether a container starts again by itself: the policy in force.
fn policy(service: &Service) -> String {
    let condition = service.restart_condition.as_ref().map(|value| match value.value.as_str() {
        "none" => "no".to_owned(),
        "any" => "always".to_owned(),
        _ => value.value.clone(),
    });
    let own = condition.or_else(|| service.restart.as_ref().map(meant));
    own.filter(|policy| !policy.is_empty()).unwrap_or_else(|| "no".to_owned())
}

/// `on-failure`, or `on-failure:3`.
fn is_on_failure(policy: &str) -> bool {
    policy.split(':').next() == Some("on-failure")
}

fn restart(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let (old, new) = (policy(then), policy(now));
    if old == new {
        return;
    }
    let name = &now.name;
    let place = now.restart_condition.as_ref().or(now.restart.as_ref()).map(|value| value.place);
    let at = sides.now.place(place.unwrap_or(now.key));
    let new = sides.now.masked(&new);
    let (effect, message) = match (old.as_str(), new.as_str()) {
        (_, "no") => {
            (Effect::Drops, format!("`{name}` no longer starts again after a crash, nor when Docker is restarted"))
        }
        ("no", _) if is_on_failure(&new) => (Effect::Adds, format!("`{name}` starts again after a crash (`{new}`)")),
        ("no", _) => (
            Effect::Adds,
            format!("`{name}` starts again after a crash, and when Docker is restarted (`restart: {new}`)"),
        ),
        (_, _) if is_on_failure(&new) && !is_on_failure(&old) => (
            Effect::Drops,
            format!("`{name}` starts again after a crash only, no longer when it ends without an error (`{new}`)"),
        ),
        _ => (Effect::Changes, format!("`{name}` has `restart: {new}` instead of `{}`", sides.then.masked(&old))),
    };
    out.push(change(effect, "restart", now, message).risky_if(effect == Effect::Drops).at(at));
}

fn replicas(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let of = |service: &Service| service.replicas.as_ref().map_or(1, |number| number.value);
    let (old, new) = (of(then), of(now));
    if old == new {
        return;
    }
    let name = &now.name;
    let (effect, message) = match (old, new) {
        (_, 0) => (Effect::Drops, format!("`{name}` no longer starts: it is scaled to 0")),
        (0, _) => (Effect::Adds, format!("`{name}` starts: it is no longer scaled to 0")),
        _ => (Effect::Changes, format!("`{name}` runs {new} times instead of {old}")),
    };
    let at = now.replicas.as_ref().map(|number| sides.now.place(number.place));
    out.push(change(effect, "replicas", now, message).risky_if(new == 0).at(at));
}
