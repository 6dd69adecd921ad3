//! A proxy that believes what anybody says about where a request came from.

use crate::app_config::Traefik;
use crate::app_config::traefik::settings::is_true;
use crate::facts::network::published::Published;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{for_purpose, with_given};
use crate::source::Place;

/// Reports entry points of Traefik that trust the headers of everybody, and networks that nginx trusts.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for traefik in &cx.facts.app_configs().traefiks {
        of_traefik(cx, traefik, findings);
    }
    for one in &cx.facts.app_configs().trusted {
        let Some(published) = public(cx, &one.service, None).filter(|_| !is_behind(cx, &one.service)) else { continue };
        let message = format!("`{}` trusts `X-Forwarded-For` from everybody (`{}`)", one.service, one.text);
        let found = finding(cx, &one.service, one.place, message, published.port.place);
        findings.push(with_given(found, one.given, format!("`{}` uses this configuration", one.service)));
    }
}

/// A port of a service, or one of them, that other machines reach.
fn public<'a>(cx: &'a Context<'_>, service: &str, target: Option<u16>) -> Option<&'a Published<'a>> {
    cx.facts.published().iter().find(|one| {
        let meant = target.is_none_or(|target| one.port.target == target);
        meant && one.is_active && one.in_effect && one.service.name == service && one.reach.is_beyond_loopback()
    })
}

/// Whether another proxy of the project forwards to a service: it may be what is trusted.
fn is_behind(cx: &Context<'_>, service: &str) -> bool {
    cx.facts.proxied().iter().any(|one| one.service == service && one.proxy != service && one.here)
}

fn of_traefik(cx: &Context<'_>, traefik: &Traefik, findings: &mut Vec<Finding>) {
    let settings = &traefik.settings;
    if !settings.known || is_behind(cx, &traefik.service) {
        return;
    }
    for (name, port, _) in settings.entry_points() {
        let Some(published) = public(cx, &traefik.service, Some(port)) else { continue };
        for (option, what) in [("forwardedheaders", "`X-Forwarded-For`"), ("proxyprotocol", "the PROXY protocol")] {
            let path = format!("entrypoints.{name}.{option}.insecure");
            let Some(setting) = settings.get(&path).filter(|one| is_true(&one.value)) else { continue };
            let message = format!("entry point `{name}` of `{}` trusts {what} from everybody", traefik.service);
            findings.push(finding(cx, &traefik.service, setting.place, message, published.port.place));
        }
    }
}

fn finding(cx: &Context<'_>, service: &str, place: Place, message: String, published: Place) -> Finding {
    let severity = for_purpose(Severity::Warning, cx.facts.purpose());
    Finding::new(rule::TRUSTED_PROXY_HEADERS, place, Subject::service(service), message)
        .severity(severity)
        .evidence("trusted")
        .label(published, "other machines reach it here")
        .help("list the addresses of the proxies in front of it (`trustedIPs`, `set_real_ip_from`): anyone can claim any address otherwise, which defeats allow lists, rate limits and logs")
}
