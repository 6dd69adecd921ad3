//! What in the configuration of a project's Traefik refers to something by its name, and what is defined.

use std::collections::BTreeSet;

use crate::app_config::Traefik;
use crate::app_config::settings::parts;
use crate::app_config::traefik::settings::StaticSetting;
use crate::app_config::traefik::{elements, is_traefik, labels_of, routed};
use crate::facts::Facts;
use crate::facts::place::part_of;
use crate::model::{Service, Spanned};
use crate::source::{Place, Span};

/// What can be referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TraefikKind {
    /// `certificatesResolvers`.
    Resolver,
    /// `entryPoints`.
    EntryPoint,
    /// `http.middlewares`, `tcp.middlewares`.
    Middleware,
    /// `http.services`, `tcp.services`, `udp.services`.
    Service,
    /// `tls.options`.
    TlsOptions,
}

impl TraefikKind {
    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TraefikKind::Resolver => "certificate resolver",
            TraefikKind::EntryPoint => "entry point",
            TraefikKind::Middleware => "middleware",
            TraefikKind::Service => "service",
            TraefikKind::TlsOptions => "TLS option",
        }
    }
}

/// Who gives Traefik a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Provider {
    /// Its own settings: entry points and resolvers.
    Own,
    /// Labels.
    Labels,
    /// Files.
    File,
    /// Another one, which is not read.
    Other,
}

/// Something by its kind, its name in lower case, and who defines it.
pub(crate) type TraefikKey = (TraefikKind, String, Provider);

/// A reference.
#[derive(Clone, Debug)]
pub(crate) struct TraefikReference {
    /// What is meant.
    pub(crate) key: TraefikKey,
    /// The name as written, without the provider.
    pub(crate) name: String,
    /// Where it is written.
    pub(crate) place: Place,
    /// Whose label or file it is.
    pub(crate) service: String,
}

/// A middleware that a label defines.
#[derive(Clone, Debug)]
pub(crate) struct Middleware {
    /// The name as written.
    pub(crate) name: String,
    /// The service with the label.
    pub(crate) service: String,
    /// The value of its first label.
    pub(crate) place: Place,
}

/// Everything that is named in a project with one Traefik, or with none.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The references, labels first.
    pub(crate) references: Vec<TraefikReference>,
    /// The definitions.
    pub(crate) defined: BTreeSet<TraefikKey>,
    /// Middlewares of labels.
    pub(crate) middlewares: Vec<Middleware>,
}

impl Names {
    /// The names of a kind that a provider defines.
    pub(crate) fn of(&self, kind: TraefikKind, provider: Provider) -> Vec<&str> {
        self.defined.iter().filter(|one| one.0 == kind && one.2 == provider).map(|one| one.1.as_str()).collect()
    }
}

/// What is named in a project.
pub(crate) fn names(facts: &Facts<'_>, traefik: Option<&Traefik>) -> Names {
    let mut names = Names::default();
    for service in facts.model.services.values().chain(facts.model.disabled.values()) {
        let is_seen = traefik.is_none_or(|traefik| traefik.settings.admits(service));
        of_labels(facts, service, is_seen, &mut names);
    }
    if let Some(traefik) = traefik {
        of_settings(traefik, &mut names);
        of_files(traefik, &mut names);
    }
    names
}

/// What the labels of a service define, and what they refer to where the Traefik sees them.
fn of_labels(facts: &Facts<'_>, service: &Service, is_seen: bool, names: &mut Names) {
    let defines_service = elements(service).iter().any(|one| one.kind == "services");
    // In a swarm, those under `deploy` count, whatever a file for one machine puts beside them.
    for (label, _) in &service.deploy_labels {
        if let Some(name) = label.strip_prefix("traefik.http.middlewares.").and_then(|rest| rest.split('.').next()) {
            names.defined.insert((TraefikKind::Middleware, name.to_ascii_lowercase(), Provider::Labels));
        }
    }
    for element in elements(service) {
        let name = element.name.to_ascii_lowercase();
        match element.kind {
            "middlewares" => {
                let key = (TraefikKind::Middleware, name, Provider::Labels);
                if names.defined.insert(key) {
                    let (name, service) = (element.name.to_owned(), service.name.clone());
                    names.middlewares.push(Middleware { name, service, place: element.value.place });
                }
            }
            "services" => {
                names.defined.insert((TraefikKind::Service, name, Provider::Labels));
            }
            _ => {}
        }
        if let Some(kind) = kind_of(element.kind, &element.option).filter(|_| is_seen) {
            listed(facts, service, kind, element.value, names);
        }
    }
    // A container whose labels define no service gets one named after it (traefik, `pkg/provider/docker/config.go`).
    if !defines_service && labels_of(service).next().is_some() {
        let own = format!("{}-{}", service.name, facts.model.name).to_ascii_lowercase();
        names.defined.insert((TraefikKind::Service, own.replace('_', "-"), Provider::Labels));
        names.defined.insert((TraefikKind::Service, own, Provider::Labels));
        names.defined.insert((TraefikKind::Service, service.name.to_ascii_lowercase(), Provider::Labels));
    }
}

