//! How bad it is that a container has power over the host: who can get into it, and who says that it is needed.

use std::cell::OnceCell;

use crate::collections::HashMap;
use crate::facts::network::published::Published;
use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Finding, Severity};
use crate::model::{ImageReference, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::less_in_tests;
use crate::source::Place;

/// Words of a comment that asks for a change instead of giving a reason.
const REMINDERS: [&str; 6] = ["todo", "fixme", "xxx", "insecure", "dangerous", "unsafe"];

/// Words of a comment that gives a reason.
const REASONS: [&str; 14] = [
    "need",
    "needs",
    "needed",
    "require",
    "requires",
    "required",
    "because",
    "for",
    "allow",
    "allows",
    "since",
    "must",
    "otherwise",
    "necessary",
];

/// How requests from other machines get into services: a place that says so, and what it does. Found when first asked for.
#[derive(Default)]
pub(super) struct Entrances {
    by_service: OnceCell<HashMap<String, (Place, String)>>,
}

impl Entrances {
    /// Whether other machines get into a service.
    pub(super) fn lead_to(&self, cx: &Context<'_>, service: &Service) -> bool {
        self.by_service.get_or_init(|| entrances(cx)).contains_key(service.name.as_str())
    }

    /// The severity of what makes a container's user root on the host, and the finding with the way in: an error where
    /// other machines get into it, a warning otherwise.
    pub(super) fn weigh(&self, cx: &Context<'_>, service: &Service, finding: Finding) -> Finding {
        let entrance = self.by_service.get_or_init(|| entrances(cx)).get(service.name.as_str());
        let most = if entrance.is_some() { Severity::Error } else { Severity::Warning };
        let severity = weigh(cx, service, finding.place, most);
        let finding = finding.severity(severity);
        match entrance.filter(|(place, _)| severity == Severity::Error && *place != finding.place) {
            Some((place, how)) => finding.label(*place, how.clone()),
            None => finding,
        }
    }
}

/// Published ports, and services that a reverse proxy forwards to.
fn entrances(cx: &Context<'_>) -> HashMap<String, (Place, String)> {
    let mut by_service = HashMap::default();
    for target in cx.facts.proxied() {
        let how = format!("`{}` forwards requests to it", target.proxy);
        by_service.insert(target.service.clone(), (target.place, how));
    }
    let reached = |one: &&Published<'_>| one.in_effect && one.is_active && one.reach.is_beyond_loopback();
    for one in cx.facts.published().iter().filter(reached) {
        let how = "other machines can reach it through this port".to_owned();
        by_service.entry(one.service.name.clone()).or_insert((one.port.place, how));
    }
    by_service
}

/// The severity of a grant: less for developers, an info in tests and in what is there to be tried, and an info where a comment says what it is for, in a
/// program of the host, or where only the deployment knows the image, which may ask for it.
pub(super) fn weigh(cx: &Context<'_>, service: &Service, place: Place, most: Severity) -> Severity {
    let has_name = |image: &Spanned<ImageReference>| !image.value.repository.is_empty();
    let is_open = service.build.is_none() && !service.image.as_ref().is_some_and(has_name);
    if is_open
        || is_of_host(service)
        || is_explained(&cx.facts.comments_at(place))
        || is_explained(&cx.facts.comments_at_list(place))
    {
        return Severity::Info;
    }
    match cx.facts.purpose() {
        FilePurpose::Any => most,
        FilePurpose::Development => less_in_tests(most, true),
        FilePurpose::Test | FilePurpose::Example => Severity::Info,
    }
}

/// Whether a service is a program of the host in a container: it has its network, its processes and capabilities for them,
/// so that somebody means it to manage the host.
pub(super) fn is_of_host(service: &Service) -> bool {
    let isolation = &service.isolation;
    let in_network = service.network_mode.as_ref().is_some_and(|mode| mode.value == "host");
    in_network && isolation.pid.as_ref().is_some_and(|pid| pid.value == "host") && !isolation.cap_add.is_empty()
}

/// Whether a comment gives a reason, and is not an entry that is commented out.
fn is_explained(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    let is_entry = |line: &&str| {
        let line = line.trim().trim_start_matches("- ");
        !line.contains(' ') || line.split_once(": ").is_some_and(|(key, _)| !key.contains(' '))
    };
    let text: Vec<&str> = lower.lines().filter(|line| !is_entry(line)).collect();
    let words: Vec<&str> = text
        .iter()
        .flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    words.len() > 1
        && REASONS.iter().any(|word| words.contains(word))
        && !REMINDERS.iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_neither_an_entry_nor_a_reminder() {
        assert!(is_explained(" needed for the GPIO pins"));
        assert!(is_explained(" for fuse"));
        assert!(is_explained(" privileged: true\n the sensor requires it"));
        assert!(!is_explained(""));
        assert!(!is_explained(" warning"));
        assert!(!is_explained(" command: sleep for hours"));
        assert!(!is_explained(" - /dev/sda:/dev/sda"));
        assert!(!is_explained(" TODO: find out what this is for"));
    }
}
