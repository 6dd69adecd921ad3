//! A file with secrets that the next `git add` adds to the repository.

use super::leak::{add, severity};
use crate::facts::secrets::secret_files::SecretFile;
use crate::finding::{Finding, Fix, Severity, Subject, rule};
use crate::rules::Context;
use crate::source::InGit;
use crate::yaml::edit;

/// Reports each file with secrets that git neither tracks nor ignores.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for file in cx.facts.secret_files().iter().filter(|file| file.git == InGit::Untracked) {
        let Some(first) = file.real().next() else { continue };
        let path = cx.facts.path_from_root(&file.path);
        let message = format!("`{path}` contains secrets, and git does not ignore it");
        let mut finding = Finding::new(rule::SECRET_NOT_IGNORED, first.place, Subject::File(path.clone()), message)
            .severity(severity(cx, first.place, Severity::Warning))
            .evidence(path)
            .help("add it to `.gitignore`: otherwise, the next `git add` puts it into the repository");
        if let Some(named) = file.named {
            finding = finding.label(named, "used here");
        }
        finding.fixes.extend(ignored(cx, file));
        findings.push(finding);
    }
}

fn ignored(cx: &Context<'_>, file: &SecretFile) -> Option<Fix> {
    let (target, line) = cx.facts.ignore_line(&file.path)?;
    let (mut edits, mut creates) = (Vec::new(), Vec::new());
    add(cx, &target, &line, &mut edits, &mut creates);
    Some(edit::over_files(format!("add `{line}` to `.gitignore`"), edits, creates))
}
