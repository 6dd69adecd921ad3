//! `version` at top level, which Compose ignores.

use crate::edits;
use crate::finding::{Finding, Severity};
use crate::project::legacy::Spelling;
use crate::rules::Context;

/// Reports the key in every file that has it.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for old in cx.project.legacy.iter().filter(|old| old.spelling == Spelling::Version) {
        let message = "`version` is obsolete, docker compose ignores it";
        let mut finding =
            Finding::new("obsolete-version", Severity::Info, old.key, "version", message).help("remove the line");
        finding.fix = edits::safe("remove `version`", edits::remove(cx.files, old.key));
        findings.push(finding);
    }
}
