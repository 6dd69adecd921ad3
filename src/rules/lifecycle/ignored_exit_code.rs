//! A start script that goes on after its migration failed.

use super::order::all_steps;
use crate::facts::images::launch;
use crate::facts::lifecycle::jobs::{JobKind, is_ignored, jobs};
use crate::facts::lifecycle::steps::Steps;
use crate::facts::place::part_of;
use crate::facts::repository::developers::is_started_for_developers;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::source::{Place, Span};

/// Reports each script once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut reported: Vec<Place> = Vec::new();
    for service in cx.model.services.values() {
        for steps in all_steps(cx, service) {
            let mut found = jobs(&steps).into_iter();
            let Some(found) = found.find(|found| found.job.kind == JobKind::Migration && is_ignored(&steps, found.at))
            else {
                continue;
            };
            if reported.contains(&steps.place) {
                continue;
            }
            reported.push(steps.place);
            let name = &service.name;
            let message =
                format!("`{name}` starts even if `{}` fails: the script ignores its exit code", found.job.name());
            let place = place_of(cx, service, &steps, found.at);
            let finding = Finding::new(rule::IGNORED_EXIT_CODE, place, Subject::service(name), message)
                .severity(if is_started_for_developers(service) { Severity::Info } else { Severity::Warning })
                .evidence(found.job.name())
                .help("use `&&` between the two, or `set -e` at the beginning of the script");
            findings.push(finding);
        }
    }
}

/// Where a step is: in the text of the command, or in the file that the steps are from.
fn place_of(cx: &Context<'_>, service: &Service, steps: &Steps, at: usize) -> Place {
    let Some(step) = steps.all.get(at) else { return steps.place };
    let (start, end) = step.span;
    match launch(service).into_iter().find(|word| word.place == steps.place) {
        Some(word) => part_of(word, start as usize..end as usize, cx.facts.texts()),
        None => Place { span: Span { start, end, ..steps.place.span }, ..steps.place },
    }
}
