//! An admin interface of a proxy that other machines can reach.

use crate::app_config::traefik::elements;
use crate::app_config::traefik::guards::is_internal;
use crate::app_config::{AdminPort, ProxyKind};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::rules::support::for_purpose;
use crate::rules::{Context, fixes};

use super::middlewares::{guards, redirects};

/// Reports the setting that opens the interface.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for admin in &cx.facts.app_configs().admins {
        let published = cx.facts.published().iter().find(|published| {
            published.service.name == admin.proxy
                && published.port.target == admin.port
                && published.in_effect
                && published.reach.is_beyond_loopback()
        });
        let Some(published) = published else { continue };
        let AdminPort { proxy, port, place, kind } = admin;
        let severity = if *kind == ProxyKind::Haproxy { Severity::Warning } else { Severity::Error };
        let severity = for_purpose(severity, cx.facts.purpose());
        // The dashboard of Traefik shows, and changes nothing.
        let only_shows = !matches!(kind, ProxyKind::Caddy);
        let severity = if only_shows && cx.facts.is_at_home() { Severity::Info } else { severity };
        let message = format!("{} on port {port} of `{proxy}` is exposed without a password", what(*kind));
        let mut finding = Finding::new(rule::PROXY_ADMIN_API, *place, Subject::service(proxy), message)
            .severity(severity)
            .evidence(port.to_string())
            .help(help(*kind, *port));
        finding.fixes.extend(fixes::on_loopback(cx, published.port));
        let same = published.port.place == *place;
        findings.push(if same { finding } else { finding.label(published.port.place, "published here") });
    }
    routed_dashboards(cx, findings);
}

fn what(kind: ProxyKind) -> &'static str {
    match kind {
        ProxyKind::Caddy => "the Caddy admin API",
        ProxyKind::Haproxy => "the HAProxy statistics page",
        _ => "the Traefik API (with the dashboard)",
    }
}

fn help(kind: ProxyKind, port: u16) -> String {
    match kind {
        ProxyKind::Caddy => {
            format!("publish it as `127.0.0.1:{port}:{port}` or not at all: it accepts new configurations")
        }
        ProxyKind::Haproxy => "add `stats auth`, or publish the port on `127.0.0.1`".to_owned(),
        _ => format!(
            "remove `api.insecure` and route the dashboard to `api@internal` with a login, or publish it as `127.0.0.1:{port}:{port}`"
        ),
    }
}

/// Routers of Traefik's dashboard that ask for nothing.
fn routed_dashboards(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let elements = elements(service);
        for element in &elements {
            let is_dashboard =
                element.kind == "routers" && element.option == "service" && element.value.value == "api@internal";
            let rule = elements.iter().find(|one| one.name == element.name && one.option == "rule");
            let internal = rule.is_none_or(|rule| is_internal(&rule.value.value));
            let is_open = !guards(cx, service, element.name) && !redirects(cx, service, element.name);
            if !is_dashboard || internal || !is_open {
                continue;
            }
            let name = &service.name;
            let message = format!("router `{}` exposes the Traefik dashboard without a login", element.name);
            let severity = for_purpose(Severity::Warning, cx.facts.purpose());
            findings.push(
                Finding::new(rule::PROXY_ADMIN_API, element.value.place, Subject::service(name), message)
                    .severity(severity)
                    .evidence(element.name.to_owned())
                    .confidence(Confidence::Medium)
                    .help("add a `basicauth`, `forwardauth` or `ipallowlist` middleware to the router"),
            );
        }
    }
}
