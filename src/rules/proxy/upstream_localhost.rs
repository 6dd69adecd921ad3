//! A proxy that forwards to `localhost`, which is its own container.

use crate::app_config::{ProxyKind, ProxyTarget, is_official};
use crate::collections::HashSet;
use crate::facts::images::known_image;
use crate::facts::network::hosts::is_loopback;
use crate::facts::network::peers::who_listens;
use crate::facts::network::published::has_borrowed_network;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{usual_port, with_given};

/// Reports each address of a proxy's own container that nothing in it serves.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for target in cx.facts.proxy_targets() {
        let proxy = target.proxy.as_ref().and_then(|name| cx.model.services.get(name));
        let is_itself = is_loopback(&target.host) || matches!(target.host.as_str(), "0.0.0.0" | "::");
        let Some(proxy) = proxy.filter(|_| target.kind != ProxyKind::Traefik && is_itself) else {
            continue;
        };
        let port = target.port.unwrap_or_else(|| usual_port(target.scheme.as_deref()));
        if has_borrowed_network(proxy) || serves_itself(cx, proxy, port) || !seen.insert((&proxy.name, port)) {
            continue;
        }
        findings.extend(finding(cx, proxy, target, port));
    }
}

/// Whether the proxy, or who shares its network, may listen there.
fn serves_itself(cx: &Context<'_>, proxy: &Service, port: u16) -> bool {
    let listens = cx.facts.app_configs().listens.iter().any(|listen| listen.proxy == proxy.name && listen.port == port);
    // In front of a datastore, a proxy has the port of what is behind it.
    let holds_data = |one: &Service| known_image(one).is_some_and(|known| known.image.holds_data());
    let behind = who_listens(cx.facts, &proxy.name, port).and_then(|name| cx.model.services.get(name));
    let is_in_front = is_official(proxy) && behind.is_some_and(holds_data);
    listens && !is_in_front || cx.facts.reach().siblings(&proxy.name).len() > 1 || matches!(port, 2019)
}

fn finding(cx: &Context<'_>, proxy: &Service, target: &ProxyTarget, port: u16) -> Option<Finding> {
    let other = who_listens(cx.facts, &proxy.name, port);
    // An image of one's own may hold the program behind the proxy, too.
    let alone = is_official(proxy);
    let is_own = proxy.ports.iter().any(|own| own.target == port);
    if !alone && (other.is_none() || port == 9000 || is_own) {
        return None;
    }
    let name = &proxy.name;
    let address = target.port.map_or_else(|| target.host.clone(), |port| format!("{}:{port}", target.host));
    let message = match other {
        Some(other) => format!("`{address}` is the container of the proxy `{name}` itself, not `{other}`"),
        None => {
            format!("`{address}` is the container of the proxy `{name}` itself, where nothing listens on this port")
        }
    };
    let help = match other {
        Some(other) => format!("use `{other}` as the host: services reach each other by name"),
        None => "use the name of the service; for a program on the host, use `host.docker.internal` with `extra_hosts: [\"host.docker.internal:host-gateway\"]`"
            .to_owned(),
    };
    let finding = Finding::new(rule::UPSTREAM_LOCALHOST, target.place, Subject::service(name), message)
        .evidence(address)
        .confidence(if alone { Confidence::High } else { Confidence::Medium })
        .help(help);
    Some(with_given(finding, target.given, format!("`{name}` uses this configuration")))
}
