//! A placeholder that is in force as a secret.

use super::leak::{is_of_symfony, of_service, severity, subject, with_places};
use crate::facts::environment::files::How;
use crate::facts::secrets::leaks::Class;
use crate::facts::secrets::secret_files::{Held, SecretFile, Use};
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, few_names};
use crate::secrets::Strength;

/// Reports each placeholder in a Compose file, and those in the env files that are in force.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for leak in cx.facts.leaks().iter().filter(|leak| leak.class == Class::Placeholder) {
        let Some(first) = leak.members.first() else { continue };
        let key = &first.key;
        let message = match key.as_str() {
            "" => format!("the command{} contains a placeholder in place of a secret", of_service(first)),
            key => format!("secret `{key}`{} is a placeholder", of_service(first)),
        };
        let finding = Finding::new(rule::PLACEHOLDER_SECRET, first.place, subject(first), message)
            .severity(severity(cx, first.place, Severity::Warning))
            .evidence(key.clone())
            .help("replace it with a long random value, and keep that in an env file that git ignores");
        findings.push(with_places(finding, leak));
    }
    for file in cx.facts.secret_files().iter().filter(|file| file.used == Use::EnvFile) {
        of_file(cx, file, findings);
    }
}

fn of_file(cx: &Context<'_>, file: &SecretFile, findings: &mut Vec<Finding>) {
    // What a later file does to an earlier one is reported for itself.
    let is_override =
        |held: &Held| cx.facts.replaced_lines().iter().any(|one| one.how == How::Placeholder && one.by == held.place);
    let placeholders = file.secrets.iter().filter(|held| held.strength == Strength::Placeholder);
    let held: Vec<&Held> = placeholders.filter(|held| !is_override(held) && is_used(cx, &held.name, file)).collect();
    let Some((first, others)) = held.split_first() else { return };
    let names: Vec<&str> = held.iter().map(|held| held.name.as_str()).collect();
    let (message, help) = match others {
        [] => (format!("secret `{}` is a placeholder", first.name), "replace it with a long random value"),
        _ => (format!("secrets {} are placeholders", few_names(&names)), "replace each with a long random value"),
    };
    let worst = if is_of_symfony(cx, file, first.place) { Severity::Info } else { Severity::Warning };
    let mut finding = Finding::new(rule::PLACEHOLDER_SECRET, first.place, Subject::variable(&first.name), message)
        .severity(severity(cx, first.place, worst))
        .evidence(first.name.clone())
        .help(help);
    let others = others.iter().take(LABELS);
    finding.labels.extend(others.map(|held| Label { place: held.place, message: format!("`{}`", held.name).into() }));
    findings.push(finding);
}

/// Whether the value of a line reaches something that runs.
fn is_used(cx: &Context<'_>, name: &str, file: &SecretFile) -> bool {
    let is_here = |place: crate::source::Place| place.span.file == file.file;
    let in_service =
        |service: &crate::model::Service| service.environment.get(name).is_some_and(|variable| is_here(variable.key));
    let is_last = cx.project.environment.setting(name).and_then(|one| one.place).is_some_and(is_here);
    let is_named = || cx.project.references.iter().any(|one| one.name == name && one.effective);
    cx.model.services.values().any(in_service) || is_last && is_named()
}
