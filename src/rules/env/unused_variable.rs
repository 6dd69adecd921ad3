//! A variable of `.env` that the project does not use.

use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};

/// How many names a message has.
const NAMES: usize = 3;

/// Reports the unused lines of the project's env file as one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.project.rejected {
        return;
    }
    let unused = cx.facts.unused_lines();
    let Some(((_, place), others)) = unused.split_first() else { return };
    let names: Vec<&str> = unused.iter().map(|(name, _)| name.as_str()).take(NAMES).collect();
    let more = unused.len().saturating_sub(NAMES);
    let listed = match more {
        0 => and_list(&names),
        more => {
            format!("{} and {more} more", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    };
    let message = format!("the project does not use {listed}");
    let mut finding = Finding::new(rule::UNUSED_VARIABLE, *place, Subject::Project, message)
        .severity(Severity::Info)
        .evidence("unused")
        .help("remove what is left over; docker compose passes no variable of `.env` to a container by itself");
    finding.labels.extend(
        others.iter().take(LABELS).map(|(name, place)| Label { place: *place, message: format!("`{name}`").into() }),
    );
    findings.push(finding);
}
