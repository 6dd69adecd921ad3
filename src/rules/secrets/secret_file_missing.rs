//! A secret whose file is not there.

use std::path::Path;

use crate::facts::secrets::granted::used;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::source::InGit;

/// Reports each secret that a service is granted and whose file a checkout should have.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let used = used(cx.facts);
    for (name, secret) in cx.model.secrets.iter().filter(|(name, _)| used.contains(name)) {
        let Some(file) = secret.file.as_ref().filter(|file| !file.parts.iter().any(|part| part.variable.is_some()))
        else {
            continue;
        };
        let path = Path::new(&file.value);
        // What git ignores, and what a script or text of the repository tells people to make, is not expected in a checkout.
        let is_expected =
            cx.facts.in_git(path) != InGit::Ignored && !cx.facts.is_made(path) && !cx.facts.has_example(path);
        if !cx.facts.is_absent(path) || !is_expected || cx.facts.is_of_elsewhere() {
            continue;
        }
        let shown = cx.facts.shown(path);
        // What a checkout cannot contain is not missing; a file next to it may be the one that is meant.
        let Some(near) = cx.facts.file_named_like(path) else { continue };
        let finding = Finding::new(
            rule::SECRET_FILE_MISSING,
            file.place,
            Subject::at(["secrets", name.as_str()]),
            format!("`{shown}` does not exist: the services that are granted `{name}` do not start"),
        )
        .help(format!("did you mean `{near}`?"));
        findings.push(finding);
    }
}
