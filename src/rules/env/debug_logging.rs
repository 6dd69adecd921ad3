//! A log level for developers.

use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;

/// Reports each log level that shows everything, where the project is deployed.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.facts.purpose_beside_servers() != FilePurpose::Any || cx.facts.is_of_elsewhere() {
        return;
    }
    let mut seen = crate::collections::HashSet::default();
    for service in cx.model.services.values() {
        // An example is for whoever tries the project.
        for (name, variable) in service.environment.iter().filter(|(_, variable)| !variable.is_assumed) {
            let upper = name.to_ascii_uppercase();
            let is_level =
                ["LOG_LEVEL", "LOGLEVEL", "LOGGING_LEVEL", "LOGGING_LEVEL_ROOT"].iter().any(|end| upper.ends_with(end));
            let is_all = |value: &str| {
                ["debug", "trace", "silly", "verbose", "all"].iter().any(|word| value.eq_ignore_ascii_case(word))
            };
            let Some(value) = variable.value.as_ref().filter(|value| is_level && is_all(&value.value)) else {
                continue;
            };
            if !seen.insert(value.place) {
                continue;
            }
            let own = &service.name;
            let message = format!("`{own}` logs at level `{}`", value.value);
            let finding = Finding::new(rule::DEBUG_LOGGING, value.place, Subject::service(own), message)
                .severity(Severity::Info)
                .evidence(name.clone())
                .help("use `info`: debug logs are large, and may contain passwords and personal data");
            findings.push(finding);
        }
    }
}
