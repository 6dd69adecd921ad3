//! A published port that bypasses the reverse proxy in front of the service.

use crate::collections::HashSet;
use crate::config::options::options;
use crate::facts::network::exposure::{behind, proxy_of};
use crate::facts::network::listeners::missed;
use crate::facts::network::published::Exposure;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::support::{are_allowed, for_data};
use crate::rules::{Context, fixes};

options! {
    rule::PROXIED_PORT_PUBLISHED {
        /// Host ports that may be published
        allowed_ports: Vec<u16>,
    }
}

/// Reports the published port of a service that a proxy of the project forwards to.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::default();
    let options: Options = cx.settings.options();
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
        let Some(target) = target else { continue };
        // Where nothing listens, nothing answers; `published-port-not-listened` says it.
        if missed(cx.facts, service, port).is_some() {
            continue;
        }
        if !seen.insert(port.place) {
            continue;
        }
        // An address that was chosen is meant for those who reach it.
        let chosen = matches!(published.reach, Exposure::Address(_));
        let certain = port.published.is_some() && !chosen && !adds_little(cx, service, &target.proxy);
        let severity = if certain { Severity::Error } else { Severity::Warning };
        // Who develops goes around the proxy on purpose.
        let severity = for_data(severity, cx.facts.purpose());
        // So does who is at home.
        let severity = if cx.facts.is_at_home() { Severity::Info } else { severity };
        let name = &service.name;
        let message =
            format!("`{name}` publishes port {}, bypassing its reverse proxy `{}`", port.target, target.proxy);
        let help = format!(
            "remove the entry or publish it on `127.0.0.1`: `{}` reaches `{name}` over their network, and whoever bypasses it also bypasses its TLS, login and rate limits",
            target.proxy
        );
        let mut finding = Finding::new(rule::PROXIED_PORT_PUBLISHED, port.place, Subject::service(name), message)
            .severity(severity)
            .evidence(port.target.to_string())
            .label(target.place, "the proxy forwards to it here")
            .help(help);
        finding.fixes.extend(fixes::on_loopback(cx, port));
        if !finding.fixes.is_empty() {
            finding.fixes.extend(fixes::without_port(cx, port));
        }
        findings.push(finding);
    }
}

/// Whether a proxy has no TLS on any of its ports, as far as that is known: who goes around it then misses little. That of
/// another project has what the labels of the service ask for.
fn adds_little(cx: &Context<'_>, service: &Service, proxy: &str) -> bool {
    let asks_for = |(name, label): (&String, &Spanned<String>)| {
        let value = label.value.to_lowercase();
        let words = ["host(", "websecure", "https", "letsencrypt", "auth", "acme"];
        name.contains(".tls") || words.iter().any(|word| value.contains(word))
    };
    if !cx.model.services.contains_key(proxy) && !service.labels.iter().any(asks_for) {
        return true;
    }
    let mut listens = cx.facts.app_configs().listens.iter().filter(|listen| listen.proxy == proxy).peekable();
    listens.peek().is_some() && listens.all(|listen| !listen.ssl && listen.port != 443)
}
