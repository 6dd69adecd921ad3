//! A space after the `=` of an item of `environment`, which is part of the value.

use crate::finding::{Finding, Subject, rule};
use crate::model::{Variable, VariableSource};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports each item whose value is one word behind a space. Before several words it separates nothing.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        for (name, variable) in &service.environment {
            findings.extend(spaced_variable(cx, &service.name, name, variable));
        }
    }
}

fn spaced_variable(cx: &Context<'_>, service: &str, name: &str, variable: &Variable) -> Option<Finding> {
    if variable.source == VariableSource::EnvFile {
        return None;
    }
    let text = edit::text_of(cx.files, variable.key)?;
    let value = text.strip_prefix(name)?.strip_prefix('=')?;
    let word = value.trim_start_matches(' ');
    if word.len() == value.len() || word.is_empty() || word.contains(char::is_whitespace) {
        return None;
    }
    let message = format!("the value of `{name}` begins with a space");
    let mut finding = Finding::new(rule::SPACE_IN_LIST_VALUE, variable.key, Subject::service(service), message)
        .evidence(name.to_owned())
        .help("remove the space after `=`: in a list, it is a part of the value");
    let spaces = value.get(..value.len() - word.len())?;
    let edits = edit::replace_first(cx.files, variable.key, &format!("={spaces}"), "=");
    finding.fixes.extend(edit::safe("remove the space", edits));
    Some(finding)
}
