//! A published port that bypasses the reverse proxy in front of the service.

use super::together::{self, is_one_service, names_of, ports_in_words};
use crate::app_config::traefik::labels_of;
use crate::collections::{HashSet, IndexMap};
use crate::config::options::options;
use crate::facts::network::exposure::{behind, proxy_of};
use crate::facts::network::listeners::missed;
use crate::facts::network::proxied::Proxied;
use crate::facts::network::published::{Exposure, Published};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{are_allowed, for_purpose};

options! {
    rule::PROXIED_PORT_PUBLISHED {
        /// Host ports that may be published
        allowed_ports: Vec<u16>,
    }
}

/// Reports the published ports of services that a proxy of the project forwards to. Those behind one proxy are one finding:
/// they are open for one reason.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::default();
    let options: Options = cx.settings.options();
    let mut groups: IndexMap<(&str, Severity), Vec<(&Published<'_>, &Proxied)>> = IndexMap::default();
    for published in cx.facts.published() {
        let (service, port) = (published.service, published.port);
        if !published.in_effect || !published.is_active || !published.reach.is_beyond_loopback() {
            continue;
        }
        if are_allowed(port.published, &options.allowed_ports) {
            continue;
        }
        // What is worse than a way around the proxy is said by the rule that knows the image.
        let target = proxy_of(cx.facts, published).filter(|_| behind(service, port).is_none());
        let Some(target) = target.filter(|target| target.here || is_on_network_of_others(cx, service)) else {
            continue;
        };
        // Where nothing listens, nothing answers; `published-port-not-listened` says it.
        if missed(cx.facts, service, port).is_some() || !seen.insert(port.place) {
            continue;
        }
        groups.entry((&target.proxy, severity(cx, published, target))).or_default().push((published, target));
    }
    findings.extend(groups.into_iter().filter_map(|((proxy, severity), all)| finding(cx, proxy, severity, &all)));
}

/// Whether a service is on a network of another project: the proxy that its labels are for may be there.
fn is_on_network_of_others(cx: &Context<'_>, service: &Service) -> bool {
    service.networks.keys().any(|key| cx.model.networks.get(key).is_some_and(|network| network.external))
}

fn severity(cx: &Context<'_>, published: &Published<'_>, target: &Proxied) -> Severity {
    // Who is at home goes around the proxy on purpose, and so does who develops.
    if cx.facts.is_at_home() || adds_little(cx, published.service, &target.proxy) {
        return Severity::Info;
    }
    // An address that was chosen is meant for those who reach it.
    let chosen = matches!(published.reach, Exposure::Address(_));
    let certain = published.port.published.is_some() && !chosen;
    for_purpose(if certain { Severity::Error } else { Severity::Warning }, cx.facts.purpose())
}

fn finding(cx: &Context<'_>, proxy: &str, severity: Severity, all: &[(&Published<'_>, &Proxied)]) -> Option<Finding> {
    let (first, target) = all.first()?;
    let ports: Vec<&Published<'_>> = all.iter().map(|(published, _)| *published).collect();
    let name = &first.service.name;
    let (message, help) = if is_one_service(&ports) {
        let (what, them) = match ports.as_slice() {
            [only] => (format!("port {}", only.port.target), "the entry or publish it"),
            _ => (ports_in_words(cx, &ports), "the entries or publish them"),
        };
        (
            format!("`{name}` publishes {what}, bypassing its reverse proxy `{proxy}`"),
            format!("remove {them} on `127.0.0.1`: `{proxy}` reaches `{name}` over their network"),
        )
    } else {
        (
            format!("{} publish their ports, bypassing their reverse proxy `{proxy}`", names_of(&ports)),
            format!(
                "remove the entries or publish them on `127.0.0.1`: `{proxy}` reaches the services over their network"
            ),
        )
    };
    let mut finding = Finding::new(rule::PROXIED_PORT_PUBLISHED, first.port.place, Subject::service(name), message)
        .severity(severity)
        .evidence(first.port.target.to_string())
        .label(target.place, "the proxy forwards to it here")
        .help(format!("{help}, and whoever bypasses it also bypasses its TLS, login and rate limits"));
    finding = together::label(cx, finding, &ports);
    finding.fixes.extend(together::on_loopback(cx, &ports));
    if !finding.fixes.is_empty() {
        finding.fixes.extend(together::without_ports(cx, &ports));
    }
    Some(finding)
}

/// Whether a proxy has no TLS on any of its ports, as far as that is known: who goes around it then misses little. That of
/// another project has what the labels of the service ask for.
fn adds_little(cx: &Context<'_>, service: &Service, proxy: &str) -> bool {
    let words = ["host(", "websecure", "https", "letsencrypt", "auth", "acme"];
    let mut labels = labels_of(service);
    let asks_for = labels.any(|(name, label)| {
        let value = label.value.to_lowercase();
        name.contains(".tls") || words.iter().any(|word| value.contains(word))
    });
    if !cx.model.services.contains_key(proxy) && !asks_for {
        return true;
    }
    let mut listens = cx.facts.app_configs().listens.iter().filter(|listen| listen.proxy == proxy).peekable();
    listens.peek().is_some() && listens.all(|listen| !listen.ssl && listen.port != 443)
}
