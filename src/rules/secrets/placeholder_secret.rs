//! A placeholder that is in force as a secret.

use super::leak::{is_marked, is_of_symfony, is_told, of_service, severity, subject, with_places};
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
        let is_issued = is_issued(key);
        let told = is_issued || is_told(cx, first);
        let finding = Finding::new(rule::PLACEHOLDER_SECRET, first.place, subject(first), message)
            .severity(severity(cx, first.place, if told { Severity::Info } else { Severity::Warning }))
            .evidence(key.clone())
            .help(match is_issued {
                true => {
                    "replace it with the key that the provider issues, and keep that in an env file that git ignores"
                }
                false => "replace it with a long random value, and keep that in an env file that git ignores",
            });
        findings.push(with_places(finding, leak));
    }
    for file in cx.facts.secret_files().iter().filter(|file| file.used == Use::EnvFile) {
        of_file(cx, file, findings);
    }
}

/// Whether a variable holds a key of a service on the internet: nobody makes it up, and without it only that service is
/// out of reach.
fn is_issued(name: &str) -> bool {
    const ISSUERS: [&str; 22] = [
        "OPENAI",
        "ANTHROPIC",
        "GEMINI",
        "MISTRAL",
        "GROQ",
        "COHERE",
        "DEEPSEEK",
        "OPENROUTER",
        "HF",
        "HUGGINGFACE",
        "STRIPE",
        "SENDGRID",
        "MAILGUN",
        "TWILIO",
        "SLACK",
        "TELEGRAM",
        "DISCORD",
        "GITHUB",
        "GOOGLE",
        "CLOUDFLARE",
        "CF",
        "TMDB",
    ];
    let upper = name.to_ascii_uppercase();
    let mut words = upper.split(['_', '.', '-']);
    words.any(|word| ISSUERS.contains(&word)) && ["KEY", "TOKEN"].iter().any(|end| upper.ends_with(end))
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
        [] if is_issued(&first.name) => {
            (format!("secret `{}` is a placeholder", first.name), "replace it with the key that the provider issues")
        }
        [] => (format!("secret `{}` is a placeholder", first.name), "replace it with a long random value"),
        _ => (format!("secrets {} are placeholders", few_names(&names)), "replace each with a long random value"),
    };
    // Whoever sets the project up is told to fill them in, or nobody but the provider makes them.
    let is_told =
        |held: &&Held| is_issued(&held.name) || is_marked(cx, held.place) || cx.facts.is_told_to_set(&held.name);
    let is_of_reader = held.iter().all(is_told);
    let worst = if is_of_reader || is_of_symfony(cx, file, first.place) { Severity::Info } else { Severity::Warning };
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
