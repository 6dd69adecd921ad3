//! The hosts that a service refers to, with the evidence.

mod command;
mod names;
mod resolvers;
mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::compose::value::provenance::Texts;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Step, Text};
use crate::facts::place::part_of;
use crate::model::{ImageReference, Service, Spanned, base_image};
use crate::source::Place;
use scan::{FoundHost, Needs};

pub(crate) use command::{CommandToken, simple_commands};
pub(crate) use names::{is_for_browser, is_loopback};

/// Where a host is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostOrigin {
    /// In the value of an environment variable.
    Variable(String),
    /// In `command`.
    Command,
    /// In `entrypoint`.
    Entrypoint,
    /// In the test of the healthcheck.
    Healthcheck,
    /// In a label.
    Label(String),
}

/// What says that a text is a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostEvidence {
    /// It is the host of a URL.
    Url,
    /// A port is after it.
    HostPort,
    /// The variable is called `*_HOST`, `*_SERVER`, `*_ADDR` or the like.
    HostVariable,
    /// It is in a list of brokers, servers or nodes.
    Servers,
    /// It is in the connection string of a database driver.
    Dsn,
    /// It is in a JDBC or R2DBC URL.
    Jdbc,
    /// It is the value of an option, or an argument that a program takes as a host.
    CommandOption,
}

/// What the host is to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostRole {
    /// Another machine that the service connects to.
    Peer,
    /// An address that the service binds, or tells others to reach it by.
    Listen,
    /// An address for browsers and other people's programs; `localhost` may be right.
    Public,
    /// The service itself: its own name, or what its healthcheck asks.
    Own,
}

/// A host that a service names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HostReference {
    /// The host: a name or an address, without brackets.
    pub(crate) host: String,
    /// The bytes of the host; the `${…}` where a variable gave it, the whole value where it cannot be told.
    pub(crate) place: Place,
    /// The port, if one is written with the host or in the variable that goes with it (`DB_PORT` with `DB_HOST`).
    pub(crate) port: Option<u16>,
    /// The bytes of the port.
    pub(crate) port_place: Option<Place>,
    /// The scheme of the URL, lower case, without `jdbc:`.
    pub(crate) scheme: Option<String>,
    /// Where it is named.
    pub(crate) at: HostOrigin,
    /// What says that it is a host.
    pub(crate) evidence: HostEvidence,
    /// What the host is to the service.
    pub(crate) role: HostRole,
    /// The URL, `host:port` or host, after interpolation. It may hold a password: never print it.
    pub(crate) text: String,
    /// How the value got here; only where this is empty, and `variable` too, may a fix edit `place`.
    pub(crate) via: Few<Step>,
    /// The variable whose value (or default) the host is, or is a part of.
    pub(crate) variable: Option<String>,
}

/// The hosts that a service names: variables first, then entrypoint, command, healthcheck and labels.
pub(crate) fn references(service: &Service, texts: &Texts<'_>) -> Vec<HostReference> {
    let mut reader = HostReader { service, texts, found: Vec::new() };
    for (name, variable) in &service.environment {
        if let Some(value) = variable.value.as_ref().or(variable.with_gaps.as_deref()) {
            reader.variable(name, value);
        }
    }
    let commands = [(HostOrigin::Entrypoint, &service.entrypoint), (HostOrigin::Command, &service.command)];
    for (at, command) in commands {
        if let Some(command) = command {
            reader.words(&at, &command.words);
        }
    }
    reader.tunnel();
    if let Some(healthcheck) = &service.healthcheck {
        reader.words(&HostOrigin::Healthcheck, &healthcheck.test);
    }
    for (name, value) in &service.labels {
        for found in scan::urls(&value.value) {
            reader.add(HostOrigin::Label(name.clone()), value, found, HostRole::Public);
        }
    }
    reader.found
}

