//! What Compose rejects in the project as a whole: references that lead nowhere, keys that exclude each other, doubles
//! and cycles (compose-go 2.9.1, `loader/validate.go` and `graph/cycle.go`). Every finding is a rejection.

use super::cycles::{Edges, cycles};
use super::validate::listed;
use crate::collections::{HashMap, IndexSet};
use crate::compose::quick_fix;
use crate::compose::value::{Data, Entry, Map, Value};
use crate::finding::{Finding, Label, Severity};
use crate::source::Place;
use crate::text::nearest::nearest;
use crate::yaml::edit::Files;

/// The project under check.
pub(crate) struct Check<'a> {
    /// The files, for edits.
    pub(crate) edited: Files<'a>,
    /// The decoded project.
    pub(crate) root: &'a Value,
    /// The project before it was decoded: what is printed lacks empty values, and models.
    pub(crate) canonical: &'a Value,
    /// The names of active services.
    pub(crate) enabled: &'a IndexSet<String>,
    /// Services whose `extends` leads nowhere.
    pub(crate) unresolved: &'a IndexSet<String>,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// How often Compose rejects something only because of what is reported already.
    pub(crate) consequences: usize,
}

struct Service<'a> {
    name: &'a str,
    key: Place,
    value: &'a Value,
}

impl<'a> Check<'a> {
    /// Checks all active services, secrets and the graph of dependencies.
    pub(crate) fn run(&mut self) {
        let services: Vec<Service<'a>> = self
            .section("services")
            .into_iter()
            .flatten()
            .filter(|(name, _)| self.enabled.contains(name.as_str()))
            .map(|(name, entry)| Service { name, key: entry.key, value: &entry.value })
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

    fn models(&self) -> Option<&'a Map> {
        self.canonical.get("models").and_then(Value::map)
    }

    /// Whether a service lacks an image only because of what is reported: variables leave it empty, or it is no text, or
    /// the service is no mapping.
    fn has_bad_image(&self, name: &str) -> bool {
        let Some(service) = self.canonical.get("services").and_then(|services| services.get(name)) else {
            return false;
        };
        let image = service.get("image");
        service.map().is_none() || image.is_some_and(|image| image.has_blank() || image.text().is_none())
    }

    fn report(&mut self, rule: &'static str, place: Place, resource: String, message: String) -> &mut Finding {
        self.findings.push_mut(Finding::new(rule, Severity::Error, place, resource, message))
    }

    fn source(&mut self, service: &Service<'_>) {
        let image = service.value.get("image").and_then(Value::text).unwrap_or("");
        if service.value.get("build").is_some() || !image.is_empty() || service.value.get("provider").is_some() {
            return;
        }
        if self.has_bad_image(service.name) || self.unresolved.contains(service.name) {
            self.consequences += 1;
            return;
        }
        let message = format!("service `{}` has neither `image` nor `build`", service.name);
        let finding = self.report("missing-key", service.key, resource(service), message);
        finding.help = Some("add `image` or `build`".to_owned());
        finding.evidence = Some("image".to_owned());
    }

