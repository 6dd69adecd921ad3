//! The loader's problems in words: the rule, message, help, labels and fix of each kind.

mod env_files;
mod keys;
mod limits;
mod missing;
mod quick_fix;
mod references;
mod schema;
mod schema_fix;
mod syntax;
#[cfg(test)]
mod tests;
mod types;
mod values;
mod view;

use crate::collections::{HashMap, HashSet};
use crate::compose::problem::{Cause, IncludeProblem, PlaceRole, Problem, Reported, Resource, Undefined, Verdict};
use crate::finding::{Finding, Label, rule};
use crate::source::{Place, SourceDb};

pub(crate) use limits::finding as limit;
pub(crate) use view::{ProblemView, Templates};

/// Drops what is said about a line that is no YAML: its value is torn off where the parser stopped.
pub(crate) fn drop_torn(findings: &mut Vec<Finding>, sources: &SourceDb) {
    let line = |finding: &Finding| {
        let span = finding.place.span;
        (span.file, sources.file(span.file).position(span.start).line)
    };
    let is_syntax = |finding: &Finding| finding.rule == rule::YAML_SYNTAX;
    let torn: HashSet<_> = findings.iter().filter(|finding| is_syntax(finding)).map(line).collect();
    if !torn.is_empty() {
        findings.retain(|finding| is_syntax(finding) || !torn.contains(&line(finding)));
    }
}

/// The findings about a project that people see: consequences are left out, and so is what only the age of docker compose
/// 2.40.3 is at fault for.
pub(crate) fn findings(reported: &[Reported], view: &ProblemView<'_>) -> Vec<Finding> {
    let is_shown = |one: &&Reported| match one.caused_by {
        None => !view.is_documented(one),
        // Somebody who asks what docker compose says hears of a blank where it is rejected.
        Some(Cause::Blank(_)) => view.is_for_compose() && one.verdict == Verdict::Rejected,
        Some(_) => false,
    };
    let shown = reported.iter().filter(is_shown);
    let (rejected, accepted): (Vec<&Reported>, Vec<&Reported>) = shown
        .filter(|one| !matches!(one.verdict, Verdict::NeedsNewer(_)))
        .partition(|one| one.verdict == Verdict::Rejected);
    let mut findings: Vec<Finding> = Vec::with_capacity(rejected.len() + accepted.len());
    let mut undefined: HashMap<(Resource, &str), usize> = HashMap::default();
    let mut reported: HashSet<Place> = HashSet::default();
    let mut conflict: Option<usize> = None;
    let mut misplaced = HashMap::default();
    for one in rejected {
        // An `include` that is overridden where it is included has one cause, however many services it is done with.
        if let Problem::Include(IncludeProblem::Conflict { name }) = &one.problem {
            match conflict.and_then(|at| findings.get_mut(at)) {
                Some(first) => {
                    first.labels.push(Label { place: one.at, message: format!("`{name}` is another one").into() })
                }
                None => {
                    conflict = Some(findings.len());
                    findings.push(finding(one, view));
                }
            }
            continue;
        }
        if joins_misplaced(one, &mut misplaced, &mut findings) {
            continue;
        }
        let Some((kind, name, service)) = undefined_at_top(one) else {
            let finding = finding(one, view);
            if finding.rule == rule::UNDEFINED_REFERENCE {
                reported.insert(finding.place);
            }
            findings.push(finding);
            continue;
        };
        // What is missing at top level is one mistake, however many services name it; a fix is for one place.
        let repeats = reported.contains(&one.at);
        let first = undefined.get(&(kind, name)).and_then(|at| findings.get_mut(*at));
        match first.filter(|first: &&mut Finding| first.fixes.is_empty()) {
            Some(first) => {
                first.labels.push(Label { place: one.at, message: format!("also used by `{service}`").into() });
            }
            None if repeats => {}
            None => {
                undefined.entry((kind, name)).or_insert(findings.len());
                reported.insert(one.at);
                findings.push(finding(one, view));
            }
        }
    }
    findings.extend(accepted.into_iter().map(|one| finding(one, view)));
    findings
}

