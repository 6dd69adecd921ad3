//! From the resolved project to the typed model. What has a wrong type is left out: the loader has reported it.

mod commands;
mod environment;
mod image;
mod mounts;
mod ports;
mod read;
mod resources;
mod service;

use std::sync::Arc;

use super::types::{AddressPool, FileObject, Model, Network, Service, Spanned, Volume};
use crate::collections::{HashMap, IndexMap};
use crate::compose::value::provenance::Texts;
use crate::compose::value::{Entry, Map, Text, Value};
use crate::compose::{Project, ServiceEnvFile};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{FileId, Span};

/// What the lowering of every service needs.
struct LoweringContext<'a> {
    project: &'a Project,
    texts: &'a Texts<'a>,
    /// The `env_file`s by service.
    env_files: HashMap<&'a str, Vec<&'a ServiceEnvFile>>,
}

/// The model of a project. It never fails.
pub fn lower(project: &Project, texts: &Texts<'_>) -> Model {
    let mut env_files: HashMap<&str, Vec<&ServiceEnvFile>> = HashMap::default();
    for file in &project.env_files {
        env_files.entry(file.service.as_str()).or_default().push(file);
    }
    let cx = LoweringContext { project, texts, env_files };
    let mut services = IndexMap::default();
    let mut disabled = IndexMap::default();
    for (name, entry) in section(&project.root, "services") {
        let Some(map) = entry.value.map() else { continue };
        let service = service::service(&cx, name, entry, map);
        let into: &mut IndexMap<String, Service> =
            if project.enabled.contains(name.as_str()) { &mut services } else { &mut disabled };
        into.insert(name.to_string(), service);
    }
    let place = project_place(project);
    Model {
        name: project.name.clone(),
        directory: project.directory.clone(),
        services,
        disabled,
        networks: resources(&project.root, "networks", |key, entry| network(key, entry, place)),
        volumes: resources(&project.root, "volumes", volume),
        secrets: resources(&project.root, "secrets", file_object),
        configs: resources(&project.root, "configs", file_object),
        place,
        budget: Arc::clone(&project.budget),
    }
}

fn section<'a>(root: &'a Value, key: &str) -> impl Iterator<Item = (&'a Text, &'a Entry)> {
    root.get(key).and_then(Value::map).into_iter().flatten()
}

fn resources<T>(root: &Value, key: &str, lower: impl Fn(&str, &Entry) -> T) -> IndexMap<String, T> {
    section(root, key).map(|(name, entry)| (name.to_string(), lower(name, entry))).collect()
}

/// The `services` key, or the start of the first file.
fn project_place(project: &Project) -> Place {
    let services = project.root.map().and_then(|root| root.get("services"));
    if let Some(entry) = services.filter(|entry| !read::is_implied(&entry.value)) {
        return entry.key;
    }
    let file: FileId = project.files.first().copied().unwrap_or_default();
    Place { span: Span { file, start: 0, end: 0 }, node: NodeId::new(0) }
}

fn network(key: &str, entry: &Entry, services: Place) -> Network {
    let value = &entry.value;
    let declared = !read::is_implied(value);
    Network {
        key: if declared { entry.key } else { services },
        declared,
        name: real_name(key, value),
        external: read::flag(value, "external"),
        internal: read::flag(value, "internal"),
        driver: read::text(value, "driver"),
        pools: value.get("ipam").map(|ipam| read::items(ipam, "config")).unwrap_or_default().iter().map(pool).collect(),
    }
}

fn pool(value: &Value) -> AddressPool {
    AddressPool {
        subnet: read::text(value, "subnet"),
        gateway: read::text(value, "gateway"),
        has_range: read::text(value, "ip_range").is_some(),
    }
}

fn volume(key: &str, entry: &Entry) -> Volume {
    let value = &entry.value;
    Volume {
        key: entry.key,
        name: real_name(key, value),
        external: read::flag(value, "external"),
        driver: read::text(value, "driver"),
        driver_opts: read::texts_by_key(value.get("driver_opts")),
    }
}

fn file_object(_: &str, entry: &Entry) -> FileObject {
    let value = &entry.value;
    FileObject {
        key: entry.key,
        file: read::text(value, "file"),
        environment: read::text(value, "environment"),
        content: value.get("content").and_then(read::as_text),
        external: read::flag(value, "external"),
    }
}

fn real_name(key: &str, value: &Value) -> Spanned<String> {
    read::text(value, "name").unwrap_or_else(|| Spanned::new(key.to_owned(), value.place))
}

/// The entry of a mapping under a key.
fn entry<'a>(map: &'a Map, key: &str) -> Option<&'a Entry> {
    map.get(key).filter(|entry| !entry.value.is_null())
}

#[cfg(test)]
mod tests;
