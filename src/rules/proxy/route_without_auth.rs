//! A public route to a service without authentication.

use super::middlewares::{guards, redirects};
use crate::app_config::traefik::guards::is_internal;
use crate::app_config::traefik::{elements, routed};
use crate::app_config::{ProxyKind, ProxyRoute};
use crate::catalogue::schema::{ImageRole, Login};
use crate::collections::HashSet;
use crate::facts::images::{known_image, may_be_set, variable};
use crate::facts::network::exposure;
use crate::facts::network::exposure::OpenKind;
use crate::facts::network::reach::Answer;
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{for_purpose, with_given};

/// Reports the rule of the first router that leads to a service known to have no login, where no middleware asks for one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let enabled = routed(service).is_some_and(|route| route.enabled);
        if enabled && asks_nobody(service) {
            findings.extend(open_route(cx, service));
        }
    }
    // Several servers of one upstream are one cause, and so are several ways to one service.
    let (mut places, mut services) = (HashSet::default(), HashSet::default());
    for route in &cx.facts.app_configs().open_routes {
        let Some(finding) = through(cx, route) else { continue };
        let is_new = services.insert(finding.subject.clone());
        if places.insert(finding.place) && is_new {
            findings.push(finding);
        }
    }
}

/// A way through a proxy from outside to a service without a login.
fn through(cx: &Context<'_>, route: &ProxyRoute) -> Option<Finding> {
    let Answer::Service(name) = cx.facts.reach().who_answers(&route.proxy, &route.host) else { return None };
    let service = cx.model.services.get(name).filter(|service| service.name != route.proxy)?;
    let open = exposure::at(service, route.port.unwrap_or(80), "tcp").filter(|open| open.known.exact)?;
    let leads = |port: u16| route.ports.is_empty() || route.ports.contains(&port);
    let published = cx.facts.published().iter().any(|one| {
        one.service.name == route.proxy && one.in_effect && one.reach.is_beyond_loopback() && leads(one.port.target)
    });
    let hidden = matches!(open.kind, OpenKind::Datastore(_)) && !exposure::by_http(service, route.port.unwrap_or(80));
    if hidden || !published {
        return None;
    }
    let message = format!("`{}` forwards everyone to `{name}`, which has no authentication", route.proxy);
    let severity = for_purpose(Severity::Warning, cx.facts.purpose());
    let help = match route.kind {
        ProxyKind::Nginx => "require a login with `auth_basic` or `auth_request`, or restrict the allowed addresses",
        ProxyKind::Haproxy => "require a login with `http-request auth`, or restrict the allowed addresses",
        ProxyKind::TraefikFile => "add a `basicAuth`, `forwardAuth` or `ipAllowList` middleware to the router",
        _ => "require a login with `basic_auth` or `forward_auth`, or restrict the allowed addresses",
    };
    let finding = Finding::new(rule::ROUTE_WITHOUT_AUTH, route.place, Subject::service(name), message)
        .severity(severity)
        .evidence(route.proxy.clone())
        .help(format!("{}; {help}", open.why));
    Some(with_given(finding, route.given, format!("`{}` uses this configuration", route.proxy)))
}

fn open_route(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let name = &service.name;
    let elements = elements(service);
    let of_http = elements.iter().filter(|one| one.kind == "routers" && one.protocol == "http");
    let mut rules = of_http.clone().filter(|one| one.option == "rule" && !redirects(cx, service, one.name));
    let rule = rules.find(|rule| !guards(cx, service, rule.name) && !is_internal(&rule.value.value))?;
    let mut lists = of_http.filter(|one| one.name == rule.name && one.option == "middlewares");
    let emptied = lists.find(|one| one.value.value.trim().is_empty());
    let why =
        if emptied.is_some() { "its list of middlewares is empty" } else { "it has no middleware that requires one" };
    let message = format!("router `{}` exposes `{name}` without a login: {why}", rule.name);
    let severity = for_purpose(Severity::Warning, cx.facts.purpose());
    let place = emptied.map_or(rule.value.place, |one| one.value.place);
    Some(
        Finding::new(rule::ROUTE_WITHOUT_AUTH, place, Subject::service(name), message)
            .severity(severity)
            .evidence(rule.name.to_owned())
            .confidence(if emptied.is_some() { Confidence::High } else { Confidence::Medium })
            .help("add a `basicauth`, `forwardauth` or `ipallowlist` middleware to the router"),
    )
}

/// Whether the image is known to let everybody in, and holds or commands something.
fn asks_nobody(service: &Service) -> bool {
    let Some(known) = known_image(service).filter(|known| known.exact) else { return false };
    let matters = match known.image.role {
        ImageRole::Admin | ImageRole::Monitoring | ImageRole::Search => true,
        ImageRole::Datastore => {
            routed(service).and_then(|route| route.port).is_some_and(|port| exposure::by_http(service, port))
        }
        _ => false,
    };
    let Some(login) = known.image.login_for(known.tag) else { return false };
    matters && !login.default && !is_switched_on(service, login)
}

fn is_switched_on(service: &Service, login: &Login) -> bool {
    let by_variable = login.on.iter().any(|setting| {
        may_be_set(service, &setting.variable)
            || variable(service, &setting.variable)
                .is_some_and(|value| setting.contains(&value.value) || value.is_interpolated())
    });
    let words = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    let by_flag = words.into_iter().any(|word| login.on_flags.iter().any(|flag| word.value.contains(flag.as_str())));
    by_variable || by_flag
}
