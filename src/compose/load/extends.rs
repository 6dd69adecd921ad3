//! `extends`: a service that starts from another, of the same file or of another one (compose-go 2.9.1,
//! `loader/extends.go`).

use std::path::{Path, PathBuf};

use super::convert::Document;
use super::environment::Environment;
use super::merge::{merge, reset};
use crate::compose::load::Loader;
use crate::compose::quick_fix;
use crate::compose::value::{Data, Entry, Map, Step, Text, Value};
use crate::finding::{Finding, Severity};
use crate::source::Place;
use crate::source::normalize;
use crate::yaml::edit::Files;

/// Where services are looked up while `extends` is applied.
pub(crate) struct Scope<'a> {
    /// The file.
    pub(crate) file: PathBuf,
    /// The directory that the paths of `extends` start from.
    pub(crate) directory: PathBuf,
    /// The variables that extended files see.
    pub(crate) environment: &'a Environment,
}

/// The chain of services that led here; one that comes again closes a circle.
type Chain = Vec<(PathBuf, String)>;

/// Applies `extends` to all services of a file.
pub(crate) fn apply(loader: &mut Loader<'_>, root: &mut Value, scope: &Scope<'_>, document: &Document) {
    let Some(services) = take_services(root) else { return };
    let names: Vec<Text> = services.keys().cloned().collect();
    let mut services = services;
    for name in names {
        let merged = one(loader, &name, &mut services, scope, Some(document), &mut Vec::new());
        if let (Some(value), Some(entry)) = (merged, services.get_mut(&name)) {
            entry.value = value;
        }
    }
    if let Data::Map(map) = &mut root.data
        && let Some(entry) = map.get_mut("services")
    {
        entry.value.data = Data::Map(services);
    }
}

fn take_services(root: &mut Value) -> Option<Map> {
    let Data::Map(map) = &mut root.data else { return None };
    match &mut map.get_mut("services")?.value.data {
        Data::Map(services) => Some(std::mem::take(services)),
        _ => None,
    }
}

/// A service with everything that it extends merged in; `None` where there is nothing to change.
fn one(
    loader: &mut Loader<'_>,
    name: &str,
    services: &mut Map,
    scope: &Scope<'_>,
    document: Option<&Document>,
    chain: &mut Chain,
) -> Option<Value> {
    let extends = services.get(name)?.value.get("extends")?.clone();
    let service = services.get(name)?.value.clone();
    let (wanted, file) = match &extends.data {
        Data::Text(wanted) => (wanted.clone(), None),
        Data::Map(_) => (extends.get("service")?.text()?.into(), extends.get("file").filter(|file| !file.is_null())),
        _ => return None,
    };
    let at = extends.get("service").map_or(extends.place, |value| value.place);
    let step = (scope.file.clone(), name.to_owned());
    if chain.contains(&step) {
        return circle(loader, name, at, chain, service);
    }
    chain.push(step);
    let base = match file {
        None => same_file(loader, name, &wanted, at, services, scope, chain),
        Some(file) => other_file(loader, name, &wanted, (at, file), scope, chain),
    };
    chain.pop();
    let Some(mut base) = base else {
        loader.unresolved.insert(name.to_owned());
        return Some(without_extends(service));
    };
    if loader.unresolved.contains(wanted.as_str()) {
        // What it starts from is not whole.
        loader.unresolved.insert(name.to_owned());
    }
    mark(&mut base, &Step::Extends(at));
    let mut path = vec![Text::new_static("services"), name.into()];
    if let Some(document) = document {
        reset(&mut base, &mut path, &document.resets);
    }
    let (place, via) = (service.place, service.via.clone());
    let merged = merge(base, service, &mut path, &mut loader.rejections);
    // It is this service still: what is added to it stands here, not with what it starts from.
    let merged = Value { place, via, ..without_extends(merged) };
    if let Some(entry) = services.get_mut(name) {
        entry.value = merged.clone();
    }
    Some(merged)
}

fn same_file(
    loader: &mut Loader<'_>,
    name: &str,
    wanted: &str,
    at: Place,
    services: &mut Map,
    scope: &Scope<'_>,
    chain: &mut Chain,
) -> Option<Value> {
    if !services.contains_key(wanted) {
        missing(loader, name, wanted, at, None, services);
        return None;
    }
    one(loader, wanted, services, scope, None, chain)
        .or_else(|| services.get(wanted).map(|entry| entry.value.clone()))
        .filter(|value| value.map().is_some())
}

