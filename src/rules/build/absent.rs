//! What the rules on missing contexts and Dockerfiles share.

use crate::collections::IndexMap;
use crate::facts::repository::builds::{BuildPart, MissingBuild};
use crate::finding::{Confidence, Finding, RuleId, Severity, Subject};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Reports each path that is missing once, at the first service that is built from it.
pub(super) fn report(
    cx: &Context<'_>,
    findings: &mut Vec<Finding>,
    (rule, part): (RuleId, BuildPart),
    words: impl Fn(&MissingBuild<'_>) -> (String, String),
) {
    if cx.fragment {
        return;
    }
    let mut by_path: IndexMap<String, Vec<MissingBuild<'_>>> = IndexMap::default();
    for missing in cx.facts.missing_builds().into_iter().filter(|missing| missing.part == part) {
        by_path.entry(missing.path.clone()).or_default().push(missing);
    }
    for all in by_path.values() {
        let [first, others @ ..] = all.as_slice() else { continue };
        let (message, help) = words(first);
        let mut finding = Finding::new(rule, first.place, Subject::service(&first.service.name), message)
            .severity(severity(cx, all))
            .evidence(first.path.clone())
            .help(help);
        if !first.in_repository {
            // What was handed over may be a part of what there is.
            finding = finding.confidence(Confidence::Medium);
        }
        for other in others.iter().filter(|other| other.place != first.place).take(LABELS) {
            finding = finding.label(other.place, format!("`{}` is built from it, too", other.service.name));
        }
        findings.push(finding);
    }
}

fn severity(cx: &Context<'_>, all: &[MissingBuild<'_>]) -> Severity {
    let is_with_others = all.iter().any(|one| one.elsewhere.as_ref().is_some_and(|other| other.has_compose_file));
    if is_with_others || cx.facts.is_of_elsewhere() {
        return Severity::Info;
    }
    // With an image of its own, `docker compose up` pulls that first.
    let is_pulled = all.iter().all(|one| one.service.image.is_some());
    let sure = all.iter().all(|one| one.in_repository) && !is_pulled;
    if sure { Severity::Error } else { Severity::Warning }
}
