//! `external: {name: …}`, the old way to name what is made elsewhere.

use crate::edits;
use crate::finding::{Finding, Severity};
use crate::project::legacy::Spelling;
use crate::rules::Context;

/// Reports the key `name` under `external`.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for old in cx.project.legacy.iter().filter(|old| old.spelling == Spelling::ExternalName) {
        let message = "`name` under `external` is deprecated";
        let mut finding = Finding::new("legacy-external-name", Severity::Info, old.key, old.resource.clone(), message)
            .help("write `external: true`, and `name` beside it");
        finding.fix = edits::safe("put `name` beside `external: true`", edits::raise(cx.files, old.key, "true"));
        findings.push(finding);
    }
}