/// The hosts that arguments of a service's build name.
pub(crate) fn in_arguments(service: &Service, texts: &Texts<'_>) -> Vec<HostReference> {
    let mut reader = HostReader { service, texts, found: Vec::new() };
    for (name, value) in service.build.iter().flat_map(|build| &build.args) {
        if let Some(text) = &value.value {
            let spanned =
                Spanned { value: text.clone(), place: value.place, via: value.via.clone(), parts: value.parts.clone() };
            reader.variable(name, &spanned);
        }
    }
    reader.found
}

struct HostReader<'a> {
    service: &'a Service,
    texts: &'a Texts<'a>,
    found: Vec<HostReference>,
}

impl HostReader<'_> {
    fn variable(&mut self, name: &str, value: &Spanned<String>) {
        let words = names::words(name);
        if names::is_ignored(&words) {
            return;
        }
        let by_name = names::role(&words);
        for found in in_variable(&words, &value.value).into_iter().filter(|found| !has_gap(found, value)) {
            let host = value.value.get(found.host.clone()).unwrap_or("");
            let role = names::role_of_value(&words, by_name, host, found.scheme.as_deref(), found.evidence);
            let lone = found.port.is_none() && found.scheme.is_none();
            self.add(HostOrigin::Variable(name.to_owned()), value, found, role);
            if lone {
                self.join_port(name);
            }
        }
    }

    /// Gives the last host the port that is in a variable of its own.
    fn join_port(&mut self, name: &str) {
        let environment = &self.service.environment;
        let sibling = names::port_names(name).into_iter().find_map(|name| environment.get(&name)?.value.as_ref());
        let Some(sibling) = sibling else { return };
        let Ok(port) = sibling.value.trim().parse::<u16>() else { return };
        if let Some(last) = self.found.last_mut() {
            last.port = Some(port);
            last.port_place = Some(sibling.place);
        }
    }

    fn words(&mut self, at: &HostOrigin, words: &[Spanned<String>]) {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_str()).collect();
        for (index, found, role) in command::hosts(&texts) {
            if let Some(word) = words.get(index) {
                self.add(at.clone(), word, found, role);
            }
        }
    }

    /// Where a tunnel of ngrok leads: `http localhost:3000` (ngrok.com/docs/using-ngrok-with/docker).
    fn tunnel(&mut self) {
        let service = self.service;
        let is_ngrok = |image: &Spanned<ImageReference>| image.value.repository.ends_with("ngrok/ngrok");
        if !base_image(service).is_some_and(is_ngrok) {
            return;
        }
        let words = service.command.iter().flat_map(|command| &command.words);
        let mut words = words.skip_while(|word| !matches!(word.value.as_str(), "http" | "tcp" | "tls")).skip(1);
        let Some(word) = words.find(|word| !word.value.starts_with('-')) else { return };
        let urls = scan::urls(&word.value);
        let found =
            if urls.is_empty() { scan::list(&word.value, Needs::Port, HostEvidence::CommandOption) } else { urls };
        for one in found {
            self.add(HostOrigin::Command, word, one, HostRole::Peer);
        }
    }

    fn add(&mut self, at: HostOrigin, value: &Spanned<String>, found: FoundHost, role: HostRole) {
        let piece = |range: &Range<usize>| value.value.get(range.clone()).unwrap_or("").to_owned();
        let host = piece(&found.host);
        let role = match role {
            _ if at == HostOrigin::Healthcheck => HostRole::Own,
            HostRole::Peer if self.is_own(&host) => HostRole::Own,
            other => other,
        };
        let part = |range: &Range<usize>| part_of(value, range.clone(), self.texts);
        let (start, end) = (found.host.start as u32, found.host.end as u32);
        let given = |from: u32, to: u32| from < end && to > start;
        let variable = value.parts.iter().find(|part| part.variable.is_some() && given(part.start, part.end));
        self.found.push(HostReference {
            place: part(&found.host),
            port_place: found.port.as_ref().map(|(_, range)| part(range)),
            port: found.port.map(|(port, _)| port),
            scheme: found.scheme,
            at,
            evidence: found.evidence,
            role,
            text: piece(&found.text),
            via: value.via.clone(),
            variable: variable.and_then(|part| part.variable.as_ref().map(Text::to_string)),
            host,
        });
    }

    /// Whether a host is a name of the service itself.
    fn is_own(&self, host: &str) -> bool {
        let service = self.service;
        let mut names = [&service.container_name, &service.hostname].into_iter().flatten().map(|name| &name.value);
        let mut aliases = service.networks.values().flat_map(|attachment| &attachment.aliases);
        service.name == host || names.any(|name| name == host) || aliases.any(|alias| alias.value == host)
    }
}