/// What an option of a router or middleware refers to.
fn kind_of(section: &str, option: &str) -> Option<TraefikKind> {
    let option = option.split('[').next().unwrap_or(option);
    match (section, option) {
        ("routers", "entrypoints") => Some(TraefikKind::EntryPoint),
        ("routers", "middlewares") | ("middlewares", "chain.middlewares") => Some(TraefikKind::Middleware),
        ("routers", "service") | ("middlewares", "errors.service") => Some(TraefikKind::Service),
        ("routers", "tls.certresolver") => Some(TraefikKind::Resolver),
        ("routers", "tls.options") => Some(TraefikKind::TlsOptions),
        _ => None,
    }
}

/// The names of a list in a label.
fn listed(facts: &Facts<'_>, service: &Service, kind: TraefikKind, value: &Spanned<String>, names: &mut Names) {
    // What a variable leaves blank, or may change, is not known.
    if value.parts.iter().any(|part| part.variable.is_some() && part.start == part.end) {
        return;
    }
    let mut at = 0;
    for item in value.value.split(',') {
        let word = item.trim();
        let start = at + item.len() - item.trim_start().len();
        at += item.len() + 1;
        if let Some((key, name)) = key(kind, word, Provider::Labels) {
            let place = part_of(value, start..start + name.len(), facts.texts());
            names.references.push(TraefikReference { key, name, place, service: service.name.clone() });
        }
    }
}

/// What a word of a provider means.
fn key(kind: TraefikKind, word: &str, own: Provider) -> Option<(TraefikKey, String)> {
    let (name, provider) = word.split_once('@').map_or((word, None), |(name, provider)| (name, Some(provider)));
    if name.is_empty() || name.contains(['{', '$', '`']) || kind == TraefikKind::TlsOptions && name == "default" {
        return None;
    }
    let provider = match (kind, provider) {
        (TraefikKind::Resolver | TraefikKind::EntryPoint, _) => Provider::Own,
        (_, None) => own,
        (_, Some("docker" | "swarm")) => Provider::Labels,
        (_, Some("file")) => Provider::File,
        (_, Some(_)) => Provider::Other,
    };
    Some(((kind, name.to_ascii_lowercase(), provider), name.to_owned()))
}

