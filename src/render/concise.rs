//! One line for each finding: `path:line:column: error[rule]: message`.

use super::{Paint, RenderOptions, clean, rule_link, shown};
use crate::report::Report;
use crate::source::SourceDb;

/// One line for each finding that is shown.
pub(super) fn render(report: &Report, sources: &SourceDb, options: &RenderOptions) -> String {
    let mut output = String::new();
    for finding in shown(report, options) {
        let span = finding.place.span;
        let at = sources.file(span.file).position(span.start);
        let path = clean(&options.path(sources, span.file));
        let place = format!("{path}:{}:{}:", at.line, at.column);
        let word = format!("{}[{}]:", finding.severity.name(), rule_link(finding.rule, options));
        output.push_str(&Paint::Bold.on(&place, options));
        output.push(' ');
        output.push_str(&Paint::of(finding.severity).on(&word, options));
        output.push(' ');
        output.push_str(&clean(&finding.message));
        output.push('\n');
    }
    output
}
