//! A server that listens on loopback although other containers need it.

use crate::facts::images::{argument_value, known_image, runs_default, runs_server};
use crate::facts::network::hosts::is_loopback;
use crate::facts::network::peers::Meaning;
use crate::facts::network::published::has_borrowed_network;
use crate::facts::network::servers::{Address, ServerBinds, binds};
use crate::facts::place::part_of;
use crate::finding::{Confidence, Edit, Finding, Subject, rule};
use crate::model::{Command, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::with_given;
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Reports the word of the command that binds the loopback, or that starts a server which does so by itself.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values().filter(|service| !has_borrowed_network(service)) {
        if let Some((place, program, port, written)) = by_configuration(service) {
            findings.extend(configured(cx, service, place, (program, port, written)));
            continue;
        }
        if let Some(bound) = by_option(service) {
            findings.extend(told_by_option(cx, service, &bound));
            continue;
        }
        let binds = binds(service);
        let Some(bind) = binds.iter().find(|bind| bind.address == Address::Loopback) else {
            findings.extend(by_development_server(cx, service));
            continue;
        };
        let elsewhere = binds.iter().any(|other| other.address != Address::Loopback && other.port == bind.port);
        let Some(port) = bind.port.filter(|_| !elsewhere) else { continue };
        // A service that shares the namespace may be the one that is meant to reach it.
        if cx.facts.reach().siblings(&service.name).len() > 1 {
            continue;
        }
        let Some((place, whom)) = wanted(cx, service, port) else { continue };
        findings.push(finding(cx, service, bind, port, (place, whom)));
    }
}

/// The port that a server listens on for its own container alone, by its configuration, or because it has none: where that
/// is said, who the server is, and whether a file says it.
fn by_configuration(service: &Service) -> Option<(Place, String, u16, bool)> {
    if let Some(file) = &service.configured {
        let local = file.listeners.first().filter(|one| one.local)?;
        let open = file.listeners.iter().any(|one| !one.local);
        return (!open).then(|| (local.place, file.program.to_owned(), local.port, local.written));
    }
    let known = known_image(service).filter(|known| known.exact && runs_default(service) && !known.built)?;
    let answers = known.image.ports_for(known.tag);
    let [ports] = answers.as_slice() else { return None };
    let mut local = ports.iter().filter(|port| port.listen.as_deref().is_some_and(is_loopback));
    let port = local.next().filter(|port| port.variable.is_none())?;
    // A configuration that is not read may say otherwise; so may options.
    let holds_data =
        |path: &str| known.image.data.iter().any(|data| path.starts_with(&data.path)) || path.contains("/log");
    let told = service.command.is_some()
        || !service.configs.is_empty()
        || !service.volumes_from.is_empty()
        || service.mounts.iter().any(|mount| !holds_data(&mount.target.value));
    let place = service.image.as_ref()?.place;
    (!told).then(|| (place, known.image.name.clone(), port.port, false))
}

/// A development server of which the checkout says that nothing tells it to listen for others.
fn by_development_server(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let server = cx.facts.local_server(service)?;
    if cx.facts.reach().siblings(&service.name).len() > 1 {
        return None;
    }
    let (place, whom) = wanted(cx, service, server.port)?;
    let (name, program) = (&service.name, server.program);
    let message =
        format!("`{program}` in `{name}` listens on loopback by default, so nothing outside the container can connect");
    let help = match &server.script {
        Some(script) => format!("add `--host` to `{program}` in the script `{script}` of package.json"),
        None => format!("start `{program}` with `--host`"),
    };
    Some(
        Finding::new(rule::LOOPBACK_LISTENER, server.word.place, Subject::service(name), message)
            .evidence(server.port.to_string())
            .label(place, whom)
            .help(help)
            .confidence(Confidence::Medium),
    )
}