fn of_settings(traefik: &Traefik, names: &mut Names) {
    for setting in &traefik.settings.all {
        let path = parts(&setting.path);
        match path.as_slice() {
            ["certificatesresolvers", name, rest @ ..] => {
                names.defined.insert((TraefikKind::Resolver, (*name).to_owned(), Provider::Own));
                if rest == ["acme", "httpchallenge", "entrypoint"] {
                    of_setting(traefik, setting, TraefikKind::EntryPoint, Provider::Own, names);
                }
            }
            ["entrypoints", name, rest @ ..] => {
                names.defined.insert((TraefikKind::EntryPoint, (*name).to_owned(), Provider::Own));
                match rest {
                    ["http", "tls", "certresolver"] => {
                        of_setting(traefik, setting, TraefikKind::Resolver, Provider::Own, names)
                    }
                    ["http", "redirections", "entrypoint", "to"] if !setting.value.starts_with(':') => {
                        of_setting(traefik, setting, TraefikKind::EntryPoint, Provider::Own, names);
                    }
                    ["http", "middlewares", ..] => {
                        for word in setting.value.split(',') {
                            let one = StaticSetting { value: word.trim().to_owned(), ..setting.clone() };
                            of_setting(traefik, &one, TraefikKind::Middleware, Provider::Other, names);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    // Without any, Traefik makes one (`pkg/config/static/static_config.go`); that of its own pages is always there.
    if names.of(TraefikKind::EntryPoint, Provider::Own).is_empty() {
        names.defined.insert((TraefikKind::EntryPoint, "http".to_owned(), Provider::Own));
    }
    names.defined.insert((TraefikKind::EntryPoint, "traefik".to_owned(), Provider::Own));
}

fn of_files(traefik: &Traefik, names: &mut Names) {
    for setting in &traefik.dynamic {
        let path = parts(&setting.path);
        match path.as_slice() {
            ["http" | "tcp" | "udp", section @ ("middlewares" | "services" | "routers"), rest @ ..] => {
                let path = rest.join(".");
                let kind = match *section {
                    "middlewares" => Some(TraefikKind::Middleware),
                    "services" => Some(TraefikKind::Service),
                    _ => None,
                };
                // A name may have dots in it.
                for (at, _) in path.match_indices('.') {
                    let name = path.get(..at).unwrap_or("");
                    names.defined.extend(kind.map(|kind| (kind, name.to_owned(), Provider::File)));
                }
                let refers = REFERRING.iter().find(|(of, end, _)| of == section && ends(&path, end));
                if let Some((.., kind)) = refers {
                    of_setting(traefik, setting, *kind, Provider::File, names);
                }
            }
            ["tls", "options", name, ..] => {
                names.defined.insert((TraefikKind::TlsOptions, (*name).to_owned(), Provider::File));
            }
            _ => {}
        }
    }
}

/// Ends of paths in files that refer to something; items of lists have numbers.
const REFERRING: [(&str, &str, TraefikKind); 7] = [
    ("routers", "entrypoints", TraefikKind::EntryPoint),
    ("routers", "middlewares", TraefikKind::Middleware),
    ("routers", "service", TraefikKind::Service),
    ("routers", "tls.certresolver", TraefikKind::Resolver),
    ("routers", "tls.options", TraefikKind::TlsOptions),
    ("middlewares", "chain.middlewares", TraefikKind::Middleware),
    ("middlewares", "errors.service", TraefikKind::Service),
];

/// Whether a path ends in some words, with or without a number behind them.
fn ends(path: &str, words: &str) -> bool {
    let bare = path.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('.');
    [path, bare].iter().any(|path| path.strip_suffix(words).is_some_and(|rest| rest.ends_with('.')))
}

fn of_setting(traefik: &Traefik, setting: &StaticSetting, kind: TraefikKind, own: Provider, names: &mut Names) {
    let Some((key, name)) = key(kind, &setting.value, own).filter(|_| !setting.interpolated) else { return };
    let span = setting.place.span;
    // Quotes around the word, or nothing.
    let quotes = (span.end - span.start).saturating_sub(setting.value.len() as u32);
    let place = match quotes {
        0 | 2 => {
            let start = span.start + quotes / 2;
            Place { span: Span { start, end: start + name.len() as u32, ..span }, ..setting.place }
        }
        _ => setting.place,
    };
    names.references.push(TraefikReference { key, name, place, service: traefik.service.clone() });
}

/// Whether containers of other projects may tell a Traefik of the project something by their labels, or use what this one
/// defines: it is on a network that others can join by its name.
pub(crate) fn is_shared(facts: &Facts<'_>) -> bool {
    let own = format!("{}_", facts.model.name);
    let shared = |service: &Service| {
        service.network_mode.is_some()
            || service.networks.keys().any(|key| {
                facts.model.networks.get(key).is_none_or(|one| one.external || !one.name.value.starts_with(&own))
            })
    };
    let mut traefiks = facts.model.services.values().filter(|service| is_traefik(service)).peekable();
    traefiks.peek().is_none() || traefiks.any(shared)
}

/// Whether labels lead Traefik to a service.
pub(crate) fn has_router(service: &Service) -> bool {
    routed(service).is_some() && elements(service).iter().any(|one| one.kind == "routers")
}
