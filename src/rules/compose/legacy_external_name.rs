//! `external: {name: …}`, the deprecated way to name an external resource.

use crate::compose::load::legacy::Spelling;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the key `name` under `external`.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for old in cx.project.legacy.iter().filter(|old| old.spelling == Spelling::ExternalName) {
        let message = "`name` under `external` is deprecated";
        let mut finding = Finding::new(rule::LEGACY_EXTERNAL_NAME, old.key, Subject::at(&old.path), message)
            .help("set `external: true`, and move `name` next to it");
        finding
            .fixes
            .extend(edit::safe("move `name` next to `external: true`", edit::raise(cx.files, old.key, "true")));
        findings.push(finding);
    }
}
