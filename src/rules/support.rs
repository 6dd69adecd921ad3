//! Helpers that several rules share.

use crate::compose::Reference;
use crate::facts::environment::variables::{Blank, Expected};
use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Finding, Severity, Wording};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::source::Place;

/// How many other places are shown next to a finding.
pub(crate) const LABELS: usize = 8;

/// The severity of what lets people in, loses data or breaks, by what the project is for: an info on a developer's machine, in
/// tests and in what is there to be tried.
pub(crate) fn for_purpose(severity: Severity, purpose: FilePurpose) -> Severity {
    match purpose {
        FilePurpose::Any => severity,
        FilePurpose::Development | FilePurpose::Test | FilePurpose::Example => Severity::Info,
    }
}

/// A step less where a file is for tests.
pub(crate) fn less_in_tests(severity: Severity, is_for_tests: bool) -> Severity {
    match severity {
        Severity::Error if is_for_tests => Severity::Warning,
        _ if is_for_tests => Severity::Info,
        other => other,
    }
}

/// The findings about variables without a value: `one` for each that says something of its own and where there are few, else
/// `several` for the others together. An example is quickly completed by two.
pub(crate) fn one_or_together<'b>(
    cx: &Context<'_>,
    single: &[&Blank<'b>],
    together: &[&Blank<'b>],
    one: impl Fn(&Blank<'b>) -> Option<Finding>,
    several: impl Fn(&[&Blank<'b>]) -> Option<Finding>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = match (together, cx.facts.expected()) {
        ([_], _) | ([_, _], Expected::Example(_)) => together.iter().filter_map(|blank| one(blank)).collect(),
        _ => several(together).into_iter().collect(),
    };
    findings.extend(single.iter().filter_map(|blank| one(blank)));
    findings
}

/// What a port is on the host, in words.
pub(crate) fn published_as(cx: &Context<'_>, port: &Port) -> String {
    match (port.published, left_blank(cx, port)) {
        (Some((first, last)), _) if first == last => format!("port {first}"),
        (Some((first, last)), _) => format!("a port from {first} to {last}"),
        (None, Some(variable)) => format!("the port in `{variable}`"),
        (None, None) => "a port picked by Docker".to_owned(),
    }
}

/// The entry that publishes a port on this machine alone.
pub(crate) fn on_this_machine(cx: &Context<'_>, port: &Port) -> String {
    let on_host = match (port.published, left_blank(cx, port)) {
        (Some((first, _)), _) => first.to_string(),
        (None, Some(variable)) => format!("${{{variable}}}"),
        (None, None) => String::new(),
    };
    format!("`127.0.0.1:{on_host}:{}`", port.target)
}

/// The variable that should say which port of the host it is, and has no value.
fn left_blank<'a>(cx: &Context<'a>, port: &Port) -> Option<&'a str> {
    if port.published.is_some() {
        return None;
    }
    let is_of_port = |reference: &&Reference| port.place.span.contains(reference.place.span);
    let blank = cx.facts.blanks().iter().find(|blank| blank.uses.iter().any(is_of_port))?;
    Some(blank.name)
}

/// Whether a comment says that something is declared for another setup than this.
pub(crate) fn is_for_later(comment: &str) -> bool {
    ["fallback", "for reference", "not used", "unused", "only active", "reserved for", "for future"]
        .iter()
        .any(|words| comment.contains(words))
}

/// Whether a service is scaled to nothing.
pub(crate) fn is_off(service: &Service) -> bool {
    service.replicas.as_ref().is_some_and(|replicas| replicas.value == 0)
}

/// Whether all that the project is made of is in one file: what is written there is all there is.
pub(crate) fn is_one_file(cx: &Context<'_>) -> bool {
    cx.project.all_files.iter().all(|file| Some(file) == cx.project.files.first())
}

/// Whether all services of the project are known to the last entry, so that what none of them names is unused.
pub(crate) fn knows_all_services(cx: &Context<'_>) -> bool {
    // What Compose rejects may hold an entry that could not be read.
    let whole = !cx.fragment && !cx.project.partly_unread && !cx.model.services.is_empty();
    // Of a service whose `extends` leads nowhere, the rest is not known.
    whole && !all_services(cx).any(|service| cx.project.unresolved.contains(&service.name))
}

/// All services, those of inactive profiles among them.
pub(crate) fn all_services<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Service> + use<'a> {
    cx.model.services.values().chain(cx.model.disabled.values())
}

/// Whether all of these ports of the host are allowed.
pub(crate) fn are_allowed(ports: Option<(u16, u16)>, allowed: &[u16]) -> bool {
    ports.is_some_and(|(first, last)| (first..=last).all(|port| allowed.contains(&port)))
}

/// Words in backticks, with commas and an `and`.
pub(crate) fn and_list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How many names a message lists.
const FEW: usize = 4;

/// Names in words, of many only the first ones: "`a`, `b`, `c`, `d` and 3 others".
pub(crate) fn few_names(names: &[&str]) -> String {
    match names.len().saturating_sub(FEW) {
        0 | 1 => and_list(names),
        more => {
            let shown: Vec<String> = names.iter().take(FEW).map(|name| format!("`{name}`")).collect();
            format!("{} and {more} others", shown.join(", "))
        }
    }
}

/// Words in backticks, with commas and an `or`.
pub(crate) fn or_list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Adds a label at what in the Compose file provides the configuration that a finding is in, where that is elsewhere.
pub(crate) fn with_given(finding: Finding, given: Place, message: impl Into<Wording>) -> Finding {
    if finding.place.span.file == given.span.file { finding } else { finding.label(given, message) }
}

/// The port that an address without one means.
pub(crate) fn usual_port(scheme: Option<&str>) -> u16 {
    if matches!(scheme, Some("https" | "wss" | "grpcs")) { 443 } else { 80 }
}

/// How many names a list has before it says how many more there are.
const MOST_NAMES: usize = 5;

/// The names of variables in backticks: "`A`, `B` and `C`", at most five.
pub(crate) fn list_of_names(references: &[&Reference]) -> String {
    let mut names: Vec<String> =
        references.iter().take(MOST_NAMES).map(|reference| format!("`{}`", reference.name)).collect();
    if references.len() > MOST_NAMES {
        names.push(format!("{} more", references.len() - MOST_NAMES));
    }
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
