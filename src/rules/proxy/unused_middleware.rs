//! A middleware of Traefik that a label defines and no router uses.

use crate::app_config::traefik::{elements, is_traefik, labels_of, routed};
use crate::collections::IndexMap;
use crate::facts::network::traefik_names::{Middleware, Provider, TraefikKind, has_router, is_shared, names};
use crate::finding::{Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};

/// Reports the unused middlewares of each service once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.project.partly_unread {
        return;
    }
    let traefik = match cx.facts.app_configs().traefiks.as_slice() {
        [] => None,
        [only] if only.settings.known && only.files_known => Some(only),
        _ => return,
    };
    let names = names(cx.facts, traefik);
    let shared = is_shared(cx.facts);
    let is_used = |one: &Middleware| {
        let name = one.name.to_ascii_lowercase();
        names.references.iter().any(|reference| {
            let (kind, used, provider) = &reference.key;
            *kind == TraefikKind::Middleware && *used == name && *provider != Provider::File
        })
    };
    let mut unused: IndexMap<&str, Vec<&Middleware>> = IndexMap::default();
    for one in names.middlewares.iter().filter(|one| !is_used(one)) {
        let Some(service) = cx.model.services.get(&one.service) else { continue };
        // What Traefik's own service defines on a network that others join is for them.
        let for_others = shared && (is_traefik(service) || !has_router(service));
        let enabled = routed(service).is_some_and(|route| route.enabled) || has_router(service);
        if !for_others && enabled && !is_interpolated(service) {
            unused.entry(&one.service).or_default().push(one);
        }
    }
    if unused.is_empty() {
        return;
    }
    // One Traefik reads the labels of all projects.
    let nearby = cx.facts.middlewares_nearby();
    for all in unused.values_mut() {
        all.retain(|one| !nearby.contains(&one.name.to_ascii_lowercase()));
    }
    for (name, all) in unused {
        findings.extend(cx.model.services.get(name).and_then(|service| finding(service, &all)));
    }
}

/// Whether a variable that has no value decides about middlewares.
fn is_interpolated(service: &Service) -> bool {
    let blank = |part: &crate::compose::value::Part| part.variable.is_some() && part.start == part.end;
    labels_of(service).any(|(name, value)| name.contains("middlewares") && value.parts.iter().any(blank))
}

fn finding(service: &Service, all: &[&Middleware]) -> Option<Finding> {
    let (first, rest) = all.split_first()?;
    let shown: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    let (what, verb) = if rest.is_empty() { ("middleware", "is") } else { ("middlewares", "are") };
    let message = format!("{what} {} {verb} not used by any router", and_list(&shown));
    let router = elements(service).into_iter().find(|one| one.kind == "routers");
    let protocol = router.as_ref().map_or("http", |one| one.protocol);
    let router = router.map_or("<router>", |one| one.name);
    let help = format!(
        "a middleware has no effect until a router lists it: add `traefik.{protocol}.routers.{router}.middlewares={}`, or remove it",
        shown.join(",")
    );
    let mut finding = Finding::new(rule::UNUSED_MIDDLEWARE, first.place, Subject::service(&service.name), message)
        .evidence(shown.join(","))
        .help(help);
    for other in rest.iter().take(LABELS) {
        finding = finding.label(other.place, format!("`{}` is not used either", other.name));
    }
    Some(finding)
}
