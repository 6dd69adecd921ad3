//! What stands beside a Compose file and says who is behind a proxy.

pub mod address;
pub mod builds;
pub mod caddy;
pub mod dockerfile;
pub mod haproxy;
pub mod nginx;
pub mod prometheus;
pub mod settings;
pub mod traefik;
mod collect;
mod files;
mod glob;
mod official;
mod misplaced;
mod read;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::finding::Place;
use crate::source::SourceDb;

pub use collect::sidecars;
pub use files::image_name;
pub use misplaced::{Misplaced, Misplacement};
pub use official::{is_official, runs_as_made};

/// Which program passes requests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProxyKind {
    /// nginx or OpenResty.
    Nginx,
    /// Caddy.
    Caddy,
    /// HAProxy.
    Haproxy,
    /// Traefik, by labels of what it routes to.
    Traefik,
    /// Traefik, by a file of routes.
    TraefikFile,
}

impl ProxyKind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            ProxyKind::Nginx => "nginx",
            ProxyKind::Caddy => "Caddy",
            ProxyKind::Haproxy => "HAProxy",
            ProxyKind::Traefik | ProxyKind::TraefikFile => "Traefik",
        }
    }
}

/// A host that a proxy passes requests on to.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyTarget {
    /// The service that is the proxy; `None` for a Traefik that is not in the project.
    pub proxy: Option<String>,
    /// The host as configured: for Traefik's labels the name of the routed service.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The scheme, if one is written.
    pub scheme: Option<String>,
    /// The host and port in the configuration; for Traefik the label. A file that is no YAML has no nodes: the node is
    /// the first then.
    pub place: Place,
    /// What in the Compose file brings the configuration; for labels the same place.
    pub given: Place,
    /// Which program it is.
    pub kind: ProxyKind,
    /// Whether the host is resolved only when a request comes: a name that is missing then does not stop the proxy.
    pub late: bool,
    /// The variables of the proxy's environment that host and port come from.
    pub environment: Vec<String>,
    /// Whether the name may be one that a part of the configuration gives which is not here.
    pub open: bool,
}

/// A way through a proxy to a host.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyRoute {
    /// The service that is the proxy.
    pub proxy: String,
    /// The host.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The ports of the proxy that lead there; empty where any may.
    pub ports: Vec<u16>,
    /// Where the proxy is told to pass requests on.
    pub place: Place,
    /// What in the Compose file brings the configuration.
    pub given: Place,
    /// Which program it is.
    pub kind: ProxyKind,
}

/// A port that a proxy is told to listen on.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyListen {
    /// The service that is the proxy.
    pub proxy: String,
    /// The port.
    pub port: u16,
    /// Whether TLS is spoken there.
    pub ssl: bool,
    /// Whether only the container itself can connect.
    pub local: bool,
    /// Where that is written.
    pub place: Place,
    /// What in the Compose file brings the configuration.
    pub given: Place,
    /// Which program it is.
    pub kind: ProxyKind,
}

/// A word of a configuration: a path, a protocol, an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The service whose configuration it is.
    pub service: String,
    /// The word.
    pub text: String,
    /// Where it is written.
    pub place: Place,
    /// What in the Compose file brings the configuration.
    pub given: Place,
    /// Which program it is.
    pub kind: ProxyKind,
}

/// A port of a proxy behind which it can be changed or looked into without a password.
#[derive(Clone, Debug, PartialEq)]
pub struct AdminPort {
    /// The service that is the proxy.
    pub proxy: String,
    /// The port.
    pub port: u16,
    /// What opens it.
    pub place: Place,
    /// Which program it is.
    pub kind: ProxyKind,
}

/// A host that a Prometheus scrapes.
#[derive(Clone, Debug, PartialEq)]
pub struct Scrape {
    /// The service that is the Prometheus.
    pub service: String,
    /// The host.
    pub host: String,
    /// The port.
    pub port: Option<u16>,
    /// Where that is written.
    pub place: Place,
}

/// A Traefik of the project.
#[derive(Clone, Debug, PartialEq)]
pub struct Traefik {
    /// The service.
    pub service: String,
    /// What it was told.
    pub settings: traefik::settings::TraefikSettings,
}

/// What the configurations beside a project say.
#[derive(Clone, Debug, Default)]
pub struct Sidecars {
    /// Every host that the proxies pass requests on to, in the order of services and files.
    pub targets: Vec<ProxyTarget>,
    /// The ways through proxies on which nothing is known to ask who is there; those by Traefik's labels left out.
    pub open_routes: Vec<ProxyRoute>,
    /// The ports that they listen on.
    pub listens: Vec<ProxyListen>,
    /// The certificates and keys that they read.
    pub certificates: Vec<Named>,
    /// The directories that they answer challenges of the ACME protocol from.
    pub challenge_roots: Vec<Named>,
    /// The versions of TLS that they are told to speak, as written: the oldest, or each.
    pub protocols: Vec<Named>,
    /// The rules of routers in files.
    pub rules: Vec<Named>,
    /// The ports of their own interfaces.
    pub admins: Vec<AdminPort>,
    /// What the project's Prometheus scrapes.
    pub scrapes: Vec<Scrape>,
    /// The project's Traefiks.
    pub traefiks: Vec<Traefik>,
    /// Configurations that the program does not read, or not as what they are.
    pub misplaced: Vec<Misplaced>,
}

/// The directory that nothing outside of is read: the nearest one upwards with a `.git`, or the directory itself.
pub fn repository_root(sources: &SourceDb, directory: &Path) -> PathBuf {
    sources.repository(directory).unwrap_or_else(|| directory.to_path_buf())
}
