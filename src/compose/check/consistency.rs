//! What Compose rejects in the project as a whole: references that lead nowhere, keys that exclude each other, duplicates
//! and cycles (compose-go 2.9.1, `loader/validate.go` and `graph/cycle.go`). Every problem is a rejection.

use std::sync::Arc;

use super::cycles::{Edges, cycles};
use crate::budget::Budget;
use crate::collections::{HashMap, IndexSet};
use crate::compose::problem::{
    Cause, Conflict, Missing, PlaceRole, Problem, Reported, Resource, Undefined, ValueProblem,
};
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Entry, Map, Text, Value};
use crate::source::Place;

/// The project under check.
pub(crate) struct ConsistencyCheck<'a> {
    /// The decoded project.
    pub(crate) root: &'a Value,
    /// The project before it was decoded: what is printed lacks empty values, and models.
    pub(crate) canonical: &'a Value,
    /// The names of active services.
    pub(crate) enabled: &'a IndexSet<String>,
    /// Services whose `extends` leads nowhere.
    pub(crate) unresolved: &'a IndexSet<String>,
    /// What the project may cost.
    pub(crate) budget: &'a Budget,
    /// The names of each kind, once one of them is missing.
    pub(crate) names: HashMap<Resource, Arc<[String]>>,
    /// What was found.
    pub(crate) found: Vec<Reported>,
}

struct CheckedService<'a> {
    name: &'a str,
    key: Place,
    value: &'a Value,
}

impl<'a> ConsistencyCheck<'a> {
    /// Checks all active services, secrets and the graph of dependencies.
    pub(crate) fn run(&mut self) {
        let services: Vec<CheckedService<'a>> = self
            .section("services")
            .into_iter()
            .flatten()
            .filter(|(name, _)| self.enabled.contains(name.as_str()))
            .map(|(name, entry)| CheckedService { name, key: entry.key, value: &entry.value })
            .collect();
        for service in &services {
            self.source(service);
            self.build(service);
            self.networks(service);
            self.healthcheck(service);
            self.dependencies(service);
            self.references(service);
            self.scale(service);
            self.limits(service);
            self.watches(service);
            self.mounts(service);
        }
        self.secrets();
        self.cycles(&services);
        self.container_names(&services);
    }

