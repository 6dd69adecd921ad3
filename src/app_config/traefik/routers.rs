//! Routers in files that have no known authentication.

use std::collections::{BTreeMap, BTreeSet};

use super::guards::{HARMLESS, is_internal};
use super::settings::TraefikSettings;
use crate::app_config::address::host_port;
use crate::app_config::read::ReadConfiguration;
use crate::app_config::settings::{Setting, parts};
use crate::app_config::{ProxyKind, ProxyRoute};
use crate::budget::{Limit, Meter};
use crate::collections::HashMap;
use crate::model::Service;

/// A file of routes and what it says.
type Routes<'a> = (&'a ReadConfiguration, &'a Vec<Setting>);

/// What files say of HTTP, by the names of what it is about.
#[derive(Default)]
struct Index<'a> {
    /// The values of each option of a router, or of the items below.
    routers: HashMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>,
    /// The kinds of each middleware.
    middlewares: HashMap<&'a str, BTreeSet<&'a str>>,
    /// The servers of each service.
    services: HashMap<&'a str, Vec<(String, Option<u16>)>>,
}

impl<'a> Index<'a> {
    fn from_files(files: &[Routes<'a>]) -> Index<'a> {
        let mut index = Index::default();
        for setting in files.iter().flat_map(|(_, all)| all.iter()) {
            index.add(setting);
        }
        index
    }

    fn add(&mut self, setting: &'a Setting) {
        if let Some((name, options)) = setting.path.strip_prefix("http.routers.").and_then(|path| path.split_once('.'))
        {
            let option = options.split('.').next().unwrap_or(options);
            self.routers.entry(name).or_default().entry(option).or_default().push(&setting.value);
        } else if let Some(path) = setting.path.strip_prefix("http.middlewares.") {
            // A name may have dots in it.
            for (at, _) in path.match_indices('.') {
                let (Some(name), Some(rest)) = (path.get(..at), path.get(at + 1..)) else { continue };
                let kind = rest.split('.').next().unwrap_or(rest);
                self.middlewares.entry(name).or_default().insert(kind);
            }
        } else if let ["http", "services", name, "loadbalancer", "servers", _, "url"] = parts(&setting.path).as_slice()
        {
            self.services.entry(name).or_default().extend(address(&setting.value));
        }
    }

    fn values(&self, router: &str, option: &str) -> &[&'a str] {
        self.routers.get(router).and_then(|options| options.get(option)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a middleware of a router may require authentication, or redirects every request. One that no file defines may.
    fn asks(&self, router: &str) -> bool {
        self.values(router, "middlewares").iter().any(|name| {
            let is_harmless = |kind: &&str| HARMLESS.contains(kind) && !kind.starts_with("redirect");
            self.middlewares.get(own(name).as_str()).is_none_or(|kinds| !kinds.iter().all(is_harmless))
        })
    }

    /// The servers behind the service that a router names.
    fn servers(&self, router: &str) -> &[(String, Option<u16>)] {
        let service = self.values(router, "service").first().map(|name| own(name));
        service.and_then(|service| self.services.get(service.as_str())).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The routes from routers of HTTP to servers; routers and what they name may be in different files.
pub(crate) fn open_routes(
    service: &Service,
    files: &[Routes<'_>],
    settings: &TraefikSettings,
    meter: Meter<'_>,
) -> Vec<ProxyRoute> {
    let index = Index::from_files(files);
    let entry_points = settings.entry_points();
    let mut found = Vec::new();
    for (read, all) in files {
        for rule in all.iter() {
            let parts = parts(&rule.path);
            let ["http", "routers", name, "rule"] = parts.as_slice() else { continue };
            if is_internal(&rule.value) || index.asks(name) {
                continue;
            }
            // The ports of the entry points that it names; none where it names none, and takes all.
            let named = index.values(name, "entrypoints");
            let (servers, compared) = (index.servers(name), named.len().saturating_mul(entry_points.len()));
            if !meter.spend(Limit::Steps, compared) || !meter.spend(Limit::Values, servers.len()) {
                return found;
            }
            let is_named = |name: &str| named.iter().any(|one| one.eq_ignore_ascii_case(name));
            let known = entry_points.iter().filter(|(name, ..)| is_named(name));
            let ports: Vec<u16> = known.map(|(_, port, _)| *port).collect();
            for (host, port) in servers {
                let (proxy, place, ports) = (service.name.clone(), read.place(&rule.span), ports.clone());
                let (kind, host, port) = (ProxyKind::TraefikFile, host.clone(), *port);
                found.push(ProxyRoute { proxy, host, port, ports, place, given: read.given, kind });
            }
        }
    }
    found
}

fn address(url: &str) -> Option<(String, Option<u16>)> {
    let (_, rest) = url.split_once("://")?;
    let found = host_port(rest.split('/').next()?, 0)?;
    Some((found.host, found.port))
}

/// A name as the keys of files are read: in lower case, without the name of the provider.
fn own(name: &str) -> String {
    name.strip_suffix("@file").unwrap_or(name).to_ascii_lowercase()
}
