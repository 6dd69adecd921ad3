//! A project without a name of its own.

use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::all_services;
use crate::source::Place;
use crate::yaml::edit;

/// Reports projects whose name is that of their directory.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.model.services.is_empty() || !is_of_directory(cx) {
        return;
    }
    let mut roots: Vec<Place> = Vec::new();
    for service in all_services(cx) {
        let root = edit::enclosing(cx.files, service.key).and_then(|all| edit::enclosing(cx.files, all));
        roots.extend(root.filter(|root| roots.last() != Some(root)));
    }
    let mut sections = roots.iter().flat_map(|root| edit::keys(cx.files, *root));
    if sections.any(|(name, _)| name == "name") {
        return;
    }
    let name = &cx.model.name;
    let message = format!("the project has no `name`: it is called `{name}` after its directory");
    let mut finding =
        Finding::new(rule::MISSING_PROJECT_NAME, cx.model.place, Subject::Project, message).help(format!(
            "add `name: {name}` at the top of the file: volumes and networks are then found wherever it is checked out"
        ));
    let first = roots.first().and_then(|root| edit::keys(cx.files, *root).into_iter().next());
    if let Some((_, place)) = first.filter(|(_, place)| place.span.file == cx.model.place.span.file) {
        let edits = edit::env::insert_before(cx.files, place, &format!("name: {name}\n"));
        finding.fixes.extend(edit::risky("name the project after its directory", edits));
    }
    findings.push(finding);
}

/// Whether the name is the one that docker compose makes of the directory's: an option may have given another one.
fn is_of_directory(cx: &Context<'_>) -> bool {
    let directory =
        cx.model.directory.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let kept = directory.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    kept.collect::<String>().trim_start_matches(['-', '_']) == cx.model.name
}
