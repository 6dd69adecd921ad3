//! The project as `docker compose config` prints it: active services, and the resources that they use.

use crate::collections::IndexSet;
use crate::compose::load::Project;
use crate::compose::value::{Data, Entry, Map, Text, Value};

/// The part of a project that would run.
pub(crate) fn active(project: &Project) -> Value {
    let Data::Map(root) = &project.root.data else { return project.root.clone() };
    let services: Map = section(root, "services")
        .into_iter()
        .flatten()
        .filter(|(name, _)| project.enabled.contains(name.as_str()))
        .map(|(name, entry)| (name.clone(), entry.clone()))
        .collect();
    let used = UsedResources::from_services(&services);
    let place = project.root.place;
    let entry = |data| Entry { key: place, value: Value::implied(data, place) };
    let mut active = Map::new();
    active.insert("name", entry(Data::Text(project.name.as_str().into())));
    for (key, value) in root {
        let wanted = match key.as_str() {
            "services" | "name" => continue,
            "networks" => &used.networks,
            "volumes" => &used.volumes,
            "secrets" => &used.secrets,
            "configs" => &used.configs,
            "models" => continue,
            _ => {
                active.insert(key.clone(), value.clone());
                continue;
            }
        };
        let kept: Map = section(root, key)
            .into_iter()
            .flatten()
            .filter(|(name, _)| wanted.contains(*name))
            .map(|(name, entry)| (name.clone(), entry.clone()))
            .collect();
        if !kept.is_empty() {
            active.insert(key.clone(), Entry { key: value.key, value: value.value.with(Data::Map(kept)) });
        }
    }
    active.insert("services", entry(Data::Map(services)));
    project.root.with(Data::Map(active))
}

fn section<'a>(root: &'a Map, key: &str) -> Option<&'a Map> {
    root.get(key).and_then(|entry| entry.value.map())
}

/// The names of resources that services use.
#[derive(Default)]
struct UsedResources {
    networks: IndexSet<Text>,
    volumes: IndexSet<Text>,
    secrets: IndexSet<Text>,
    configs: IndexSet<Text>,
}

impl UsedResources {
    fn from_services(services: &Map) -> UsedResources {
        let mut used = UsedResources::default();
        for entry in services.values() {
            let service = &entry.value;
            let networks = service.get("networks").and_then(Value::map);
            used.networks.extend(networks.into_iter().flatten().map(|(name, _)| name.clone()));
            for mount in list(Some(service), "volumes") {
                if mount.get("type").and_then(Value::text) == Some("volume") {
                    used.volumes.extend(mount.get("source").and_then(Value::text).map(Text::from));
                }
            }
            let sources =
                |value, key| list(value, key).iter().filter_map(|grant| grant.get("source")?.text().map(Text::from));
            used.secrets.extend(sources(Some(service), "secrets"));
            used.secrets.extend(sources(service.get("build"), "secrets"));
            used.configs.extend(sources(Some(service), "configs"));
        }
        used
    }
}

fn list<'a>(value: Option<&'a Value>, key: &str) -> &'a [Value] {
    value.and_then(|value| value.get(key)).and_then(Value::list).unwrap_or(&[])
}
