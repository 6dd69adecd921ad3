//! A variable that one env file sets twice.

use crate::collections::HashMap;
use crate::facts::environment::files::How;
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::source::FileId;

/// Reports each line that a later one of the same file replaces.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Lines that an example has twice were brought there together.
    let mut forms: HashMap<FileId, usize> = HashMap::default();
    for one in cx.facts.replaced_lines() {
        let severity = match one.how {
            How::Twice | How::Form => Severity::Warning,
            How::Repeated => Severity::Info,
            _ => continue,
        };
        let name = &one.name;
        let message = match one.how {
            How::Twice => format!("`{name}` is set twice: this value has no effect"),
            How::Form => format!("`{name}` is listed twice: a value that is filled in here has no effect"),
            _ => format!("`{name}` is set twice to the same value"),
        };
        if one.how == How::Form {
            if let Some(first) = forms.get(&one.line.span.file).and_then(|at| findings.get_mut(*at)) {
                let message = format!("`{name}` is listed twice, too").into();
                first.labels.push(Label { place: one.line, message });
                continue;
            }
            forms.insert(one.line.span.file, findings.len());
        }
        let finding = Finding::new(rule::DUPLICATE_VARIABLE, one.line, Subject::variable(name), message)
            .severity(severity)
            .evidence(name.clone())
            .label(one.by, "the last one counts")
            .help("remove one of the lines");
        findings.push(finding);
    }
}