/// Options of the commands of databases that bind them: the programs, the port, and the option. What is set for the image of
/// PostgreSQL by itself is all addresses.
const BINDING: [(&str, &[&str], u16, &str); 3] = [
    ("mysqld", &["mysql", "mariadb", "percona"], 3306, "--bind-address"),
    ("mysqld", &["mysql", "mariadb", "percona"], 3306, "--bind_address"),
    ("postgres", &["postgres", "postgis", "timescaledb"], 5432, "listen_addresses"),
];

/// A database whose command binds it to the loopback.
struct BoundByOption<'a> {
    program: &'static str,
    option: &'static str,
    word: &'a Spanned<String>,
    port: u16,
}

fn by_option(service: &Service) -> Option<BoundByOption<'_>> {
    let known = known_image(service).filter(|known| known.exact && runs_server(service))?;
    let of_image = BINDING.iter().filter(|(_, images, ..)| images.contains(&known.image.name.as_str()));
    of_image.into_iter().find_map(|(program, _, port, option)| {
        let (value, word) = argument_value(service, option)?;
        let is_local = value.split(',').all(|address| is_loopback(address.trim()));
        is_local.then_some(BoundByOption { program, option, word, port: *port })
    })
}

fn told_by_option(cx: &Context<'_>, service: &Service, bound: &BoundByOption<'_>) -> Option<Finding> {
    let port = argument_value(service, "--port").and_then(|(value, _)| value.parse().ok()).unwrap_or(bound.port);
    if cx.facts.reach().siblings(&service.name).len() > 1 {
        return None;
    }
    let (place, whom) = wanted(cx, service, port)?;
    let (name, program, option) = (&service.name, bound.program, bound.option);
    let message = format!("`{program}` in `{name}` listens on loopback, so nothing outside the container can connect");
    let all = if option.starts_with('-') { "0.0.0.0" } else { "*" };
    let finding = Finding::new(rule::LOOPBACK_LISTENER, bound.word.place, Subject::service(name), message)
        .evidence(port.to_string())
        .label(place, whom)
        .help(format!("start it with `{option}={all}`"))
        .confidence(Confidence::High);
    Some(finding)
}

fn configured(
    cx: &Context<'_>,
    service: &Service,
    place: Place,
    (program, port, written): (String, u16, bool),
) -> Option<Finding> {
    if cx.facts.reach().siblings(&service.name).len() > 1 {
        return None;
    }
    let (wanted, whom) = wanted(cx, service, port)?;
    let name = &service.name;
    let default = if written { "" } else { " by default" };
    let message =
        format!("`{program}` in `{name}` listens on loopback{default}, so nothing outside the container can connect");
    let help = match program.to_ascii_lowercase().as_str() {
        "mosquitto" => format!("add `listener {port}` to its configuration, with a login or `allow_anonymous true`"),
        _ => "let it listen on `0.0.0.0` in its configuration".to_owned(),
    };
    let finding = Finding::new(rule::LOOPBACK_LISTENER, place, Subject::service(name), message)
        .evidence(port.to_string())
        .label(wanted, whom)
        .help(help)
        .confidence(Confidence::High);
    let given = service.configured.as_ref().map(|file| file.given);
    Some(match given {
        Some(given) => with_given(finding, given, format!("`{name}` uses this configuration")),
        None => finding,
    })
}

/// Where it is said that others reach the port, and who they are.
fn wanted(cx: &Context<'_>, service: &Service, port: u16) -> Option<(Place, String)> {
    if let Some(entry) = service.ports.iter().find(|entry| entry.target == port) {
        return Some((entry.place, "published here".to_owned()));
    }
    let proxied = cx
        .facts
        .proxied()
        .iter()
        .find(|one| one.service == service.name && one.port == port && one.proxy != service.name);
    if let Some(proxied) = proxied {
        return Some((proxied.place, format!("`{}` forwards to it here", proxied.proxy)));
    }
    let is_meant = |meaning: &Meaning| matches!(meaning, Meaning::Service(name) if *name == service.name);
    let peer = cx
        .facts
        .peers()
        .iter()
        .find(|peer| is_meant(&peer.meaning) && peer.port == Some(port) && peer.service != service.name);
    peer.map(|peer| (peer.place, format!("`{}` connects to it here", peer.service)))
}