    fn build(&mut self, service: &Service<'_>) {
        let Some(build) = service.value.get("build") else { return };
        if let (Some(inline), Some(file)) = (build.get("dockerfile_inline"), build.get("dockerfile"))
            && inline.text() != Some("")
        {
            let message = "`dockerfile` and `dockerfile_inline` are mutually exclusive".to_owned();
            let finding = self.conflict(file.place, inline.place, service, message);
            finding.help = Some("remove one of them".to_owned());
        }
        for (_, entry) in build.get("additional_contexts").and_then(Value::map).into_iter().flatten() {
            let Some(target) = entry.value.text().and_then(|text| text.strip_prefix("service:")) else { continue };
            let known = self.section("services").and_then(|services| services.get(target));
            match known {
                Some(other) if !self.enabled.contains(target) => {
                    self.inactive(target, other, entry.value.place, service, "");
                }
                None => self.undefined("service", target, entry.value.place, service),
                Some(other) if other.value.get("build").is_none() => {
                    let message = format!("service `{target}` has no `build`, so it cannot be used as a build context");
                    self.report("undefined-reference", entry.value.place, resource(service), message);
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
            let message = format!(
                "`build.platforms` does not include the service's platform `{}`",
                platform.text().unwrap_or("")
            );
            self.report("conflicting-keys", platform.place, resource(service), message).help =
                Some("add it to `build.platforms`".to_owned());
        }
    }

    fn networks(&mut self, service: &Service<'_>) {
        let networks = service.value.get("networks").and_then(Value::map);
        let mode = service.value.get("network_mode").filter(|mode| mode.text() != Some(""));
        if mode.is_some() && networks.is_some_and(|networks| !networks.is_empty()) {
            let message = "`network_mode` and `networks` are mutually exclusive".to_owned();
            self.conflict(key(service, "network_mode"), key(service, "networks"), service, message).help =
                Some("remove one of them".to_owned());
        }
        let declared = self.section("networks");
        for (name, entry) in networks.into_iter().flatten() {
            if !declared.is_some_and(|all| all.contains_key(name)) {
                self.undefined("network", name, entry.key, service);
            }
        }
        if let Some(mode) = mode
            && let Some(name) = mode.text().and_then(|text| text.strip_prefix("service:"))
            && !self.enabled.contains(name)
        {
            match self.section("services").and_then(|services| services.get(name)) {
                Some(other) => self.inactive(name, other, mode.place, service, ""),
                None => self.undefined("service", name, mode.place, service),
            }
        }
    }

    fn healthcheck(&mut self, service: &Service<'_>) {
        let Some(test) = service.value.get("healthcheck").and_then(|check| check.get("test")) else { return };
        let Some(first) = test.list().and_then(<[Value]>::first) else { return };
        if !matches!(first.text(), Some("CMD" | "CMD-SHELL" | "NONE")) {
            let message = "a healthcheck `test` list must start with `CMD`, `CMD-SHELL` or `NONE`".to_owned();
            let upper = first.text().unwrap_or("").to_uppercase();
            let help = match upper.as_str() {
                "CMD" | "CMD-SHELL" | "NONE" => format!("use `{upper}`"),
                _ => "add `CMD` before the program, or write the test as a single string".to_owned(),
            };
            self.report("invalid-value", first.place, resource(service), message).help = Some(help);
        }
    }

    fn dependencies(&mut self, service: &Service<'_>) {
        for (name, entry) in service.value.get("depends_on").and_then(Value::map).into_iter().flatten() {
            if self.enabled.contains(name.as_str()) {
                continue;
            }
            let known = self.section("services").and_then(|services| services.get(name));
            match known {
                None => self.undefined("service", name, entry.key, service),
                Some(other) => {
                    let required = entry.value.get("required").map(|value| &value.data) != Some(&Data::Bool(false));
                    if required {
                        self.inactive(name, other, entry.key, service, ", or set `required: false`");
                    }
                }
            }
        }
    }

    fn inactive(&mut self, name: &str, other: &Entry, place: Place, service: &Service<'_>, or: &str) {
        let profiles: Vec<&str> =
            other.value.get("profiles").and_then(Value::list).unwrap_or(&[]).iter().filter_map(Value::text).collect();
        let message = format!("service `{name}` is not in any active profile");
        let finding = self.report("inactive-dependency", place, resource(service), message);
        finding.evidence = Some(name.to_owned());
        let list = listed(&profiles);
        let both = if or.is_empty() { " or" } else { "," };
        finding.help = Some(format!("activate its profile ({list}){both} add this service to the same profile{or}"));
        finding.labels.push(Label { place: other.key, message: "the service is defined here".to_owned() });
    }

    fn references(&mut self, service: &Service<'_>) {
        for mount in service.value.get("volumes").and_then(Value::list).unwrap_or(&[]) {
            let Some(source) = mount.get("source") else { continue };
            let name = source.text().unwrap_or("");
            let named = mount.get("type").and_then(Value::text) == Some("volume") && !name.is_empty();
            if named && !self.section("volumes").is_some_and(|all| all.contains_key(name)) {
                self.undefined("volume", name, source.place, service);
            }
        }
        let build = service.value.get("build");
        let grants = |value: Option<&'a Value>, key: &str| {
            value.and_then(|value| value.get(key)).and_then(Value::list).unwrap_or(&[])
        };
        let value: Option<&'a Value> = self.section("services").and_then(|all| all.get(service.name)).map(|e| &e.value);
        let build: Option<&'a Value> = build.and(value.and_then(|value| value.get("build")));
        for (kind, section, list) in [
            ("secret", "secrets", grants(build, "secrets")),
            ("config", "configs", grants(value, "configs")),
            ("secret", "secrets", grants(value, "secrets")),
        ] {
            for grant in list {
                let Some(source) = grant.get("source") else { continue };
                let name = source.text().unwrap_or("");
                if !self.section(section).is_some_and(|all| all.contains_key(name)) {
                    self.undefined(kind, name, source.place, service);
                }
            }
        }
        for (name, entry) in service.value.get("models").and_then(Value::map).into_iter().flatten() {
            if !self.models().is_some_and(|all| all.contains_key(name)) {
                self.undefined("model", name, entry.key, service);
            }
        }
    }

    fn undefined(&mut self, kind: &'static str, name: &str, place: Place, service: &Service<'_>) {
        let section = match kind {
            "service" => "services",
            "network" => "networks",
            "volume" => "volumes",
            "secret" => "secrets",
            "config" => "configs",
            _ => "models",
        };
        if self.canonical.get(section).is_some_and(|all| !all.is_null() && all.map().is_none()) {
            self.consequences += 1;
            return;
        }
        let known = if kind == "model" { self.models() } else { self.section(section) };
        let known: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let message = format!("undefined {kind} `{name}`");
        let evidence = Some(format!("{kind} {name}"));
        // What is missing at top level is one mistake, however many services name it.
        let first = self.findings.iter_mut().find(|one| one.rule == "undefined-reference" && one.evidence == evidence);
        if let Some(first) = first.filter(|first| first.fix.is_none() && kind != "service") {
            first.labels.push(Label { place, message: format!("also used by `{}`", service.name) });
            return;
        }
        let is_path = |name: &str| name.contains(['/', '.']) || name.starts_with(|letter: char| letter.is_uppercase());
        let (help, fix) = if kind == "volume" && name.contains(['/', '.']) {
            let help = format!("use `./{name}` if it is a path: without `./`, it is read as a volume name");
            (help, quick_fix::path(self.edited, place, name))
        } else {
            let help = match nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if kind == "volume" && is_path(name) => {
                    format!("add `{name}:` under the top-level `volumes:`, or use `./{name}` if it is a path")
                }
                None if kind == "service" => "define it, or remove the reference".to_owned(),
                None => format!("add `{name}:` under the top-level `{section}:`"),
            };
            (help, quick_fix::reference(self.edited, place, name, &known))
        };
        let finding = self.report("undefined-reference", place, resource(service), message);
        finding.help = Some(help);
        finding.fix = fix;
        finding.evidence = evidence;
    }

