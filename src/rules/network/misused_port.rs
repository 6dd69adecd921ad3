//! Host ports that one service uses to connect to another.

use crate::facts::network::listeners::may_listen;
use crate::facts::network::peers::{Meaning, Peer};
use crate::finding::Label;
use crate::model::{Port, Service};
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

/// The service that a peer is, and the entry of its `ports` that gives it, on the host, the port that the peer uses.
/// What the configuration of a proxy names is another rule's.
pub(super) fn misused<'a>(cx: &Context<'a>, peer: &Peer) -> Option<(&'a Service, &'a Port, u16)> {
    let Meaning::Service(name) = &peer.meaning else { return None };
    let number = peer.port.filter(|_| peer.port_place.is_some() && !peer.of_proxy)?;
    let to = cx.model.services.get(name).filter(|_| *name != peer.service)?;
    let published = |port: &&Port| port.published == Some((number, number)) && port.target != number;
    let port = to.ports.iter().find(published)?;
    (!may_listen(to, number)).then_some((to, port, number))
}
