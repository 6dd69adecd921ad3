//! Reads the configurations of a service.

use std::ops::Range;

use super::address::HostPort;
use super::files::{Configuration, ConfigurationKind, image_name, service_configurations};
use super::settings::{self, Setting, flat, flat_toml};
use super::traefik::spelling::{MisspeltSection, sections};
use super::{application, caddy, clients, contacts, haproxy, nginx, prometheus};
use crate::budget::{Limit, Meter};
use crate::model::{Model, Service, Spanned};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{SourceDb, Span};

/// What was read of a file.
#[derive(Debug)]
pub(crate) enum ConfigurationContent {
    /// nginx's.
    Nginx(nginx::NginxConfig),
    /// A Caddyfile.
    Caddy(caddy::CaddyConfig),
    /// HAProxy's.
    Haproxy(haproxy::HaproxyConfig),
    /// YAML or TOML of a Traefik.
    Traefik(Vec<Setting>),
    /// The targets of a Prometheus, and whom it writes to.
    Prometheus { scraped: Vec<prometheus::ScrapeTarget>, others: Vec<HostPort> },
    /// Whom another program connects to.
    Contacts(Vec<HostPort>),
}

/// A configuration that was read.
#[derive(Debug)]
pub(crate) struct ReadConfiguration {
    /// Its path in the container.
    pub(crate) target: String,
    /// What in the Compose file provides it.
    pub(crate) given: Place,
    /// What it says.
    pub(crate) content: ConfigurationContent,
    /// The misspelt sections of a Traefik's file.
    pub(crate) misspelt: Vec<MisspeltSection>,
    /// Whether it is a template of a language that is not read.
    pub(crate) is_template: bool,
    start: Place,
    inline: bool,
    known: bool,
    /// For text that is in a Compose file with other bytes between its lines: where each line starts in the text
    /// and in the file.
    lines: Vec<(usize, u32)>,
}

impl ReadConfiguration {
    /// Where some bytes of the configuration are written.
    pub(crate) fn place(&self, range: &Range<usize>) -> Place {
        let start = self.start.span.start;
        let place = |from: u32| {
            let span = Span { start: from, end: from + range.len() as u32, file: self.start.span.file };
            Place { span, node: self.start.node }
        };
        if !self.inline || self.known {
            return place(start + range.start as u32);
        }
        let line = self.lines.iter().rev().find(|(line, _)| *line <= range.start);
        line.map_or(self.start, |(line, written)| place(written + (range.start - line) as u32))
    }
}

/// The value of a variable for a Caddyfile. What only the deployment knows stays as it is written: a variable that is blank
/// here, or that an env file may set that is not here.
fn or_written(service: &Service, name: &str, value: Option<String>) -> Option<String> {
    let is_open = match service.environment.get(name) {
        Some(variable) => {
            let is_blank = |value: &Spanned<String>| value.value.is_empty() && value.is_interpolated();
            variable.is_unknown || variable.value.as_ref().is_some_and(is_blank)
        }
        None => service.env_files.iter().any(|file| !file.loaded),
    };
    if is_open { Some(format!("{{${name}}}")) } else { value }
}

/// The configurations of a service, in the order of its mounts.
pub(crate) fn configurations(model: &Model, service: &Service, sources: &SourceDb) -> Vec<ReadConfiguration> {
    let mut found = Vec::new();
    for configuration in service_configurations(model, service, sources) {
        let text = configuration.text.as_str();
        let meter = Meter { budget: &model.budget, at: configuration.place };
        if !meter.spend(Limit::Bytes, text.len()) {
            return found;
        }
        let Some(content) = content(service, &configuration, meter) else { continue };
        let lines =
            if configuration.inline && !configuration.known { lines(&configuration, sources) } else { Vec::new() };
        let misspelt = match configuration.kind {
            ConfigurationKind::Traefik => {
                sections(&settings::sections(text, configuration.target.ends_with(".toml"), meter))
            }
            _ => Vec::new(),
        };
        let is_template = text.contains("{{");
        let Configuration { target, place, given, inline, known, .. } = configuration;
        let node = if inline { place.node } else { NodeId::new(0) };
        found.push(ReadConfiguration {
            target,
            given,
            content,
            misspelt,
            is_template,
            start: Place { node, ..place },
            inline,
            known,
            lines,
        });
    }
    found
}

