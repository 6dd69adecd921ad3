//! A server that tells its clients to come back to `localhost`, which is their own container.

use crate::facts::network::announced::{Announced, announced, is_for, is_own_address};
use crate::facts::network::hosts::HostRole;
use crate::facts::network::peers::{Meaning, Peer};
use crate::facts::network::reach::Answer;
use crate::facts::place::part_of;
use crate::finding::{Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit;

/// Reports each such address, where a service of the project is a client.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let all = announced(service);
        for one in all.iter().filter(|one| is_own_address(one.host())) {
            // Of several that answer at one port, clients take the one that they reach.
            let better = all.iter().any(|other| other.asked_at == one.asked_at && !is_own_address(other.host()));
            if better {
                continue;
            }
            if let Some(client) = client(cx, service, one) {
                findings.push(finding(cx, service, one, client));
            }
        }
    }
}

/// The first service that connects to a server by its name, at the port that the address is for.
fn client<'a>(cx: &Context<'a>, server: &Service, one: &Announced<'_>) -> Option<&'a Peer> {
    let is_client = |peer: &&Peer| {
        let connects = matches!(&peer.meaning, Meaning::Service(name) if *name == server.name);
        let apart = !cx.facts.reach().siblings(&server.name).contains(&peer.service.as_str());
        connects && apart && !peer.of_scrape && is_for(one, server, peer.port)
    };
    cx.facts
        .peers()
        .iter()
        .filter(is_client)
        .find(|peer| one.setting != "rs.initiate" || asks_for_set(cx, server, peer))
}

/// Whether a client of MongoDB looks for the members of a replica set.
fn asks_for_set(cx: &Context<'_>, server: &Service, peer: &Peer) -> bool {
    cx.facts.hosts(&peer.service).iter().any(|reference| {
        let here = cx.facts.reach().who_answers(&peer.service, &reference.host) == Answer::Service(&server.name);
        let text = reference.text.as_str();
        here && reference.role == HostRole::Peer
            && text.contains("replicaSet=")
            && !text.contains("directConnection=true")
    })
}

fn finding(cx: &Context<'_>, service: &Service, one: &Announced<'_>, client: &Peer) -> Finding {
    let (name, host) = (&service.name, one.host());
    let message = format!(
        "`{name}` tells clients to reconnect to `{host}`, which is the container of `{}` itself",
        client.service
    );
    let place = part_of(one.value, one.host.clone(), cx.facts.texts());
    let help = match one.asked_at {
        Some(_) => format!(
            "announce `{name}` to services of the project, and give clients on the host a listener of their own with `{host}`"
        ),
        None => format!("announce `{name}`, the name by which other services reach it"),
    };
    let mut finding = Finding::new(rule::ADVERTISED_LOOPBACK, place, Subject::service(name), message)
        .evidence(one.setting.clone())
        .label(client.place, format!("`{}` connects to it here", client.service))
        .help(help);
    let exact = (place.span.end - place.span.start) as usize == host.len();
    if exact && one.value.via.is_empty() && !one.value.is_interpolated() && service.ports.is_empty() {
        let title = format!("announce `{name}`: clients on the host can then no longer connect");
        finding.fixes.extend(edit::risky(title, edit::exchange(cx.files, place, host, name)));
    }
    finding
}
