//! The top-level `version`, which Compose ignores.

use crate::compose::load::legacy::Spelling;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the key in every file that has it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for old in cx.project.legacy.iter().filter(|old| old.spelling == Spelling::Version) {
        let message = "`version` is obsolete: docker compose ignores it";
        let mut finding =
            Finding::new(rule::OBSOLETE_VERSION, old.key, Subject::at(["version"]), message).help("remove the line");
        finding.fixes.extend(edit::safe("remove `version`", edit::remove(cx.files, old.key)));
        findings.push(finding);
    }
}