fn other_file(
    loader: &mut Loader<'_>,
    name: &str,
    wanted: &str,
    (at, file): (Place, &Value),
    scope: &Scope<'_>,
    chain: &mut Chain,
) -> Option<Value> {
    let named = file.text()?;
    if is_remote(named) {
        let message = format!("`{named}` is a remote file, which plimsoll does not fetch");
        loader.reject(Finding::new("unresolved-extends", Severity::Info, file.place, resource(name), message));
        return None;
    }
    let path = normalize(&scope.directory.join(named));
    let root = loader.extended_file(&path, file.place, name, scope.environment)?;
    let directory = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    let inner = Scope { file: path, directory, environment: scope.environment };
    let Some(services) = root.get("services").and_then(Value::map) else {
        let message = format!("`{named}` has no `services`");
        loader.reject(Finding::new("unresolved-extends", Severity::Error, file.place, resource(name), message));
        return None;
    };
    if !services.contains_key(wanted) {
        missing(loader, name, wanted, at, Some(named), services);
        return None;
    }
    let mut services = needed(services, wanted);
    one(loader, wanted, &mut services, &inner, None, chain)
        .or_else(|| services.get(wanted).map(|entry| entry.value.clone()))
        .filter(|value| value.map().is_some())
}

/// Of the services of a file those that one of them needs: itself, and what it starts from in the same file. All of them
/// where that leads to one that is not there.
fn needed(services: &Map, wanted: &str) -> Map {
    let mut found = Map::new();
    let mut next = Some(wanted);
    while let Some(name) = next.filter(|name| !found.contains_key(name)) {
        let Some(entry) = services.get(name) else { return services.clone() };
        found.insert(name.to_owned(), entry.clone());
        next = match entry.value.get("extends") {
            Some(Value { data: Data::Text(base), .. }) => Some(base.as_str()),
            Some(extends) if extends.get("file").is_none_or(Value::is_null) => {
                extends.get("service").and_then(Value::text)
            }
            _ => None,
        };
    }
    found
}

fn missing(loader: &mut Loader<'_>, name: &str, wanted: &str, at: Place, file: Option<&str>, services: &Map) {
    let known: Vec<&str> = services.keys().map(Text::as_str).collect();
    let whence = file.map_or_else(String::new, |file| format!(" in `{file}`"));
    let message = format!("`{name}` extends the undefined service `{wanted}`{whence}");
    let mut finding =
        Finding::new("unresolved-extends", Severity::Error, at, resource(name), message).evidence(wanted.to_owned());
    finding.help = crate::compose::nearest(wanted, &known).map(|near| format!("did you mean `{near}`?"));
    finding.fix = quick_fix::reference(Files::new(loader.sources, loader.trees), at, wanted, &known);
    loader.reject(finding);
}

fn circle(loader: &mut Loader<'_>, name: &str, at: Place, chain: &Chain, service: Value) -> Option<Value> {
    let mut names: Vec<&str> = chain.iter().map(|(_, name)| name.as_str()).collect();
    names.push(name);
    let message = format!("cycle in `extends`: `{}`", names.join(" → "));
    loader.reject(Finding::new("unresolved-extends", Severity::Error, at, resource(name), message));
    loader.unresolved.insert(name.to_owned());
    Some(without_extends(service))
}

fn without_extends(mut service: Value) -> Value {
    if let Data::Map(map) = &mut service.data {
        map.shift_remove("extends");
    }
    service
}

fn resource(name: &str) -> String {
    format!("services.{name}")
}

/// Adds a step to a value and to everything in it.
pub(crate) fn mark(value: &mut Value, step: &Step) {
    value.via.push(step.clone());
    match &mut value.data {
        Data::Map(map) => {
            for Entry { value, .. } in map.values_mut() {
                mark(value, step);
            }
        }
        Data::List(items) => {
            for item in items {
                mark(item, step);
            }
        }
        _ => {}
    }
}

/// Git and OCI references, which docker compose fetches.
pub(crate) fn is_remote(path: &str) -> bool {
    const PREFIXES: [&str; 8] =
        ["https://", "http://", "git://", "ssh://", "github.com/", "git@", "oci://", "oci+http://"];
    PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}
