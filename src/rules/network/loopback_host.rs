//! `localhost` as the address of another service: in a container it is the container itself.

use crate::collections::HashSet;
use crate::facts::environment::env_examples::is_example;
use crate::facts::images::known_image;
use crate::facts::network::peers::{Meaning, Peer};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Service, Variable, VariableSource};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports each address once for each service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashSet<(&str, Option<u16>)> = HashSet::default();
    for peer in cx.facts.peers() {
        let Meaning::Loopback(sibling) = &peer.meaning else { continue };
        // Where nothing of the project is meant, only a datastore's address that is written out is sure to be wrong.
        if sibling.is_none() && (!peer.of_datastore || peer.variable.is_some() || cx.fragment) {
            continue;
        }
        if is_of_shared_file(cx, peer, sibling.as_deref()) || !seen.insert((&peer.service, peer.port)) {
            continue;
        }
        let name = &peer.service;
        let address = peer.port.map_or_else(|| peer.host.clone(), |port| format!("{}:{port}", peer.host));
        let (severity, message, help) = match sibling {
            Some(sibling) => (
                Severity::Error,
                format!("`{address}` is the container of `{name}` itself, not `{sibling}`"),
                format!("use `{sibling}` as the host"),
            ),
            None => (
                // What an example shows may be for a program that nobody starts.
                if is_of_example(cx, peer) { Severity::Info } else { Severity::Warning },
                format!("`{address}` is the container of `{name}` itself, where nothing listens on this port"),
                "use the name of the service; for a program on the host, use `host.docker.internal` with `extra_hosts: [\"host.docker.internal:host-gateway\"]`"
                    .to_owned(),
            ),
        };
        let mut finding = Finding::new(rule::LOOPBACK_HOST, peer.place, Subject::service(name), message)
            .severity(severity)
            .evidence(address)
            .help(help);
        if let (Some(sibling), true) = (sibling, peer.is_own) {
            let title = format!("replace with `{sibling}`: the program then connects to that service");
            finding.fixes.extend(edit::risky(title, edit::exchange(cx.files, peer.place, &peer.host, sibling)));
        }
        findings.push(finding);
    }
}

/// Whether an example env file says it.
fn is_of_example(cx: &Context<'_>, peer: &Peer) -> bool {
    let path = cx.facts.path_of(peer.place.span.file);
    path.file_name().and_then(|name| name.to_str()).is_some_and(is_example)
}

/// Whether a line of an env file says it that several services are given and that is written for what runs outside of
/// them: another service puts its own address in its place, or the one that has it is an image that knows no such variable,
/// as the datastore that is meant does not.
fn is_of_shared_file(cx: &Context<'_>, peer: &Peer, sibling: Option<&str>) -> bool {
    let of_line = |variable: &Variable| {
        let held = variable.value.as_ref().is_some_and(|value| value.place == peer.place);
        variable.source == VariableSource::EnvFile && (held || variable.key.span.contains(peer.place.span))
    };
    let Some(service) = cx.model.services.get(&peer.service) else { return false };
    let Some((name, _)) = service.environment.iter().find(|(_, variable)| of_line(variable)) else { return false };
    let files = |service: &Service| service.env_files.iter().map(|file| file.path.value.clone()).collect::<Vec<_>>();
    let own_files = files(service);
    let shares = |other: &Service| files(other).iter().any(|file| own_files.contains(file));
    let replaced =
        cx.model.services.values().filter(|other| other.name != service.name && shares(other)).any(|other| {
            other.environment.get(name).is_some_and(|variable| variable.source == VariableSource::Environment)
        });
    let meant = sibling.and_then(|name| cx.model.services.get(name));
    replaced || known_image(service).is_some_and(|known| !known.built) && meant.is_some_and(shares)
}
