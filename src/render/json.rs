//! JSON, version 1: a contract with programs, described in `docs/output.md` and `docs/output.schema.json`.

use std::borrow::Cow;

use serde::Serialize;

use super::clean::{is_hostile, without_commands};
use super::rule_url;
use super::statistics::{self, RuleCount};
use super::view::View;
use crate::finding::{Finding, Fix, HeldIn, Label, Suppressed, Wording};
use crate::report::Compared;
use crate::source::{Position, Span, relative};

/// The version of the contract; a field may be added without a new one, none may change or go.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct ReportOut<'a> {
    version: u32,
    findings: Vec<FindingOut<'a>>,
    summary: SummaryOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<BaselineOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<RuleCount>>,
    failures: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct BaselineOut<'a> {
    known: usize,
    gone: Vec<KnownOut<'a>>,
}

#[derive(Serialize)]
struct KnownOut<'a> {
    file: &'a str,
    rule: &'a str,
    resource: &'a str,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    rule: &'a str,
    severity: &'a str,
    confidence: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    file: String,
    span: SpanOut,
    labels: Vec<LabelOut<'a>>,
    resource: String,
    fingerprint: String,
    suppressed: Option<SuppressedOut<'a>>,
    fix: Option<FixOut<'a>>,
    fixes: Vec<FixOut<'a>>,
    url: String,
    invocations: Vec<InvocationOut<'a>>,
    local: bool,
}

#[derive(Serialize)]
struct InvocationOut<'a> {
    files: &'a [String],
    command: &'a str,
    from: Option<FromOut<'a>>,
}

#[derive(Serialize)]
struct FromOut<'a> {
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct SuppressedOut<'a> {
    by: &'a str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct SpanOut {
    start: PositionOut,
    end: PositionOut,
}

#[derive(Serialize)]
struct PositionOut {
    line: u32,
    column: u32,
    byte: u32,
}

#[derive(Serialize)]
struct LabelOut<'a> {
    file: String,
    span: SpanOut,
    message: &'a str,
}

#[derive(Serialize)]
struct FixOut<'a> {
    safety: &'a str,
    title: &'a str,
    edits: Vec<EditOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    creates: Vec<NewFileOut<'a>>,
}

#[derive(Serialize)]
struct NewFileOut<'a> {
    file: String,
    text: &'a str,
}

#[derive(Serialize)]
struct EditOut<'a> {
    file: String,
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct SummaryOut {
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
    files: usize,
    projects: usize,
    invocations: usize,
    not_judged: usize,
}

/// The whole document; all severities are listed.
pub(super) fn render(view: &View<'_>) -> String {
    let report = view.report;
    let [errors, warnings, infos] = view.counts();
    let output = ReportOut {
        version: VERSION,
        findings: view.all().map(|(finding, fingerprint)| object(view, finding, fingerprint)).collect(),
        summary: SummaryOut {
            errors,
            warnings,
            infos,
            suppressed: report.findings.len() - report.active().count(),
            files: report.files,
            projects: report.projects,
            invocations: report.started,
            not_judged: report.not_judged,
        },
        baseline: report.compared.as_ref().map(baseline),
        statistics: view.options.statistics.then(|| statistics::by_rule(report)),
        failures: &report.failures,
        notes: &report.notes,
    };
    document(&output)
}

/// JSON Lines: one finding a line, each the same object as in the whole document.
pub(super) fn lines(view: &View<'_>) -> String {
    let mut output = String::new();
    for (finding, fingerprint) in view.all() {
        output.push_str(&escaped(serde_json::to_string(&object(view, finding, fingerprint)).unwrap_or_default()));
        output.push('\n');
    }
    output
}

/// A whole JSON document with a line break at its end.
pub(super) fn document(value: &impl Serialize) -> String {
    // Serialization only fails on maps whose keys are not text and on foreign errors: these types have neither.
    let mut text = escaped(serde_json::to_string_pretty(value).unwrap_or_default());
    text.push('\n');
    text
}

