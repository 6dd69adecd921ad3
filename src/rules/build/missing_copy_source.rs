//! A file that a Dockerfile copies and that is not in its build context.

use crate::collections::IndexMap;
use crate::facts::repository::copies::{MissingCopy, NearSource};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::LABELS;
use crate::source::FileId;

/// Reports each Dockerfile and context once, at the first source that is missing.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut groups: IndexMap<(FileId, String), Vec<MissingCopy<'_>>> = IndexMap::default();
    let is_known = |one: &MissingCopy<'_>| !cx.project.unresolved.contains(&one.service.name);
    for one in cx.facts.missing_copies().into_iter().filter(is_known) {
        let group = groups.entry((one.place.span.file, one.context.clone())).or_default();
        if !group.iter().any(|other| other.place == one.place) {
            group.push(one);
        }
    }
    for all in groups.values() {
        let [first, others @ ..] = all.as_slice() else { continue };
        let MissingCopy { service, source, context, .. } = first;
        let name = &service.name;
        let why = if first.is_left_out { "`.dockerignore` leaves it out" } else { "the build context lacks it" };
        let message = format!("`{name}` cannot be built: `{source}` is copied, but {why}");
        let help = match (&first.near, first.is_left_out) {
            (_, true) => format!("remove `{source}` from `.dockerignore`"),
            (Some(NearSource::Inside(path)), false) => {
                format!("copy `{path}`: sources are relative to the build context, `{context}`, not to the Dockerfile")
            }
            (Some(NearSource::Above(near, dockerfile)), false) => format!(
                "use `context: {near}`, where it is, and `dockerfile: {dockerfile}`: sources are relative to the build context, `{context}`"
            ),
            (None, false) => format!(
                "add it to the repository, or remove the instruction: sources are relative to the build context, `{context}`"
            ),
        };
        let mut finding = Finding::new(rule::MISSING_COPY_SOURCE, first.place, Subject::service(name), message)
            .severity(severity(cx, first))
            .evidence(source.clone())
            .label(first.context_place, "the build context");
        for other in others.iter().take(LABELS) {
            finding = finding.label(other.place, format!("`{}` is missing, too", other.source));
        }
        findings.push(finding.help(help));
    }
}

fn severity(cx: &Context<'_>, one: &MissingCopy<'_>) -> Severity {
    // With an image of a registry, `docker compose up` pulls that first; a file that is there to build does not.
    let is_remote = one.service.image.as_ref().is_some_and(|image| image.value.repository.contains('/'));
    if cx.facts.is_of_elsewhere() {
        Severity::Info
    } else if is_remote && !cx.facts.is_named("build") {
        Severity::Warning
    } else {
        Severity::Error
    }
}
