//! A value of `environment` or a build argument that YAML reads as a number and Compose writes differently.

use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::VariableSource;
use crate::rules::Context;
use crate::secrets::is_secret_name;
use crate::source::Place;
use crate::yaml::edit;

/// Words in the name of a variable whose value is text that looks like a number.
const TEXTS: [&str; 9] = ["VERSION", "RELEASE", "TAG", "API", "MODE", "UMASK", "MASK", "PERMISSIONS", "CODE"];

/// Reports each number without quotes that reaches the container, or the build, in another spelling.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        for (name, variable) in &service.environment {
            let value = variable.value.as_ref().filter(|value| !value.is_interpolated());
            if let Some(value) = value.filter(|_| variable.source != VariableSource::EnvFile) {
                findings.extend(changed(cx, &service.name, (name, "container"), (value.place, &value.value)));
            }
        }
        for (name, value) in service.build.iter().flat_map(|build| &build.args) {
            let text = value.value.as_deref().filter(|_| !value.is_interpolated());
            findings.extend(text.and_then(|text| changed(cx, &service.name, (name, "build"), (value.place, text))));
        }
    }
}

/// A value that comes out in another spelling in the container, or in the build.
fn changed(
    cx: &Context<'_>,
    service: &str,
    (name, there): (&str, &str),
    (place, value): (Place, &str),
) -> Option<Finding> {
    let written = edit::written(cx.files, place);
    let is_number = written.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'))
        && value.parse::<f64>().is_ok();
    // An item of a list is a text as a whole.
    let is_entry = edit::key_of(cx.files, place).as_deref() == Some(name);
    if written == value || !is_number || !is_entry {
        return None;
    }
    let upper = name.to_ascii_uppercase();
    // `umask 2` is `umask 002`.
    let is_mask = upper.split('_').any(|word| matches!(word, "UMASK" | "MASK"));
    if is_mask && written.trim_start_matches('0') == value {
        return None;
    }
    let is_text = upper.split('_').any(|word| TEXTS.contains(&word));
    let is_secret = is_secret_name(name);
    let message = if is_secret {
        format!("`{name}` has a different value in the {there}: YAML reads it as a number")
    } else {
        format!("`{name}` is `{value}` in the {there}: YAML reads `{written}` as a number")
    };
    let mut finding = Finding::new(rule::CHANGED_BY_YAML, place, Subject::service(service), message)
        .evidence(name.to_owned())
        .severity(if is_text || is_secret { Severity::Warning } else { Severity::Info })
        .help("put it in quotes");
    finding.fixes.extend(edit::safe("put it in quotes", edit::quote(cx.files, place)));
    Some(finding)
}
