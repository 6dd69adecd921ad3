//! The JSON of reviewdog: `DiagnosticResult` of reviewdog's proto/rdf/reviewdog.proto. Its columns count bytes of UTF-8.

use serde::Serialize;

use super::json::document;
use super::view::View;
use super::{clean, rule_url};
use crate::finding::{Finding, Severity};
use crate::source::Span;

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    severity: &'static str,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: RdjsonLocation,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct RdjsonLocation {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: RdjsonPosition,
    end: RdjsonPosition,
}

#[derive(Serialize)]
struct RdjsonPosition {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

/// Each finding that counts, of every severity.
pub(super) fn render(view: &View<'_>) -> String {
    let diagnostics = view.report.active().map(|finding| Diagnostic {
        message: message(view, finding),
        location: RdjsonLocation { path: view.path(finding.place.span), range: range(view, finding.place.span) },
        severity: severity(finding.severity),
        code: Code { value: finding.rule.name(), url: rule_url(finding.rule.name()) },
        suggestions: suggestion(view, finding).into_iter().collect(),
    });
    document(&DiagnosticResult {
        source: Source { name: "plimsoll", url: "https://plimsoll.dev" },
        severity: severity(view.report.worst().unwrap_or(Severity::Info)),
        diagnostics: diagnostics.collect(),
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    }
}

/// reviewdog refuses fields that it does not know, and older ones know none for related places: they are lines here.
fn message(view: &View<'_>, finding: &Finding) -> String {
    let mut message = clean(&view.message(finding));
    if let Some(help) = &finding.help {
        message.push_str(&format!("\nhelp: {}", clean(help.for_people())));
    }
    for label in &finding.labels {
        let (at, _) = view.range(label.place.span);
        let path = clean(&view.path(label.place.span));
        message.push_str(&format!("\n{path}:{}:{}: {}", at.line, at.column, clean(label.message.for_people())));
    }
    message
}

/// A suggestion is taken by itself: only a fix of one edit, in the file of its finding, can be one.
fn suggestion(view: &View<'_>, finding: &Finding) -> Option<Suggestion> {
    let fix = view.fix(finding)?;
    let ([edit], []) = (fix.edits.as_slice(), fix.creates.as_slice()) else { return None };
    let is_here = edit.span.file == finding.place.span.file;
    is_here.then(|| Suggestion { range: range(view, edit.span), text: edit.text.clone() })
}

fn range(view: &View<'_>, span: Span) -> Range {
    let file = view.sources.file(span.file);
    let place = |byte: u32| {
        let at = file.position(byte);
        RdjsonPosition { line: at.line, column: at.byte - file.line_start(at.line) + 1 }
    };
    Range { start: place(span.start), end: place(span.end.max(span.start)) }
}
