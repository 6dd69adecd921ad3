//! Variables, env files, secrets and configs that reach a container.

use std::collections::BTreeSet;

use super::sides::{ServicePair, Side, Sides};
use super::words::{is_open, names, several};
use super::{DeploymentChange, Effect, Topic};
use crate::catalogue::schema::Image;
use crate::facts::images::known_image;
use crate::facts::storage::mounts;
use crate::model::{Grant, Service, Variable};

/// What is said of an env file that is not there and must be.
const MISSING: &str = "which is not in the repository: docker compose stops where it is missing";

/// So many changed values of a service are told one by one.
const MOST_ALONE: usize = 6;

/// Compares what reaches the containers of a service.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some((then, now)) = pair.both() else { return };
    env_files(sides, then, now, out);
    variables(sides, then, now, out);
    grants(sides, (then, now), "secrets", "secret", |service| &service.secrets, out);
    grants(sides, (then, now), "configs", "config", |service| &service.configs, out);
}

/// Whether a variable reaches the container as it did.
fn is_same(sides: &Sides<'_>, old: &Variable, new: &Variable) -> bool {
    match (&old.value, &new.value) {
        (Some(old), Some(new)) => sides.is_same(old, new),
        (None, None) => old.is_unknown == new.is_unknown,
        (Some(value), None) | (None, Some(value)) => {
            (old.is_unknown || new.is_unknown) && is_open(&value.parts) && value.value.is_empty()
        }
    }
}

fn variables(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = &now.name;
    let (old, new) = (&then.environment, &now.environment);
    let change =
        |effect: Effect, message: String| DeploymentChange::new(Topic::Run, effect, "environment", message).about(name);
    let added: Vec<&str> = new.keys().filter(|key| !old.contains_key(*key)).map(String::as_str).collect();
    let dropped: Vec<&str> = old.keys().filter(|key| !new.contains_key(*key)).map(String::as_str).collect();
    if let Some(first) = added.first().and_then(|key| new.get(*key)) {
        let what = several(added.len(), "the variable", "the variables");
        out.push(
            change(Effect::Adds, format!("`{name}` gets {what} {}", names(&added))).at(sides.now.place(first.key)),
        );
    }
    if let Some(first) = dropped.first().and_then(|key| old.get(*key)) {
        let what = several(dropped.len(), "the variable", "the variables");
        let message = format!("`{name}` no longer gets {what} {}", names(&dropped));
        out.push(change(Effect::Drops, message).at(sides.then.place(first.key)));
    }
    let differs =
        |(key, variable): &(&String, &Variable)| old.get(*key).is_some_and(|before| !is_same(sides, before, variable));
    let changed: Vec<(&String, &Variable)> = new.iter().filter(differs).collect();
    let (first_start, mut changed): (Vec<_>, Vec<_>) =
        changed.into_iter().partition(|(key, _)| is_read_once(sides, now, key));
    if let Some((_, variable)) = first_start.first() {
        let all: Vec<&str> = first_start.iter().map(|(key, _)| key.as_str()).collect();
        let message = format!(
            "`{name}` gets {} with {}, which its image reads only when it creates its data: existing data {} the old {}",
            names(&all),
            several(all.len(), "another value", "other values"),
            "keep",
            several(all.len(), "one", "ones"),
        );
        let change = DeploymentChange::new(Topic::Data, Effect::Changes, "environment", message);
        out.push(change.about(name).risky_if(true).at(sides.now.place(variable.key)));
    }
    let lost = |variable: &Variable| variable.value.as_ref().is_none_or(|value| value.value.is_empty());
    let (empty, rest): (Vec<_>, Vec<_>) = changed.drain(..).partition(|(key, variable)| {
        lost(variable) && !variable.is_unknown && old.get(*key).is_some_and(|old| !lost(old))
    });
    if let Some((_, variable)) = empty.first() {
        let all: Vec<&str> = empty.iter().map(|(key, _)| key.as_str()).collect();
        let message = format!("{} of `{name}` {} no value any more", names(&all), several(all.len(), "has", "have"));
        let change = DeploymentChange::new(Topic::Start, Effect::Drops, "environment", message);
        out.push(change.about(name).risky_if(true).at(sides.now.place(variable.key)));
    }
    let (told, untold): (Vec<_>, Vec<_>) = rest.into_iter().enumerate().partition(|(at, _)| *at < MOST_ALONE);
    for (_, (key, variable)) in told {
        let Some(before) = old.get(key) else { continue };
        out.push(
            change(Effect::Changes, new_value(sides, name, key, before, variable)).at(sides.now.place(variable.key)),
        );
    }
    if !untold.is_empty() {
        let all: Vec<&str> = untold.iter().map(|(_, (key, _))| key.as_str()).collect();
        out.push(change(Effect::Changes, format!("`{name}` gets other values of {}", names(&all))));
    }
}

fn new_value(sides: &Sides<'_>, name: &str, key: &str, before: &Variable, after: &Variable) -> String {
    let quoted = |side: &Side<'_>, variable: &Variable| side.quoted_text(key, variable.value.as_ref()?);
    let is_from_variable = |variable: &Variable| {
        variable.value.as_ref().is_some_and(|value| is_open(&value.parts) || value.is_interpolated())
    };
    match (quoted(&sides.then, before), quoted(&sides.now, after)) {
        (Some(old), Some(new)) if old != new => format!("`{name}` gets `{key}` with {new} instead of {old}"),
        (None, Some(new)) if is_from_variable(after) && !is_from_variable(before) => {
            format!("`{name}` gets `{key}` from {new}")
        }
        _ => format!("`{name}` gets another value of `{key}`"),
    }
}

