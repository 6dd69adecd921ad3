//! The middlewares of Traefik's routers, as labels name and define them.

use crate::app_config::traefik::elements;
use crate::app_config::traefik::guards::HARMLESS;
use crate::model::Service;
use crate::rules::Context;

/// Whether a router may require authentication: by a middleware that is not known to ask for nothing, or by one of the entry
/// points of a Traefik that can be read.
pub(super) fn guards(cx: &Context<'_>, service: &Service, router: &str) -> bool {
    let at_entrance = cx.facts.app_configs().traefiks.iter().any(|traefik| traefik.settings.asks_at_entrance());
    middlewares(service, router).iter().any(|name| !is_harmless(cx, name)) || at_entrance
}

/// Whether all that a router does is to send people on to TLS.
pub(super) fn redirects(cx: &Context<'_>, service: &Service, router: &str) -> bool {
    let is_elsewhere_called_so = |name: &str, kinds: &[String]| kinds.is_empty() && name.contains("redirect");
    middlewares(service, router).iter().any(|name| {
        let kinds = kinds(cx, name);
        kinds.iter().any(|kind| kind.starts_with("redirect")) || is_elsewhere_called_so(name, &kinds)
    })
}

/// The middlewares of a router.
fn middlewares(service: &Service, router: &str) -> Vec<String> {
    let elements = elements(service);
    let named =
        elements.iter().filter(|one| one.kind == "routers" && one.name == router && one.option == "middlewares");
    let names = named.flat_map(|one| one.value.value.split(',')).map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| name.strip_suffix("@docker").unwrap_or(name).to_owned()).collect()
}

/// The kinds of a middleware, by the labels of all services; none for one that is defined elsewhere.
fn kinds(cx: &Context<'_>, middleware: &str) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for (option, value) in cx.facts.app_configs().middlewares.get(middleware).into_iter().flatten() {
        let kind = option.split('.').next().unwrap_or("");
        if kind == "chain" {
            // What a chain names is defined on its own; a chain in a chain may be anything.
            let links = value.split(',').map(|name| name.trim().trim_end_matches("@docker"));
            kinds.extend(links.flat_map(|link| of_link(cx, link)));
        } else {
            kinds.push(kind.to_owned());
        }
    }
    kinds
}

/// The kinds of a middleware that a chain names; `unknown` where they are not to be seen here.
fn of_link(cx: &Context<'_>, link: &str) -> Vec<String> {
    let defined = cx.facts.app_configs().middlewares.get(link).into_iter().flatten();
    let kinds: Vec<String> = defined.map(|(option, _)| option.split('.').next().unwrap_or("").to_owned()).collect();
    if kinds.is_empty() { vec!["unknown".to_owned()] } else { kinds }
}

fn is_harmless(cx: &Context<'_>, middleware: &str) -> bool {
    let kinds = kinds(cx, middleware);
    !kinds.is_empty() && kinds.iter().all(|kind| HARMLESS.contains(&kind.as_str()))
}