/// Joins a key with an earlier one that belongs below the same key, which is left out, or notes where its finding will be.
fn joins_misplaced<'r>(
    one: &'r Reported,
    known: &mut HashMap<(Vec<&'r str>, String), usize>,
    findings: &mut [Finding],
) -> bool {
    let Some((parent, key)) = keys::parent(one) else { return false };
    let at = *known.entry(parent).or_insert(findings.len());
    let Some(first) = findings.get_mut(at) else { return false };
    first.labels.push(Label { place: one.at, message: format!("so does `{key}`").into() });
    true
}

/// The findings about a project that only a newer docker compose takes.
pub(crate) fn newer(reported: &[Reported], view: &ProblemView<'_>) -> Vec<Finding> {
    let newer = reported.iter().filter(|one| matches!(one.verdict, Verdict::NeedsNewer(_)));
    newer.map(|one| finding(one, view)).collect()
}

/// The name of a problem about a resource that the top level lacks, and the service that uses it.
fn undefined_at_top(reported: &Reported) -> Option<(Resource, &str, &str)> {
    match &reported.problem {
        Problem::Undefined(Undefined::Name { kind, name, service, .. }) if *kind != Resource::Service => {
            Some((*kind, name.value(), service))
        }
        _ => None,
    }
}

/// A problem in words.
fn finding(reported: &Reported, view: &ProblemView<'_>) -> Finding {
    let mut finding = match &reported.problem {
        Problem::Limit(limit) => limits::finding(reported.at, *limit),
        Problem::Syntax(syntax) => syntax::syntax(reported, syntax),
        Problem::DuplicateKey { key } => syntax::duplicate_key(reported, key, view),
        Problem::Interpolation { written } => syntax::interpolation(reported, written.as_deref(), view),
        Problem::Required { name, message } => syntax::required(reported, (name, message), view),
        Problem::EnvLine(line) => syntax::env_line(reported, line, view),
        Problem::UnknownKey(unknown) => keys::unknown(reported, unknown, view),
        Problem::Conflict(conflict) => keys::conflict(reported, conflict, view),
        Problem::Type(problem) => types::finding(reported, problem, view),
        Problem::Value(problem) => values::finding(reported, problem, view),
        Problem::Missing(missing) => missing::finding(reported, missing),
        Problem::Undefined(undefined) => references::undefined(reported, undefined, view),
        Problem::Inactive { name, profiles, may_be_optional } => {
            references::inactive(reported, name, profiles, *may_be_optional, view)
        }
        Problem::Cycle { path } => references::cycle(reported, path),
        Problem::Include(problem) => references::include(reported, problem, view),
        Problem::Extends(problem) => references::extends(reported, problem, view),
        Problem::EnvFile(problem) => env_files::finding(reported, problem, view),
        Problem::MountTarget { target } => references::mount_target(reported, target, view),
        Problem::ContainerName { name } => references::container_name(reported, name, view),
    };
    let labels = reported.related.iter().filter_map(|related| {
        let message = label(&reported.problem, &related.role)?;
        Some(Label { place: related.place, message: message.into() })
    });
    finding.labels.extend(labels);
    finding
}

/// What is said of another place of a problem.
fn label(problem: &Problem, role: &PlaceRole) -> Option<String> {
    use crate::compose::problem::Conflict;
    let text = match (role, problem) {
        (PlaceRole::First, Problem::DuplicateKey { .. }) => "first defined here",
        (PlaceRole::First, Problem::MountTarget { .. }) => "first mounted here",
        (PlaceRole::First, Problem::ContainerName { .. }) => "first used here",
        (PlaceRole::First, _) => "first listed here",
        (PlaceRole::Opposite, Problem::Conflict(Conflict::ExternalNames)) => "the other name",
        (PlaceRole::Opposite, Problem::Conflict(Conflict::Sources(..))) => "set here",
        (PlaceRole::Opposite, _) => "conflicts with this",
        (PlaceRole::Definition, _) => "the service is defined here",
        (PlaceRole::OtherDefinition, _) => "also defined here",
        (PlaceRole::Include, _) => "included here",
        (PlaceRole::Overridden, _) => "the overridden value",
        (PlaceRole::RequiredToo, _) => "also required here",
        (PlaceRole::FileOfDirectory, _) => "also in this directory",
        (PlaceRole::UsedBy(service), _) => return Some(format!("also used by `{service}`")),
        (PlaceRole::Shifted(_), _) => return None,
    };
    Some(text.to_owned())
}

/// At most 60 characters of a text, on one line.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("")),
        None => line.to_owned(),
    }
}

/// Words in backticks, with commas and an `or`.
fn or_list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
