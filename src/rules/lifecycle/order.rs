//! Who waits for whom, and edits of `depends_on`.

use std::collections::BTreeSet;

use crate::facts::images::launch;
use crate::facts::lifecycle::steps::{Steps, of_script, of_service};
use crate::facts::network::peers::Meaning;
use crate::finding::Edit;
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit::{self, Content};

/// Programs and words with which scripts wait for a peer.
const WAITERS: [&str; 14] = [
    "wait-for",
    "wait_for",
    "waitfor",
    "wait4",
    "dockerize",
    "pg_isready",
    "mysqladmin",
    "nc -z",
    "nc -w",
    "/dev/tcp/",
    "until ",
    "while !",
    "retry",
    "sleep",
];

/// Whether a service waits for its peers by itself: its command does, or a script of the repository that it runs.
pub(super) fn waits_itself(cx: &Context<'_>, service: &Service) -> bool {
    let waits = |text: &str| WAITERS.iter().any(|word| text.contains(word));
    let words = launch(service);
    let all = words.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join(" ");
    waits(&all) || scripts(cx, service).iter().any(|script| waits(script))
}

/// The texts of the scripts of the repository that a service runs.
pub(super) fn scripts(cx: &Context<'_>, service: &Service) -> Vec<String> {
    let words = launch(service);
    let files = words.iter().take(4).filter_map(|word| cx.facts.file_in(service, &word.value));
    files.filter_map(|file| cx.facts.text_of_script(&file.path).map(|(_, text)| text)).collect()
}

/// What a service runs, with what a script of the repository does in its place.
pub(super) fn all_steps(cx: &Context<'_>, service: &Service) -> Vec<Steps> {
    let own = of_service(service);
    let words = launch(service);
    let files = words.iter().take(4).filter_map(|word| {
        let file = cx.facts.file_in(service, &word.value)?;
        let (place, text) = cx.facts.text_of_script(&file.path)?;
        Some(of_script(&text, place))
    });
    own.into_iter().chain(files).collect()
}

/// Whether a service is started after another one, directly or through others.
pub(super) fn is_after(cx: &Context<'_>, service: &Service, other: &str) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<&str> = awaited(service);
    while let Some(name) = left.pop() {
        if name == other {
            return true;
        }
        if let Some(next) = cx.model.services.get(name).filter(|_| seen.insert(name)) {
            left.extend(awaited(next));
        }
    }
    false
}

fn awaited(service: &Service) -> Vec<&str> {
    let of_mode = service.network_mode.iter().filter_map(|mode| mode.value.strip_prefix("service:"));
    let links = service.links.iter().filter_map(|link| link.value.split(':').next());
    service.depends_on.keys().map(String::as_str).chain(of_mode).chain(links).collect()
}

/// Whether Docker starts the container again whenever it ends.
pub(super) fn always_restarts(service: &Service) -> bool {
    match (&service.restart_condition, &service.restart) {
        (Some(condition), _) => condition.value == "any",
        (None, Some(restart)) => matches!(restart.value.as_str(), "always" | "unless-stopped"),
        (None, None) => false,
    }
}

/// Whether Docker starts the container again after it failed.
pub(super) fn recovers(service: &Service) -> bool {
    match (&service.restart_condition, &service.restart) {
        (Some(condition), _) => condition.value != "none",
        (None, Some(restart)) => restart.value != "no",
        (None, None) => false,
    }
}

/// Makes a service wait for others with a condition; the short form becomes the long one.
pub(super) fn wait_with(cx: &Context<'_>, service: &Service, name: &str, condition: &str) -> Option<Vec<Edit>> {
    let dependency = service.depends_on.get(name)?;
    if dependency.place.span.file != service.place.span.file {
        return None;
    }
    let long = edit::set_entry(cx.files, dependency.place, "condition", &Content::text(condition));
    long.or_else(|| {
        let entry = |(other, dependency): (&String, &crate::model::Dependency)| {
            let own = if other == name { condition } else { dependency.condition.value.as_str() };
            (other.clone(), Content::Map(vec![("condition".to_owned(), Content::text(own))]))
        };
        let entries = Content::Map(service.depends_on.iter().map(entry).collect());
        edit::overwrite(cx.files, service.place, "depends_on", &entries)
    })
}

/// Whether a service names another one as a peer.
pub(super) fn uses(cx: &Context<'_>, service: &Service, peer: &Service) -> bool {
    cx.facts
        .peers()
        .iter()
        .any(|one| one.service == service.name && matches!(&one.meaning, Meaning::Service(name) if *name == peer.name))
}
