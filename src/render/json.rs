//! JSON, version 1: a contract with programs, described in `docs/output.md` and `docs/output.schema.json`.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::clean::{is_hostile, without_commands};
use super::rule_url;
use super::statistics::{self, RuleCount};
use super::view::View;
use crate::finding::{Finding, Fix, HeldIn, Label, Safety, Suppressed, Wording};
use crate::report::Compared;
use crate::source::{Position, Span, relative};

/// The version of the contract; a field may be added without a new one, none may change or go.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct ReportOut<'a> {
    version: u32,
    findings: Findings<'a>,
    summary: SummaryOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<BaselineOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<RuleCount>>,
    failures: &'a [String],
    notes: &'a [String],
}

/// The findings, each made when it is written: all of them at once would take more memory than the run.
struct Findings<'a>(&'a View<'a>);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.all().map(|(finding, fingerprint)| object(self.0, finding, fingerprint)))
    }
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
    standards: Vec<&'a str>,
    invocations: Vec<InvocationOut<'a>>,
    local: bool,
}

/// A way to start a project.
#[derive(Serialize)]
pub(super) struct InvocationOut<'a> {
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

/// Writes the whole document; all severities are listed.
pub(super) fn write(view: &View<'_>, to: &mut dyn Write) -> io::Result<()> {
    let report = view.report;
    let [errors, warnings, infos] = view.counts();
    let output = ReportOut {
        version: VERSION,
        findings: Findings(view),
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
    write_document(&output, to)
}

/// Writes JSON Lines: one finding a line, each the same object as in the whole document.
pub(super) fn write_lines(view: &View<'_>, to: &mut dyn Write) -> io::Result<()> {
    for (finding, fingerprint) in view.all() {
        let line = escaped(serde_json::to_string(&object(view, finding, fingerprint)).unwrap_or_default());
        writeln!(to, "{line}")?;
    }
    Ok(())
}

/// A whole JSON document with a line break at its end.
pub(super) fn document(value: &impl Serialize) -> String {
    // Serialization only fails on maps whose keys are not text and on foreign errors: these types have neither.
    let mut text = escaped(serde_json::to_string_pretty(value).unwrap_or_default());
    text.push('\n');
    text
}

/// The same, written as it is made.
pub(super) fn write_document(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let mut escaping = EscapedLines { to, pending: Vec::new() };
    serde_json::to_writer_pretty(&mut escaping, value)?;
    escaping.write_all(b"\n")?;
    escaping.flush()
}

/// Escapes JSON a few lines at a time. No text in it goes on in another line.
struct EscapedLines<'w> {
    to: &'w mut dyn Write,
    pending: Vec<u8>,
}

impl EscapedLines<'_> {
    /// How many bytes are escaped together.
    const MOST: usize = 32 * 1024;
}

impl Write for EscapedLines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= EscapedLines::MOST && bytes.ends_with(b"\n") {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let lines = String::from_utf8(std::mem::take(&mut self.pending)).map_err(io::Error::other)?;
        self.to.write_all(escaped(lines).as_bytes())
    }
}

/// The same JSON with `\u009b` for characters that could steer a terminal or hide and that JSON lets are, and for the
/// second `#` of what a CI runner would take for a command. They can be in texts alone; the line breaks between values
/// stay.
pub(crate) fn escaped(json: String) -> String {
    let json = match without_commands(&json, "\\u0023") {
        Cow::Owned(shown) => shown,
        Cow::Borrowed(_) => json,
    };
    let is_usual = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    let mut shown = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(rest) = json.get(at..) {
        at += rest.bytes().take_while(|byte| is_usual(*byte)).count();
        let Some(letter) = json.get(at..).and_then(|rest| rest.chars().next()) else { break };
        let behind = at + letter.len_utf8();
        if is_hostile(letter) {
            shown.push_str(json.get(copied..at).unwrap_or(""));
            let mut units = [0; 2];
            letter.encode_utf16(&mut units).iter().for_each(|unit| shown.push_str(&format!("\\u{unit:04x}")));
            copied = behind;
        }
        at = behind;
    }
    if copied == 0 {
        return json;
    }
    shown.push_str(json.get(copied..).unwrap_or(""));
    shown
}

fn object<'f>(view: &'f View<'_>, finding: &'f Finding, fingerprint: String) -> FindingOut<'f> {
    let fixes: Vec<&Fix> = view.fixes(finding).collect();
    let first = finding.fix_within(Safety::Unsafe).filter(|first| fixes.iter().any(|fix| std::ptr::eq(*fix, *first)));
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
        fix: first.map(|one| fix(view, one)),
        fixes: fixes.into_iter().map(|one| fix(view, one)).collect(),
        url: rule_url(finding.rule.name()),
        standards: finding.rule.document().standards(),
        invocations: view.held_in(finding).map(invocation).collect(),
        local: finding.is_local,
    }
}

/// A way to start a project, as JSON has it.
pub(super) fn invocation(held: &HeldIn) -> InvocationOut<'_> {
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
