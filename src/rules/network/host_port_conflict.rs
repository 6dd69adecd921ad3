//! Services that ask for one port of the host.

use std::collections::BTreeSet;

use crate::budget::Limit;
use crate::collections::IndexMap;
use crate::compose::value::Text;
use crate::facts::images::{image_text, known_image};
use crate::facts::network::published::{Exposure, Published};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::Model;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list, is_off};

/// How many pairs of services may ask for the same before the project is a collection to choose from.
const PAIRS: usize = 4;

/// An entry, and one of another service that asks for the same port.
type ConflictPair<'a> = (&'a Published<'a>, &'a Published<'a>, u16);

/// Services by the first one that asks for their ports, and the entries of theirs that ask for the same.
type Rivals<'a> = IndexMap<&'a str, IndexMap<&'a str, Vec<ConflictPair<'a>>>>;

/// Reports the services that ask for ports of another one, at the entry of the second.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let rivals = rivals(cx, cx.facts.published());
    for others in rivals.values() {
        // Those that ask for the same ports are one conflict.
        let mut together: IndexMap<Vec<u16>, Vec<&Vec<ConflictPair<'_>>>> = IndexMap::default();
        for pairs in others.values() {
            together.entry(pairs.iter().map(|(.., number)| *number).collect()).or_default().push(pairs);
        }
        findings.extend(together.values().filter_map(|all| finding(all)));
    }
}

fn rivals<'a>(cx: &Context<'_>, published: &'a [Published<'a>]) -> Rivals<'a> {
    let mut taken: IndexMap<(u16, &str), Vec<&Published<'_>>> = IndexMap::default();
    for one in published.iter().filter(|one| one.in_effect && one.is_active && !is_off(one.service)) {
        if let Some(number) = fixed_port(one) {
            taken.entry((number, one.port.protocol.as_str())).or_default().push(one);
        }
    }
    let needed = Needed::of(cx.model);
    let (mut sure, mut likely) = (Rivals::default(), Rivals::default());
    for ((number, _), entries) in taken {
        for (at, second) in entries.iter().enumerate() {
            let Some(first) = entries.iter().take(at).find(|first| overlap(first, second)) else { continue };
            let (a, b) = (first.service.name.as_str(), second.service.name.as_str());
            let others =
                entries.iter().filter(|one| one.service.name != second.service.name && overlap(one, second)).count();
            let tied = a != b && needed.together(a, b);
            // Three that ask for one port are there to choose from, unless something needs them all.
            if is_one_variable(first, second) || !tied && (others > 1 || are_alternatives(first, second)) {
                continue;
            }
            let into = if tied { &mut sure } else { &mut likely };
            into.entry(a).or_default().entry(b).or_default().push((first, second, number));
        }
    }
    if likely.values().map(IndexMap::len).sum::<usize>() <= PAIRS {
        for (first, others) in likely {
            sure.entry(first).or_default().extend(others);
        }
    }
    sure
}

