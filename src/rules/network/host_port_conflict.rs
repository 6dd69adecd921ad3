//! Two services that publish the same host port.

use crate::collections::IndexMap;
use crate::compose::value::Text;
use crate::facts::images::{image_text, known_image};
use crate::facts::network::published::{Exposure, Published};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, is_off};

/// How many pairs of services may ask for the same before the project is a collection to choose from.
const PAIRS: usize = 4;

/// Two services, and the entries of theirs that ask for the same.
type Pairs<'a> = IndexMap<(&'a str, &'a str), Vec<(&'a Published<'a>, &'a Published<'a>, u16)>>;

/// Reports each two services once, at the entry of the second.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let pairs = pairs(cx, cx.facts.published());
    if pairs.len() > PAIRS {
        return;
    }
    findings.extend(pairs.values().filter_map(|ports| finding(ports)));
}

fn pairs<'a>(cx: &Context<'_>, published: &'a [Published<'a>]) -> Pairs<'a> {
    let mut taken: IndexMap<(u16, &str), Vec<&Published<'_>>> = IndexMap::default();
    for one in published.iter().filter(|one| one.in_effect && !is_off(one.service)) {
        if let Some(number) = fixed_port(one) {
            taken.entry((number, one.port.protocol.as_str())).or_default().push(one);
        }
    }
    let mut pairs = Pairs::default();
    for ((number, _), entries) in taken {
        for (at, second) in entries.iter().enumerate() {
            let meets = |first: &&&Published<'_>| overlap(first, second);
            let rivals: Vec<_> =
                entries.iter().filter(|one| one.service.name != second.service.name && overlap(one, second)).collect();
            let Some(first) = entries.iter().take(at).find(meets) else { continue };
            // Three that ask for one port are there to choose from.
            if rivals.len() < 2 && !is_one_variable(first, second) && !are_alternatives(cx, first, second) {
                pairs.entry((&first.service.name, &second.service.name)).or_default().push((first, second, number));
            }
        }
    }
    pairs
}

/// The one port that an entry asks for. Of a range Docker takes one that is free.
fn fixed_port(one: &Published<'_>) -> Option<u16> {
    one.port.published.filter(|(first, last)| first == last).map(|(first, _)| first)
}

/// Whether two entries bind one address. What the variable of an address leaves open may differ.
fn overlap(one: &Published<'_>, other: &Published<'_>) -> bool {
    match (&one.reach, &other.reach) {
        (Exposure::Address(a), Exposure::Address(b)) => a == b,
        (Exposure::Loopback, Exposure::Loopback) => one.port.host_ip == other.port.host_ip,
        (Exposure::Unsaid, _) | (_, Exposure::Unsaid) => false,
        (Exposure::All, _) | (_, Exposure::All) => true,
        _ => false,
    }
}

/// Whether two services do the same in two ways, and people start one of them: they share a word of their names and the
/// port of the container, neither needs the other, and nobody needs both.
fn are_alternatives(cx: &Context<'_>, one: &Published<'_>, other: &Published<'_>) -> bool {
    let (a, b) = (one.service, other.service);
    let words: Vec<&str> = a.name.split(['-', '_', '.']).collect();
    let alike = a.name != b.name && b.name.split(['-', '_', '.']).any(|word| words.contains(&word));
    let needs = |from: &str, to: &str| cx.model.services.get(from).is_some_and(|from| from.depends_on.contains_key(to));
    let tied = needs(&a.name, &b.name) || needs(&b.name, &a.name);
    let both = cx.model.services.keys().any(|third| needs(third, &a.name) && needs(third, &b.name));
    // Two databases of one kind hold two sets of data, and the tests run next to what is developed.
    let kept =
        |service| known_image(service).filter(|known| known.image.is_datastore() && image_text(service).contains(':'));
    let twins = kept(a).is_some() && kept(b).is_some() && image_text(a) == image_text(b);
    alike && !twins && one.port.target == other.port.target && !tied && !both
}

/// Whether one variable gives both ports: whoever sets it means one of the two.
fn is_one_variable(one: &Published<'_>, other: &Published<'_>) -> bool {
    let names = |published: &Published<'_>| -> Vec<String> {
        published.port.host_parts.iter().filter_map(|part| part.variable.as_ref().map(Text::to_string)).collect()
    };
    let own = names(one);
    one.service.name != other.service.name && names(other).iter().any(|name| own.contains(name))
}

fn finding(ports: &[(&Published<'_>, &Published<'_>, u16)]) -> Option<Finding> {
    let ((first, second, number), rest) = ports.split_first()?;
    let protocol = second.port.protocol.as_str();
    let shown = if protocol == "tcp" { number.to_string() } else { format!("{number}/{protocol}") };
    let (one, other) = (&first.service.name, &second.service.name);
    let same = one == other;
    let message = if same {
        format!("`{one}` publishes host port {shown} twice")
    } else {
        format!("`{one}` and `{other}` both publish host port {shown}")
    };
    let help = if same {
        "remove one of the entries: Compose merges the lists of several files"
    } else {
        "publish one of them on another port: only the first one to start gets it, and the other fails"
    };
    let mut finding = Finding::new(rule::HOST_PORT_CONFLICT, second.port.host_place, Subject::service(other), message)
        .evidence(format!("{one}:{shown}"))
        .label(first.port.host_place, format!("`{one}` publishes it here"))
        .help(help);
    for (_, second, number) in rest.iter().take(LABELS) {
        finding = finding.label(second.port.host_place, format!("also port {number}"));
    }
    if same {
        finding.confidence = Confidence::Medium;
    }
    Some(finding)
}
