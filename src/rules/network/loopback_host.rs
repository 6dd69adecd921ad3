//! `localhost` as the address of another service: in a container it is the container itself.

use crate::catalogue::schema::ImageRole;
use crate::collections::{HashMap, HashSet};
use crate::compose::Reference;
use crate::facts::environment::env_examples::is_example;
use crate::facts::images::known_image;
use crate::facts::network::peers::{Meaning, Peer};
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::model::{Service, Spanned, Variable, VariableSource};
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit;

/// Reports each address once for each service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashSet<(&str, Option<u16>)> = HashSet::default();
    let mut by_line: HashMap<(Place, Option<&str>), usize> = HashMap::default();
    for peer in cx.facts.peers() {
        let Meaning::Loopback(sibling) = &peer.meaning else { continue };
        // Where nothing of the project is meant, only a datastore's address that is written out is sure to be wrong.
        if sibling.is_none() && (!peer.of_datastore || peer.variable.is_some() || cx.fragment) {
            continue;
        }
        let is_other =
            is_of_shared_file(cx, peer, sibling.as_deref()) || is_of_other_setup(cx, peer, sibling.as_deref());
        if is_other || is_switched_off(cx, peer) || !seen.insert((&peer.service, peer.port)) {
            continue;
        }
        let name = &peer.service;
        // One line of an env file that several services read is one cause.
        let is_of_env_file = !cx.project.all_files.contains(&peer.place.span.file);
        let known = (peer.place, sibling.as_deref());
        if let Some(earlier) = by_line.get(&known).and_then(|at| findings.get_mut(*at)).filter(|_| is_of_env_file) {
            let label = cx.model.services.get(name).map(|service| service.key);
            let message = format!("so it is for `{name}`");
            earlier.labels.extend(label.map(|place| Label { place, message: message.into() }));
            continue;
        }
        by_line.insert(known, findings.len());
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
        let held = variable.value.as_ref().is_some_and(|value| value.place.span.contains(peer.place.span));
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
    replaced
        || known_image(service).is_some_and(|known| {
            !known.built
                && (meant.is_some_and(shares)
                    || CALLED.contains(&known.image.role) && !cx.facts.is_named_in_mounts(service, name))
        })
}

/// What is called by others, and calls nobody that a variable of the project's own names, unless a file says so.
const CALLED: [ImageRole; 5] =
    [ImageRole::Proxy, ImageRole::Datastore, ImageRole::Cache, ImageRole::Broker, ImageRole::Search];

/// Variables that say what a set of values is for.
const KINDS_OF_SETUP: [&str; 8] =
    ["NODE_ENV", "APP_ENV", "ENV", "ENVIRONMENT", "RAILS_ENV", "FLASK_ENV", "ASPNETCORE_ENVIRONMENT", "DJANGO_ENV"];

/// Whether the value is that of an example for programs on a developer's machine: the default that stands beside it names
/// the service, or the example says that it is for development, and the project is for production.
fn is_of_other_setup(cx: &Context<'_>, peer: &Peer, sibling: Option<&str>) -> bool {
    let environment = &cx.project.environment;
    let is_assumed = |name: &str| environment.setting(name).is_some_and(|one| one.is_assumed);
    let Some(name) = peer.variable.as_deref().filter(|name| is_assumed(name)) else { return false };
    let names_it = |reference: &&Reference| {
        let text = edit::written(cx.files, reference.place);
        let default = text.split_once(":-").or_else(|| text.split_once('-')).map_or("", |(_, default)| default);
        let ends = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '-' | '_' | '.');
        sibling.is_some_and(|sibling| default.split(ends).any(|word| word == sibling))
    };
    let is_for_developers = || {
        let says = |name: &&str| environment.value(name).is_some_and(|value| value.to_lowercase().starts_with("dev"));
        KINDS_OF_SETUP.iter().any(says)
    };
    let is_for_production = cx.facts.is_named("prod") || cx.facts.is_named("production");
    cx.project.references.iter().filter(|one| one.name == name).any(|one| names_it(&one))
        || is_for_production && is_for_developers()
}

/// Whether another variable of the service switches off what the address is for: `REDIS=false` beside `REDIS_HOST`.
fn is_switched_off(cx: &Context<'_>, peer: &Peer) -> bool {
    let Some(service) = cx.model.services.get(&peer.service) else { return false };
    let holds = |value: &Spanned<String>| value.place == peer.place || value.place.span.contains(peer.place.span);
    let named = service.environment.iter().find(|(_, one)| one.value.as_ref().is_some_and(holds));
    let Some(feature) = named.and_then(|(name, _)| name.split('_').next()) else { return false };
    let switches = [
        feature.to_owned(),
        format!("{feature}_ENABLED"),
        format!("{feature}_ENABLE"),
        format!("ENABLE_{feature}"),
        format!("USE_{feature}"),
        format!("WITH_{feature}"),
    ];
    let is_off = |name: &String| {
        let value = service.environment.get(name).and_then(|one| one.value.as_ref());
        value.is_some_and(|value| matches!(value.value.to_ascii_lowercase().as_str(), "false" | "0" | "no" | "off"))
    };
    switches.iter().any(is_off)
}
