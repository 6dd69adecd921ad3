//! The configuration files of a proxy: mounted, given as configs, or copied into its image.

use std::path::{Path, PathBuf};

use super::repository_root;
use crate::finding::Place;
use crate::model::{Build, Model, MountKind, Service, Spanned};
use crate::project::texts::Texts;
use crate::source::NodeId;
use crate::source::{PathKind, SourceDb, Span};

/// In which language it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigurationKind {
    /// nginx's.
    Nginx,
    /// A Caddyfile.
    Caddy,
}

/// A configuration that a service runs with.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// In which language it is written.
    pub kind: ConfigurationKind,
    /// Whether variables of the environment are put in.
    pub template: bool,
    /// The text.
    pub text: String,
    /// Where the text starts.
    pub place: Place,
    /// Whether it stands in the Compose file.
    pub inline: bool,
    /// Whether what stands at the place is the text to the letter.
    pub known: bool,
}

/// The configurations of a service, in the order of its mounts and configs, then those in its image.
pub fn of_service(model: &Model, service: &Service, sources: &SourceDb) -> Vec<Configuration> {
    let root = repository_root(sources, &model.directory);
    let image = service.image.as_ref().map_or("", |image| image.value.repository.as_str());
    let finder = Finder { sources, root, image: image.rsplit('/').next().unwrap_or("").to_ascii_lowercase() };
    let mut found = Vec::new();
    for mount in &service.mounts {
        if let MountKind::Bind(source) = &mount.kind {
            found.extend(finder.mounted(Path::new(source), &mount.target.value));
        }
    }
    for grant in &service.configs {
        let Some(config) = model.configs.get(&grant.source.value) else { continue };
        let target = grant.target.as_ref().map_or_else(|| format!("/{}", grant.source.value), |t| t.value.clone());
        if let Some(file) = &config.file {
            found.extend(finder.mounted(Path::new(&file.value), &target));
        } else if let Some(content) = &config.content {
            found.extend(finder.inline(content, &target));
        }
    }
    if let Some(build) = &service.build {
        found.extend(finder.copied(build));
    }
    found
}

struct Finder<'a> {
    sources: &'a SourceDb,
    root: PathBuf,
    image: String,
}

