//! A volume meant for an application's data that is mounted where the application does not keep it.

use super::unkept::at_wrong_path;
use crate::finding::{Finding, rule};
use crate::rules::Context;

/// Reports the mount, at its target.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for unkept in cx.facts.unkept_applications() {
        let Some(misplaced) = unkept.misplaced else { continue };
        findings.push(at_wrong_path(cx, rule::APPLICATION_DATA_AT_WRONG_PATH, unkept, misplaced));
    }
}
