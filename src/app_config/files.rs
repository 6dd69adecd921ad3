//! The configuration files of a service: mounted, given as configs, or copied into its image.

use std::path::{Path, PathBuf};

use super::repository_root;
use super::servers::{ServerKind, kind_of};
use crate::compose::value::provenance::Texts;
use crate::model::{Build, Model, MountKind, Service, Spanned, base_image};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{PathKind, SourceDb, Span, normalize, relative};

/// In which language it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfigurationKind {
    /// nginx's.
    Nginx,
    /// A Caddyfile.
    Caddy,
    /// HAProxy's.
    Haproxy,
    /// YAML or TOML of a Traefik, its own settings or its routes.
    Traefik,
    /// YAML of a Prometheus.
    Prometheus,
    /// YAML or INI of a program that names others: an Alertmanager, a collector, data sources of Grafana.
    Contacts,
    /// Settings of an application, which may name datastores.
    Application,
    /// That of a database or broker.
    Server(ServerKind),
}

/// A configuration that a service runs with.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// In which language it is written.
    pub(crate) kind: ConfigurationKind,
    /// Its path in the container.
    pub(crate) target: String,
    /// Whether variables of the environment are put in.
    pub(crate) template: bool,
    /// The text.
    pub(crate) text: String,
    /// Where the text starts.
    pub(crate) place: Place,
    /// What in the Compose file provides it.
    pub(crate) given: Place,
    /// Whether it is in the Compose file.
    pub(crate) inline: bool,
    /// Whether what is at the place is the text verbatim.
    pub(crate) known: bool,
}

/// The configurations of a service, in the order of its mounts and configs, then those in its image.
pub(crate) fn service_configurations(model: &Model, service: &Service, sources: &SourceDb) -> Vec<Configuration> {
    let root = repository_root(sources, &model.directory);
    let finder = Finder { sources, root, directory: &model.directory, image: image_name(service) };
    let mut found = Vec::new();
    for mount in &service.mounts {
        if let MountKind::Bind(source) = &mount.kind {
            found.extend(finder.mounted(Path::new(source), &mount.target.value, mount.place));
        }
    }
    for grant in &service.configs {
        let Some(config) = model.configs.get(&grant.source.value) else { continue };
        let target = grant.target.as_ref().map_or_else(|| format!("/{}", grant.source.value), |t| t.value.clone());
        if let Some(file) = &config.file {
            found.extend(finder.mounted(Path::new(&file.value), &target, grant.place));
        } else if let Some(content) = &config.content {
            found.extend(finder.inline(content, &target, grant.place));
        }
    }
    if let Some(build) = &service.build {
        found.extend(finder.copied(build));
    }
    found
}

/// The last part of the name of the image that a service runs, in lower case.
pub(crate) fn image_name(service: &Service) -> String {
    let repository = base_image(service).map_or("", |image| image.value.repository.as_str());
    repository.rsplit('/').next().unwrap_or("").to_ascii_lowercase()
}

/// The directory further up in the repository from which a path of a project leads to something, and what that is. Paths
/// are often written for the directory that the author was in.
pub(crate) fn seen_from_above<'a>(
    directory: &'a Path,
    sources: &SourceDb,
    root: &Path,
    path: &Path,
) -> Option<(&'a Path, PathBuf)> {
    let inside = relative(directory, path);
    let seen_from = |above: &Path| Some(normalize(&above.join(&inside))).filter(|path| path.starts_with(root));
    let mut above = directory.ancestors().skip(1).take_while(|above| above.starts_with(root));
    let is_there = |path: &PathBuf| sources.kind(path) != PathKind::Missing;
    above.find_map(|above| Some((above, seen_from(above).filter(is_there)?)))
}

struct Finder<'a> {
    sources: &'a SourceDb,
    root: PathBuf,
    directory: &'a Path,
    image: String,
}