impl Finder<'_> {
    /// The kind of a file by its path in the container.
    fn kind(&self, target: &str) -> Option<ConfigurationKind> {
        const NGINX: &[&str] = &[
            "/etc/nginx/",
            "/usr/local/openresty/nginx/",
            "/etc/openresty/",
            "/opt/bitnami/nginx/",
            "/usr/local/nginx/",
        ];
        let name = target.rsplit('/').next().unwrap_or("");
        let stem = name.strip_suffix(".template").unwrap_or(name);
        let at_home = NGINX.iter().any(|directory| target.starts_with(directory));
        let of_nginx = at_home || self.image.contains("nginx") || self.image.contains("openresty");
        let is_site = ["/sites-enabled/", "/sites-available/"].iter().any(|part| target.contains(part));
        if of_nginx && (stem.ends_with(".conf") || is_site && !stem.contains('.')) {
            return Some(ConfigurationKind::Nginx);
        }
        let caddy = target.starts_with("/etc/caddy/") || self.image.contains("caddy");
        let is_caddyfile = name.starts_with("Caddyfile") || name.ends_with(".caddy") || name.ends_with(".Caddyfile");
        (is_caddyfile && (caddy || name == "Caddyfile")).then_some(ConfigurationKind::Caddy)
    }

    /// Whether files below a directory of the container may be configurations.
    fn is_home(target: &str) -> bool {
        let target = format!("{}/", target.trim_end_matches('/'));
        ["nginx", "openresty", "caddy"].iter().any(|name| target.contains(&format!("/{name}/")))
    }

    /// A file or directory of the host at a path of the container.
    fn mounted(&self, source: &Path, target: &str) -> Vec<Configuration> {
        if !source.starts_with(&self.root) {
            return Vec::new();
        }
        match self.sources.kind(source) {
            PathKind::File => self.kind(target).and_then(|kind| self.file(kind, source, target)).into_iter().collect(),
            PathKind::Directory if Self::is_home(target) => self.directory(source, target, 0),
            _ => Vec::new(),
        }
    }

    fn directory(&self, source: &Path, target: &str, depth: usize) -> Vec<Configuration> {
        const DEEPEST: usize = 2;
        let mut found = Vec::new();
        for name in self.sources.list(source) {
            let (path, inside) = (source.join(&name), format!("{}/{name}", target.trim_end_matches('/')));
            match self.sources.kind(&path) {
                PathKind::File => found.extend(self.kind(&inside).and_then(|kind| self.file(kind, &path, &inside))),
                PathKind::Directory if depth < DEEPEST => found.extend(self.directory(&path, &inside, depth + 1)),
                _ => {}
            }
        }
        found
    }

    fn file(&self, kind: ConfigurationKind, source: &Path, target: &str) -> Option<Configuration> {
        let id = self.sources.load(source).ok()?;
        let text = self.sources.file(id).text.clone();
        let span = Span { file: id, start: 0, end: text.len() as u32 };
        let is_template = |path: &str| path.ends_with(".template");
        let template = is_template(target) || source.to_str().is_some_and(is_template);
        Some(Configuration {
            kind,
            template,
            text,
            place: Place { span, node: NodeId::new(0) },
            inline: false,
            known: true,
        })
    }

    fn inline(&self, content: &Spanned<String>, target: &str) -> Option<Configuration> {
        let kind = self.kind(target)?;
        let texts = Texts::new(self.sources);
        let inner = if content.parts.is_empty() { texts.inner(content.place, &content.value) } else { None };
        let place = Place { span: inner.unwrap_or(content.place.span), ..content.place };
        let template = target.ends_with(".template");
        Some(Configuration { kind, template, text: content.value.clone(), place, inline: true, known: inner.is_some() })
    }

    /// What the Dockerfile of a build copies to where a proxy reads it.
    fn copied(&self, build: &Build) -> Vec<Configuration> {
        let Some(context) = build.context.as_ref().map(|context| PathBuf::from(&context.value)) else {
            return Vec::new();
        };
        let dockerfile = build.dockerfile.as_ref().map_or("Dockerfile", |name| name.value.as_str());
        let dockerfile = context.join(dockerfile);
        if !context.is_absolute() || !context.starts_with(&self.root) || !dockerfile.starts_with(&self.root) {
            return Vec::new();
        }
        let Ok(id) = self.sources.load(&dockerfile) else { return Vec::new() };
        let mut found = Vec::new();
        for (source, target) in copies(&self.sources.file(id).text) {
            let path = crate::source::normalize(&context.join(source.trim_start_matches('/')));
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
            let is_file = self.sources.kind(&path) == PathKind::File;
            let into = target.ends_with('/') || is_file && has_no_extension(&target) && self.kind(&target).is_none();
            let target = if is_file && into { format!("{}/{name}", target.trim_end_matches('/')) } else { target };
            found.extend(self.mounted(&path, &target));
        }
        found
    }
}

fn has_no_extension(target: &str) -> bool {
    target.rsplit('/').next().is_some_and(|name| !name.contains('.') || name.ends_with(".d"))
}

/// Sources and absolute targets of the `COPY` and `ADD` lines of a Dockerfile, those from other stages left out.
fn copies(dockerfile: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in dockerfile.lines() {
        let bracketed = line.replace(['[', ']', ',', '"'], " ");
        let mut words = bracketed.split_whitespace();
        let keyword = words.next().unwrap_or("").to_ascii_uppercase();
        let words: Vec<&str> = words.collect();
        if !matches!(keyword.as_str(), "COPY" | "ADD") || words.iter().any(|word| word.starts_with("--from")) {
            continue;
        }
        let words: Vec<&str> = words.into_iter().filter(|word| !word.starts_with("--")).collect();
        let Some((target, sources)) = words.split_last() else { continue };
        if target.starts_with('/') {
            found.extend(sources.iter().map(|source| ((*source).to_owned(), (*target).to_owned())));
        }
    }
    found
}
