//! `extends`: a service that starts from another, of the same file or of another one (compose-go 2.9.1,
//! `loader/extends.go`).

use std::path::{Path, PathBuf};

use super::convert::ComposeDocument;
use super::environment::Environment;
use super::merge::{merge, reset};
use crate::budget::{Limit, MAX_DEPTH};
use crate::compose::load::Loader;
use crate::compose::problem::{ExtendsProblem, Problem, Reported};
use crate::compose::value::quote::Quote;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Map, Step, Text, Value};
use crate::source::Place;
use crate::source::normalize;

/// Where services are looked up while `extends` is applied.
pub(crate) struct ExtendsScope<'a> {
    /// The file.
    pub(crate) file: PathBuf,
    /// The directory that the paths of `extends` start from.
    pub(crate) directory: PathBuf,
    /// The variables that extended files see.
    pub(crate) environment: &'a Environment,
}

/// How many services a file may have for one of them to be suggested.
const MOST_KNOWN: usize = 1_000;

/// The chain of services that led here; one that comes again closes a cycle.
type ExtendsChain = Vec<(PathBuf, String)>;

/// Applies `extends` to all services of a file.
pub(crate) fn apply(loader: &mut Loader<'_>, root: &mut Value, scope: &ExtendsScope<'_>, document: &ComposeDocument) {
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
    scope: &ExtendsScope<'_>,
    document: Option<&ComposeDocument>,
    chain: &mut ExtendsChain,
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
        return cycle(loader, name, at, chain, service);
    }
    if loader.budget.is_spent(Limit::Values) || !loader.budget.allows_depth(chain.len(), at) {
        loader.unresolved.insert(name.to_owned());
        // In its own turn the service may have what it starts from.
        return None;
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
    let values = mark(&mut base, &Step::Extends(at));
    if !loader.budget.spend(Limit::Values, values, at) {
        loader.unresolved.insert(name.to_owned());
        return Some(without_extends(service));
    }
    let mut path = vec![Text::new_static("services"), name.into()];
    if let Some(document) = document {
        reset(&mut base, &mut path, &document.resets, &loader.budget);
    }
    let (place, via) = (service.place, service.via.clone());
    let merged = merge(base, service, &mut path, &mut loader.found);
    // It is this service still: what is added to it is here, not with what it starts from.
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
    scope: &ExtendsScope<'_>,
    chain: &mut ExtendsChain,
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
    scope: &ExtendsScope<'_>,
    chain: &mut ExtendsChain,
) -> Option<Value> {
    let named = file.text()?;
    if is_remote(named) {
        report(loader, name, file.place, ExtendsProblem::Remote(Quote::from_value(file)));
        return None;
    }
    let path = normalize(&scope.directory.join(named));
    let root = loader.extended_file(&path, file.place, name, scope.environment)?;
    let directory = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    let inner = ExtendsScope { file: path, directory, environment: scope.environment };
    let Some(services) = root.get("services").and_then(Value::map) else {
        report(loader, name, file.place, ExtendsProblem::NoServices(Quote::from_value(file)));
        return None;
    };
    if !services.contains_key(wanted) {
        missing(loader, name, wanted, at, Some(Quote::from_value(file)), services);
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
    while let Some(name) = next.filter(|name| !found.contains_key(name) && found.len() <= MAX_DEPTH) {
        let Some(entry) = services.get(name) else { return all_of(services, found) };
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

/// All services of a file, where it has not so many that copies of them are too much.
fn all_of(services: &Map, needed: Map) -> Map {
    if services.len() <= MOST_KNOWN { services.clone() } else { needed }
}

fn missing(loader: &mut Loader<'_>, name: &str, wanted: &str, at: Place, file: Option<Quote>, services: &Map) {
    // With very many names nobody is told which was meant.
    let known = match services.len() {
        0..=MOST_KNOWN => services.keys().map(Text::to_string).collect(),
        _ => Vec::new(),
    };
    let wanted = Quote::at(at, wanted);
    report(loader, name, at, ExtendsProblem::Undefined { service: name.to_owned(), wanted, file, known });
}

fn report(loader: &mut Loader<'_>, name: &str, at: Place, problem: ExtendsProblem) {
    loader.report(Reported::about_service(at, name, Problem::Extends(problem)));
}

fn cycle(loader: &mut Loader<'_>, name: &str, at: Place, chain: &ExtendsChain, service: Value) -> Option<Value> {
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

/// Adds a step to a value and to everything in it, and says how many values these are.
pub(crate) fn mark(value: &mut Value, step: &Step) -> usize {
    let mut marked = (Few::new(), Few::from(vec![step.clone()]));
    mark_all(value, step, &mut marked)
}

/// `marked` is the last way that got the step, without and with it: values that came one way share it.
fn mark_all(value: &mut Value, step: &Step, marked: &mut (Few<Step>, Few<Step>)) -> usize {
    // Of a longer way only the first steps are kept: each service of a chain would have all of those before it.
    if value.via.len() < MAX_DEPTH {
        if !value.via.is_same(&marked.0) {
            let before = value.via.clone();
            value.via.push(step.clone());
            *marked = (before, std::mem::take(&mut value.via));
        }
        value.via.clone_from(&marked.1);
    }
    let inside: usize = match &mut value.data {
        Data::Map(map) => map.values_mut().map(|entry| mark_all(&mut entry.value, step, marked)).sum(),
        Data::List(items) => items.iter_mut().map(|item| mark_all(item, step, marked)).sum(),
        _ => 0,
    };
    inside + 1
}

/// Git and OCI references, which docker compose fetches.
pub(crate) fn is_remote(path: &str) -> bool {
    const PREFIXES: [&str; 8] =
        ["https://", "http://", "git://", "ssh://", "github.com/", "git@", "oci://", "oci+http://"];
    PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}
