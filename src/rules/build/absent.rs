//! What the rules on missing contexts and Dockerfiles share.

use crate::collections::IndexMap;
use crate::facts::repository::builds::{BuildPart, MissingBuild};
use crate::finding::{Confidence, Finding, RuleId, Severity, Subject};
use crate::rules::Context;
use crate::rules::support::{LABELS, few_names};

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
    // Of a service whose `extends` leads nowhere, the context may be there.
    let is_of_rule =
        |missing: &MissingBuild<'_>| missing.part == part && !cx.project.unresolved.contains(&missing.service.name);
    for missing in cx.facts.missing_builds().into_iter().filter(is_of_rule) {
        by_path.entry(missing.gone.clone()).or_default().push(missing);
    }
    for (gone, all) in &by_path {
        let [first, others @ ..] = all.as_slice() else { continue };
        let several = all.iter().any(|one| one.path != first.path);
        let (mut message, help) = words(first);
        if several && first.elsewhere.is_none() {
            let mut names: Vec<&str> = all.iter().map(|one| one.service.name.as_str()).collect();
            names.dedup();
            message = format!("`{gone}` does not exist: {} cannot be built", few_names(&names));
        }
        let mut finding = Finding::new(rule, first.place, Subject::service(&first.service.name), message)
            .severity(severity(cx, all))
            .evidence(gone.clone())
            .help(help);
        if !first.in_repository {
            finding = finding.confidence(Confidence::Medium);
        }
        for other in others.iter().filter(|other| other.place != first.place).take(LABELS) {
            finding = finding.label(
                other.place,
                match several {
                    true => format!("`{}` is built from `{}`", other.service.name, other.path),
                    false => format!("`{}` is built from it, too", other.service.name),
                },
            );
        }
        findings.push(finding);
    }
}

fn severity(cx: &Context<'_>, all: &[MissingBuild<'_>]) -> Severity {
    let is_with_others = all.iter().any(|one| one.elsewhere.as_ref().is_some_and(|other| other.has_compose_file));
    let is_kept_back = all.iter().all(|one| one.is_kept_back);
    if is_with_others || is_kept_back || cx.facts.is_of_elsewhere() {
        return Severity::Info;
    }
    // With an image of a registry, `docker compose up` pulls that first; a file that is there to build does not.
    let is_remote = |image: &str| image.contains('/');
    let named =
        |one: &MissingBuild<'_>| one.service.image.as_ref().is_some_and(|image| is_remote(&image.value.repository));
    let is_pulled = all.iter().all(named) && !cx.facts.is_named("build");
    match (all.iter().all(|one| one.in_repository), is_pulled) {
        // What was handed over may be a part of what there is.
        (false, _) => Severity::Info,
        (true, true) => Severity::Warning,
        (true, false) => Severity::Error,
    }
}
