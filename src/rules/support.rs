//! What several rules need to say something.

use crate::config::Config;
use crate::edits;
use crate::edits::Content;
use crate::facts::purpose::Purpose;
use crate::finding::{Edit, Fix, Place, Severity};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::source::Span;

/// The severity of what loses data or lets people in, by what the file is for: on a developer's machine it is a warning.
pub fn for_purpose(severity: Severity, purpose: Purpose) -> Severity {
    match purpose {
        Purpose::Any => severity,
        Purpose::Development | Purpose::Test => severity.min(Severity::Warning),
    }
}

/// The same for data: those of tests are made to be thrown away.
pub fn for_data(severity: Severity, purpose: Purpose) -> Severity {
    match purpose {
        Purpose::Test => Severity::Info,
        other => for_purpose(severity, other),
    }
}

/// What a port is on the host, in words.
pub fn published_as(published: Option<(u16, u16)>) -> String {
    match published {
        Some((first, last)) if first == last => format!("port {first}"),
        Some((first, last)) => format!("a port from {first} to {last}"),
        None => "a port that Docker picks".to_owned(),
    }
}

/// Whether a service is scaled to nothing.
pub fn is_off(service: &Service) -> bool {
    service.replicas.as_ref().is_some_and(|replicas| replicas.value == 0)
}

/// Publishes a port on the loopback of the host only.
pub fn publish_on_loopback(cx: &Context<'_>, port: &Port) -> Option<Fix> {
    const LOOPBACK: &str = "127.0.0.1";
    if !port.via.is_empty() || port.host_ip.is_some() || port.published.is_none() {
        return None;
    }
    let long = || edits::add_entry(cx.files, port.place, "host_ip", &Content::text(LOOPBACK));
    let short = || {
        let span = Span { end: port.host_place.span.start, ..port.host_place.span };
        let apart = port.host_place != port.place;
        apart
            .then(|| edits::replace_part(cx.files, Place { span, ..port.host_place }, &format!("{LOOPBACK}:")))
            .flatten()
    };
    edits::risky("publish it on 127.0.0.1 only", long().or_else(short))
}

/// Mounts a named volume in a service, and declares it.
pub fn mount_volume(cx: &Context<'_>, service: &Service, path: &str) -> Option<Fix> {
    if !is_one_file(cx) || !path.starts_with('/') {
        return None;
    }
    let plain = service.name.replace(['.', '-'], "_");
    let last = path.rsplit('/').next().unwrap_or("");
    let names = [format!("{plain}_data"), format!("{plain}_{last}")];
    let name = names.into_iter().find(|name| !cx.model.volumes.contains_key(name))?;
    let edits = edits::all([
        edits::add_to_list(cx.files, service.key, "volumes", &Content::text(format!("{name}:{path}"))),
        edits::add_to_section(cx.files, service.key, "volumes", &name, &Content::Empty),
    ]);
    edits::risky(format!("keep `{path}` in a volume named `{name}`"), edits)
}

/// Whether all that the project is made of stands in one file: what is written there is all there is.
pub fn is_one_file(cx: &Context<'_>) -> bool {
    cx.project.all_files.iter().all(|file| Some(file) == cx.project.files.first())
}

/// Replaces the bytes of a place that hold this value to the letter.
pub fn put(cx: &Context<'_>, place: Place, text: &str) -> Option<Vec<Edit>> {
    edits::replace_part(cx.files, place, text)
}

/// Whether the option `allowed_ports` of a rule lists all of these ports of the host.
pub fn allows_ports(settings: &Config, rule: &str, ports: Option<(u16, u16)>) -> bool {
    let listed = |port: u16| settings.option(rule, "allowed_ports").iter().any(|one| one.parse() == Ok(port));
    ports.is_some_and(|(first, last)| (first..=last).all(listed))
}

/// Words in backticks, with commas and an `and`.
pub fn and_list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
