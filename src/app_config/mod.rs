//! Configurations of the software in the containers: proxies, Prometheus, and the Dockerfiles of builds.

pub(crate) mod address;
pub(crate) mod application;
pub(crate) mod builds;
pub(crate) mod caddy;
pub(crate) mod contacts;
pub(crate) mod dockerfile;
pub(crate) mod frameworks;
pub(crate) mod haproxy;
pub(crate) mod nginx;
pub(crate) mod prometheus;
pub(crate) mod servers;
pub(crate) mod settings;
pub(crate) mod traefik;
mod clients;
mod collect;
mod discovery;
mod files;
mod glob;
mod official;
mod misplaced;
mod read;
mod whole;
mod word;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::source::Place;
use crate::source::SourceDb;

pub(crate) use collect::collect_app_configs;
pub(crate) use files::{image_name, seen_from_above};
pub(crate) use misplaced::{Misplaced, Misplacement};
pub(crate) use official::{is_official, runs_as_made};
pub(crate) use whole::WholeConfiguration;

/// Which program passes requests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ProxyKind {
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
    pub(crate) fn name(self) -> &'static str {
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
pub(crate) struct ProxyTarget {
    /// The service that is the proxy; `None` for a Traefik that is not in the project.
    pub(crate) proxy: Option<String>,
    /// The host as configured: for Traefik's labels the name of the routed service.
    pub(crate) host: String,
    /// The port, if one is written.
    pub(crate) port: Option<u16>,
    /// The scheme, if one is written.
    pub(crate) scheme: Option<String>,
    /// The host and port in the configuration; for Traefik the label. A file that is not YAML has no nodes: the node is
    /// the first then.
    pub(crate) place: Place,
    /// What in the Compose file provides the configuration; for labels the same place.
    pub(crate) given: Place,
    /// Which program it is.
    pub(crate) kind: ProxyKind,
    /// Whether the host is resolved only when a request comes: a name that is missing then does not stop the proxy.
    pub(crate) late: bool,
    /// The variables of the proxy's environment that host and port come from.
    pub(crate) environment: Vec<String>,
    /// Whether the name may be one that a part of the configuration gives which is not here.
    pub(crate) open: bool,
}

/// A way through a proxy to a host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProxyRoute {
    /// The service that is the proxy.
    pub(crate) proxy: String,
    /// The host.
    pub(crate) host: String,
    /// The port, if one is written.
    pub(crate) port: Option<u16>,
    /// The ports of the proxy that lead there; empty where any may.
    pub(crate) ports: Vec<u16>,
    /// Where the proxy is told to pass requests on.
    pub(crate) place: Place,
    /// What in the Compose file provides the configuration.
    pub(crate) given: Place,
    /// Which program it is.
    pub(crate) kind: ProxyKind,
}

/// A port that a proxy is told to listen on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProxyListen {
    /// The service that is the proxy.
    pub(crate) proxy: String,
    /// The port.
    pub(crate) port: u16,
    /// Whether TLS is spoken there.
    pub(crate) ssl: bool,
    /// Whether only the container itself can connect.
    pub(crate) local: bool,
    /// Where that is written.
    pub(crate) place: Place,
    /// What in the Compose file provides the configuration.
    pub(crate) given: Place,
    /// Which program it is.
    pub(crate) kind: ProxyKind,
}

/// A word of a configuration: a path, a protocol, an address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    /// The service whose configuration it is.
    pub(crate) service: String,
    /// The word.
    pub(crate) text: String,
    /// Where it is written.
    pub(crate) place: Place,
    /// What in the Compose file provides the configuration.
    pub(crate) given: Place,
    /// Which program it is.
    pub(crate) kind: ProxyKind,
}

/// A port of a proxy behind which it can be changed or looked into without a password.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AdminPort {
    /// The service that is the proxy.
    pub(crate) proxy: String,
    /// The port.
    pub(crate) port: u16,
    /// What opens it.
    pub(crate) place: Place,
    /// Which program it is.
    pub(crate) kind: ProxyKind,
}

/// A host that a program connects to, by a configuration of its own: what a Prometheus scrapes, a data source of Grafana.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contact {
    /// The service whose configuration it is.
    pub(crate) service: String,
    /// The host.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: Option<u16>,
    /// Where that is written.
    pub(crate) place: Place,
    /// What in the Compose file brings the configuration.
    pub(crate) given: Place,
    /// Whether a Prometheus scrapes it.
    pub(crate) is_scraped: bool,
    /// The name of the job that does.
    pub(crate) job: Option<String>,
}

