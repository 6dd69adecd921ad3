//! A port that is published for TCP and used over UDP, or the reverse.

use crate::catalogue::schema::{self, Transport};
use crate::facts::images::{KnownImage, known_image, runs_default};
use crate::facts::network::listeners::moved;
use crate::finding::{Confidence, Finding, Fix, Severity, Subject, rule};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::rules::support::published_as;
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Reports each entry that publishes the wrong protocol alone.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for published in cx.facts.published().iter().filter(|one| one.in_effect) {
        let (service, port) = (published.service, published.port);
        let Some(known) = known_image(service).filter(|known| known.exact && runs_default(service)) else { continue };
        if is_told(cx, port) {
            continue;
        }
        if let Some(wrong) = wrong(service, &known, port) {
            findings.push(finding(cx, service, port, &wrong));
        }
    }
}

/// Whether a comment at an entry names the protocol that it publishes: somebody has thought about it.
fn is_told(cx: &Context<'_>, port: &Port) -> bool {
    let comment = cx.facts.comments_at(port.place).to_ascii_lowercase();
    comment.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == port.protocol)
}

/// What a port speaks that the entry does not publish.
struct Wrong {
    wanted: &'static str,
    /// Whether the image listens on the published protocol, too.
    both: bool,
}

/// What clients ask over UDP first, where a server answers on TCP as well.
const FIRST_UDP: [&str; 12] =
    ["dns", "stun", "turn", "vpn", "ntp", "syslog", "snmp", "radius", "game", "voice", "dhcp", "media"];

fn wrong(service: &Service, known: &KnownImage<'_>, port: &Port) -> Option<Wrong> {
    // A service of which another entry publishes the port for the other protocol has what it needs.
    let others = service.ports.iter().any(|other| other.target == port.target && other.protocol != port.protocol);
    let (published, wanted) = match port.protocol.as_str() {
        _ if others => return None,
        "tcp" => (Transport::Tcp, Transport::Udp),
        "udp" => (Transport::Udp, Transport::Tcp),
        _ => return None,
    };
    let answers = known.image.ports_for(known.tag);
    // Where the tag leaves it open, each version must say the same.
    let of = |ports: &Vec<&'static schema::ImagePort>, protocol: Transport| {
        ports.iter().copied().find(|one| one.protocol == protocol && moved(service, one) == Some(port.target))
    };
    let listened = answers.iter().all(|ports| of(ports, published).is_some());
    let never = answers.iter().all(|ports| of(ports, published).is_none());
    let meant = answers.first().and_then(|ports| of(ports, wanted))?;
    let all = answers.iter().all(|ports| of(ports, wanted).is_some());
    let first = wanted == Transport::Udp && FIRST_UDP.contains(&meant.purpose.as_str());
    let name = if wanted == Transport::Udp { "udp" } else { "tcp" };
    (all && (never || listened && first)).then_some(Wrong { wanted: name, both: listened })
}

fn finding(cx: &Context<'_>, service: &Service, port: &Port, wrong: &Wrong) -> Finding {
    let (name, wanted) = (&service.name, wrong.wanted.to_uppercase());
    let (have, what) = (port.protocol.to_uppercase(), published_as(cx, port));
    let message = if wrong.both {
        format!("`{name}` publishes {what} over {have} only, but its clients use {wanted} first")
    } else {
        format!("`{name}` publishes {what} over {have}, but listens on {}/{}", port.target, wrong.wanted)
    };
    let help = format!(
        "publish `{}/{}`{}: an entry without a protocol publishes TCP only",
        port.target,
        wrong.wanted,
        if wrong.both { " as well" } else { "" }
    );
    let mut finding = Finding::new(rule::WRONG_PROTOCOL, port.place, Subject::service(name), message)
        .evidence(format!("{}/{}", port.target, port.protocol))
        .help(help);
    if cx.facts.is_thrown_away() {
        finding.severity = Severity::Info;
    }
    if service.build.is_some() {
        finding.confidence = Confidence::Medium;
    }
    finding.fixes.extend(fix(cx, port, wrong));
    finding
}

/// Writes the protocol behind the entry, or adds an entry for it.
fn fix(cx: &Context<'_>, port: &Port, wrong: &Wrong) -> Option<Fix> {
    let wanted = wrong.wanted;
    let text = edit::text_of(cx.files, port.place);
    if !port.via.is_empty() {
        return None;
    }
    let bare = |text: &str| text.split('/').next().unwrap_or("").to_owned();
    let (title, edits) = match text {
        Some(text) if wrong.both => {
            let item = Content::text(format!("{}/{wanted}", bare(&text)));
            let list = edit::enclosing(cx.files, port.place)?;
            (format!("publish it over {wanted} as well"), edit::add_item(cx.files, list, &item))
        }
        Some(text) => {
            let new = format!("{}/{wanted}", bare(&text));
            (format!("publish it over {wanted}"), edit::replace(cx.files, port.place, &new))
        }
        None if wrong.both => return None,
        None => (
            format!("publish it over {wanted}"),
            edit::set_entry(cx.files, port.place, "protocol", &Content::text(wanted)),
        ),
    };
    edit::risky(format!("{title}: the port is then open to other clients"), edits)
}
