//! A database in memory, which is empty after each restart.

use crate::catalogue::schema::ImageRole;
use crate::facts::images::{known_image, variable};
use crate::facts::storage::sqlite::{DatabaseLocation, location};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::for_purpose;

/// Reports the variable that says so, or the service whose image does so by default.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let severity = for_purpose(Severity::Error, cx.facts.purpose());
    for service in cx.model.services.values() {
        let subject = Subject::service(&service.name);
        for (name, entry) in &service.environment {
            let Some(value) = &entry.value else { continue };
            let for_tests = name.to_ascii_uppercase().split('_').any(|word| word == "TEST" || word == "TESTS");
            if !for_tests && location(name, &value.value) == Some(DatabaseLocation::Memory) {
                let message = format!("`{}` uses an in-memory database: every restart deletes the data", service.name);
                findings.push(
                    Finding::new(rule::IN_MEMORY_DATABASE, value.place, subject.clone(), message)
                        .severity(severity)
                        .evidence(name.clone())
                        .help("use a file on a volume, or a database server"),
                );
            }
        }
        if let Some((image, settings)) = by_default(service) {
            let message = format!("`{image}` uses an in-memory database by default: every restart deletes the data");
            findings.push(
                Finding::new(rule::IN_MEMORY_DATABASE, service.key, subject, message)
                    .severity(severity)
                    .evidence(image)
                    .help(format!("set {settings}")),
            );
        }
    }
}

/// The name of an image that is in memory by default, and the variables that would change that.
fn by_default(service: &Service) -> Option<(String, String)> {
    // Traces and mails are looked at once; what a datastore or an application holds is meant to stay.
    let matters = |role| matches!(role, ImageRole::Datastore | ImageRole::Application);
    let known = known_image(service).filter(|known| known.exact && matters(known.image.role))?;
    let memory = known.image.in_memory.as_ref()?;
    let told = memory
        .unless
        .iter()
        .any(|setting| variable(service, &setting.variable).is_some_and(|value| setting.contains(&value.value)));
    let words = || service.command.iter().flat_map(|command| &command.words).map(|word| word.value.as_str());
    let flagged = memory.unless_flags.iter().any(|flag| words().any(|word| word.starts_with(flag.as_str())));
    let variables = memory.unless.iter().map(|setting| &setting.variable);
    let settings: Vec<String> = variables.chain(&memory.unless_flags).map(|one| format!("`{one}`")).collect();
    (!told && !flagged).then(|| (known.image.name.clone(), settings.join(" or ")))
}