    fn scale(&mut self, service: &Service<'_>) {
        let scale = service.value.get("scale");
        let replicas = service.value.get("deploy").and_then(|deploy| deploy.get("replicas"));
        let number = |value: Option<&Value>| match value.map(|value| &value.data) {
            Some(Data::Int(number)) => Some(*number),
            _ => None,
        };
        if let (Some(one), Some(two)) = (scale, replicas)
            && number(scale) != number(replicas)
        {
            self.differ("scale", one, "deploy.replicas", two, service);
        }
        for (key, value) in [("scale", scale), ("deploy.replicas", replicas)] {
            if let Some(at) = value.filter(|_| number(value).is_some_and(|number| number < 0)) {
                self.report("invalid-value", at.place, resource(service), format!("`{key}` must not be negative"));
            }
        }
        let count = number(scale).or(number(replicas)).unwrap_or(1);
        let name = service.value.get("container_name").filter(|name| name.text() != Some(""));
        if let (Some(name), Some(at), true) = (name, scale.or(replicas), count > 1) {
            let message = format!("{count} replicas cannot share the container name `{}`", name.text().unwrap_or(""));
            let finding = self.conflict(key(service, "container_name"), at.place, service, message);
            finding.help = Some("remove `container_name`; Compose then numbers the containers".to_owned());
        }
    }

