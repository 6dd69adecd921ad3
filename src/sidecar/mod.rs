//! What stands beside a Compose file and says who is behind a proxy.

pub mod address;
pub mod builds;
pub mod caddy;
pub mod dockerfile;
pub mod nginx;
pub mod traefik;
mod files;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::finding::Place;
use crate::model::{Model, Service};
use crate::source::NodeId;
use crate::source::{SourceDb, Span};
use files::{Configuration, ConfigurationKind};

/// Which program passes requests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProxyKind {
    /// nginx or OpenResty.
    Nginx,
    /// Caddy.
    Caddy,
    /// Traefik, by labels of what it routes to.
    Traefik,
}

/// A host that a proxy passes requests on to.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyTarget {
    /// The service that is the proxy; `None` for a Traefik that is not in the project.
    pub proxy: Option<String>,
    /// The host as configured: for Traefik the name of the routed service.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The scheme, if one is written.
    pub scheme: Option<String>,
    /// The host and port in the configuration; for Traefik the label. A file that is no YAML has no nodes: the node is
    /// the first then.
    pub place: Place,
    /// Which program it is.
    pub kind: ProxyKind,
    /// Whether the host is resolved only when a request comes: a name that is missing then does not stop the proxy.
    pub late: bool,
}

/// A port that the configuration of an nginx binds.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyListen {
    /// The service that is the proxy.
    pub proxy: String,
    /// The port.
    pub port: u16,
    /// Whether TLS is spoken there.
    pub ssl: bool,
    /// The `listen` directive's address.
    pub place: Place,
}

/// The directory that nothing outside of is read: the nearest one upwards with a `.git`, or the directory itself.
pub fn repository_root(sources: &SourceDb, directory: &Path) -> PathBuf {
    sources.repository(directory).unwrap_or_else(|| directory.to_path_buf())
}

/// Every host that the proxies of a project pass requests on to, in the order of services and files.
pub fn proxy_targets(model: &Model, sources: &SourceDb) -> Vec<ProxyTarget> {
    let mut targets = Vec::new();
    for (name, service) in &model.services {
        let read = configurations(model, service, sources);
        targets.extend(nginx_targets(name, &read));
        targets.extend(caddy_targets(name, &read));
    }
    targets.extend(traefik_targets(model));
    targets
}

/// Every port that the configurations of the project's nginx services bind.
pub fn proxy_listens(model: &Model, sources: &SourceDb) -> Vec<ProxyListen> {
    let mut listens = Vec::new();
    for (name, service) in &model.services {
        for read in configurations(model, service, sources) {
            let Read::Nginx(config, at) = read else { continue };
            listens.extend(config.listens.into_iter().map(|listen| ProxyListen {
                proxy: name.clone(),
                port: listen.port,
                ssl: listen.ssl,
                place: at.place(&listen.span),
            }));
        }
    }
    listens
}

/// Where a configuration is written, to turn its spans into places.
struct Whereabouts {
    start: Place,
    inline: bool,
    known: bool,
}

impl Whereabouts {
    fn place(&self, range: &Range<usize>) -> Place {
        if self.inline && !self.known {
            return self.start;
        }
        let start = self.start.span.start;
        let span =
            Span { start: start + range.start as u32, end: start + range.end as u32, file: self.start.span.file };
        Place { span, node: self.start.node }
    }
}

enum Read {
    Nginx(nginx::NginxConfig, Whereabouts),
    Caddy(caddy::CaddyConfig, Whereabouts),
}

fn configurations(model: &Model, service: &Service, sources: &SourceDb) -> Vec<Read> {
    let environment = |name: &str| Some(service.environment.get(name)?.value.as_ref()?.value.clone());
    let mut read = Vec::new();
    for configuration in files::of_service(model, service, sources) {
        let Configuration { kind, template, text, place, inline, known } = configuration;
        let node = if inline { place.node } else { NodeId::new(0) };
        let at = Whereabouts { start: Place { node, ..place }, inline, known };
        match kind {
            ConfigurationKind::Nginx if template => {
                read.push(Read::Nginx(nginx::read_template(&text, &environment), at))
            }
            ConfigurationKind::Nginx => read.push(Read::Nginx(nginx::read(&text), at)),
            ConfigurationKind::Caddy => read.push(Read::Caddy(caddy::read(&text, &environment), at)),
        }
    }
    read
}

fn nginx_targets(proxy: &str, read: &[Read]) -> Vec<ProxyTarget> {
    let configs = || {
        read.iter().filter_map(|one| match one {
            Read::Nginx(config, at) => Some((config, at)),
            Read::Caddy(..) => None,
        })
    };
    let names: BTreeSet<&str> =
        configs().flat_map(|(config, _)| &config.upstreams).map(|upstream| upstream.name.as_str()).collect();
    let target = |host: &str, port, scheme, place, late| ProxyTarget {
        proxy: Some(proxy.to_owned()),
        host: host.to_owned(),
        port,
        scheme,
        place,
        kind: ProxyKind::Nginx,
        late,
    };
    let mut targets = Vec::new();
    for (config, at) in configs() {
        for server in config.upstreams.iter().flat_map(|upstream| &upstream.servers) {
            targets.push(target(&server.host, server.port, None, at.place(&server.span), false));
        }
        for pass in &config.passes {
            // With a port written, nginx takes the name for a host even where an upstream has it.
            if pass.port.is_none() && names.contains(pass.host.as_str()) {
                continue;
            }
            let place = at.place(&pass.span);
            targets.push(target(&pass.host, pass.port, pass.scheme.clone(), place, pass.via_variable));
        }
    }
    targets
}

fn caddy_targets(proxy: &str, read: &[Read]) -> Vec<ProxyTarget> {
    let mut targets = Vec::new();
    for one in read {
        let Read::Caddy(config, at) = one else { continue };
        targets.extend(config.upstreams.iter().map(|upstream| ProxyTarget {
            proxy: Some(proxy.to_owned()),
            host: upstream.host.clone(),
            port: upstream.port,
            scheme: upstream.scheme.clone(),
            place: at.place(&upstream.span),
            kind: ProxyKind::Caddy,
            late: true,
        }));
    }
    targets
}

fn traefik_targets(model: &Model) -> Vec<ProxyTarget> {
    let is_traefik = |service: &&Service| {
        let repository = service.image.as_ref().map_or("", |image| image.value.repository.as_str());
        repository.rsplit('/').next() == Some("traefik")
    };
    let proxy = model.services.values().find(is_traefik).map(|service| service.name.clone());
    let mut targets = Vec::new();
    for (name, service) in &model.services {
        let Some(route) = traefik::routed(service).filter(|route| route.enabled) else { continue };
        let unnamed = route.ports.is_empty().then_some((None, route.place));
        let ports = route.ports.iter().map(|(port, place)| (Some(*port), *place)).chain(unnamed);
        targets.extend(ports.map(|(port, place)| ProxyTarget {
            proxy: proxy.clone(),
            host: name.clone(),
            port,
            scheme: None,
            place,
            kind: ProxyKind::Traefik,
            late: true,
        }));
    }
    targets
}
