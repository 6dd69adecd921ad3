//! A proxy that listens on 80 or 443 without the port being published.

use std::collections::BTreeMap;

use crate::app_config::ProxyListen;
use crate::facts::images::starts_no_proxy;
use crate::facts::network::published::has_borrowed_network;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::with_given;

/// Reports each port once for each proxy.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut listens: BTreeMap<(&str, u16), &ProxyListen> = BTreeMap::new();
    for listen in cx.facts.app_configs().listens.iter().filter(|listen| !listen.local && is_public(listen)) {
        listens.entry((&listen.proxy, listen.port)).or_insert(listen);
    }
    for ((name, port), listen) in listens {
        let Some(proxy) = cx.model.services.get(name) else { continue };
        if has_borrowed_network(proxy) || proxy.provider.is_some() || is_mapped(proxy, port) || is_inside(cx, proxy) {
            continue;
        }
        if cx.project.has_blank_entry(&proxy.name, &["ports"]) {
            continue;
        }
        // Its image has a configuration that nothing reads, or another service is the one that people come to.
        if starts_no_proxy(proxy) || is_published_by_another(cx, listen) {
            continue;
        }
        findings.extend(finding(cx, proxy, listen));
    }
}

/// The port of TLS, or of HTTP.
fn is_public(listen: &ProxyListen) -> bool {
    listen.port == 443 || listen.port == 80
}

fn is_mapped(proxy: &Service, port: u16) -> bool {
    proxy.ports.iter().any(|mapping| mapping.target == port)
}

/// Whether another service has the same file, and publishes the port.
fn is_published_by_another(cx: &Context<'_>, listen: &ProxyListen) -> bool {
    let twin = |other: &ProxyListen| other.place == listen.place && other.proxy != listen.proxy;
    let mut twins = cx.facts.app_configs().listens.iter().filter(|other| twin(other));
    twins.any(|other| cx.model.services.get(&other.proxy).is_some_and(|service| is_mapped(service, listen.port)))
}

/// Whether something in front of the proxy, or next to it, brings its visitors: another proxy, a tunnel, a test.
fn is_inside(cx: &Context<'_>, proxy: &Service) -> bool {
    const TUNNELS: [&str; 6] = ["cloudflared", "ngrok", "tailscale", "tunnel", "frpc", "tor"];
    let fronted = cx.facts.proxied().iter().any(|one| one.service == proxy.name && one.proxy != proxy.name);
    let labelled = proxy.labels.keys().any(|name| name.starts_with("traefik.") || name.starts_with("caddy"));
    let by_variable = ["VIRTUAL_HOST", "LETSENCRYPT_HOST"].iter().any(|name| proxy.environment.contains_key(*name));
    let tunnelled = cx.model.services.values().any(|service| {
        let image = service.image.as_ref().map_or("", |image| image.value.repository.as_str());
        TUNNELS.iter().any(|name| service.name.contains(name) || image.contains(name))
    });
    let shared = cx.model.services.values().any(|service| {
        service.network_mode.as_ref().is_some_and(|mode| mode.value == format!("service:{}", proxy.name))
    });
    fronted || labelled || by_variable || tunnelled || shared
}

fn finding(cx: &Context<'_>, proxy: &Service, listen: &ProxyListen) -> Option<Finding> {
    let (name, port) = (&proxy.name, listen.port);
    // Who publishes other ports means to be reached. Who publishes none may be reached from elsewhere.
    let published: Vec<String> = proxy.ports.iter().map(|mapping| mapping.target.to_string()).collect();
    if published.is_empty() && (port == 80 || !is_entrance(cx, proxy)) {
        return None;
    }
    // Port 80 next to a published 443 is only a convenience, and the port that an image is born with is left alone.
    if port == 80 && !listens_elsewhere(cx, proxy) {
        return None;
    }
    let message = format!("proxy `{name}` listens on port {port}, but does not publish it");
    let help = format!("publish it (`\"{port}:{port}\"`), or remove the port from the configuration");
    let finding = Finding::new(rule::LISTENING_PORT_NOT_PUBLISHED, listen.place, Subject::service(name), message)
        .evidence(port.to_string())
        .confidence(if published.is_empty() { Confidence::Medium } else { Confidence::High })
        .help(help);
    let place = proxy.ports_key.unwrap_or(proxy.key);
    let shown = if published.is_empty() {
        format!("`{name}` publishes nothing")
    } else {
        format!("`{name}` only publishes container port {}", published.join(", "))
    };
    let finding = if finding.place.span.file == place.span.file && finding.place.span.start == place.span.start {
        finding
    } else {
        finding.label(place, shown)
    };
    Some(with_given(finding, listen.given, format!("`{name}` uses this configuration")))
}

/// Whether a proxy that publishes nothing is where people should come in: nobody else publishes a thing, and all of its
/// networks belong to the project.
fn is_entrance(cx: &Context<'_>, proxy: &Service) -> bool {
    let alone = cx.model.services.values().all(|service| service.ports.is_empty());
    let own = proxy.networks.keys().all(|key| cx.model.networks.get(key).is_none_or(|network| !network.external));
    alone && own && !cx.facts.is_service_nearby(&proxy.name)
}

/// Whether the ports that are published are others than those that the proxy listens on.
fn listens_elsewhere(cx: &Context<'_>, proxy: &Service) -> bool {
    let listens = &cx.facts.app_configs().listens;
    !proxy
        .ports
        .iter()
        .any(|mapping| listens.iter().any(|listen| listen.proxy == proxy.name && listen.port == mapping.target))
}
