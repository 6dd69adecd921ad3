//! An env file, a secret or a private key in the repository.

use super::leak::{is_of_symfony, severity};
use crate::facts::secrets::leaks::Class;
use crate::facts::secrets::secret_files::{SecretFile, Use};
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::{InGit, Place};

/// How many names a message has.
const NAMES: usize = 3;

/// Reports the files that git tracks and that hold secrets nobody guesses: those of env files once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // The env files of a project are in the repository for one reason.
    let mut first_env_file: Option<usize> = None;
    for file in cx.facts.secret_files().iter().filter(|file| file.git == InGit::Tracked) {
        let mut real = file.real();
        let Some(first) = real.next() else { continue };
        let path = cx.facts.shown(&file.path);
        if let Some(finding) = first_env_file.filter(|_| file.used == Use::EnvFile).and_then(|at| findings.get_mut(at))
        {
            let message = format!("`{path}` contains secrets, too");
            finding.labels.push(Label { place: first.place, message: message.into() });
            continue;
        }
        let names: Vec<&str> = file.real().map(|held| held.name.as_str()).take(NAMES).collect();
        let message = match file.used {
            Use::EnvFile => format!("`{path}` is in the repository and contains the values of {}", and_list(&names)),
            Use::Mounted if first.name == "private key" => format!("the private key `{path}` is in the repository"),
            Use::Mounted => format!("the secret file `{path}` is in the repository"),
        };
        let mut finding = Finding::new(rule::COMMITTED_SECRETS, first.place, Subject::File(path.clone()), message)
            .severity(severity(cx, first.place, worst(cx, file, first.place)))
            .evidence(path.clone())
            .help(help(file, &path));
        finding
            .labels
            .extend(real.take(LABELS).map(|held| Label { place: held.place, message: "another secret".into() }));
        finding.labels.extend(copies(cx, file));
        if let Some(named) = file.named {
            finding = finding.label(named, "used here");
        }
        if file.used == Use::EnvFile {
            first_env_file = Some(findings.len());
        }
        findings.push(finding);
    }
}

/// Where the Compose files have the secrets of a file, too.
fn copies(cx: &Context<'_>, file: &SecretFile) -> Vec<Label> {
    let leaks = cx.facts.leaks().iter().filter(|leak| leak.class == Class::Literal);
    let members = leaks.flat_map(|leak| &leak.members).filter(|one| file.has_in_git(one.secret()));
    members.take(LABELS).map(|one| Label { place: one.place, message: "the same secret".into() }).collect()
}

/// The worst of a file: `.env` of Symfony has the values for developers, by its conventions, and a comment may say that a
/// value is none that matters.
fn worst(cx: &Context<'_>, file: &SecretFile, first: Place) -> Severity {
    let is_said = cx.facts.comments_at(first).to_lowercase().contains("not a secret");
    if is_said || is_of_symfony(cx, file, first) { Severity::Info } else { Severity::Warning }
}

fn help(file: &SecretFile, path: &str) -> String {
    let example = if file.used == Use::EnvFile { ", commit an example with the names alone" } else { "" };
    format!(
        "replace the secrets, as they stay in the history; then run `git rm --cached {path}`{example}, and add the file to `.gitignore`"
    )
}
