//! Networks that services leave and join, and who can reach whom.

use super::sides::{ServicePair, Side, Sides};
use super::words::{meant, names, several};
use super::{DeploymentChange, Effect, Topic};
use crate::collections::{HashMap, IndexMap};
use crate::facts::network::peers::Meaning;
use crate::model::Service;

/// In a project with more services, who can reach whom is not told.
const MOST_SERVICES: usize = 400;

/// How a service is connected: what is left and what is joined, by keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Switch {
    left: Vec<String>,
    joined: Vec<String>,
}

/// Compares the networks of all services.
pub(super) fn compare(sides: &Sides<'_>, pairs: &[ServicePair<'_>], out: &mut Vec<DeploymentChange>) {
    let mut switches: IndexMap<Switch, Vec<(&Service, &Service)>> = IndexMap::default();
    let mut switched: Vec<&str> = Vec::new();
    for pair in pairs {
        let Some((then, now)) = pair.both() else { continue };
        if let Some(change) = mode(sides, then, now) {
            out.push(change);
            switched.push(&now.name);
            continue;
        }
        if now.network_mode.is_some() {
            continue;
        }
        let switch = switch_of(then, now);
        if switch != Switch::default() {
            switches.entry(switch).or_default().push((then, now));
            switched.push(&now.name);
        }
    }
    let reach = ReachChange::new(sides, &switched);
    let mut told: Vec<&str> = Vec::new();
    for (switch, services) in &switches {
        out.push(switch_change(sides, switch, services, (&reach, &told)));
        told.extend(services.iter().map(|(_, now)| now.name.as_str()));
    }
    out.extend(reach.lost_elsewhere(sides, &switched, &switches));
    properties(sides, out);
}

fn switch_of(then: &Service, now: &Service) -> Switch {
    let (old, new) = (&then.networks, &now.networks);
    Switch {
        left: old.keys().filter(|key| !new.contains_key(*key)).cloned().collect(),
        joined: new.keys().filter(|key| !old.contains_key(*key)).cloned().collect(),
    }
}

/// Who has lost or gained whom, among the services that are active on both sides, by their names now.
struct ReachChange {
    lost: HashMap<String, Vec<String>>,
    gained: HashMap<String, Vec<String>>,
    /// Of what was lost, what the service still wants to reach.
    wanted: HashMap<String, Vec<String>>,
}

impl ReachChange {
    /// Of the services whose networks have changed.
    fn new(sides: &Sides<'_>, switched: &[&str]) -> ReachChange {
        let mut change =
            ReachChange { lost: HashMap::default(), gained: HashMap::default(), wanted: HashMap::default() };
        if switched.is_empty() || sides.kept.len() > MOST_SERVICES {
            return change;
        }
        let (old, new) = (sides.then.facts.reach(), sides.now.facts.reach());
        let active = |side: &Side<'_>, name: &str| side.facts.model.services.contains_key(name);
        let kept: Vec<&(String, String)> =
            sides.kept.iter().filter(|(then, now)| active(&sides.then, then) && active(&sides.now, now)).collect();
        for (then, now) in kept.iter().filter(|(_, now)| switched.contains(&now.as_str())) {
            for (other_then, other_now) in kept.iter().filter(|(_, other)| other != now) {
                let was = old.can_reach(then, other_then) || old.can_reach(other_then, then);
                let is = new.can_reach(now, other_now) || new.can_reach(other_now, now);
                let list = match (was, is) {
                    (true, false) => &mut change.lost,
                    (false, true) => &mut change.gained,
                    _ => continue,
                };
                list.entry(now.clone()).or_default().push(other_now.clone());
                if was && (wants(sides, now, other_now) || wants(sides, other_now, now)) {
                    change.wanted.entry(now.clone()).or_default().push(other_now.clone());
                }
            }
        }
        change
    }

