//! A service that is addressed by its name and has none: it shares the network of another one, or of the host.

use crate::collections::IndexMap;
use crate::facts::network::peers::{Meaning, Peer};
use crate::facts::network::reach::Nameless;
use crate::finding::{Finding, Fix, Label, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::LABELS;
use crate::yaml::edit;

/// Reports each such service once for each name that would be right, at the first place that uses the wrong one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut groups: IndexMap<(&str, Right<'_>), Vec<&Peer>> = IndexMap::default();
    for peer in cx.facts.peers() {
        let Meaning::Nameless(name) = &peer.meaning else { continue };
        let known = |name: &str| !cx.project.unresolved.contains(name);
        let is_open = cx.project.has_blank_entry(name, &["network_mode", "networks"]);
        if let Some(right) = right(cx, &peer.service, name)
            && known(name)
            && known(&peer.service)
            && !is_open
        {
            groups.entry((name, right)).or_default().push(peer);
        }
    }
    for ((name, right), peers) in groups {
        findings.extend(cx.model.services.get(name).and_then(|to| finding(cx, to, right, &peers)));
    }
}

/// How a service without a name is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Right<'a> {
    /// They share one network namespace.
    Localhost,
    /// By the name of the service whose network it shares.
    Owner(&'a str),
    /// It is on the host, by a name that the asking service has for that.
    HostAlias(&'a str),
    /// It is on the host.
    Host,
}

fn right<'a>(cx: &Context<'a>, from: &str, to: &str) -> Option<Right<'a>> {
    if cx.facts.reach().siblings(from).contains(&to) {
        return Some(Right::Localhost);
    }
    match cx.facts.reach().nameless(to)? {
        // Where the two share no network either, another rule would have to follow.
        Nameless::Shares(owner) => Some(Right::Owner(owner)),
        Nameless::Host => {
            let hosts = cx.model.services.get(from).map(|service| service.extra_hosts.as_slice()).unwrap_or_default();
            let gateway = hosts.iter().find(|host| host.value.1 == "host-gateway");
            Some(gateway.map_or(Right::Host, |host| Right::HostAlias(&host.value.0)))
        }
    }
}

fn finding(cx: &Context<'_>, to: &Service, right: Right<'_>, peers: &[&Peer]) -> Option<Finding> {
    let (first, name) = (peers.first()?, &to.name);
    let with_port = |host: &str| first.port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let (why, help) = match right {
        Right::Localhost => (
            format!("it shares one network namespace with `{}`", first.service),
            format!("use `{}`: both are in the same network namespace", with_port("localhost")),
        ),
        Right::Owner(owner) => (
            format!("it shares the network of `{owner}`"),
            format!("use `{}`: the ports of `{name}` are those of `{owner}`", with_port(owner)),
        ),
        Right::HostAlias(alias) => (
            "it uses the host network".to_owned(),
            format!(
                "use `{}`: `{name}` listens on the host, which `{}` knows by that name",
                with_port(alias),
                first.service
            ),
        ),
        Right::Host => (
            "it uses the host network".to_owned(),
            format!(
                "use `{}`, and add `extra_hosts: [\"host.docker.internal:host-gateway\"]` to `{}`, because `{name}` listens on the host",
                with_port("host.docker.internal"),
                first.service
            ),
        ),
    };
    let message = format!("`{name}` has no hostname of its own: {why}");
    let mut finding = Finding::new(rule::PEER_WITHOUT_NAME, first.place, Subject::service(&first.service), message)
        .evidence(name.clone())
        .help(help);
    finding
        .labels
        .extend(to.network_mode.as_ref().map(|mode| Label { place: mode.place, message: "its network mode".into() }));
    let others = peers.iter().filter(|peer| peer.place != first.place).take(LABELS);
    finding.labels.extend(
        others.map(|peer| Label { place: peer.place, message: format!("also used by `{}`", peer.service).into() }),
    );
    finding.fixes.extend(fix(cx, right, peers));
    Some(finding)
}

/// Writes the name that is right, where that needs nothing else.
fn fix(cx: &Context<'_>, right: Right<'_>, peers: &[&Peer]) -> Option<Fix> {
    let name = match right {
        Right::Localhost => "localhost",
        Right::Owner(name) | Right::HostAlias(name) => name,
        Right::Host => return None,
    };
    if peers.iter().any(|peer| !peer.is_own) {
        return None;
    }
    let edits = edit::all(peers.iter().map(|peer| edit::exchange(cx.files, peer.place, &peer.host, name)));
    edit::risky(format!("replace with `{name}`: the program then connects to that address"), edits)
}
