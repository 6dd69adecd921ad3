//! Ports that are published, closed or moved.

use super::sides::{ServicePair, Side, Sides};
use super::words::{joined, ranges, several, spelled};
use super::{DeploymentChange, Effect, Topic};
use crate::facts::network::exposure::behind;
use crate::facts::network::published::{Exposure, Published};
use crate::model::{Port, Service};

/// So many ports of a service are told one by one.
const MOST_ALONE: usize = 4;

/// A port, and who can connect to it.
#[derive(Clone)]
struct OpenPort<'a> {
    service: &'a Service,
    port: &'a Port,
    reach: Exposure,
    /// The variable that names the port of the host, where it has no value.
    variable: Option<String>,
}

impl OpenPort<'_> {
    fn is_same(&self, other: &OpenPort<'_>) -> bool {
        self.is_on_same_host_side(other) && self.has_same_target(other)
    }

    fn is_on_same_host_side(&self, other: &OpenPort<'_>) -> bool {
        (&self.reach, self.port.published, &self.variable) == (&other.reach, other.port.published, &other.variable)
            && self.port.protocol == other.port.protocol
    }

    fn has_same_target(&self, other: &OpenPort<'_>) -> bool {
        (self.port.target, &self.port.protocol) == (other.port.target, &other.port.protocol)
    }

    /// The port of the host in words: `port 8080`.
    fn on_host(&self) -> String {
        let protocol = self.protocol();
        match (self.port.published, &self.variable) {
            (Some((first, last)), _) if first == last => format!("port {first}{protocol}"),
            (Some((first, last)), _) => format!("a port from {first} to {last}{protocol}"),
            (None, Some(variable)) => format!("the port in `${{{variable}}}`{protocol}"),
            (None, None) => format!("a port picked by Docker{protocol}"),
        }
    }

    fn protocol(&self) -> String {
        if self.port.protocol == "tcp" { String::new() } else { format!("/{}", self.port.protocol) }
    }

    /// The same, with the port of the container where that is another one.
    fn both(&self) -> String {
        match self.port.published {
            Some((first, last)) if first == last && first == self.port.target => self.on_host(),
            _ => format!("{} (port {} of the container)", self.on_host(), self.port.target),
        }
    }

    /// Who can connect, in words.
    fn reached(&self) -> String {
        match &self.reach {
            Exposure::All => "on all interfaces".to_owned(),
            Exposure::Loopback => "on this machine only".to_owned(),
            Exposure::Address(text) => format!("on `{}`", spelled(text, &self.port.host_parts)),
            Exposure::Unsaid => "on an address that a variable names".to_owned(),
        }
    }
}

/// Compares the published ports of a service.
pub(super) fn compare<'a>(sides: &Sides<'a>, pair: ServicePair<'a>, out: &mut Vec<DeploymentChange>) {
    let mut old = ports(&sides.then, pair.then);
    let mut new = ports(&sides.now, pair.now);
    without_same(&mut old, &mut new, OpenPort::is_same);
    without_same(&mut old, &mut new, |before, after| {
        let of_example = |one: &OpenPort<'_>| {
            (one.port.host_parts.iter().chain(&one.port.parts).cloned().collect::<Vec<_>>(), one.port.place)
        };
        let ((was, then), (is, now)) = (of_example(before), of_example(after));
        sides.is_of_example((&was, then), (&is, now))
    });
    let mut moved = matches(&mut old, &mut new, OpenPort::has_same_target);
    moved.extend(matches(&mut old, &mut new, OpenPort::is_on_same_host_side));
    if moved.len() > MOST_ALONE {
        let (before, after): (Vec<_>, Vec<_>) = moved.drain(..).unzip();
        old.extend(before);
        new.extend(after);
    }
    for (before, after) in &moved {
        out.push(change_of(sides, pair.name(), before, after));
    }
    opened(&sides.now, pair.name(), &new, out);
    closed(&sides.then, pair, &old, out);
}

/// The ports that have an effect.
fn ports<'a>(side: &Side<'a>, service: Option<&'a Service>) -> Vec<OpenPort<'a>> {
    let Some(service) = service else { return Vec::new() };
    let published = side.facts.published().iter().filter(|one| one.in_effect && one.service.name == service.name);
    let open = |one: &Published<'a>| OpenPort {
        service: one.service,
        port: one.port,
        reach: one.reach.clone(),
        variable: variable(one.port),
    };
    published.map(open).collect()
}

fn variable(port: &Port) -> Option<String> {
    let all = port.host_parts.iter().chain(&port.parts);
    let named = all.filter_map(|part| part.variable.as_ref()).next();
    named.filter(|_| port.published.is_none()).map(ToString::to_string)
}

fn without_same<'a>(
    old: &mut Vec<OpenPort<'a>>,
    new: &mut Vec<OpenPort<'a>>,
    is_same: impl Fn(&OpenPort<'a>, &OpenPort<'a>) -> bool,
) {
    old.retain(|before| match new.iter().position(|after| is_same(before, after)) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
}

fn matches<'a>(
    old: &mut Vec<OpenPort<'a>>,
    new: &mut Vec<OpenPort<'a>>,
    is_match: impl Fn(&OpenPort<'a>, &OpenPort<'a>) -> bool,
) -> Vec<(OpenPort<'a>, OpenPort<'a>)> {
    let mut found = Vec::new();
    old.retain(|before| match new.iter().position(|after| is_match(before, after)) {
        Some(at) => {
            found.push((before.clone(), new.remove(at)));
            false
        }
        None => true,
    });
    found
}

