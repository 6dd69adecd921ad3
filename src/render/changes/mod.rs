//! `plimsoll diff`: what a change does to what would run, for people, for a pull request, and as JSON, a contract
//! described in `docs/output.md`.

mod json;
mod markdown;
mod text;

use super::view::with_invocations;
use super::{RenderOptions, guarded, plural};
use crate::changes::{ChangePlace, DeploymentChange, DeploymentDiff, Topic};
use crate::rules::support::few_names;

/// The shape of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub(crate) enum ChangesFormat {
    /// For people.
    Text,
    /// A comment on a pull request.
    Markdown,
    /// One JSON document, described in `docs/output.md`.
    Json,
}

/// The whole output. It ends with a line break.
pub(crate) fn render_changes(format: ChangesFormat, diff: &DeploymentDiff, options: &RenderOptions) -> String {
    match format {
        ChangesFormat::Text => guarded(text::render(diff, options)),
        ChangesFormat::Markdown => guarded(markdown::render(diff)),
        ChangesFormat::Json => json::render(diff),
    }
}

/// The title of a topic.
fn title(topic: Topic) -> &'static str {
    match topic {
        Topic::Access => "Access",
        Topic::Data => "Data",
        Topic::Start => "Start",
        Topic::Run => "Configuration",
    }
}

/// How many changes there are, and how many have a risk.
fn counts(diff: &DeploymentDiff) -> (usize, usize) {
    let all = || diff.projects.iter().flat_map(|project| &project.changes);
    (all().count(), all().filter(|change| change.is_risky).count())
}

/// What sums up: "5 changes in 2 projects since `main`, 2 with a risk".
fn heading(diff: &DeploymentDiff) -> String {
    let revision = short(&diff.revision);
    let (changes, risks) = counts(diff);
    match (changes, risks) {
        (0, _) if diff.compared == 0 => "no Compose project found".to_owned(),
        (0, _) => format!("nothing that would run changes since `{revision}`"),
        (_, 0) => {
            format!("{} in {} since `{revision}`", plural(changes, "change"), plural(diff.projects.len(), "project"))
        }
        _ => format!(
            "{} in {} since `{revision}`, {risks} with a risk",
            plural(changes, "change"),
            plural(diff.projects.len(), "project")
        ),
    }
}

/// A revision as people write it: the beginning of a whole hash.
fn short(revision: &str) -> &str {
    let is_hash = matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    revision.get(..12).filter(|_| is_hash).unwrap_or(revision)
}

/// What the change does to the findings: "2 new problems, 1 is gone"; `None` where it does nothing to them.
fn findings(diff: &DeploymentDiff) -> Option<String> {
    let [new, gone] = diff.findings;
    let revision = short(&diff.revision);
    match (new, gone) {
        (0, 0) => None,
        (0, gone) => Some(format!("{} solved", plural(gone, "problem"))),
        (new, 0) => Some(format!("{}: `plimsoll check --since {revision}` lists them", plural(new, "new problem"))),
        (new, gone) => Some(format!(
            "{}, {gone} solved: `plimsoll check --since {revision}` lists the new ones",
            plural(new, "new problem")
        )),
    }
}

/// Where a change is written: `compose.yaml:5`.
fn place(place: &ChangePlace) -> String {
    format!("{}:{}", place.file, place.line)
}

/// So many places of one change are shown.
const MOST_PLACES: usize = 3;

/// Where a change is written, in words, each place as `show` shows it: `was at compose.yaml:5 and compose.prod.yaml:7`.
fn places(change: &DeploymentChange, show: impl Fn(&str) -> String) -> Option<String> {
    let first = change.place.as_ref()?;
    let all: Vec<String> = [first].into_iter().chain(&change.also).map(|at| show(&place(at))).collect();
    let listed = match all.as_slice() {
        [only] => only.clone(),
        [some @ .., last] if all.len() <= MOST_PLACES => format!("{} and {last}", some.join(", ")),
        _ => format!("{} and {} more", all.get(..MOST_PLACES).unwrap_or_default().join(", "), all.len() - MOST_PLACES),
    };
    Some(if first.is_then { format!("was at {listed}") } else { listed })
}

/// The invocations that a change holds in, where it does not hold in all.
fn only(change: &DeploymentChange) -> Option<String> {
    with_invocations(&change.only.iter().collect::<Vec<_>>()).map(|only| format!("only {only}"))
}

/// The message of changes that say the same of several services.
fn message(alike: &[&DeploymentChange]) -> String {
    let [first, ..] = alike else { return String::new() };
    match (&first.predicate, alike.len()) {
        (Some(predicate), count) if count > 1 => {
            let names: Vec<&str> = alike.iter().filter_map(|change| change.service.as_deref()).collect();
            format!("each of {} {predicate}", few_names(&names))
        }
        _ => first.message.clone(),
    }
}

/// Changes that say the same of different services, together.
fn together<'c>(changes: &[&'c DeploymentChange]) -> Vec<Vec<&'c DeploymentChange>> {
    let mut groups: Vec<Vec<&DeploymentChange>> = Vec::new();
    for change in changes {
        let is_alike = |group: &Vec<&DeploymentChange>| {
            group.first().is_some_and(|first| {
                change.predicate.is_some()
                    && (&first.predicate, first.is_risky, &first.only)
                        == (&change.predicate, change.is_risky, &change.only)
            })
        };
        match groups.iter_mut().find(|group| is_alike(group)) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups
}

/// Changes by their topics, which follow each other.
fn by_topic(changes: &[DeploymentChange]) -> Vec<(Topic, Vec<&DeploymentChange>)> {
    let mut topics: Vec<(Topic, Vec<&DeploymentChange>)> = Vec::new();
    for change in changes {
        match topics.last_mut() {
            Some((topic, list)) if *topic == change.topic => list.push(change),
            _ => topics.push((change.topic, vec![change])),
        }
    }
    topics
}