/// A Traefik of the project.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Traefik {
    /// The service.
    pub(crate) service: String,
    /// What it was told.
    pub(crate) settings: traefik::settings::TraefikSettings,
    /// What its files of routes say, by paths in lower case.
    pub(crate) dynamic: Vec<traefik::settings::StaticSetting>,
    /// Whether all files of routes are here.
    pub(crate) files_known: bool,
    /// Sections of its files and options that are misspelt.
    pub(crate) misspelt: Vec<MisspeltPlace>,
}

/// A misspelt section of a Traefik's configuration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MisspeltPlace {
    /// The word.
    pub(crate) written: String,
    /// What it is called.
    pub(crate) meant: &'static str,
    /// Where it is written.
    pub(crate) place: Place,
    /// What in the Compose file brings the file; `None` for an option.
    pub(crate) given: Option<Place>,
    /// Whether Traefik rejects it, and does not only ignore it.
    pub(crate) is_fatal: bool,
}

/// What the configurations next to a project say.
#[derive(Clone, Debug, Default)]
pub(crate) struct AppConfigs {
    /// Every host that the proxies pass requests on to, in the order of services and files.
    pub(crate) targets: Vec<ProxyTarget>,
    /// The routes through proxies without known authentication; those by Traefik's labels left out.
    pub(crate) open_routes: Vec<ProxyRoute>,
    /// The ports that they listen on.
    pub(crate) listens: Vec<ProxyListen>,
    /// The services whose configuration as a proxy is read to the last file.
    pub(crate) whole: Vec<WholeConfiguration>,
    /// The certificates and keys that they read.
    pub(crate) certificates: Vec<Named>,
    /// The files with the passwords of those that nginx lets in.
    pub(crate) password_files: Vec<Named>,
    /// The directories that they answer challenges of the ACME protocol from.
    pub(crate) challenge_roots: Vec<Named>,
    /// The directories that nginx and Caddy serve files from.
    pub(crate) document_roots: Vec<Named>,
    /// Hosts that nginx looks up at each request, where no `resolver` says whom to ask.
    pub(crate) late_passes: Vec<Named>,
    /// The DNS servers that nginx asks for hosts which it looks up at each request.
    pub(crate) resolvers: Vec<Named>,
    /// Variables of templates in a form that is not replaced.
    pub(crate) unsupported: Vec<Named>,
    /// Variables of templates that nothing gives a value, by their names.
    pub(crate) unfilled: Vec<Named>,
    /// Networks of everybody whose headers nginx trusts.
    pub(crate) trusted: Vec<Named>,
    /// Sites of Caddy for which it requests certificates.
    pub(crate) public_sites: Vec<Named>,
    /// The versions of TLS that they are told to speak, as written: the oldest, or each.
    pub(crate) protocols: Vec<Named>,
    /// The middlewares that labels define, by their names: each option, and its value.
    pub(crate) middlewares: BTreeMap<String, Vec<(String, String)>>,
    /// The rules of routers in files.
    pub(crate) rules: Vec<Named>,
    /// The ports of their own interfaces.
    pub(crate) admins: Vec<AdminPort>,
    /// Whom programs that are no proxies connect to.
    pub(crate) contacts: Vec<Contact>,
    /// The project's Traefiks.
    pub(crate) traefiks: Vec<Traefik>,
    /// Configurations that the program does not read, or not as what they are.
    pub(crate) misplaced: Vec<Misplaced>,
}

impl AppConfigs {
    /// How much they say.
    fn len(&self) -> usize {
        let named = [&self.certificates, &self.challenge_roots, &self.protocols, &self.rules];
        let named: usize = named.iter().map(|words| words.len()).sum();
        let routes = self.targets.len() + self.open_routes.len() + self.listens.len() + self.admins.len();
        named + routes + self.contacts.len() + self.misplaced.len()
    }
}

/// Whether a Caddy of the project serves a site for which it requests certificates by itself.
pub(crate) fn caddy_requests_certificates(configs: &AppConfigs, service: &str) -> bool {
    configs.public_sites.iter().any(|site| site.service == service)
}

/// The directory that nothing outside of is read: the nearest one upwards with a `.git`, or the directory itself.
pub(crate) fn repository_root(sources: &SourceDb, directory: &Path) -> PathBuf {
    sources.repository(directory).unwrap_or_else(|| directory.to_path_buf())
}
