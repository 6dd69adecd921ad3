//! A datastore's volume mounted at a path where the datastore does not store its data.

use super::unkept::at_wrong_path;
use crate::finding::{Finding, rule};
use crate::rules::Context;

/// Reports the mount, at its target.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for unkept in cx.facts.unkept().iter().filter(|unkept| unkept.image.holds_data()) {
        let Some(misplaced) = unkept.misplaced else { continue };
        findings.push(at_wrong_path(cx, rule::DATASTORE_AT_WRONG_PATH, unkept, misplaced));
    }
}