    fn section(&self, key: &str) -> Option<&'a Map> {
        self.root.get(key).and_then(Value::map)
    }

    /// A service before it was decoded.
    fn given(&self, service: &CheckedService<'_>) -> Option<&'a Value> {
        self.canonical.get("services").and_then(|services| services.get(service.name))
    }

    fn models(&self) -> Option<&'a Map> {
        self.canonical.get("models").and_then(Value::map)
    }

    /// Why a service lacks an image that has a reported mistake instead: variables leave it empty, or it is not text, or
    /// the service is not a mapping.
    fn cause_of_missing(&self, name: &str) -> Option<Cause> {
        let service = self.canonical.get("services").and_then(|services| services.get(name))?;
        if service.map().is_none() {
            return Some(Cause::Value(service.place));
        }
        let image = service.get("image")?;
        blank(image).or_else(|| image.text().is_none().then_some(Cause::Value(image.place)))
    }

    fn report(&mut self, place: Place, service: &CheckedService<'_>, problem: Problem) -> &mut Reported {
        self.found.push_mut(Reported::about_service(place, service.name, problem))
    }

    fn source(&mut self, service: &CheckedService<'_>) {
        let image = service.value.get("image").and_then(Value::text).unwrap_or("");
        if service.value.get("build").is_some() || !image.is_empty() || service.value.get("provider").is_some() {
            return;
        }
        let unresolved = || self.unresolved.contains(service.name).then(|| Cause::Unresolved(service.name.to_owned()));
        let cause = self.cause_of_missing(service.name).or_else(unresolved);
        let problem = Problem::Missing(Missing::Image { service: service.name.to_owned() });
        self.report(service.key, service, problem).caused_by = cause;
    }

    fn build(&mut self, service: &CheckedService<'_>) {
        let Some(build) = service.value.get("build") else { return };
        if let (Some(inline), Some(file)) = (build.get("dockerfile_inline"), build.get("dockerfile"))
            && inline.text() != Some("")
        {
            self.conflict(file.place, inline.place, service, Conflict::Dockerfile);
        }
        for (_, entry) in build.get("additional_contexts").and_then(Value::map).into_iter().flatten() {
            let Some(target) = entry.value.text().and_then(|text| text.strip_prefix("service:")) else { continue };
            let known = self.section("services").and_then(|services| services.get(target));
            let name = named_behind(&entry.value, "service:");
            match known {
                Some(other) if !self.enabled.contains(target) => {
                    self.inactive(name, other, entry.value.place, service, false);
                }
                None => self.undefined(Resource::Service, name, entry.value.place, service),
                Some(other) if other.value.get("build").is_none() => {
                    self.report(entry.value.place, service, Problem::Undefined(Undefined::NotBuilt { name }));
                }
                Some(_) => {}
            }
        }
        let platform = service.value.get("platform");
        let platforms = build.get("platforms").and_then(Value::list).unwrap_or(&[]);
        if let Some(platform) = platform
            && !platforms.is_empty()
            && !platforms.iter().any(|one| one.data == platform.data)
        {
            let problem = Problem::Conflict(Conflict::Platform(Quote::from_value(platform)));
            let cause = platforms.iter().find_map(blank);
            self.report(platform.place, service, problem).caused_by = cause;
        }
    }

    fn networks(&mut self, service: &CheckedService<'_>) {
        let networks = service.value.get("networks").and_then(Value::map);
        let mode = service.value.get("network_mode").filter(|mode| mode.text() != Some(""));
        if mode.is_some() && networks.is_some_and(|networks| !networks.is_empty()) {
            let (one, two) = (key(service, "network_mode"), key(service, "networks"));
            self.conflict(one, two, service, Conflict::NetworkMode);
        }
        let declared = self.section("networks");
        for (name, entry) in networks.into_iter().flatten() {
            if !declared.is_some_and(|all| all.contains_key(name)) {
                self.undefined(Resource::Network, Quote::at(entry.key, name.clone()), entry.key, service);
            }
        }
        if let Some(mode) = mode
            && let Some(name) = mode.text().and_then(|text| text.strip_prefix("service:"))
            && !self.enabled.contains(name)
        {
            let quote = named_behind(mode, "service:");
            match self.section("services").and_then(|services| services.get(name)) {
                Some(other) => self.inactive(quote, other, mode.place, service, false),
                None => self.undefined(Resource::Service, quote, mode.place, service),
            }
        }
    }

    fn healthcheck(&mut self, service: &CheckedService<'_>) {
        let Some(test) = service.value.get("healthcheck").and_then(|check| check.get("test")) else { return };
        let Some(first) = test.list().and_then(<[Value]>::first) else { return };
        if !matches!(first.text(), Some("CMD" | "CMD-SHELL" | "NONE")) {
            let upper = first.text().unwrap_or("").to_uppercase();
            let keyword = ["CMD", "CMD-SHELL", "NONE"].into_iter().find(|word| *word == upper);
            self.report(first.place, service, Problem::Value(ValueProblem::Healthcheck { keyword }));
        }
    }

    fn dependencies(&mut self, service: &CheckedService<'_>) {
        for (name, entry) in service.value.get("depends_on").and_then(Value::map).into_iter().flatten() {
            if self.enabled.contains(name.as_str()) {
                continue;
            }
            let known = self.section("services").and_then(|services| services.get(name));
            match known {
                None => self.undefined(Resource::Service, Quote::at(entry.key, name.clone()), entry.key, service),
                Some(other) => {
                    let required = entry.value.get("required").map(|value| &value.data) != Some(&Data::Bool(false));
                    if required {
                        self.inactive(Quote::at(entry.key, name.clone()), other, entry.key, service, true);
                    }
                }
            }
        }
    }

    fn inactive(
        &mut self,
        name: Quote,
        other: &Entry,
        place: Place,
        service: &CheckedService<'_>,
        may_be_optional: bool,
    ) {
        let profiles = other.value.get("profiles").and_then(Value::list).unwrap_or(&[]);
        let profiles = profiles.iter().filter_map(Value::text).map(str::to_owned).collect();
        let problem = Problem::Inactive { name, profiles, may_be_optional };
        let reported = Reported::about_service(place, service.name, problem);
        self.found.push(reported.related(other.key, PlaceRole::Definition));
    }

    fn references(&mut self, service: &CheckedService<'_>) {
        for mount in service.value.get("volumes").and_then(Value::list).unwrap_or(&[]) {
            let Some(source) = mount.get("source") else { continue };
            let name = source.text().unwrap_or("");
            let named = mount.get("type").and_then(Value::text) == Some("volume") && !name.is_empty();
            if named && !self.section("volumes").is_some_and(|all| all.contains_key(name)) {
                self.undefined(Resource::Volume, Quote::from_value(source), source.place, service);
            }
        }
        let grants = |value: Option<&'a Value>, key: &str| {
            value.and_then(|value| value.get(key)).and_then(Value::list).unwrap_or(&[])
        };
        // An empty source is none once it is decoded.
        let value = self.given(service);
        let build = value.and_then(|value| value.get("build"));
        for (kind, list) in [
            (Resource::Secret, grants(build, "secrets")),
            (Resource::Config, grants(value, "configs")),
            (Resource::Secret, grants(value, "secrets")),
        ] {
            for grant in list {
                let source = grant.get("source").unwrap_or(grant);
                let name = source.text().unwrap_or("");
                if !self.section(kind.section()).is_some_and(|all| all.contains_key(name)) {
                    self.undefined(kind, Quote::from_value(source), source.place, service);
                }
            }
        }
        for (name, entry) in service.value.get("models").and_then(Value::map).into_iter().flatten() {
            if !self.models().is_some_and(|all| all.contains_key(name)) {
                self.undefined(Resource::Model, Quote::at(entry.key, name.clone()), entry.key, service);
            }
        }
    }

    fn undefined(&mut self, kind: Resource, name: Quote, place: Place, service: &CheckedService<'_>) {
        let section = kind.section();
        let is_broken = self.canonical.get(section).is_some_and(|all| !all.is_null() && all.map().is_none());
        let all = if kind == Resource::Model { self.models() } else { self.section(section) };
        let names = || all.into_iter().flatten().map(|(name, _)| name.to_string()).collect();
        let known = Arc::clone(self.names.entry(kind).or_insert_with(names));
        let undefined = Undefined::Name { kind, name, service: service.name.to_owned(), known };
        let cause = is_broken.then_some(Cause::Section(section));
        self.report(place, service, Problem::Undefined(undefined)).caused_by = cause;
    }

    fn scale(&mut self, service: &CheckedService<'_>) {
        let scale = service.value.get("scale");
        let replicas = service.value.get("deploy").and_then(|deploy| deploy.get("replicas"));
        let number = |value: Option<&Value>| match value.map(|value| &value.data) {
            Some(Data::Int(number)) => Some(*number),
            _ => None,
        };
        if let (Some(one), Some(two)) = (scale, replicas)
            && number(scale) != number(replicas)
        {
            self.differ("scale", one, "deploy.replicas".to_owned(), two, service);
        }
        for (key, value) in [("scale", scale), ("deploy.replicas", replicas)] {
            if let Some(at) = value.filter(|_| number(value).is_some_and(|number| number < 0)) {
                self.report(at.place, service, Problem::Value(ValueProblem::NegativeScale { key }));
            }
        }
        let count = number(scale).or(number(replicas)).unwrap_or(1);
        let name = service.value.get("container_name").filter(|name| name.text() != Some(""));
        if let (Some(name), Some(at), true) = (name, scale.or(replicas), count > 1) {
            let conflict = Conflict::ReplicasWithName { count, name: Quote::from_value(name) };
            self.conflict(key(service, "container_name"), at.place, service, conflict);
        }
    }

    fn limits(&mut self, service: &CheckedService<'_>) {
        const PAIRS: [(&str, &str, &str); 4] = [
            ("cpus", "limits", "cpus"),
            ("mem_limit", "limits", "memory"),
            ("mem_reservation", "reservations", "memory"),
            ("pids_limit", "limits", "pids"),
        ];
        let resources = service.value.get("deploy").and_then(|deploy| deploy.get("resources"));
        for (name, section, inner) in PAIRS {
            let (Some(one), Some(group)) =
                (service.value.get(name), resources.and_then(|resources| resources.get(section)))
            else {
                continue;
            };
            match group.get(inner) {
                Some(two) if one.data == two.data => {}
                Some(two) => self.differ(name, one, format!("deploy.resources.{section}.{inner}"), two, service),
                // Compose counts a limit that is absent next to others as zero, and zero differs.
                None => {
                    let groups = resources.and_then(Value::map).and_then(|resources| resources.get(section));
                    let group = groups.map_or(group.place, |entry| entry.key);
                    let conflict = Conflict::LimitBesideGroup { key: name, section, inner };
                    self.conflict(key(service, name), group, service, conflict);
                }
            }
        }
    }

    /// Two places that exclude each other: the one that is second in the file is reported, the other is a label.
    fn conflict(&mut self, one: Place, two: Place, service: &CheckedService<'_>, conflict: Conflict) {
        let reported = Reported::about_service(one.max(two), service.name, Problem::Conflict(conflict));
        self.found.push(reported.related(one.min(two), PlaceRole::Opposite));
    }

    fn differ(&mut self, key: &'static str, one: &Value, other: String, two: &Value, service: &CheckedService<'_>) {
        self.conflict(one.place, two.place, service, Conflict::Differ { key, other });
    }

    fn watches(&mut self, service: &CheckedService<'_>) {
        let watches =
            self.given(service).and_then(|given| given.get("develop")).and_then(|develop| develop.get("watch"));
        for watch in watches.and_then(Value::list).unwrap_or(&[]) {
            let action = watch.get("action").and_then(Value::text).unwrap_or("");
            let target = watch.get("target").and_then(Value::text).unwrap_or("");
            let action = ["sync", "sync+restart", "sync+exec"].into_iter().find(|one| *one == action);
            if let Some(action) = action.filter(|_| target.is_empty()) {
                let problem = Problem::Missing(Missing::WatchTarget { action });
                self.report(watch.place, service, problem).caused_by = watch.get("target").and_then(blank);
            }
        }
    }

    fn mounts(&mut self, service: &CheckedService<'_>) {
        let mut known: HashMap<&str, MountedObject> = HashMap::default();
        let tmpfs = service.value.get("tmpfs").and_then(Value::list).unwrap_or(&[]);
        let volumes = service.value.get("volumes").and_then(Value::list).unwrap_or(&[]);
        let in_memory = tmpfs.iter().filter_map(|item| {
            let target = item.text()?.split(':').next()?;
            let end = target.len() as u32;
            let is_blank = item.parts.iter().any(|part| part.is_blank() && part.end <= end);
            let cause = is_blank.then_some(Cause::Blank(item.place));
            Some((
                target,
                MountedObject { quote: Quote::from_value(item).stretch(&(0..target.len())), place: item.place, cause },
            ))
        });
        let mounted = volumes.iter().filter_map(|item| {
            let target = item.get("target")?;
            Some((
                target.text()?,
                MountedObject { quote: Quote::from_value(target), place: item.place, cause: blank(target) },
            ))
        });
        let mut found = Vec::new();
        for (target, mount) in in_memory.chain(mounted) {
            let Some(first) = known.get(target) else {
                known.insert(target, mount);
                continue;
            };
            let (one, two) = (first.place.min(mount.place), first.place.max(mount.place));
            let caused_by = mount.cause.or_else(|| first.cause.clone());
            let reported = Reported::about_service(two, service.name, Problem::MountTarget { target: mount.quote });
            found.push(Reported { caused_by, ..reported.related(one, PlaceRole::First) });
        }
        self.found.append(&mut found);
    }

    fn secrets(&mut self) {
        for (name, entry) in self.section("secrets").into_iter().flatten() {
            let text = |key: &str| entry.value.get(key).and_then(Value::text).unwrap_or("");
            let external = entry.value.get("external").map(|external| &external.data) == Some(&Data::Bool(true));
            let given = self.canonical.get("secrets").and_then(|all| all.get(name));
            // One that has neither key was reported when its file was read.
            let source = given.and_then(|secret| secret.get("file").or(secret.get("environment")));
            if !external && source.is_some() && text("file").is_empty() && text("environment").is_empty() {
                let problem = Problem::Missing(Missing::SecretSource { name: name.to_string() });
                let reported = Reported::new(entry.key, &[Text::new_static("secrets"), name.clone()], problem);
                self.found.push(Reported { caused_by: source.and_then(blank), ..reported });
            }
        }
    }

    /// Reports each cycle once, at the dependency that closes it.
    fn cycles(&mut self, services: &[CheckedService<'_>]) {
        let edges: Edges<'_> = services
            .iter()
            .map(|service| {
                let map = service.value.get("depends_on").and_then(Value::map);
                let edges = map.into_iter().flatten().map(|(name, entry)| (name.as_str(), entry.key)).collect();
                (service.name, edges)
            })
            .collect();
        let names: Vec<&str> = services.iter().map(|service| service.name).collect();
        for (path, place) in cycles(&names, &edges, self.budget) {
            let first = path.first().cloned().unwrap_or_default();
            self.found.push(Reported::about_service(place, &first, Problem::Cycle { path }));
        }
    }

    fn container_names(&mut self, services: &[CheckedService<'_>]) {
        let mut known: HashMap<&str, &Value> = HashMap::default();
        for service in services {
            let Some(value) = service.value.get("container_name") else { continue };
            let Some(name) = value.text().filter(|name| !name.is_empty()) else { continue };
            match known.get(name) {
                Some(first) => {
                    let problem = Problem::ContainerName { name: Quote::from_value(value) };
                    let reported = Reported::about_service(value.place, service.name, problem);
                    self.found.push(reported.related(first.place, PlaceRole::First));
                }
                None => {
                    known.insert(name, value);
                }
            }
        }
    }
}

/// Something that is mounted.
struct MountedObject {
    quote: Quote,
    place: Place,
    /// A variable that leaves a blank in its target.
    cause: Option<Cause>,
}

/// The variable without a value in a text, as the cause of what is wrong with it.
fn blank(value: &Value) -> Option<Cause> {
    value.has_blank().then_some(Cause::Blank(value.place))
}

/// Where a key of a service is written.
fn key(service: &CheckedService<'_>, name: &str) -> Place {
    service.value.map().and_then(|map| map.get(name)).map_or(service.key, |entry| entry.key)
}

/// What follows a prefix of a text: the name in `service:web`.
fn named_behind(value: &Value, prefix: &str) -> Quote {
    let length = value.text().map_or(0, str::len);
    Quote::from_value(value).stretch(&(prefix.len().min(length)..length))
}
