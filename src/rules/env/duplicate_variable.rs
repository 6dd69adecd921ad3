//! A variable that one env file sets twice.

use crate::facts::environment::files::How;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;

/// Reports each line that a later one of the same file replaces.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in cx.facts.replaced_lines() {
        let severity = match one.how {
            How::Twice => Severity::Warning,
            How::Repeated => Severity::Info,
            _ => continue,
        };
        let name = &one.name;
        let message = match one.how {
            How::Twice => format!("`{name}` is set twice: this value has no effect"),
            _ => format!("`{name}` is set twice to the same value"),
        };
        let finding = Finding::new(rule::DUPLICATE_VARIABLE, one.line, Subject::variable(name), message)
            .severity(severity)
            .evidence(name.clone())
            .label(one.by, "the last one counts")
            .help("remove one of the lines");
        findings.push(finding);
    }
}
