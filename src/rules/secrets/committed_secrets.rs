//! An env file, a secret or a private key in the repository.

use super::leak::severity;
use crate::facts::secrets::secret_files::{SecretFile, Use};
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::InGit;

/// How many names a message has.
const NAMES: usize = 3;

/// Reports each file that git tracks and that holds secrets nobody guesses.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for file in cx.facts.secret_files().iter().filter(|file| file.git == InGit::Tracked) {
        let mut real = file.real();
        let Some(first) = real.next() else { continue };
        let path = cx.facts.shown(&file.path);
        let names: Vec<&str> = file.real().map(|held| held.name.as_str()).take(NAMES).collect();
        let message = match file.used {
            Use::EnvFile => format!("`{path}` is in the repository and contains the values of {}", and_list(&names)),
            Use::Mounted if first.name == "private key" => format!("the private key `{path}` is in the repository"),
            Use::Mounted => format!("the secret file `{path}` is in the repository"),
        };
        let mut finding = Finding::new(rule::COMMITTED_SECRETS, first.place, Subject::File(path.clone()), message)
            .severity(severity(cx, first.place, Severity::Warning))
            .evidence(path.clone())
            .help(help(file, &path));
        finding
            .labels
            .extend(real.take(LABELS).map(|held| Label { place: held.place, message: "another secret".into() }));
        if let Some(named) = file.named {
            finding = finding.label(named, "used here");
        }
        findings.push(finding);
    }
}

fn help(file: &SecretFile, path: &str) -> String {
    let example = if file.used == Use::EnvFile { ", commit an example with the names alone" } else { "" };
    format!(
        "replace the secrets, as they stay in the history; then run `git rm --cached {path}`{example}, and add the file to `.gitignore`"
    )
}