/// Whom another program connects to, by its configuration.
fn contacts_of(service: &Service, target: &str, text: &str, meter: Meter<'_>) -> Vec<HostPort> {
    let image = image_name(service);
    if clients::is_read(target, &image) {
        clients::of_file(target, text, &image, meter)
    } else {
        contacts::of_file(target, text, meter)
    }
}

/// What a configuration says; `None` for those of servers, which are read elsewhere.
fn content(service: &Service, configuration: &Configuration, meter: Meter<'_>) -> Option<ConfigurationContent> {
    let text = configuration.text.as_str();
    let environment = |name: &str| match service.environment.get(name) {
        Some(variable) => variable.value.as_ref().map(|value| value.value.clone()),
        None => Some(service.build.as_ref()?.image.as_ref()?.environment.get(name)?.value.clone()),
    };
    let or_written = |name: &str| or_written(service, name, environment(name));
    Some(match configuration.kind {
        ConfigurationKind::Nginx if configuration.template => {
            let mut config = nginx::read_template(text, &environment, meter);
            nginx::note_template(text, &environment, &mut config);
            ConfigurationContent::Nginx(config)
        }
        ConfigurationKind::Nginx => ConfigurationContent::Nginx(nginx::read(text, meter)),
        ConfigurationKind::Caddy => ConfigurationContent::Caddy(caddy::read(text, &or_written, meter)),
        ConfigurationKind::Haproxy => ConfigurationContent::Haproxy(haproxy::read(text, &environment, meter)),
        ConfigurationKind::Traefik if configuration.target.ends_with(".toml") => {
            ConfigurationContent::Traefik(flat_toml(text, meter))
        }
        ConfigurationKind::Traefik => ConfigurationContent::Traefik(flat(text, meter)),
        ConfigurationKind::Prometheus => {
            ConfigurationContent::Prometheus { scraped: prometheus::targets(text, meter), others: others(text, meter) }
        }
        ConfigurationKind::Contacts => {
            ConfigurationContent::Contacts(contacts_of(service, &configuration.target, text, meter))
        }
        ConfigurationKind::Application => {
            ConfigurationContent::Contacts(application::addresses(&configuration.target, text, meter))
        }
        ConfigurationKind::Server(_) => return None,
    })
}

/// Whom a program connects to.
fn others(text: &str, meter: Meter<'_>) -> Vec<HostPort> {
    contacts::addresses(text, meter).into_iter().map(|address| address.at).collect()
}

/// The lines of a block scalar: where each starts in its text and in the file. None where a line is written otherwise.
fn lines(configuration: &Configuration, sources: &SourceDb) -> Vec<(usize, u32)> {
    let span = configuration.place.span;
    let file = sources.file(span.file);
    let raw = file.slice(span.start, span.end);
    let mut written = raw.split_inclusive('\n');
    let mut at = span.start;
    if raw.starts_with(['|', '>']) {
        at += written.next().map_or(0, str::len) as u32;
    }
    let mut found = Vec::new();
    let mut start = 0;
    for line in configuration.text.split_inclusive('\n') {
        let Some(there) = written.next() else { break };
        let content = line.trim_end();
        let trimmed = there.trim_end();
        let Some(indent) = trimmed.strip_suffix(content) else { return Vec::new() };
        if !indent.trim().is_empty() {
            return Vec::new();
        }
        found.push((start, at + indent.len() as u32));
        start += line.len();
        at += there.len() as u32;
    }
    found
}
