//! Workflow commands of GitHub Actions: each becomes an annotation on its line. The rules of escaping are those of
//! `escapeData` and `escapeProperty` in actions/toolkit, packages/core/src/command.ts.

use super::clean;
use super::view::View;
use crate::finding::{Finding, Severity};

/// One command for each finding that counts, of every severity.
pub(super) fn render(view: &View<'_>) -> String {
    view.report.active().map(|finding| command(view, finding)).collect()
}

fn command(view: &View<'_>, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = view.range(finding.place.span);
    let file = property(&view.path(finding.place.span));
    let title = property(&format!("plimsoll: {}", finding.rule));
    // GitHub takes columns only where a place has one line.
    let columns = match start.line == end.line {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    let mut text = clean(&view.message(finding));
    if let Some(help) = &finding.help {
        text.push_str(&format!("\nhelp: {}", clean(help.for_people())));
    }
    for label in &finding.labels {
        let (at, _) = view.range(label.place.span);
        let path = clean(&view.path(label.place.span));
        text.push_str(&format!("\n{path}:{}:{}: {}", at.line, at.column, clean(label.message.for_people())));
    }
    let place = format!("file={file},line={},endLine={}{columns}", start.line, end.line);
    format!("::{word} {place},title={title}::{}\n", data(&text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&clean(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_a_command() {
        assert_eq!(data("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25\\u{a}");
    }
}
