//! An env file that sets what the project lacks, and that docker compose does not read.

use crate::finding::{Confidence, Finding, Label, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::relative;

/// How many names a message has.
const NAMES: usize = 3;

/// Reports the file once, at the first variable that needs it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(made_elsewhere(cx));
    let Some(file) = cx.facts.not_loaded() else { return };
    let is_meant = |name: &str| file.lines.iter().any(|(set, _)| set == name);
    let mut uses = cx.facts.blanks().iter().filter(|blank| is_meant(blank.name)).filter_map(|blank| blank.uses.first());
    let Some(first) = uses.next() else { return };
    let path = relative(&cx.project.directory, &file.path);
    let names: Vec<&str> = file.lines.iter().map(|(name, _)| name.as_str()).take(NAMES).collect();
    let listed = and_list(&names);
    let message = format!("`{path}` sets {listed}, but docker compose does not read it");
    let help = match file.is_default {
        true => format!("add `--env-file {path}`: with `--env-file`, docker compose does not read `.env` by itself"),
        false => format!(
            "move the file next to the Compose file, or add `--env-file {path}`: docker compose only reads the `.env` of the project directory"
        ),
    };
    let mut finding =
        Finding::new(rule::ENV_FILE_NOT_LOADED, first.place, Subject::Project, message).evidence(path).help(help);
    let lines = file.lines.iter().take(LABELS);
    finding
        .labels
        .extend(lines.map(|(name, place)| Label { place: *place, message: format!("`{name}` is set here").into() }));
    findings.push(finding);
}

/// A `.env` above the project that a text tells to make from an example, while the command that starts it does not name it.
fn made_elsewhere(cx: &Context<'_>) -> Option<Finding> {
    let file = cx.facts.made_elsewhere()?;
    let (_, first) = file.lacking.first()?;
    let names: Vec<&str> = file.lacking.iter().map(|(name, _)| name.as_str()).take(NAMES).collect();
    let path = relative(&cx.project.directory, &file.path);
    let example = relative(&cx.project.directory, &file.example);
    let said = cx.facts.shown(&file.said_in);
    let listed = and_list(&names);
    let have = if names.len() > 1 { "have" } else { "has" };
    let message = format!(
        "{listed} {have} no effect: `{said}` makes `{path}` from `{example}`, and docker compose does not read it"
    );
    let help = format!(
        "add `--env-file {path}` to the command, or copy the example next to the Compose file: docker compose only reads the `.env` of the project directory"
    );
    Some(
        Finding::new(rule::ENV_FILE_NOT_LOADED, *first, Subject::Project, message)
            .evidence(path)
            .confidence(Confidence::Medium)
            .help(help),
    )
}