/// What each service needs, directly or through others.
struct Needed<'a>(IndexMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Needed<'a> {
    fn of(model: &'a Model) -> Needed<'a> {
        let mut all: IndexMap<&str, BTreeSet<&str>> = IndexMap::default();
        for service in model.services.values() {
            let mut known: BTreeSet<&str> = BTreeSet::new();
            let mut open = vec![service];
            while let Some(next) = open.pop() {
                if !model.budget.spend(Limit::Steps, 1, service.key) {
                    return Needed(IndexMap::default());
                }
                for name in next.depends_on.keys() {
                    if known.insert(name) {
                        open.extend(model.services.get(name));
                    }
                }
            }
            all.insert(&service.name, known);
        }
        Needed(all)
    }

    /// Whether whoever starts one of two services, or something else, gets both.
    fn together(&self, a: &str, b: &str) -> bool {
        self.0.iter().any(|(name, needs)| {
            let has = |one: &str| *name == one || needs.contains(one);
            !needs.is_empty() && has(a) && has(b)
        })
    }
}

/// The one port that an entry asks for. Of a range Docker takes one that is free.
fn fixed_port(one: &Published<'_>) -> Option<u16> {
    one.port.published.filter(|(first, last)| first == last).map(|(first, _)| first)
}

/// Whether two entries bind one address. What the variable of an address leaves open may differ; an entry without an
/// address binds those of IPv4 and of IPv6, `0.0.0.0` and `[::]` only their own.
fn overlap(one: &Published<'_>, other: &Published<'_>) -> bool {
    let family = |published: &Published<'_>| published.port.host_ip.as_ref()?.ip.map(|ip| ip.is_ipv6());
    if family(one).zip(family(other)).is_some_and(|(one, other)| one != other) {
        return false;
    }
    match (&one.reach, &other.reach) {
        (Exposure::Address(a), Exposure::Address(b)) => a == b,
        (Exposure::Loopback, Exposure::Loopback) => one.port.host_ip == other.port.host_ip,
        (Exposure::Unsaid, _) | (_, Exposure::Unsaid) => false,
        (Exposure::All, _) | (_, Exposure::All) => true,
        _ => false,
    }
}

/// Whether two services that nothing needs both do the same in two ways, and people start one of them: they share a word
/// of their names and the port of the container.
fn are_alternatives(one: &Published<'_>, other: &Published<'_>) -> bool {
    let (a, b) = (one.service, other.service);
    let words: Vec<&str> = a.name.split(['-', '_', '.']).collect();
    let alike = a.name != b.name && b.name.split(['-', '_', '.']).any(|word| words.contains(&word));
    // Two databases of one kind hold two sets of data, and the tests run beside what is developed.
    let kept =
        |service| known_image(service).filter(|known| known.image.is_datastore() && image_text(service).contains(':'));
    let twins = kept(a).is_some() && kept(b).is_some() && image_text(a) == image_text(b);
    alike && !twins && one.port.target == other.port.target
}

/// Whether one variable gives both ports: whoever sets it means one of the two.
fn is_one_variable(one: &Published<'_>, other: &Published<'_>) -> bool {
    let names = |published: &Published<'_>| -> Vec<String> {
        published.port.host_parts.iter().filter_map(|part| part.variable.as_ref().map(Text::to_string)).collect()
    };
    let own = names(one);
    one.service.name != other.service.name && names(other).iter().any(|name| own.contains(name))
}

/// One finding for the services that ask for the same ports of the first one.
fn finding(all: &[&Vec<ConflictPair<'_>>]) -> Option<Finding> {
    let (ports, others) = all.split_first()?;
    let ((first, second, number), rest) = ports.split_first()?;
    let protocol = second.port.protocol.as_str();
    let shown = if protocol == "tcp" { number.to_string() } else { format!("{number}/{protocol}") };
    let (one, other) = (&first.service.name, &second.service.name);
    let more: Vec<&Published<'_>> =
        others.iter().filter_map(|pairs| pairs.first()).map(|(_, third, _)| *third).collect();
    let names: Vec<&str> = [one.as_str(), other.as_str()]
        .into_iter()
        .chain(more.iter().map(|third| third.service.name.as_str()))
        .collect();
    let same = one == other;
    let message = match names.as_slice() {
        _ if same => format!("`{one}` publishes host port {shown} twice"),
        [_, _] => format!("`{one}` and `{other}` both publish host port {shown}"),
        names => format!("{} all publish host port {shown}", and_list(names)),
    };
    let help = match names.len() {
        _ if same => "remove one of the entries: Compose merges the lists of several files",
        2 => "publish one of them on another port: only the first one to start gets it, and the other fails",
        _ => "publish each of them on its own port: only the first one to start gets it, and the others fail",
    };
    let mut finding = Finding::new(rule::HOST_PORT_CONFLICT, second.port.host_place, Subject::service(other), message)
        .evidence(format!("{one}:{shown}"))
        .label(first.port.host_place, format!("`{one}` publishes it here"))
        .help(help);
    for third in more.iter().take(LABELS) {
        finding = finding.label(third.port.host_place, format!("`{}` publishes it here", third.service.name));
    }
    for (_, second, number) in rest.iter().take(LABELS) {
        finding = finding.label(second.port.host_place, format!("also port {number}"));
    }
    if same {
        finding.confidence = Confidence::Medium;
    }
    Some(finding)
}