impl Finder<'_> {
    /// The kind of a file by its path in the container.
    fn kind(&self, target: &str) -> Option<ConfigurationKind> {
        let name = target.rsplit('/').next().unwrap_or("");
        let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        if self.is_nginx(target, name) {
            return Some(ConfigurationKind::Nginx);
        }
        if name.ends_with(".cfg") && (self.image.contains("haproxy") || target.contains("/haproxy/")) {
            return Some(ConfigurationKind::Haproxy);
        }
        if (is_yaml || name.ends_with(".toml")) && (self.image == "traefik" || target.starts_with("/etc/traefik/")) {
            return Some(ConfigurationKind::Traefik);
        }
        if is_yaml && (target.starts_with("/etc/prometheus/") || self.image == "prometheus") {
            return Some(ConfigurationKind::Prometheus);
        }
        if super::contacts::is_read(target, &self.image) || super::clients::is_read(target, &self.image) {
            return Some(ConfigurationKind::Contacts);
        }
        if let Some(server) = kind_of(target, &self.image) {
            return Some(ConfigurationKind::Server(server));
        }
        let caddy = target.starts_with("/etc/caddy/") || self.image.contains("caddy");
        let lower = name.to_ascii_lowercase();
        let is_caddyfile = lower.starts_with("caddyfile") || lower.ends_with(".caddy") || lower.ends_with(".caddyfile");
        (is_caddyfile && (caddy || name == "Caddyfile")).then_some(ConfigurationKind::Caddy)
    }

    fn is_nginx(&self, target: &str, name: &str) -> bool {
        const HOMES: &[&str] = &[
            "/etc/nginx/",
            "/usr/local/openresty/nginx/",
            "/etc/openresty/",
            "/opt/bitnami/nginx/",
            "/usr/local/nginx/",
        ];
        let stem = name.strip_suffix(".template").unwrap_or(name);
        let of_image = self.image.contains("nginx") || self.image.contains("openresty");
        let at_home = HOMES.iter().any(|directory| target.starts_with(directory));
        let is_site = ["/sites-enabled/", "/sites-available/"].iter().any(|part| target.contains(part));
        let is_part = at_home && [".inc", ".vhost"].iter().any(|end| stem.ends_with(end));
        (at_home || of_image) && (stem.ends_with(".conf") || is_part || is_site && !stem.contains('.'))
    }

    /// Whether files below a directory of the container may be configurations.
    fn is_home(&self, target: &str) -> bool {
        let target = format!("{}/", target.trim_end_matches('/'));
        let names = [
            "nginx",
            "openresty",
            "caddy",
            "haproxy",
            "traefik",
            "prometheus",
            "alertmanager",
            "provisioning",
            "loki",
            "promtail",
            "otelcol",
            "otelcol-contrib",
            "mosquitto",
            "redis",
            "valkey",
            "rabbitmq",
            "mysql",
            "mariadb",
            "cloudflared",
            "tempo",
            "envoy",
            "telegraf",
            "apache2",
        ];
        self.image == "traefik"
            || super::clients::is_home(&target, &self.image)
            || names.iter().any(|name| target.contains(&format!("/{name}/")))
    }

    /// A file or directory of the host at a path of the container.
    fn mounted(&self, source: &Path, target: &str, given: Place) -> Vec<Configuration> {
        if !source.starts_with(&self.root) {
            return Vec::new();
        }
        let one = FileOrigin { given };
        // A path that leads nowhere is reported; what the file says is wrong is still wrong once it is found.
        let above = (self.sources.kind(source) == PathKind::Missing)
            .then(|| seen_from_above(self.directory, self.sources, &self.root, source))
            .flatten();
        let source = above.as_ref().map_or(source, |(_, meant)| meant.as_path());
        match self.sources.kind(source) {
            PathKind::File => {
                let kind = self.kind(target).or_else(|| of_application(target));
                kind.and_then(|kind| self.file(kind, source, target, &one)).into_iter().collect()
            }
            PathKind::Directory if self.is_home(target) => self.directory(source, target, &one, 0),
            _ => Vec::new(),
        }
    }

    fn directory(&self, source: &Path, target: &str, origin: &FileOrigin, depth: usize) -> Vec<Configuration> {
        const DEEPEST: usize = 2;
        let mut found = Vec::new();
        for name in self.sources.entries(source).names() {
            let (path, inside) = (source.join(name), format!("{}/{name}", target.trim_end_matches('/')));
            match self.sources.kind(&path) {
                PathKind::File => {
                    found.extend(self.kind(&inside).and_then(|kind| self.file(kind, &path, &inside, origin)));
                }
                PathKind::Directory if depth < DEEPEST => {
                    found.extend(self.directory(&path, &inside, origin, depth + 1));
                }
                _ => {}
            }
        }
        found
    }

    fn file(&self, kind: ConfigurationKind, source: &Path, target: &str, origin: &FileOrigin) -> Option<Configuration> {
        let id = self.sources.load_noted(source)?;
        let text = self.sources.file(id).text.clone();
        let span = Span { file: id, start: 0, end: text.len() as u32 };
        let is_template = |path: &str| path.ends_with(".template");
        let template = is_template(target) || source.to_str().is_some_and(is_template);
        Some(Configuration {
            kind,
            target: target.to_owned(),
            template,
            text,
            place: Place { span, node: NodeId::new(0) },
            given: origin.given,
            inline: false,
            known: true,
        })
    }

    fn inline(&self, content: &Spanned<String>, target: &str, given: Place) -> Option<Configuration> {
        let kind = self.kind(target).or_else(|| of_application(target))?;
        let texts = Texts::new(self.sources);
        let inner = if content.parts.is_empty() { texts.inner(content.place, &content.value) } else { None };
        Some(Configuration {
            kind,
            target: target.to_owned(),
            template: target.ends_with(".template"),
            text: content.value.clone(),
            place: Place { span: inner.unwrap_or(content.place.span), ..content.place },
            given,
            inline: true,
            known: inner.is_some(),
        })
    }

    /// What the Dockerfile of a build copies to where a proxy reads it.
    fn copied(&self, build: &Build) -> Vec<Configuration> {
        let context = build.context.as_ref().map(|context| PathBuf::from(&context.value));
        let (Some(image), Some(context)) = (&build.image, context) else { return Vec::new() };
        if !context.is_absolute() || !context.starts_with(&self.root) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for copied in image.copies.iter().filter(|copied| copied.from.is_none()) {
            let Some(target) = &copied.target else { continue };
            for source in &copied.sources {
                let path = normalize(&context.join(source.trim_start_matches('/')));
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
                let is_file = self.sources.kind(&path) == PathKind::File;
                let into = target.ends_with('/') || is_file && has_no_extension(target) && self.kind(target).is_none();
                let target =
                    if is_file && into { format!("{}/{name}", target.trim_end_matches('/')) } else { target.clone() };
                // What an image is built with may be replaced when it starts.
                let all = self.mounted(&path, &target, build.key).into_iter();
                found.extend(all.filter(|one| one.kind != ConfigurationKind::Application));
            }
        }
        found
    }
}

fn of_application(target: &str) -> Option<ConfigurationKind> {
    super::application::is_read(target).then_some(ConfigurationKind::Application)
}

/// What brings a file, and how.
struct FileOrigin {
    given: Place,
}

fn has_no_extension(target: &str) -> bool {
    target.rsplit('/').next().is_some_and(|name| !name.contains('.') || name.ends_with(".d"))
}
