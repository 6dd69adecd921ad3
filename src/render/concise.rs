//! One line for each finding: `path:line:column: error[rule]: message`.

use super::view::View;
use super::{Paint, clean, rule_link, shown, statistics};

/// One line for each finding that is shown.
pub(super) fn render(view: &View<'_>) -> String {
    let options = view.options;
    let mut output = String::new();
    for finding in shown(view.report, options) {
        let span = finding.place.span;
        let (at, _) = view.range(span);
        let path = clean(&view.path(span));
        let place = format!("{path}:{}:{}:", at.line, at.column);
        let word = format!("{}[{}]:", finding.severity.name(), rule_link(finding.rule.name(), options));
        output.push_str(&Paint::Bold.on(&place, options));
        output.push(' ');
        output.push_str(&Paint::for_severity(finding.severity).on(&word, options));
        output.push(' ');
        output.push_str(&clean(&view.message(finding)));
        output.push('\n');
    }
    if options.statistics {
        output.push_str(&statistics::table(view.report, options));
    }
    output
}