fn finding(cx: &Context<'_>, service: &Service, bind: &ServerBinds<'_>, port: u16, wanted: (Place, String)) -> Finding {
    let (name, program) = (&service.name, bind.program);
    let message = if bind.address_written {
        format!("`{program}` in `{name}` listens on loopback, so nothing outside the container can connect")
    } else {
        format!("`{program}` in `{name}` listens on loopback by default, so nothing outside the container can connect")
    };
    let (place, whom) = wanted;
    let written = part_of(bind.word, bind.range.clone(), cx.facts.texts());
    let advice = bind.advice.replace(":8000", &format!(":{port}"));
    let edits =
        if bind.address_written { exchanged(cx, service, bind, written) } else { told(cx, service, bind, &advice) };
    let confidence = if bind.address_written { Confidence::High } else { Confidence::Medium };
    let mut finding = Finding::new(rule::LOOPBACK_LISTENER, written, Subject::service(name), message)
        .evidence(port.to_string())
        .label(place, whom)
        .help(format!("start it with `{advice}`"))
        .confidence(confidence);
    let title = "listen on all addresses of the container: every service on its networks can then connect";
    finding.fixes.extend(edit::risky(title, edits));
    finding
}

/// Writes all addresses in the place of the loopback.
fn exchanged(cx: &Context<'_>, service: &Service, bind: &ServerBinds<'_>, written: Place) -> Option<Vec<Edit>> {
    let word = bind.word.value.get(bind.range.clone())?;
    let open = opened(word).filter(|_| is_literal(bind))?;
    if (written.span.end - written.span.start) as usize == bind.range.len() {
        return edit::exchange(cx.files, written, word, &open);
    }
    // Of a command that is one text, a word has no place of its own.
    let command = own_command(service, bind)?;
    let text = edit::text_of(cx.files, command.place)?;
    if text.matches(word).count() == 1 { edit::replace_first(cx.files, command.place, word, &open) } else { None }
}

/// Adds the option that the server listens for others with, where the command is nothing but that server.
fn told(cx: &Context<'_>, service: &Service, bind: &ServerBinds<'_>, advice: &str) -> Option<Vec<Edit>> {
    let command = own_command(service, bind).filter(|_| is_literal(bind) && advice.starts_with('-'))?;
    let plain = |word: &Spanned<String>| {
        !word.value.is_empty() && !word.value.contains(|c: char| c.is_whitespace() || "\"'\\&|;<>$`#()*".contains(c))
    };
    if command.words.iter().any(|word| !plain(word) || word.value == "--") {
        return None;
    }
    match edit::text_of(cx.files, command.place) {
        Some(text) => edit::replace(cx.files, command.place, &format!("{} {advice}", text.trim_end())),
        None => {
            let words = advice.split(' ').map(|word| edit::add_item(cx.files, command.place, &Content::text(word)));
            edit::all(words)
        }
    }
}

/// The command of the service itself that a word is in; the Dockerfile's is another matter.
fn own_command<'a>(service: &'a Service, bind: &ServerBinds<'_>) -> Option<&'a Command> {
    let mut commands = service.command.iter().chain(&service.entrypoint);
    commands.find(|command| command.words.iter().any(|word| std::ptr::eq(word, bind.word)))
}

fn is_literal(bind: &ServerBinds<'_>) -> bool {
    bind.word.via.is_empty() && !bind.word.is_interpolated()
}

/// The word with all addresses in the place of the loopback.
fn opened(word: &str) -> Option<String> {
    ["127.0.0.1", "localhost"]
        .into_iter()
        .find(|address| word.contains(address))
        .map(|address| word.replacen(address, "0.0.0.0", 1))
}
