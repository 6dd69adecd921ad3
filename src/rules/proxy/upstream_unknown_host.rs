//! A proxy that forwards to a host which matches no service.

use crate::app_config::{ProxyKind, ProxyTarget};
use crate::collections::HashSet;
use crate::compose::nearest;
use crate::facts::network::hosts::is_loopback;
use crate::facts::network::reach::Answer;
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::with_given;

/// Reports each unknown name once for each proxy.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut seen = HashSet::default();
    for target in cx.facts.proxy_targets() {
        let Some(proxy) = target.proxy.as_deref().filter(|_| target.kind != ProxyKind::Traefik) else { continue };
        let unknown = !target.open
            && is_name(&target.host)
            && !is_loopback(&target.host)
            && cx.facts.reach().who_answers(proxy, &target.host) == Answer::Unknown;
        if unknown
            && !is_from_outside(cx, proxy, target)
            && !is_of_a_stack(cx, &target.host)
            && !cx.facts.is_service_nearby(&target.host)
            && seen.insert((proxy, target.host.as_str()))
        {
            findings.push(finding(cx, proxy, target));
        }
    }
}

/// A single word that may be the name of a service.
fn is_name(host: &str) -> bool {
    host.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        && host.chars().any(|letter| letter.is_ascii_alphabetic())
}

/// `<stack>_<service>`, a name of Swarm: nothing but a slip of the pen in a service's name is sure to be wrong then.
fn is_of_a_stack(cx: &Context<'_>, host: &str) -> bool {
    let Some((stack, _)) = host.split_once('_') else { return false };
    let known: Vec<&str> = cx.model.services.keys().map(String::as_str).collect();
    nearest(host, &known).is_none_or(|near| !near.starts_with(stack))
}

/// Whether the name comes from a variable of the Compose file, which somebody else may set.
fn is_from_outside(cx: &Context<'_>, proxy: &str, target: &ProxyTarget) -> bool {
    let environment = cx.model.services.get(proxy).map(|service| &service.environment);
    target.environment.iter().any(|name| {
        let value = environment.and_then(|all| all.get(name)).and_then(|variable| variable.value.as_ref());
        value.is_some_and(|value| value.is_interpolated())
    })
}

fn finding(cx: &Context<'_>, proxy: &str, target: &ProxyTarget) -> Finding {
    let host = &target.host;
    let known: Vec<&str> = cx.model.services.keys().map(String::as_str).filter(|name| *name != proxy).collect();
    let message = format!("proxy `{proxy}` forwards to `{host}`, which matches no service of this project");
    let then = match target.kind {
        ProxyKind::Nginx | ProxyKind::Haproxy if !target.late => {
            format!("; {} does not start with an unknown host", target.kind.name())
        }
        _ => "; requests fail until a service has that name".to_owned(),
    };
    let help = match nearest(host, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            format!("use the name of a service, or add the host to `extra_hosts` if it is outside the project{then}")
        }
    };
    let confidence = if target.kind == ProxyKind::Nginx { Confidence::High } else { Confidence::Medium };
    let finding = Finding::new(rule::UPSTREAM_UNKNOWN_HOST, target.place, Subject::service(proxy), message)
        .evidence(host.clone())
        .confidence(confidence)
        .help(help);
    // HAProxy starts without the host, and finds it when it appears.
    let is_looked_up = target.kind == ProxyKind::Haproxy && target.late;
    let finding = if is_looked_up { finding.severity(Severity::Info) } else { finding };
    with_given(finding, target.given, format!("`{proxy}` uses this configuration"))
}