/// Whether something that is not known is next to a host or its port, or in them.
fn has_gap(found: &FoundHost, value: &Spanned<String>) -> bool {
    let end = found.port.as_ref().map_or(found.host.end, |(_, port)| port.end);
    // `db:${PORT}` has its gap behind the colon.
    let colon = usize::from(value.value.get(end..).is_some_and(|rest| rest.starts_with(':')));
    let touches = |from: u32, to: u32| from as usize <= end + colon && to as usize >= found.host.start;
    value.parts.iter().any(|part| part.is_unknown && touches(part.start, part.end))
}

/// The hosts in the value of a variable.
fn in_variable(words: &[String], value: &str) -> Vec<FoundHost> {
    let shape = names::shape(words);
    let urls = scan::urls(value);
    if !urls.is_empty() || value.contains("://") {
        return urls;
    }
    let drivers = scan::drivers(value);
    if !drivers.is_empty() {
        return drivers;
    }
    if words.iter().any(|word| matches!(word.as_str(), "DNS" | "UPSTREAMS" | "UPSTREAM")) && value.contains('#') {
        return resolvers::resolvers(value);
    }
    match shape {
        names::NameShape::Host => one_or_list(value),
        names::NameShape::Servers(needs) => scan::list(value, needs, HostEvidence::Servers),
        names::NameShape::Address => {
            // `localhost:5432/postgres?sslmode=disable`.
            let bare = value.split('/').next().unwrap_or(value);
            scan::list(bare, Needs::Port, HostEvidence::HostPort)
        }
        names::NameShape::Other if names::is_no_host(words) => Vec::new(),
        names::NameShape::Other => host_ports(value),
    }
}

/// The value of `*_HOST`: one host, with or without port, or a list of `host:port`.
fn one_or_list(value: &str) -> Vec<FoundHost> {
    let placeholder = value.starts_with('[') && !value.contains([':', '"', '\'']);
    if placeholder {
        return Vec::new();
    }
    if value.trim().contains([',', ' ']) {
        return scan::list(value, Needs::Port, HostEvidence::Servers);
    }
    let mut found = scan::list(value, Needs::Host, HostEvidence::HostVariable);
    for one in found.iter_mut().filter(|one| one.port.is_some()) {
        one.evidence = HostEvidence::HostPort;
    }
    found
}

/// A value that is nothing but `host:port` pairs, under a name that says nothing.
fn host_ports(value: &str) -> Vec<FoundHost> {
    let found = scan::list(value, Needs::Port, HostEvidence::HostPort);
    let plausible = |one: &FoundHost| {
        let host = value.get(one.host.clone()).unwrap_or("");
        let port = one.port.as_ref().map_or(0, |(port, _)| *port);
        let lower = host.starts_with(|c: char| c.is_ascii_lowercase()) || host.parse::<std::net::Ipv4Addr>().is_ok();
        lower
            && (port >= 1024 || WELL_KNOWN.contains(&port))
            && value.get(one.text.clone()).is_some_and(|text| !text.contains('/'))
    };
    if found.iter().all(plausible) { found } else { Vec::new() }
}

/// Ports below 1024 that tell `host:port` from `image:tag`.
const WELL_KNOWN: &[u16] = &[53, 80, 110, 143, 389, 443, 465, 514, 587, 636, 993, 995];