    fn limits(&mut self, service: &Service<'_>) {
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
                Some(two) => self.differ(name, one, &format!("deploy.resources.{section}.{inner}"), two, service),
                // Compose counts a limit that is absent beside others as zero, and zero differs.
                None => {
                    let message =
                        format!("`{name}` conflicts with `deploy.resources.{section}`, which does not set `{inner}`");
                    let groups = resources.and_then(Value::map).and_then(|resources| resources.get(section));
                    let group = groups.map_or(group.place, |entry| entry.key);
                    let finding = self.conflict(key(service, name), group, service, message);
                    finding.help = Some(format!("move `{name}` to `deploy.resources.{section}`"));
                }
            }
        }
    }

    /// Two places that exclude each other: the one that stands second in the file is reported, the other is a label.
    fn conflict(&mut self, one: Place, two: Place, service: &Service<'_>, message: String) -> &mut Finding {
        let finding = self.report("conflicting-keys", one.max(two), resource(service), message);
        finding.labels.push(Label { place: one.min(two), message: "conflicts with this".to_owned() });
        finding
    }

    fn differ(&mut self, key: &str, one: &Value, other: &str, two: &Value, service: &Service<'_>) {
        let message = format!("`{key}` and `{other}` have different values");
        let finding = self.conflict(one.place, two.place, service, message);
        finding.evidence = Some(key.to_owned());
        finding.help = Some("set only one of them".to_owned());
    }

    fn watches(&mut self, service: &Service<'_>) {
        let watches = service.value.get("develop").and_then(|develop| develop.get("watch"));
        for watch in watches.and_then(Value::list).unwrap_or(&[]) {
            let action = watch.get("action").and_then(Value::text).unwrap_or("");
            let target = watch.get("target").and_then(Value::text).unwrap_or("");
            if target.is_empty() && matches!(action, "sync" | "sync+restart" | "sync+exec") {
                let message = format!("action `{action}` requires a `target`");
                self.report("missing-key", watch.place, resource(service), message);
            }
        }
    }

    fn mounts(&mut self, service: &Service<'_>) {
        let mut known: HashMap<&str, Place> = HashMap::default();
        let tmpfs = service.value.get("tmpfs").and_then(Value::list).unwrap_or(&[]);
        let volumes = service.value.get("volumes").and_then(Value::list).unwrap_or(&[]);
        let targets = tmpfs
            .iter()
            .filter_map(|item| Some((item.text()?.split(':').next()?, item.place)))
            .chain(volumes.iter().filter_map(|item| Some((item.get("target")?.text()?, item.place))));
        let mut doubles = Vec::new();
        for (target, place) in targets {
            match known.get(target) {
                Some(first) => doubles.push((target, place, *first)),
                None => {
                    known.insert(target, place);
                }
            }
        }
        for (target, one, two) in doubles {
            let (first, place) = (one.min(two), one.max(two));
            let message = format!("duplicate mount at `{target}`");
            let finding = self.report("duplicate-mount-target", place, resource(service), message);
            finding.help = Some("mount one of them elsewhere, or remove it".to_owned());
            finding.evidence = Some(target.to_owned());
            finding.labels.push(Label { place: first, message: "first mounted here".to_owned() });
        }
    }

    fn secrets(&mut self) {
        for (name, entry) in self.section("secrets").into_iter().flatten() {
            let text = |key: &str| entry.value.get(key).and_then(Value::text).unwrap_or("");
            let external = entry.value.get("external").map(|external| &external.data) == Some(&Data::Bool(true));
            let given = self.canonical.get("secrets").and_then(|all| all.get(name));
            // One that has neither key was reported when its file was read.
            let empty = given.is_some_and(|secret| secret.get("file").or(secret.get("environment")).is_some());
            if !external && empty && text("file").is_empty() && text("environment").is_empty() {
                let message = format!("secret `{name}` has neither `file` nor `environment`");
                self.report("missing-key", entry.key, format!("secrets.{name}"), message);
            }
        }
    }

    /// Reports each cycle once, at the dependency that closes it.
    fn cycles(&mut self, services: &[Service<'_>]) {
        let edges: Edges<'_> = services
            .iter()
            .map(|service| {
                let map = service.value.get("depends_on").and_then(Value::map);
                let edges = map.into_iter().flatten().map(|(name, entry)| (name.as_str(), entry.key)).collect();
                (service.name, edges)
            })
            .collect();
        let names: Vec<&str> = services.iter().map(|service| service.name).collect();
        for (path, place) in cycles(&names, &edges) {
            let message = format!("dependency cycle: `{}`", path.join(" → "));
            let resource = format!("services.{}", path.first().map_or("", String::as_str));
            self.report("dependency-cycle", place, resource, message).help =
                Some("remove one of these dependencies".to_owned());
        }
    }

    fn container_names(&mut self, services: &[Service<'_>]) {
        let mut known: HashMap<&str, &Value> = HashMap::default();
        for service in services {
            let Some(value) = service.value.get("container_name") else { continue };
            let Some(name) = value.text().filter(|name| !name.is_empty()) else { continue };
            match known.get(name) {
                Some(first) => {
                    let message = format!("container name `{name}` is already used by another service");
                    let place = first.place;
                    let finding = self.report("duplicate-container-name", value.place, resource(service), message);
                    finding.help =
                        Some("remove both so that Compose generates the names, or choose a different one".to_owned());
                    finding.evidence = Some(name.to_owned());
                    finding.labels.push(Label { place, message: "first used here".to_owned() });
                }
                None => {
                    known.insert(name, value);
                }
            }
        }
    }
}

/// Where a key of a service is written.
fn key(service: &Service<'_>, name: &str) -> Place {
    service.value.map().and_then(|map| map.get(name)).map_or(service.key, |entry| entry.key)
}

fn resource(service: &Service<'_>) -> String {
    format!("services.{}", service.name)
}