/// Whether a variable is only read by the image when its data are made, and these may be there.
fn is_read_once(sides: &Sides<'_>, service: &Service, key: &str) -> bool {
    let Some(known) = known_image(service).filter(|known| known.exact && known.image.is_datastore()) else {
        return false;
    };
    let keeps = known.image.data.iter().any(|data| mounts::is_kept(sides.now.facts.model, service, &data.path));
    keeps && makes(known.image).contains(key)
}

/// The variables from which an image makes users, passwords and databases.
fn makes(image: &Image) -> BTreeSet<&str> {
    let accounts = image.defaults.accounts.iter();
    let of_accounts = accounts.flat_map(|account| account.user.iter().chain([&account.password]));
    let values = of_accounts.chain(&image.defaults.databases);
    let named = values.flat_map(|value| &value.variables).map(String::as_str);
    // Redis and its like read their password at each start.
    named
        .filter(|name| {
            name.contains("POSTGRES")
                || name.contains("MYSQL")
                || name.contains("MARIADB")
                || name.contains("MONGO_INITDB")
        })
        .collect()
}

fn env_files(sides: &Sides<'_>, then: &Service, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = &now.name;
    let has = |service: &Service, side: &Side<'_>, path: &str| {
        service.env_files.iter().any(|file| side.host_path(&file.path) == path)
    };
    for file in &then.env_files {
        let path = sides.then.host_path(&file.path);
        if has(now, &sides.now, &path) {
            continue;
        }
        let rest = if file.loaded { "" } else { ": the variables in it no longer reach the container" };
        let message = format!("`{name}` no longer reads `{path}`{rest}");
        let change = DeploymentChange::new(Topic::Run, Effect::Drops, "env_file", message).about(name);
        out.push(change.risky_if(!file.loaded).at(sides.then.place(file.path.place)));
    }
    for file in &now.env_files {
        let path = sides.now.host_path(&file.path);
        let at = sides.now.place(file.path.place);
        match then.env_files.iter().find(|old| sides.then.host_path(&old.path) == path) {
            None => {
                let rest = match (file.loaded, file.required) {
                    (false, true) => format!(", {MISSING}"),
                    _ => String::new(),
                };
                let message = format!("`{name}` reads variables from `{path}`{rest}");
                let change = DeploymentChange::new(Topic::Start, Effect::Adds, "env_file", message).about(name);
                out.push(change.risky_if(!file.loaded && file.required).at(at));
            }
            Some(old) if old.loaded && !file.loaded => {
                let rest = if file.required {
                    "docker compose stops where it is missing"
                } else {
                    "its variables are missing"
                };
                let message = format!("`{name}` reads `{path}`, which is no longer in the repository: {rest}");
                let change = DeploymentChange::new(Topic::Start, Effect::Drops, "env_file", message).about(name);
                out.push(change.risky_if(true).at(at));
            }
            Some(_) => {}
        }
    }
}

/// Env files that a new service needs, that are not in the repository, and that no service needed before.
pub(super) fn needed_files(sides: &Sides<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = &now.name;
    let was_needed = |path: &str| {
        let mut all = sides.then.services().flat_map(|service| &service.env_files);
        all.any(|file| file.required && sides.then.host_path(&file.path) == path)
    };
    for file in now.env_files.iter().filter(|file| file.required && !file.loaded) {
        let path = sides.now.host_path(&file.path);
        if was_needed(&path) {
            continue;
        }
        let message = format!("`{name}` reads variables from `{path}`, {MISSING}");
        let change = DeploymentChange::new(Topic::Start, Effect::Adds, "env_file", message).about(name);
        out.push(change.risky_if(true).at(sides.now.place(file.path.place)));
    }
}

fn grants(
    sides: &Sides<'_>,
    (then, now): (&Service, &Service),
    key: &str,
    word: &str,
    of: impl for<'s> Fn(&'s Service) -> &'s Vec<Grant>,
    out: &mut Vec<DeploymentChange>,
) {
    let name = &now.name;
    let lacks =
        |service: &Service, grant: &Grant| !of(service).iter().any(|own| own.source.value == grant.source.value);
    let gained: Vec<&Grant> = of(now).iter().filter(|grant| lacks(then, grant)).collect();
    let lost: Vec<&Grant> = of(then).iter().filter(|grant| lacks(now, grant)).collect();
    let sources =
        |grants: &[&Grant]| -> Vec<String> { grants.iter().map(|grant| grant.source.value.clone()).collect() };
    if let Some(first) = gained.first() {
        let message = format!("`{name}` gets the {word} {}", names(&sources(&gained)));
        let change = DeploymentChange::new(Topic::Run, Effect::Adds, key, message);
        out.push(change.about(name).at(sides.now.place(first.place)));
    }
    if let Some(first) = lost.first() {
        let message = format!("`{name}` no longer gets the {word} {}", names(&sources(&lost)));
        let change = DeploymentChange::new(Topic::Run, Effect::Drops, key, message);
        out.push(change.about(name).risky_if(true).at(sides.then.place(first.place)));
    }
}
