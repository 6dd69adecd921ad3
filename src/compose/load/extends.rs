//! `extends`: a service that starts from another, of the same file or of another one (compose-go 2.9.1,
//! `loader/extends.go`).

use std::path::{Path, PathBuf};

use super::convert::Document;
use super::environment::Environment;
use super::merge::{merge, reset};
use crate::compose::load::Loader;
use crate::compose::problem::{ExtendsProblem, Problem, Reported};
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Entry, Map, Step, Text, Value};
use crate::source::Place;
use crate::source::normalize;

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
    let merged = merge(base, service, &mut path, &mut loader.found);
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
        report(loader, name, file.place, ExtendsProblem::Remote(Quote::of(file)));
        return None;
    }
    let path = normalize(&scope.directory.join(named));
    let root = loader.extended_file(&path, file.place, name, scope.environment)?;
    let directory = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    let inner = Scope { file: path, directory, environment: scope.environment };
    let Some(services) = root.get("services").and_then(Value::map) else {
        report(loader, name, file.place, ExtendsProblem::NoServices(Quote::of(file)));
        return None;
    };
    if !services.contains_key(wanted) {
        missing(loader, name, wanted, at, Some(Quote::of(file)), services);
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

fn missing(loader: &mut Loader<'_>, name: &str, wanted: &str, at: Place, file: Option<Quote>, services: &Map) {
    let known = services.keys().map(Text::to_string).collect();
    let wanted = Quote::at(at, wanted);
    report(loader, name, at, ExtendsProblem::Undefined { service: name.to_owned(), wanted, file, known });
}

fn report(loader: &mut Loader<'_>, name: &str, at: Place, problem: ExtendsProblem) {
    loader.report(Reported::of_service(at, name, Problem::Extends(problem)));
}

fn circle(loader: &mut Loader<'_>, name: &str, at: Place, chain: &Chain, service: Value) -> Option<Value> {
    let mut names: Vec<String> = chain.iter().map(|(_, name)| name.clone()).collect();
    names.push(name.to_owned());
    report(loader, name, at, ExtendsProblem::Cycle { names });
    loader.unresolved.insert(name.to_owned());
    Some(without_extends(service))
}

fn without_extends(mut service: Value) -> Value {
    if let Data::Map(map) = &mut service.data {
        map.shift_remove("extends");
    }
    service
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
