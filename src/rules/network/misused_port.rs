//! Host ports that one service uses to connect to another.

use crate::facts::network::listeners::may_listen;
use crate::facts::network::peers::{Meaning, Peer};
use crate::finding::Label;
use crate::model::{Port, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// The other places that use the same wrong port.
pub(super) fn other_users(first: &Peer, rest: &[&Peer]) -> impl Iterator<Item = Label> {
    let others = rest.iter().filter(|peer| peer.place != first.place).take(LABELS);
    others.map(|peer| Label {
        place: peer.port_place.unwrap_or(peer.place),
        message: format!("also used by `{}`", peer.service).into(),
    })
}

/// Whether a name with a port is one of a list (`api:9460,redis:9461`) in a service that another variable sends to the host:
/// the names are labels, and the ports those of the host.
pub(super) fn is_label(cx: &Context<'_>, peer: &Peer) -> bool {
    let Some(service) = cx.model.services.get(&peer.service) else { return false };
    let mut values = service.environment.values().filter_map(|variable| variable.value.as_ref());
    let is_list = |value: &Spanned<String>| {
        let has_port = |part: &str| part.split_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        value.place.span.contains(peer.place.span) && value.value.contains(',') && value.value.split(',').all(has_port)
    };
    values.clone().any(is_list)
        && values.any(|value| matches!(value.value.as_str(), "host.docker.internal" | "host-gateway"))
}

/// The service that a peer is, and the entry of its `ports` that gives it, on the host, the port that the peer uses.
/// What the configuration of a proxy names is another rule's.
pub(super) fn misused<'a>(cx: &Context<'a>, peer: &Peer) -> Option<(&'a Service, &'a Port, u16)> {
    let Meaning::Service(name) = &peer.meaning else { return None };
    let number = peer.port.filter(|_| peer.port_place.is_some() && !peer.of_proxy && !is_label(cx, peer))?;
    let to = cx.model.services.get(name).filter(|_| *name != peer.service)?;
    let published = |port: &&Port| port.published == Some((number, number)) && port.target != number;
    let port = to.ports.iter().find(published)?;
    (!may_listen(to, number)).then_some((to, port, number))
}
