//! A service that Traefik cannot reach, or may look for on the wrong network.

use std::collections::BTreeMap;

use crate::app_config::Traefik;
use crate::app_config::traefik::{TraefikRoute, elements, is_traefik, routed};
use crate::facts::network::proxied::is_on_its_own;
use crate::facts::network::published::has_borrowed_network;
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::Place;

/// Reports each routed service once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let traefik = match cx.facts.app_configs().traefiks.as_slice() {
        [] => None,
        [only] => Some(only),
        _ => return,
    };
    if traefik.and_then(|one| cx.model.services.get(&one.service)).is_some_and(has_borrowed_network) {
        return;
    }
    let mut unnamed: Vec<Finding> = Vec::new();
    let mut misnamed: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for service in cx.model.services.values() {
        let Some(route) = routed(service).filter(|route| route.enabled) else { continue };
        if is_traefik(service) || has_borrowed_network(service) || is_internal(service) {
            continue;
        }
        let routed = Routed { cx, service, route: &route };
        if let Some(finding) = routed.unshared(traefik) {
            findings.push(finding);
        } else if let Some((label, finding)) = routed.misnamed(traefik) {
            misnamed.entry(label).or_default().push(finding);
        } else {
            unnamed.extend(routed.unnamed(traefik));
        }
    }
    findings.extend(misnamed.into_values().filter_map(together));
    findings.extend(together(unnamed));
}

/// One finding for all services that lack the label, or name one network wrongly.
fn together(unnamed: Vec<Finding>) -> Option<Finding> {
    let mut all = unnamed.into_iter();
    let mut first = all.next()?;
    let others = all.map(|one| Label { place: one.place, message: "this label has the same problem".into() });
    first.labels.extend(others.take(LABELS));
    Some(first)
}

/// Whether its routers lead to Traefik itself alone.
fn is_internal(service: &Service) -> bool {
    let elements = elements(service);
    let mut services = elements.iter().filter(|one| one.kind == "routers" && one.option == "service").peekable();
    services.peek().is_some() && services.all(|one| one.value.value.ends_with("@internal"))
}

struct Routed<'a, 'c> {
    cx: &'a Context<'c>,
    service: &'a Service,
    route: &'a TraefikRoute,
}

impl Routed<'_, '_> {
    fn finding(&self, severity: Severity, place: Place, message: String) -> Finding {
        Finding::new(rule::TRAEFIK_NETWORK, place, Subject::service(&self.service.name), message).severity(severity)
    }

    fn key(&self) -> Place {
        self.service.networks_key.unwrap_or(self.service.key)
    }

    fn networks(&self) -> Vec<&str> {
        self.cx.facts.reach().networks(&self.service.name)
    }

    /// Traefik is on none of its networks.
    fn unshared(&self, traefik: Option<&Traefik>) -> Option<Finding> {
        let (name, traefik) = (&self.service.name, traefik?);
        let known =
            !self.cx.project.unresolved.contains(name) && !self.cx.project.unresolved.contains(&traefik.service);
        if !known || self.cx.facts.reach().can_reach(&traefik.service, name) {
            return None;
        }
        let proxy = self.cx.model.services.get(&traefik.service)?;
        let message = format!("`{}` routes to `{name}`, but shares no network with it", traefik.service);
        let there = proxy.networks_key.unwrap_or(proxy.key);
        let names: Vec<&String> = proxy.networks.keys().collect();
        Some(
            self.finding(Severity::Error, self.key(), message)
                .evidence(traefik.service.clone())
                .label(there, format!("`{}` is on {}", traefik.service, and_list(&names)))
                .help(format!("add `{name}` to a network of `{}`", traefik.service)),
        )
    }

    /// The label names a network that it is not on: Traefik then takes any.
    fn misnamed(&self, traefik: Option<&Traefik>) -> Option<(String, Finding)> {
        let (label, place) = self.route.network.as_ref()?;
        let networks = self.networks();
        let named = networks.contains(&label.as_str()) || label.is_empty();
        // The part before the key may be the name that the project has elsewhere.
        let other_project = self.service.networks.keys().any(|key| label.ends_with(&format!("_{key}")));
        if named || other_project || networks.len() < 2 || self.all_shared(traefik) {
            return None;
        }
        if traefik.is_none() && is_on_its_own(self.cx.facts, self.service) {
            return None;
        }
        let name = &self.service.name;
        let message = format!("`{name}` is on no network named `{label}`, so Traefik picks any of its networks");
        let help = match self.cx.model.networks.get(label) {
            Some(network) => format!("use `{}`, or set that `name` on the network", network.name.value),
            None => format!("use one of {}", and_list(&networks)),
        };
        Some((label.clone(), self.finding(Severity::Warning, *place, message).evidence(label.clone()).help(help)))
    }

    /// Several networks, and nothing says which one Traefik should take. What a Traefik of elsewhere was told is not
    /// known.
    fn unnamed(&self, traefik: Option<&Traefik>) -> Option<Finding> {
        let networks = self.networks();
        let settings = &traefik?.settings;
        let told = !settings.known || settings.provider_network().is_some();
        if told || self.route.network.is_some() || networks.len() < 2 || self.all_shared(traefik) {
            return None;
        }
        let name = &self.service.name;
        let right = self.right_network(traefik?);
        let message = format!(
            "`{name}` is on {} networks, and no `traefik.docker.network` label selects one for Traefik",
            networks.len()
        );
        let help = match right {
            Some(network) => format!("add the label `traefik.docker.network={network}`: without it, Traefik picks any of them"),
            None => {
                "add the label `traefik.docker.network` with the actual name of the network that Traefik is on: without it, Traefik picks any of them"
                    .to_owned()
            }
        };
        Some(
            self.finding(Severity::Warning, self.route.place, message)
                .evidence("unnamed")
                .label(self.key(), format!("on {}", and_list(&networks)))
                .help(help),
        )
    }

    /// Whether it does not matter which network Traefik takes.
    fn all_shared(&self, traefik: Option<&Traefik>) -> bool {
        traefik.is_some_and(|one| {
            let shared = self.cx.facts.reach().shared_networks(&one.service, &self.service.name);
            shared.len() == self.networks().len()
        })
    }

    /// The one network that both are on.
    fn right_network(&self, traefik: &Traefik) -> Option<String> {
        match self.cx.facts.reach().shared_networks(&traefik.service, &self.service.name).as_slice() {
            [only] => Some((*only).to_owned()),
            _ => None,
        }
    }
}
