//! Quotes around the value of an item of `environment`, which are a part of the value.

use crate::finding::{Finding, Subject, rule};
use crate::model::{Variable, VariableSource};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports each item of the form `NAME="value"`.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = crate::collections::HashSet::default();
    for service in cx.model.services.values() {
        for (name, variable) in &service.environment {
            findings
                .extend(of_variable(cx, &service.name, name, variable).filter(|finding| seen.insert(finding.place)));
        }
    }
}

fn of_variable(cx: &Context<'_>, service: &str, name: &str, variable: &Variable) -> Option<Finding> {
    if variable.source == VariableSource::EnvFile {
        return None;
    }
    let text = edit::text_of(cx.files, variable.key)?;
    let quoted = text.strip_prefix(name)?.strip_prefix('=')?;
    let quote = quoted.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let inner = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    // Several quoted words, or the quotes of JSON and of a shell.
    if inner.is_empty() || inner.contains(quote) {
        return None;
    }
    let message = format!("the quotes are a part of the value of `{name}`");
    let mut finding = Finding::new(rule::QUOTED_LIST_VALUE, variable.key, Subject::service(service), message)
        .evidence(name.to_owned())
        .help(format!("remove them, or put the whole item in quotes: `\"{name}=…\"`"));
    let written = edit::written(cx.files, variable.key);
    // Within the quotes of YAML, the inner ones may be written otherwise.
    if written == text {
        let needs = inner.contains([':', '#', '\\']) || inner.ends_with(' ') || inner.starts_with(' ');
        let item = if needs { None } else { edit::replace_first(cx.files, variable.key, quoted, inner) };
        finding.fixes.extend(edit::safe("remove the quotes", item));
    }
    Some(finding)
}
