//! Services that a reverse proxy of the project forwards to, and where its configuration says so.

use std::collections::BTreeSet;

use super::listeners::listeners;
use super::reach::Answer;
use crate::app_config::ProxyKind;
use crate::facts::Facts;
use crate::model::Service;
use crate::source::Place;

/// A port of a service that a proxy is in front of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxied {
    /// The service behind.
    pub(crate) service: String,
    /// Its port.
    pub(crate) port: u16,
    /// The service in front.
    pub(crate) proxy: String,
    /// Whether the project has it.
    pub(crate) here: bool,
    /// Where the proxy is told so.
    pub(crate) place: Place,
}

/// All of them. An upstream without a port is at 80; a service that Traefik routes without naming a port, at the only one
/// that it publishes: of several Traefik takes the lowest that the image exposes, which is not known.
pub(crate) fn proxied(facts: &Facts<'_>) -> Vec<Proxied> {
    let mut all = Vec::new();
    for target in facts.proxy_targets() {
        let proxy = target.proxy.as_deref();
        let service = match (target.kind, proxy) {
            (ProxyKind::Traefik, _) => Some(target.host.as_str()),
            (_, None) => None,
            (_, Some(proxy)) => match facts.reach().who_answers(proxy, &target.host) {
                Answer::Service(service) => Some(service),
                _ => None,
            },
        };
        let Some(service) = service.and_then(|name| facts.model.services.get(name)) else { continue };
        let ports: Vec<u16> = match (target.port, target.kind) {
            (Some(port), _) => vec![port],
            (None, ProxyKind::Traefik) => only_port(service),
            (None, _) if target.scheme.as_deref() == Some("https") => vec![443],
            (None, _) => vec![80],
        };
        let (here, proxy) = (proxy.is_some(), proxy.unwrap_or("traefik"));
        let (name, place) = (&service.name, target.place);
        let one = |port| Proxied { service: name.clone(), port, proxy: proxy.to_owned(), here, place };
        all.extend(ports.into_iter().map(one));
    }
    all
}

/// Whether an override made a service one for its own machine: it is on no network of another project, where the Traefik
/// is for which its labels are.
pub(crate) fn is_on_its_own(facts: &Facts<'_>, service: &Service) -> bool {
    let external = |key: &String| facts.model.networks.get(key).is_some_and(|network| network.external);
    facts.project.files.len() > 1 && !service.networks.keys().any(external)
}

fn only_port(service: &Service) -> Vec<u16> {
    let mut ports: BTreeSet<u16> =
        service.ports.iter().filter(|port| port.protocol == "tcp").map(|port| port.target).collect();
    // What the image is known to listen on is what Traefik sees, too.
    let known = listeners(service);
    ports.retain(|port| known.ports.is_empty() || known.get(*port).is_some());
    if ports.len() == 1 { ports.into_iter().collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::{with_facts, with_sources};

    const SITE: &str = "services:\n  proxy:\n    image: nginx:1.27\n    volumes: ['./site.conf:/etc/nginx/conf.d/default.conf:ro']\n  web:\n    image: example/web:1\n";

    /// `service:port proxy`, for each service behind nginx.
    fn behind(upstream: &str) -> Vec<String> {
        let mut found = Vec::new();
        let site = format!("server {{\n  location / {{ proxy_pass {upstream}; }}\n}}\n");
        with_sources(&[("compose.yaml", SITE), ("site.conf", &site)], &[], |_, facts| {
            let all = facts.proxied().iter();
            found.extend(all.map(|one| format!("{}:{} {} {}", one.service, one.port, one.proxy, one.here)));
        });
        found
    }

    #[test]
    fn an_upstream_without_a_port_is_at_the_port_of_its_scheme() {
        assert_eq!(behind("http://web:8000"), ["web:8000 proxy true"]);
        assert_eq!(behind("http://web"), ["web:80 proxy true"]);
        assert_eq!(behind("https://web"), ["web:443 proxy true"]);
    }

    #[test]
    fn a_host_that_is_not_a_service_is_not_proxied() {
        assert!(behind("http://elsewhere.example.com:8000").is_empty());
        assert!(behind("http://127.0.0.1:8000").is_empty());
    }

    #[test]
    fn traefik_takes_the_only_published_port() {
        let ports = |ports: &str| {
            let text = format!(
                "services:\n  web:\n    image: example/web:1\n    ports: {ports}\n    networks: [edge]\n    labels:\n      traefik.enable: 'true'\n      traefik.http.routers.web.rule: Host(`a.example`)\nnetworks: {{edge: {{external: true}}}}\n"
            );
            let mut found = Vec::new();
            with_facts(&text, |facts| found.extend(facts.proxied().iter().map(|one| (one.port, one.here))));
            found
        };
        assert_eq!(ports("['8080:80']"), [(80, false)]);
        assert!(ports("['8080:80', '8443:443']").is_empty());
        assert!(ports("['8080:80/udp']").is_empty());
    }
}
