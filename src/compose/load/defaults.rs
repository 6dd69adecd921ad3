//! What Compose supplies where a project is silent: defaults of attributes, names of resources, the `default` network,
//! dependencies that other attributes imply (compose-go 2.9.1, `transform/defaults.go` and `loader/normalize.go`).

use super::environment::Environment;
use super::short::volume;
use crate::compose::load::expand::{implied_entry, imply};
use crate::compose::value::{Data, Entry, Map, Value};
use crate::source::Place;

/// Runs over the services of a project; other shapes are left alone, the schema has reported them.
fn each_service(root: &mut Value, mut act: impl FnMut(&str, &mut Value)) {
    let Data::Map(map) = &mut root.data else { return };
    let Some(Entry { value: Value { data: Data::Map(services), .. }, .. }) = map.get_mut("services") else { return };
    for (name, entry) in services.iter_mut() {
        act(name, &mut entry.value);
    }
}

fn child<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    match &mut value.data {
        Data::Map(map) => map.get_mut(key).map(|entry| &mut entry.value),
        _ => None,
    }
}

fn items<'a>(value: &'a mut Value, keys: &[&str]) -> &'a mut [Value] {
    let mut value = value;
    for key in keys {
        match child(value, key) {
            Some(inner) => value = inner,
            None => return &mut [],
        }
    }
    match &mut value.data {
        Data::List(items) => items,
        _ => &mut [],
    }
}

/// Sets the defaults that belong to each file on its own.
pub(crate) fn set_defaults(root: &mut Value) {
    each_service(root, |_, service| {
        // Of all attributes, only this one loses its empty texts (`parity/service-dns-empty`).
        if let Some(Data::List(items)) = child(service, "dns").map(|dns| &mut dns.data) {
            items.retain(|item| !item.is_null() && item.text() != Some(""));
        }
        if let Some(build) = child(service, "build") {
            imply(build, "context", Data::Text(".".into()));
        }
        for secret in items(service, &["secrets"]) {
            let source = secret.get("source").and_then(Value::text).unwrap_or("").to_owned();
            imply(secret, "target", Data::Text(format!("/run/secrets/{source}").into()));
        }
        for port in items(service, &["ports"]) {
            imply(port, "protocol", Data::Text("tcp".into()));
            imply(port, "mode", Data::Text("ingress".into()));
        }
        for request in items(service, &["deploy", "resources", "reservations", "devices"]) {
            all_devices(request);
        }
        for request in items(service, &["gpus"]) {
            all_devices(request);
        }
    });
}

/// A request without `count` and `device_ids` asks for all devices.
fn all_devices(request: &mut Value) {
    if request.get("count").is_none() && request.get("device_ids").is_none() {
        imply(request, "count", Data::Text("all".into()));
    }
}

/// Gives the whole project its implied parts.
pub(crate) fn normalize(root: &mut Value, name: &str, environment: &Environment) {
    default_network(root);
    each_service(root, |_, service| {
        if service.get("pull_policy").and_then(Value::text) == Some("if_not_present")
            && let Some(policy) = child(service, "pull_policy")
        {
            policy.data = Data::Text("missing".into());
        }
        if let Some(build) = child(service, "build") {
            imply(build, "context", Data::Text(".".into()));
            if build.get("dockerfile").is_none_or(Value::is_null)
                && build.get("dockerfile_inline").is_none_or(Value::is_null)
            {
                imply(build, "dockerfile", Data::Text("Dockerfile".into()));
                if let Some(dockerfile) = child(build, "dockerfile") {
                    dockerfile.data = Data::Text("Dockerfile".into());
                }
            }
            if let Some(args) = child(build, "args") {
                pass_through(args, environment, Unset::Dropped);
            }
        }
        if let Some(variables) = child(service, "environment") {
            pass_through(variables, environment, Unset::Kept);
        }
        implied_dependencies(service);
        for mount in items(service, &["volumes"]) {
            if let Some(Value { data: Data::Text(target), .. }) = child(mount, "target") {
                *target = volume::clean(target).into();
            }
        }
    });
    name_resources(root, name);
}

/// What becomes of a bare `KEY` that nothing gives a value.
#[derive(Clone, Copy, PartialEq)]
enum Unset {
    Kept,
    Dropped,
}

/// Gives bare names the value that the project's environment has for them.
fn pass_through(value: &mut Value, environment: &Environment, unset: Unset) {
    match &mut value.data {
        Data::List(list) => list.retain_mut(|item| {
            let Data::Text(name) = &mut item.data else { return true };
            if name.contains('=') {
                return true;
            }
            match environment.value(name) {
                Some(found) => {
                    *name = format!("{name}={found}").into();
                    true
                }
                None => unset == Unset::Kept,
            }
        }),
        Data::Map(map) => map.retain(|name, entry| {
            if !entry.value.is_null() {
                return true;
            }
            match environment.value(name) {
                Some(found) => {
                    entry.value.data = Data::Text(found.into());
                    true
                }
                None => unset == Unset::Kept,
            }
        }),
        _ => {}
    }
}

