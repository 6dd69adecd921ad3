//! An empty value in an override, which does not reset anything.

use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports each empty mapping, list or null in an override whose counterpart in an earlier file is not empty.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for empty in cx.facts.empty_overrides() {
        let [_, service, keys @ ..] = empty.path.as_slice() else { continue };
        let key = keys.join(".");
        let written = edit::written(cx.files, empty.value);
        let message = format!("empty `{key}` changes nothing: the value of the earlier file is kept");
        let edits = edit::tag(cx.files, empty.key, "!reset");
        let mut finding = Finding::new(rule::EMPTY_OVERRIDE, empty.value, Subject::service(service), message)
            .evidence(key.clone())
            .label(empty.base, "this is kept")
            .help(format!(
                "write `{key}: !reset {written}` to remove it",
                key = keys.last().map_or("", String::as_str)
            ));
        finding.fixes.extend(edit::risky(format!("tag it with `!reset`: `{key}` is then removed"), edits));
        findings.push(finding);
    }
}