    fn of<'c>(list: &'c HashMap<String, Vec<String>>, name: &str) -> &'c [String] {
        list.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// What services with another `network_mode` have lost.
    fn lost_elsewhere(
        &self,
        sides: &Sides<'_>,
        switched: &[&str],
        told: &IndexMap<Switch, Vec<(&Service, &Service)>>,
    ) -> Vec<DeploymentChange> {
        let is_told = |name: &str| told.values().flatten().any(|(_, now)| now.name == name);
        let of_mode = switched.iter().filter(|name| !is_told(name));
        let lost = of_mode.filter_map(|name| {
            let lost = ReachChange::of(&self.lost, name);
            let wanted = ReachChange::of(&self.wanted, name);
            let at = sides.now.service(name).map(|service| sides.now.place(service.key));
            let message = format!("`{name}` and {} can no longer reach each other by their networks", names(lost));
            let change = DeploymentChange::new(Topic::Access, Effect::Closes, "network_mode", message);
            (!lost.is_empty()).then(|| change.about(name).risky_if(!wanted.is_empty()).at(at))
        });
        lost.collect()
    }
}

/// Whether a service still depends on another, or names it as a host.
fn wants(sides: &Sides<'_>, service: &str, other: &str) -> bool {
    let depends = sides.now.service(service).is_some_and(|service| service.depends_on.contains_key(other));
    let names_it = |meaning: &Meaning| match meaning {
        Meaning::Service(name) | Meaning::Unreachable(name) | Meaning::Nameless(name) => name == other,
        _ => false,
    };
    depends || sides.now.facts.peers().iter().any(|peer| peer.service == service && names_it(&peer.meaning))
}

fn switch_change(
    sides: &Sides<'_>,
    switch: &Switch,
    services: &[(&Service, &Service)],
    (reach, told): (&ReachChange, &[&str]),
) -> DeploymentChange {
    let all: Vec<&str> = services.iter().map(|(_, now)| now.name.as_str()).collect();
    let one = services.len() == 1;
    let (leaves, joins) = (several(services.len(), "leaves", "leave"), several(services.len(), "joins", "join"));
    let network = |keys: &[String]| {
        let what = several(keys.len(), "the network", "the networks");
        format!("{what} {}", names(keys))
    };
    let what = match (switch.left.is_empty(), switch.joined.is_empty()) {
        (false, false) => format!("{leaves} {} and {joins} {}", network(&switch.left), network(&switch.joined)),
        (false, true) => format!("{leaves} {}", network(&switch.left)),
        _ => format!("{joins} {}", network(&switch.joined)),
    };
    let mut rest: Vec<String> = Vec::new();
    let (mut lost, mut gained, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
    let add = |to: &mut Vec<String>, from: &[String]| {
        let is_new = |name: &&String| !all.contains(&name.as_str()) && !told.contains(&name.as_str());
        to.extend(from.iter().filter(is_new).cloned());
        to.sort();
        to.dedup();
    };
    for name in &all {
        add(&mut lost, ReachChange::of(&reach.lost, name));
        add(&mut gained, ReachChange::of(&reach.gained, name));
        add(&mut wanted, ReachChange::of(&reach.wanted, name));
    }
    let they = if one { "it" } else { "they" };
    if !wanted.is_empty() {
        rest.push(format!("{they} and {} can no longer reach each other, although one uses the other", names(&wanted)));
    }
    lost.retain(|name| !wanted.contains(name));
    if !lost.is_empty() {
        rest.push(format!("{they} can no longer reach {}, nor be reached from there", names(&lost)));
    }
    if !gained.is_empty() {
        rest.push(format!("{they} can now reach {}, and be reached from there", names(&gained)));
    }
    let why = if rest.is_empty() { String::new() } else { format!(": {}", rest.join("; ")) };
    let effect = match (lost.is_empty() && wanted.is_empty(), gained.is_empty()) {
        (_, false) => Effect::Opens,
        (false, true) => Effect::Closes,
        (true, true) => Effect::Moves,
    };
    let message = format!("{} {what}{why}", names(&all));
    let at = services.first().map(|(_, now)| sides.now.place(now.networks_key.unwrap_or(now.key)));
    let change = DeploymentChange::new(Topic::Access, effect, "networks", message).risky_if(!wanted.is_empty()).at(at);
    match all.as_slice() {
        [only] => change.about(only),
        _ => change,
    }
}

fn mode(sides: &Sides<'_>, then: &Service, now: &Service) -> Option<DeploymentChange> {
    let of = |service: &Service| service.network_mode.as_ref().map(meant);
    let (old, new) = (of(then), of(now));
    if old == new {
        return None;
    }
    let name = &now.name;
    let is_host = |mode: &Option<String>| mode.as_deref() == Some("host");
    let described = |side: &Side<'_>, service: &Service| match &service.network_mode {
        Some(mode) => side.quoted_text("network_mode", mode).unwrap_or_else(|| "another network".to_owned()),
        None => "networks of the project".to_owned(),
    };
    let (effect, message) = match new.as_deref() {
        Some("host") => (
            Effect::Opens,
            format!(
                "`{name}` uses the network of the host: each port that it listens on is open there, published or not"
            ),
        ),
        Some("none") => (Effect::Closes, format!("`{name}` has no network any more")),
        _ if is_host(&old) => (
            Effect::Closes,
            format!("`{name}` no longer uses the network of the host: only the ports that it publishes are reachable"),
        ),
        _ => {
            let (new, old) = (described(&sides.now, now), described(&sides.then, then));
            (Effect::Moves, format!("`{name}` uses {new} instead of {old} (`network_mode`)"))
        }
    };
    let at = now.network_mode.as_ref().map_or(now.key, |mode| mode.place);
    let change = DeploymentChange::new(Topic::Access, effect, "network_mode", message);
    Some(change.about(name).risky_if(is_host(&new)).at(sides.now.place(at)))
}