fn change_of(sides: &Sides<'_>, name: &str, before: &OpenPort<'_>, after: &OpenPort<'_>) -> DeploymentChange {
    let at = sides.now.place(after.port.place);
    let wider = after.reach.is_beyond_loopback() && before.reach != after.reach;
    if before.reach != after.reach {
        let (now, then) = (after.reached(), before.reached());
        let (effect, then_what) = match (before.reach.is_beyond_loopback(), after.reach.is_beyond_loopback()) {
            (false, true) => (Effect::Opens, consequence(after)),
            (true, false) => (Effect::Closes, "other machines can no longer connect to it".to_owned()),
            _ => (Effect::Changes, "others can connect to it than before".to_owned()),
        };
        let moved = if before.port.published == after.port.published {
            String::new()
        } else {
            format!(", and as {} instead of {}", after.on_host(), before.on_host())
        };
        let message = format!("`{name}` publishes {} {now} instead of {then}{moved}: {then_what}", after.both());
        return DeploymentChange::new(Topic::Access, effect, "ports", message).about(name).risky_if(wider).at(at);
    }
    let message = if before.has_same_target(after) {
        let target = after.port.target;
        format!("`{name}` publishes its port {target} as {} instead of {}", after.on_host(), before.on_host())
    } else {
        let (now, then) = (after.port.target, before.port.target);
        format!("{} of the host leads to port {now} of `{name}` instead of {then}", after.on_host())
    };
    DeploymentChange::new(Topic::Access, Effect::Moves, "ports", message).about(name).at(at)
}

/// What follows from a port that others can connect to.
fn consequence(port: &OpenPort<'_>) -> String {
    match behind(port.service, port.port) {
        Some(open) => open.why.to_owned(),
        None => "other machines can connect to it".to_owned(),
    }
}

fn opened(side: &Side<'_>, name: &str, ports: &[OpenPort<'_>], out: &mut Vec<DeploymentChange>) {
    let is_told_alone = |port: &&OpenPort<'_>| {
        port.port.published.is_none_or(|(first, last)| first != last)
            || port.reach.is_beyond_loopback() && behind(port.service, port.port).is_some()
    };
    let (alone, together): (Vec<&OpenPort<'_>>, Vec<&OpenPort<'_>>) = ports.iter().partition(is_told_alone);
    for port in alone {
        let why = if port.reach.is_beyond_loopback() { format!(": {}", consequence(port)) } else { String::new() };
        let message = format!("`{name}` publishes {} {}{why}", port.both(), port.reached());
        out.push(open_change(side, name, port, message));
    }
    for group in groups(&together) {
        let [first, ..] = group.as_slice() else { continue };
        let why = match first.reach.is_beyond_loopback() {
            true => format!(": other machines can connect to {}", several(group.len(), "it", "them")),
            false => String::new(),
        };
        let listed = if let [only] = group.as_slice() { only.both() } else { all_numbers(&group) };
        let message = format!("`{name}` publishes {listed} {}{why}", first.reached());
        out.push(open_change(side, name, first, message));
    }
}

fn open_change(side: &Side<'_>, name: &str, port: &OpenPort<'_>, message: String) -> DeploymentChange {
    let is_beyond = port.reach.is_beyond_loopback();
    let effect = if is_beyond { Effect::Opens } else { Effect::Adds };
    let change = DeploymentChange::new(Topic::Access, effect, "ports", message);
    change.about(name).risky_if(is_beyond).at(side.place(port.port.place))
}

fn closed(side: &Side<'_>, pair: ServicePair<'_>, ports: &[OpenPort<'_>], out: &mut Vec<DeploymentChange>) {
    let [first, ..] = ports else { return };
    let all: Vec<&OpenPort<'_>> = ports.iter().collect();
    let name = pair.name();
    let numbers: Vec<&OpenPort<'_>> =
        all.iter().copied().filter(|one| one.port.published.is_some_and(|(first, last)| first == last)).collect();
    let mut pieces: Vec<String> = if numbers.is_empty() { Vec::new() } else { vec![all_numbers(&numbers)] };
    let others = all.iter().filter(|one| one.port.published.is_none_or(|(first, last)| first != last));
    pieces.extend(others.map(|one| one.both()));
    let message = format!("`{name}` no longer publishes {}", joined(&pieces));
    let change = DeploymentChange::new(Topic::Access, Effect::Closes, "ports", message);
    out.push(change.about(name).at(side.place(first.port.place)));
}

/// Ports by who can connect to them.
fn groups<'p, 'a>(ports: &[&'p OpenPort<'a>]) -> Vec<Vec<&'p OpenPort<'a>>> {
    let mut groups: Vec<Vec<&OpenPort<'_>>> = Vec::new();
    for port in ports {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| first.reach == port.reach)) {
            Some(group) => group.push(port),
            None => groups.push(vec![port]),
        }
    }
    groups
}

/// `port 80`, or `ports 80, 443 and 3000-3010`.
fn all_numbers(ports: &[&OpenPort<'_>]) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut protocols: Vec<String> = ports.iter().map(|port| port.protocol()).collect();
    protocols.sort();
    protocols.dedup();
    for protocol in protocols {
        let own = ports.iter().filter(|port| port.protocol() == protocol);
        let numbers = own.filter_map(|port| port.port.published.map(|(first, _)| first)).collect();
        shown.extend(ranges(numbers).into_iter().map(|range| format!("{range}{protocol}")));
    }
    let count = if shown.iter().any(|one| one.contains('-')) { 2 } else { shown.len() };
    format!("{} {}", several(count, "port", "ports"), joined(&shown))
}
