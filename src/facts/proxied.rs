//! Services that a reverse proxy of the project forwards to, and the proxies' own words for it.

use super::Facts;
use super::reach::Answer;
use crate::finding::Place;
use crate::sidecar::traefik;

/// A port of a service that a proxy stands in front of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxied {
    /// The service behind.
    pub service: String,
    /// Its port.
    pub port: u16,
    /// The service in front.
    pub proxy: String,
    /// Where the proxy is told so.
    pub place: Place,
}

/// All of them. An upstream without a port is at 80; a service that Traefik routes without naming a port, at all ports
/// that it publishes.
pub fn proxied(facts: &Facts<'_>) -> Vec<Proxied> {
    let mut all = Vec::new();
    for target in facts.proxy_targets() {
        if let Answer::Service(service) = facts.reach().who_answers(&target.proxy, &target.host) {
            let port = target.port.unwrap_or(80);
            all.push(Proxied { service: service.to_owned(), port, proxy: target.proxy.clone(), place: target.place });
        }
    }
    let proxy = facts.model.services.values().find(|service| {
        service.image.as_ref().is_some_and(|image| image.value.repository.rsplit('/').next() == Some("traefik"))
    });
    let Some(proxy) = proxy else { return all };
    for service in facts.model.services.values().filter(|service| service.name != proxy.name) {
        let Some(route) = traefik::routed(service).filter(|route| route.enabled) else { continue };
        let ports: Vec<u16> = match route.port {
            Some(port) => vec![port],
            None => service.ports.iter().map(|port| port.target).collect(),
        };
        for port in ports {
            let proxy = proxy.name.clone();
            all.push(Proxied { service: service.name.clone(), port, proxy, place: route.place });
        }
    }
    all
}