/// Networks of the project that change themselves.
fn properties(sides: &Sides<'_>, out: &mut Vec<DeploymentChange>) {
    let (old, new) = (&sides.then.facts.model.networks, &sides.now.facts.model.networks);
    for (key, now) in new {
        let Some(then) = old.get(key) else { continue };
        let at = sides.now.place(now.key);
        let mut push = |effect: Effect, is_risky: bool, message: String| {
            let change = DeploymentChange::new(Topic::Access, effect, "networks", message);
            out.push(change.of_resource(key).risky_if(is_risky).at(at.clone()));
        };
        match (then.internal, now.internal) {
            (true, false) => push(
                Effect::Opens,
                true,
                format!("the network `{key}` is no longer internal: its containers can reach the internet"),
            ),
            (false, true) => push(
                Effect::Closes,
                true,
                format!(
                    "the network `{key}` is internal: its containers cannot reach the internet by it, and ports that they publish have no effect unless they are on another network, too"
                ),
            ),
            _ => {}
        }
        let name = sides.now.masked(&meant(&now.name));
        match (then.external, now.external) {
            (false, true) => push(
                Effect::Opens,
                true,
                format!(
                    "the network `{key}` is external: `{name}` must exist, and other projects on it can reach these services"
                ),
            ),
            (true, false) => push(
                Effect::Closes,
                true,
                format!(
                    "the network `{key}` is no longer external: docker compose creates its own, which other projects are not on"
                ),
            ),
            (true, true) if meant(&then.name) != meant(&now.name) => {
                push(Effect::Moves, true, format!("the network `{key}` is now the external network `{name}`"));
            }
            _ => {}
        }
        let driver = |network: &crate::model::Network| network.driver.as_ref().map(meant);
        if driver(then) != driver(now) {
            push(Effect::Changes, false, format!("the network `{key}` has another driver"));
        }
    }
}
