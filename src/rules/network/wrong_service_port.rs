//! A connection to a port that the service does not listen on.

use super::misused_port::{is_label, misused, other_users};
use crate::catalogue::schema::ImageRole;
use crate::collections::IndexMap;
use crate::facts::images::known_image;
use crate::facts::network::listeners::{Listeners, PortCoverage, Sureness, is_named, listeners, may_listen, missed};
use crate::facts::network::peers::{Meaning, Peer};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;

/// Reports each wrong port of a service once, at the first place that uses it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut groups: IndexMap<(&str, u16), Vec<&Peer>> = IndexMap::default();
    for peer in cx.facts.peers() {
        if let Some((to, _, number)) = wrong(cx, peer) {
            groups.entry((&to.name, number)).or_default().push(peer);
        }
    }
    for ((name, number), peers) in groups {
        let Some((first, rest)) = peers.split_first() else { continue };
        let Some((to, known, _)) = wrong(cx, first) else { continue };
        let place = first.port_place.unwrap_or(first.place);
        let confidence = if known.extent == PortCoverage::All { Confidence::High } else { Confidence::Medium };
        let who = known.ports.first().map_or("", |one| one.who.as_str());
        let message = format!("`{name}` does not listen on port {number}");
        let subject = Subject::service(&first.service);
        let mut finding = Finding::new(rule::WRONG_SERVICE_PORT, place, subject, message)
            .evidence(format!("{name}:{number}"))
            .label(to.key, format!("listens on {} (according to {who})", known.shown()))
            .help(format!("use the port that `{name}` listens on, {}", known.shown()))
            .confidence(confidence);
        finding.labels.extend(other_users(first, rest));
        findings.push(finding);
    }
}

/// The service that a peer is, what it listens on, and the port that is none of it.
fn wrong<'a>(cx: &Context<'a>, peer: &Peer) -> Option<(&'a Service, Listeners, u16)> {
    let Meaning::Service(name) = &peer.meaning else { return None };
    let number = peer.port.filter(|_| peer.port_place.is_some() && !peer.of_proxy && !is_label(cx, peer))?;
    let to = cx.model.services.get(name).filter(|_| *name != peer.service)?;
    let known = listeners(to);
    // What only a Dockerfile exposes counts where the service's own ports agree with it.
    let likely = |port: u16| known.get(port).is_some_and(|one| one.sure == Sureness::Likely);
    let agreed = to.ports.iter().any(|port| likely(port.target));
    // Who shares a network namespace answers, too.
    let alone = cx.facts.reach().siblings(name).len() < 2;
    // Programs show their measurements on ports that what is known of their images leaves out; exporters do nothing else.
    let measured = !peer.of_scrape || known_image(to).is_some_and(|known| known.image.role == ImageRole::Monitoring);
    let sure = measured && (known.extent == PortCoverage::All || agreed);
    // A mapping to a port that nothing listens on says nothing either.
    let mapped = to.ports.iter().any(|port| port.target == number && missed(cx.facts, to, port).is_some());
    let may = if mapped { known.get(number).is_some() || is_named(to, number) } else { may_listen(to, number) };
    let wrong = !known.ports.is_empty() && sure && alone && !may && misused(cx, peer).is_none();
    wrong.then_some((to, known, number))
}
