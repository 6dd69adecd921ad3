//! Labels by which Traefik finds a service.

use crate::model::{Service, Spanned};
use crate::source::Place;

/// What the labels of a service tell Traefik.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TraefikRoute {
    /// Whether Traefik may route to it: `traefik.enable`, or that a router is defined where the label is absent.
    pub(crate) enabled: bool,
    /// The first port of the service that a label names; without one Traefik takes the lowest that the image exposes.
    pub(crate) port: Option<u16>,
    /// The value of the label that names the port, or else the first label of Traefik.
    pub(crate) place: Place,
    /// Every port that a label names, with its place.
    pub(crate) ports: Vec<(u16, Place)>,
    /// The network that `traefik.docker.network` names, and where.
    pub(crate) network: Option<(String, Place)>,
}

/// A label about a router, a service or a middleware: `traefik.http.routers.web.rule`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element<'a> {
    /// `http`, `tcp` or `udp`.
    pub(crate) protocol: &'a str,
    /// `routers`, `services` or `middlewares`.
    pub(crate) kind: &'a str,
    /// Its name.
    pub(crate) name: &'a str,
    /// What follows the name, in lower case.
    pub(crate) option: String,
    /// The value.
    pub(crate) value: &'a Spanned<String>,
}

/// The labels that Traefik reads: those of the service, or where none of them is for it, those that a swarm gives it.
pub(crate) fn labels_of(service: &Service) -> impl Iterator<Item = (&String, &Spanned<String>)> {
    let is_label = |name: &String| name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("traefik."));
    let own = service.labels.keys().any(is_label);
    let all = if own { &service.labels } else { &service.deploy_labels };
    all.iter().filter(move |(name, _)| is_label(name))
}

/// The labels of a service about routers, services and middlewares, in their order.
pub(crate) fn elements(service: &Service) -> Vec<Element<'_>> {
    labels_of(service).filter_map(|(key, value)| element(key, value)).collect()
}

fn element<'a>(key: &'a str, value: &'a Spanned<String>) -> Option<Element<'a>> {
    let mut parts = key.splitn(5, '.');
    let is_traefik = parts.next()?.eq_ignore_ascii_case("traefik");
    let (protocol, kind, name) = (parts.next()?, parts.next()?, parts.next()?);
    let known = ["http", "tcp", "udp"].contains(&protocol) && ["routers", "services", "middlewares"].contains(&kind);
    let option = parts.next()?.to_ascii_lowercase();
    // A variable without a value is all of this name.
    (is_traefik && known && !name.is_empty()).then_some(Element { protocol, kind, name, option, value })
}

/// What the labels of a service tell Traefik; `None` where none is for it. Traefik reads labels in any case.
pub(crate) fn routed(service: &Service) -> Option<TraefikRoute> {
    let labels: Vec<(String, &Spanned<String>)> =
        labels_of(service).map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    let (_, first) = labels.first()?;
    let value_of = |key: &str| labels.iter().find(|(name, _)| name == key).map(|(_, value)| *value);
    // Beside labels of version 2 the one of version 1 is a leftover, which nobody reads.
    let is_new = |name: &str| ["http", "tcp", "udp"].iter().any(|one| name.starts_with(&format!("traefik.{one}.")));
    let old = !labels.iter().any(|(name, _)| is_new(name));
    let is_port = |name: &str| old && name == "traefik.port" || name.ends_with(".loadbalancer.server.port");
    let ports: Vec<(u16, Place)> = labels
        .iter()
        .filter(|(name, _)| is_port(name))
        .filter_map(|(_, value)| Some((value.value.trim().parse().ok()?, value.place)))
        .collect();
    let is_router = |name: &str| name.contains(".routers.") || name == "traefik.frontend.rule";
    let has_router = labels.iter().any(|(name, _)| is_router(name)) || !ports.is_empty();
    let enabled = match value_of("traefik.enable") {
        Some(value) => matches!(value.value.trim().to_ascii_lowercase().as_str(), "true" | "1" | "t"),
        None => has_router,
    };
    let network = value_of("traefik.docker.network").map(|value| (value.value.clone(), value.place));
    let (port, place) = ports.first().map_or((None, first.place), |(port, place)| (Some(*port), *place));
    Some(TraefikRoute { enabled, port, place, ports, network })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_config::testing::{service, slice, spanned};
    use crate::source::SourceDb;

    fn check(labels: &[(&str, &str)], expect: Option<(bool, Option<u16>, &str)>) {
        let sources = SourceDb::new();
        let mut service = service("é");
        for (name, value) in labels {
            service.labels.insert((*name).to_owned(), spanned(&sources, &format!("/{name}"), value));
        }
        let found = routed(&service).map(|route| (route.enabled, route.port, slice(&sources, route.place)));
        assert_eq!(found, expect.map(|(enabled, port, text)| (enabled, port, text.to_owned())), "{labels:?}");
    }

    #[test]
    fn labels() {
        check(&[("a", "b")], None);
        check(&[("traefik.enable", "true")], Some((true, None, "true")));
        check(&[("traefik.enable", "false"), ("traefik.http.routers.a.rule", "x")], Some((false, None, "false")));
        check(&[("traefik.http.routers.a.rule", "Host(`é`)")], Some((true, None, "Host(`é`)")));
        check(&[("traefik.docker.network", "n")], Some((false, None, "n")));
        let port = "traefik.http.services.a.loadbalancer.server.port";
        check(&[("traefik.enable", "true"), (port, "8080")], Some((true, Some(8080), "8080")));
        check(&[("Traefik.Enable", "TRUE"), (port, "x")], Some((true, None, "TRUE")));
        check(&[("traefik.port", "80")], Some((true, Some(80), "80")));
        check(&[("traefik.http.routers.a.rule", "x"), ("traefik.port", "80")], Some((true, None, "x")));
    }
}
