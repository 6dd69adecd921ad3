//! Labels, and the addresses that Traefik routes by them.

use super::sides::{ServicePair, Side, Sides};
use super::words::{names, several};
use super::{DeploymentChange, Effect, Topic};
use crate::app_config::traefik::{elements, routed};
use crate::collections::IndexMap;
use crate::model::{Service, Spanned};

/// Labels by their names.
type Labels = IndexMap<String, Spanned<String>>;

/// The labels of which something was told.
enum ToldLabels {
    /// All that Traefik reads: the service is a new one for it, or gone.
    OfTraefik,
    /// Those with these names.
    These(Vec<String>),
}

impl ToldLabels {
    fn has(&self, label: &str) -> bool {
        match self {
            ToldLabels::OfTraefik => label.to_ascii_lowercase().starts_with("traefik."),
            ToldLabels::These(names) => names.iter().any(|name| name == label),
        }
    }
}

/// Compares the labels of a service.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some(now) = pair.now else { return };
    let told = routes(sides, pair, now, out);
    let Some(then) = pair.then else { return };
    for (key, old, new) in [("labels", &then.labels, &now.labels), ("deploy", &then.deploy_labels, &now.deploy_labels)]
    {
        plain(sides, &now.name, key, (old, new), &told, out);
    }
}

/// What Traefik routes to a service: its rules by router. Gives the labels that were told.
fn routes(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) -> ToldLabels {
    let name = &now.name;
    let rules = |service: Option<&'_ Service>| -> Labels {
        let all = service.into_iter().flat_map(elements);
        let rules = all.filter(|one| one.kind == "routers" && one.option == "rule");
        rules.map(|one| (format!("traefik.{}.routers.{}.rule", one.protocol, one.name), one.value.clone())).collect()
    };
    let (old, new) = (rules(pair.then), rules(pair.now));
    let is_on = |service: Option<&Service>| service.and_then(routed).is_some_and(|route| route.enabled);
    let (was, is) = (is_on(pair.then), is_on(pair.now));
    let mut told: Vec<String> = Vec::new();
    let switch = now.labels.get("traefik.enable").or_else(|| now.deploy_labels.get("traefik.enable"));
    let mut push = |effect: Effect, risky: bool, message: String, at: Option<&Spanned<String>>| {
        let change = DeploymentChange::new(Topic::Access, effect, "labels", message).about(name);
        out.push(change.risky_if(risky).at(at.map(|value| sides.now.place(value.place))));
    };
    match (was, is) {
        (false, true) => {
            let shown: Vec<String> = new.values().filter_map(|rule| quoted(&sides.now, rule)).collect();
            let rule = if let [only] = shown.as_slice() { format!(" what matches {only}") } else { String::new() };
            push(Effect::Opens, true, format!("Traefik routes{rule} to `{name}`"), new.values().next().or(switch));
            return ToldLabels::OfTraefik;
        }
        (true, false) => {
            push(Effect::Closes, false, format!("Traefik no longer routes to `{name}`"), switch);
            return ToldLabels::OfTraefik;
        }
        (true, true) => {
            for (key, rule) in &new {
                let Some(before) = old.get(key).filter(|before| !sides.is_same(before, rule)) else { continue };
                told.push(key.clone());
                let message = match (quoted(&sides.then, before), quoted(&sides.now, rule)) {
                    (Some(old), Some(new)) if old != new => {
                        format!("Traefik routes what matches {new} to `{name}` instead of {old}")
                    }
                    _ => format!("Traefik routes other addresses to `{name}`"),
                };
                push(Effect::Moves, false, message, Some(rule));
            }
        }
        (false, false) => {}
    }
    ToldLabels::These(told)
}

/// A rule in backticks has them itself.
fn quoted(side: &Side<'_>, rule: &Spanned<String>) -> Option<String> {
    let plain = Spanned { value: rule.value.replace('`', "'"), ..rule.clone() };
    side.quoted_text("rule", &plain)
}

fn plain(
    sides: &Sides<'_>,
    name: &str,
    key: &str,
    (old, new): (&Labels, &Labels),
    told: &ToldLabels,
    out: &mut Vec<DeploymentChange>,
) {
    let is_only_in = |other: &Labels, label: &String| !other.contains_key(label) && !told.has(label);
    let added: Vec<&String> = new.keys().filter(|label| is_only_in(old, label)).collect();
    let dropped: Vec<&String> = old.keys().filter(|label| is_only_in(new, label)).collect();
    let differs = |(label, value): &(&String, &Spanned<String>)| {
        !told.has(label) && old.get(*label).is_some_and(|before| !sides.is_same(before, value))
    };
    let changed: Vec<&String> = new.iter().filter(differs).map(|(label, _)| label).collect();
    let list = |labels: &[&String]| {
        let masked: Vec<String> = labels.iter().map(|label| sides.now.masked(label)).collect();
        match masked.as_slice() {
            [first, second, rest @ ..] if rest.len() > 1 => {
                format!("the labels `{first}`, `{second}` and {} more", rest.len())
            }
            all => format!("{} {}", several(all.len(), "the label", "the labels"), names(all)),
        }
    };
    let at = |labels: &[&String]| {
        let first = labels.first()?;
        let now = new.get(*first).map(|one| sides.now.place(one.place));
        now.or_else(|| old.get(*first).map(|one| sides.then.place(one.place)))
    };
    let all = [
        (Effect::Adds, &added, format!("`{name}` gets {}", list(&added))),
        (Effect::Drops, &dropped, format!("`{name}` no longer has {}", list(&dropped))),
        (Effect::Changes, &changed, format!("`{name}` has another value of {}", list(&changed))),
    ];
    for (effect, labels, message) in all.into_iter().filter(|(_, labels, _)| !labels.is_empty()) {
        out.push(DeploymentChange::new(Topic::Run, effect, key, message).about(name).at(at(labels)));
    }
}
