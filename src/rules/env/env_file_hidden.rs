//! A default under `environment` that overrides what an `env_file` of the service sets.

use crate::compose::Reference;
use crate::compose::load::environment::{VariableState, line_place};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::source::{FileId, relative};
use crate::text::dotenv::DotenvLine;
use crate::text::template::SubstitutionOutcome;

/// Reports each default that is taken although an env file of the service has a value for the same variable.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.project.env_files.is_empty() {
        return;
    }
    let lines = cx.facts.env_lines();
    let taken = |one: &&Reference| one.outcome == SubstitutionOutcome::Default && one.effective && one.alone;
    for reference in cx.project.references.iter().filter(taken).filter(|one| one.state == VariableState::Unset) {
        findings.extend(hidden_by_default(cx, reference, &lines));
    }
}

fn hidden_by_default(cx: &Context<'_>, reference: &Reference, lines: &[(FileId, DotenvLine)]) -> Option<Finding> {
    let [section, service, environment, last, ..] = reference.path.as_slice() else { return None };
    if section != "services" || environment != "environment" {
        return None;
    }
    let key = reference.key.as_deref().unwrap_or(last.as_str());
    let word = reference.word.as_deref().unwrap_or_default();
    let is_own = |file: FileId| {
        let mut own = cx.project.env_files.iter().filter(|listed| listed.service == service.as_str());
        own.any(|listed| listed.file == Some(file))
    };
    let (file, line) = lines.iter().rev().find(|(file, line)| line.key == key && is_own(*file))?;
    let is_other = line.value.as_deref().is_some_and(|value| !value.is_empty() && value != word);
    let listed = cx.project.env_files.iter().find(|listed| listed.file == Some(*file)).filter(|_| is_other)?;
    let path = relative(&cx.project.directory, &listed.path);
    let message = format!("the default of `{}` overrides the value of `{key}` in `{path}`", reference.name);
    let place = line_place(*file, 0, line.key_span.0, line.key_span.1);
    let finding = Finding::new(rule::ENV_FILE_HIDDEN, reference.place, Subject::service(service), message)
        .evidence(key.to_owned())
        .label(place, "this value has no effect")
        .help(
            "remove the entry under `environment`, or set the variable in `.env`: `${…}` does not read an `env_file`",
        );
    Some(finding)
}
