//! A comment that becomes the value of a variable.

use crate::compose::load::environment::line_place;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports each line of an env file, or of its example, whose value is a `#` and words.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (file, line) in cx.facts.env_lines().into_iter().chain(cx.facts.example_lines()) {
        let place = line_place(file, 0, line.value_span.0, line.value_span.1);
        let written = edit::written(cx.files, place);
        let is_comment = line.quote.is_none() && written.starts_with("# ");
        if !is_comment {
            continue;
        }
        let name = &line.key;
        let message = format!("the value of `{name}` is the comment: an empty value does not end before it");
        let mut finding = Finding::new(rule::COMMENT_AS_VALUE, place, Subject::variable(name), message)
            .evidence(name.clone())
            .help("move the comment to a line of its own");
        let edits = edit::env::comment_out_value(cx.files, file, &line);
        finding.fixes.extend(edit::safe("move the comment to the line before", edits));
        findings.push(finding);
    }
}
