//! Proxies that are told by the services behind them: nginx-proxy by variables, caddy-docker-proxy by labels.
//!
//! Sources: nginx-proxy/nginx-proxy docs/README.md (`VIRTUAL_HOST`, `VIRTUAL_PORT`); lucaslorentz/caddy-docker-proxy
//! README.md (`{{upstreams http 8080}}`).

use super::{ProxyKind, ProxyTarget};
use crate::model::{Model, Service, Spanned, base_image};

/// What such proxies of a project are told of ports.
pub(crate) fn targets(model: &Model) -> Vec<ProxyTarget> {
    let mut found = Vec::new();
    for (name, kind) in [("nginx-proxy", ProxyKind::Nginx), ("caddy-docker-proxy", ProxyKind::Caddy)] {
        let mut proxies = model.services.values().filter(|service| is_image(service, name));
        // Of several, each may be for some of the services.
        let (Some(proxy), None) = (proxies.next(), proxies.next()) else { continue };
        for service in model.services.values().filter(|service| service.name != proxy.name) {
            let told = if kind == ProxyKind::Nginx { by_variables(service) } else { by_labels(service) };
            found.extend(told.into_iter().map(|(port, scheme, at)| ProxyTarget {
                proxy: Some(proxy.name.clone()),
                host: service.name.clone(),
                port: Some(port),
                scheme,
                place: at.place,
                given: at.place,
                kind,
                late: true,
                environment: Vec::new(),
                open: false,
            }));
        }
    }
    found
}

fn is_image(service: &Service, name: &str) -> bool {
    let known = base_image(service).and_then(|image| image.value.known);
    known.is_some_and(|known| known.exact && known.image.name == name)
}

type ToldPort<'a> = (u16, Option<String>, &'a Spanned<String>);

fn by_variables(service: &Service) -> Vec<ToldPort<'_>> {
    let value = |name: &str| service.environment.get(name).and_then(|variable| variable.value.as_ref());
    let is_routed = value("VIRTUAL_HOST").is_some_and(|host| !host.value.trim().is_empty());
    let port = value("VIRTUAL_PORT").filter(|_| is_routed);
    let found = port.and_then(|port| Some((port.value.trim().parse().ok()?, None, port)));
    found.into_iter().collect()
}

fn by_labels(service: &Service) -> Vec<ToldPort<'_>> {
    let is_pass = |label: &str| {
        let last = label.rsplit('.').next().unwrap_or(label);
        label.starts_with("caddy")
            && last.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_') == "reverse_proxy"
    };
    let labels = service.labels.iter().filter(|(label, _)| is_pass(label));
    labels.filter_map(|(_, value)| upstreams(value)).collect()
}

/// The port of `{{upstreams 8080}}` or `{{upstreams https 8443}}`.
fn upstreams(value: &Spanned<String>) -> Option<ToldPort<'_>> {
    let (_, rest) = value.value.split_once("{{")?;
    let mut words = rest.split_once("}}")?.0.split_whitespace();
    if words.next() != Some("upstreams") {
        return None;
    }
    let (first, second) = (words.next()?, words.next());
    let (scheme, port) = second.map_or((None, first), |port| (Some(first.to_owned()), port));
    Some((port.parse().ok()?, scheme, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_config::testing::{service, spanned};
    use crate::source::SourceDb;

    #[test]
    fn ports_in_labels() {
        let sources = SourceDb::new();
        let check = |label: &str, value: &str, expect: Option<(u16, Option<&str>)>| {
            let mut service = service("é");
            service.labels.insert(label.to_owned(), spanned(&sources, "/l", value));
            let found: Vec<(u16, Option<String>)> =
                by_labels(&service).into_iter().map(|(port, scheme, _)| (port, scheme)).collect();
            let expect = expect.map(|(port, scheme)| (port, scheme.map(str::to_owned)));
            assert_eq!(found, expect.into_iter().collect::<Vec<_>>(), "{label}: {value}");
        };
        check("caddy.reverse_proxy", "{{upstreams 8080}}", Some((8080, None)));
        check("caddy_1.handle_path.0_reverse_proxy", "/x {{ upstreams https 8443 }}", Some((8443, Some("https"))));
        check("caddy.reverse_proxy", "{{upstreams}}", None);
        check("caddy.reverse_proxy", "app:8080", None);
        check("caddy.reverse_proxy.to", "{{upstreams 80}}", None);
        check("traefik.reverse_proxy", "{{upstreams 80}}", None);
    }
}
