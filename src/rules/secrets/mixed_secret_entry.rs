//! An item of `environment` without a `=`.

use crate::collections::HashSet;
use crate::finding::{Finding, Subject, rule};
use crate::model::VariableSource;
use crate::rules::Context;
use crate::secrets::is_secret_name;
use crate::yaml::edit;

/// Reports each item that has a `:` in place of the `=`.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        for variable in service.environment.values() {
            let is_item =
                variable.value.is_none() && variable.source == VariableSource::Environment && !variable.is_unknown;
            let Some(text) = edit::text_of(cx.files, variable.key).filter(|_| is_item) else { continue };
            let Some((before, behind)) = text.split_once(':').filter(|(before, _)| !before.contains('=')) else {
                continue;
            };
            if !seen.insert(variable.key) || text.contains('=') {
                continue;
            }
            let is_name = !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let name = if is_name { before } else { behind };
            let kind = if is_secret_name(name) { "secret" } else { "variable" };
            let message = format!("an item of `environment` of `{}` has no `=`: the {kind} is not set", service.name);
            let mut finding =
                Finding::new(rule::MIXED_SECRET_ENTRY, variable.key, Subject::service(&service.name), message)
                    .evidence(if is_name { before.to_owned() } else { "item".to_owned() })
                    .help("write `NAME=value`: docker compose takes an item without `=` for the name of a variable");
            if is_name && !behind.is_empty() {
                let edits = edit::replace_first(cx.files, variable.key, &format!("{before}:"), &format!("{before}="));
                finding.fixes.extend(edit::safe("write `=` in place of the colon", edits));
            }
            findings.push(finding);
        }
    }
}