/// Gives the bare items of `environment` lists of one file the values of that file's environment, and secrets and
/// configs made of variables their content.
pub(crate) fn resolve_environment(root: &mut Value, environment: &Environment) {
    each_service(root, |_, service| {
        if let Some(value) = child(service, "environment")
            && matches!(value.data, Data::List(_))
        {
            pass_through(value, environment, Unset::Kept);
        }
    });
    let Some(Value { data: Data::Map(configs), .. }) = child(root, "configs") else { return };
    for entry in configs.values_mut() {
        let Some(variable) = entry.value.get("environment").and_then(Value::text) else { continue };
        let (Some(content), place) = (environment.value(variable), entry.value.place) else { continue };
        if let Data::Map(config) = &mut entry.value.data {
            config.insert("content", implied_entry(Data::Text(content.into()), place));
        }
    }
}

/// Puts services that name no network on the `default` one, and declares that where it is used.
fn default_network(root: &mut Value) {
    let mut used_at = None;
    each_service(root, |_, service| {
        if service.get("provider").is_some() || service.get("network_mode").is_some() {
            return;
        }
        let place = service.place;
        let Data::Map(map) = &mut service.data else { return };
        let default = || {
            let only = Map::from([("default", implied_entry(Data::Null, place))]);
            implied_entry(Data::Map(only), place)
        };
        match map.get("networks").map(|entry| &entry.value.data) {
            None => {
                map.insert("networks", default());
                used_at.get_or_insert(place);
            }
            Some(Data::Map(networks)) if networks.is_empty() => {
                map.insert("networks", default());
                used_at.get_or_insert(place);
            }
            Some(Data::Map(networks)) if networks.contains_key("default") => {
                used_at.get_or_insert(place);
            }
            Some(_) => {}
        }
    });
    let Some(place) = used_at else { return };
    if let Data::Map(map) = &mut root.data {
        let empty = || implied_entry(Data::Map(Map::new()), place);
        let Some(networks) = map.get_or_insert_with("networks", empty) else { return };
        if networks.value.is_null() {
            networks.value.data = Data::Map(Map::new());
        }
        imply_at(&mut networks.value, "default", Data::Null, place);
    }
}

fn imply_at(value: &mut Value, key: &str, data: Data, place: Place) {
    if let Data::Map(map) = &mut value.data
        && !map.contains_key(key)
    {
        map.insert(key, implied_entry(data, place));
    }
}

/// `links`, shared namespaces and `volumes_from` depend on the service they name.
fn implied_dependencies(service: &mut Value) {
    let mut implied: Vec<(String, Place, bool)> = Vec::new();
    for link in service.get("links").and_then(Value::list).unwrap_or(&[]) {
        let Some(text) = link.text() else { continue };
        let name = match text.split_once(':') {
            Some((name, alias)) if !alias.contains(':') => name,
            _ => text,
        };
        implied.push((name.to_owned(), link.place, true));
    }
    for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
        let Some(value) = service.get(key) else { continue };
        if let Some(name) = value.text().and_then(|text| text.strip_prefix("service:")) {
            implied.push((name.to_owned(), value.place, true));
        }
    }
    for from in service.get("volumes_from").and_then(Value::list).unwrap_or(&[]) {
        let Some(text) = from.text().filter(|text| !text.starts_with("container:")) else { continue };
        implied.push((text.split(':').next().unwrap_or(text).to_owned(), from.place, false));
    }
    if implied.is_empty() {
        return;
    }
    let place = service.place;
    let Data::Map(map) = &mut service.data else { return };
    let empty = || implied_entry(Data::Map(Map::new()), place);
    let Some(depends_on) = map.get_or_insert_with("depends_on", empty) else { return };
    for (name, at, restart) in implied {
        let dependency = Map::from([
            ("condition", implied_entry(Data::Text("service_started".into()), at)),
            ("restart", implied_entry(Data::Bool(restart), at)),
            ("required", implied_entry(Data::Bool(true), at)),
        ]);
        imply_at(&mut depends_on.value, &name, Data::Map(dependency), at);
    }
}

/// A resource without a name is named by its key, with the project's name before it unless it is external.
fn name_resources(root: &mut Value, project: &str) {
    for kind in ["networks", "volumes", "configs", "secrets"] {
        let Some(Value { data: Data::Map(resources), .. }) = child(root, kind) else { continue };
        for (key, entry) in resources.iter_mut() {
            let value = &mut entry.value;
            if value.is_null() {
                value.data = Data::Map(Map::new());
            }
            let external = matches!(value.get("external").map(|external| &external.data), Some(Data::Bool(true)))
                || value.get("external").and_then(Value::text) == Some("true");
            let name = if external { key.clone() } else { format!("{project}_{key}").into() };
            if value.get("name").is_some_and(Value::is_null)
                && let Data::Map(map) = &mut value.data
            {
                map.shift_remove("name");
            }
            imply(value, "name", Data::Text(name));
        }
    }
}