/// The same JSON with `\u009b` for characters that could steer a terminal or hide and that JSON lets are, and for the
/// second `#` of what a CI runner would take for a command. They can be in texts alone; the line breaks between values
/// stay.
pub(crate) fn escaped(json: String) -> String {
    let is_escaped = |letter: char| letter != '\n' && is_hostile(letter);
    let json = match without_commands(&json, "\\u0023") {
        Cow::Owned(shown) => shown,
        Cow::Borrowed(_) => json,
    };
    if !json.contains(is_escaped) {
        return json;
    }
    let mut shown = String::with_capacity(json.len() + 16);
    for letter in json.chars() {
        if is_escaped(letter) {
            let mut units = [0; 2];
            letter.encode_utf16(&mut units).iter().for_each(|unit| shown.push_str(&format!("\\u{unit:04x}")));
        } else {
            shown.push(letter);
        }
    }
    shown
}

fn object<'f>(view: &'f View<'_>, finding: &'f Finding, fingerprint: String) -> FindingOut<'f> {
    FindingOut {
        rule: finding.rule.name(),
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        message: finding.message.for_people(),
        help: finding.help.as_ref().map(Wording::for_people),
        file: view.path(finding.place.span),
        span: span(view, finding.place.span),
        labels: finding.labels.iter().map(|one| label(view, one)).collect(),
        resource: finding.subject.to_string(),
        fingerprint,
        suppressed: finding.suppressed.as_ref().map(suppressed),
        fix: view.fix(finding).map(|one| fix(view, one)),
        fixes: view.fixes(finding).map(|one| fix(view, one)).collect(),
        url: rule_url(finding.rule.name()),
        invocations: view.held_in(finding).map(invocation).collect(),
        local: finding.is_local,
    }
}

fn invocation(held: &HeldIn) -> InvocationOut<'_> {
    let from = held.written.as_ref().map(|(file, line)| FromOut { file, line: *line });
    InvocationOut { files: &held.files, command: &held.command, from }
}

fn label<'f>(view: &View<'_>, label: &'f Label) -> LabelOut<'f> {
    LabelOut {
        file: view.path(label.place.span),
        span: span(view, label.place.span),
        message: label.message.for_people(),
    }
}

fn fix<'f>(view: &View<'_>, fix: &'f Fix) -> FixOut<'f> {
    let edits = fix.edits.iter().map(|edit| EditOut {
        file: view.path(edit.span),
        start: edit.span.start,
        end: edit.span.end,
        text: &edit.text,
    });
    let creates =
        fix.creates.iter().map(|file| NewFileOut { file: relative(&view.options.base, &file.path), text: &file.text });
    FixOut {
        safety: fix.safety.name(),
        title: fix.title.for_people(),
        edits: edits.collect(),
        creates: creates.collect(),
    }
}

fn span(view: &View<'_>, span: Span) -> SpanOut {
    let (start, end) = view.range(span);
    SpanOut { start: position(start), end: position(end) }
}

fn baseline(compared: &Compared) -> BaselineOut<'_> {
    let gone = compared.gone.iter().map(|known| KnownOut {
        file: &known.file,
        rule: &known.rule,
        resource: &known.resource,
        fingerprint: &known.fingerprint,
    });
    BaselineOut { known: compared.known, gone: gone.collect() }
}

fn suppressed(suppressed: &Suppressed) -> SuppressedOut<'_> {
    SuppressedOut { by: suppressed.by.name(), reason: suppressed.reason.as_deref() }
}

fn position(position: Position) -> PositionOut {
    PositionOut { line: position.line, column: position.column, byte: position.byte }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{escaped, is_hostile};

    proptest! {
        #[test]
        fn hostile_characters_are_escaped_and_nothing_else(text in "[a\u{7f}\u{80}\u{9f}¡é\u{2029}\u{202a}\u{202f}\u{2066}\u{206a}…😀\u{feff}\u{e0041}\u{ffff}]{0,12}") {
            let show = |character: char| match is_hostile(character) {
                true => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
                false => character.to_string(),
            };
            let expected: String = text.chars().map(show).collect();
            prop_assert_eq!(escaped(format!("{{\n  \"{text}\"\n}}")), format!("{{\n  \"{expected}\"\n}}"));
        }
    }
}
