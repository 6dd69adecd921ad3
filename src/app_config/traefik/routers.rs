//! Routers in files of which nothing is known to ask who is there.

use std::collections::BTreeSet;

use super::guards::{HARMLESS, is_internal};
use super::settings::TraefikSettings;
use crate::app_config::address::host_port;
use crate::app_config::read::Read;
use crate::app_config::settings::{Setting, parts};
use crate::app_config::{ProxyKind, ProxyRoute};
use crate::model::Service;

/// A file of routes and what it says.
type Routes<'a> = (&'a Read, &'a Vec<Setting>);

/// The ways from routers of HTTP to servers; routers and what they name may stand in different files.
pub(crate) fn open_routes(service: &Service, files: &[Routes<'_>], settings: &TraefikSettings) -> Vec<ProxyRoute> {
    let mut found = Vec::new();
    for (read, all) in files {
        for rule in all.iter() {
            let parts = parts(&rule.path);
            let ["http", "routers", name, "rule"] = parts.as_slice() else { continue };
            if is_internal(&rule.value) || asks(files, name) {
                continue;
            }
            let ports = ports(files, name, settings);
            for (host, port) in servers(files, name) {
                let (proxy, place, ports) = (service.name.clone(), read.place(&rule.span), ports.clone());
                let kind = ProxyKind::TraefikFile;
                found.push(ProxyRoute { proxy, host, port, ports, place, given: read.given, kind });
            }
        }
    }
    found
}

/// The values at `http.<kind>.<name>.<option>`, or of the items below, in all files.
fn values<'a>(files: &[Routes<'a>], router: &str, option: &str) -> Vec<&'a str> {
    let path = format!("http.routers.{router}.{option}");
    let is_it = |setting: &&Setting| {
        setting.path.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    files.iter().flat_map(|(_, all)| all.iter().filter(is_it).map(|one| one.value.as_str())).collect()
}

/// Whether a middleware of a router may ask who is there, or sends everybody elsewhere. One that no file defines may.
fn asks(files: &[Routes<'_>], router: &str) -> bool {
    values(files, router, "middlewares").into_iter().any(|name| {
        let path = format!("http.middlewares.{}.", own(name));
        let kinds: BTreeSet<&str> = files
            .iter()
            .flat_map(|(_, all)| all.iter())
            .filter_map(|one| one.path.strip_prefix(&path)?.split('.').next())
            .collect();
        let is_harmless = |kind: &&str| HARMLESS.contains(kind) && !kind.starts_with("redirect");
        kinds.is_empty() || !kinds.iter().all(is_harmless)
    })
}

/// The ports of the entry points that a router names; none where it names none, and takes all.
fn ports(files: &[Routes<'_>], router: &str, settings: &TraefikSettings) -> Vec<u16> {
    let named = values(files, router, "entrypoints");
    let known = settings.entry_points().into_iter();
    known.filter(|(name, ..)| named.iter().any(|one| one.eq_ignore_ascii_case(name))).map(|(_, port, _)| port).collect()
}

/// The servers behind the service that a router names.
fn servers(files: &[Routes<'_>], router: &str) -> Vec<(String, Option<u16>)> {
    let Some(service) = values(files, router, "service").first().map(|name| own(name)) else { return Vec::new() };
    let of_service = |one: &&Setting| {
        let parts = parts(&one.path);
        matches!(parts.as_slice(), ["http", "services", name, "loadbalancer", "servers", _, "url"] if *name == service)
    };
    let address = |one: &Setting| {
        let (_, rest) = one.value.split_once("://")?;
        let found = host_port(rest.split('/').next()?, 0)?;
        Some((found.host, found.port))
    };
    files.iter().flat_map(|(_, all)| all.iter().filter(of_service).filter_map(address)).collect()
}

/// A name as the keys of files are read: in lower case, without the name of the provider.
fn own(name: &str) -> String {
    name.strip_suffix("@file").unwrap_or(name).to_ascii_lowercase()
}
