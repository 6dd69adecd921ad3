//! JSON, version 1: a contract with programs, described in `docs/output.md` and `docs/output.schema.json`.

use serde::Serialize;

use super::{RenderOptions, rule_url};
use crate::finding::{Finding, Fix, Label, Safety, Severity, Suppressed};
use crate::report::{Compared, Report};
use crate::source::{Position, SourceDb, Span};

/// The version of the contract; a field may be added without a new one, none may change or go.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    findings: Vec<FindingOut<'a>>,
    summary: SummaryOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<BaselineOut<'a>>,
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
    resource: &'a str,
    fingerprint: String,
    suppressed: Option<SuppressedOut<'a>>,
    fix: Option<FixOut<'a>>,
    url: String,
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
}

struct Places<'a> {
    sources: &'a SourceDb,
    options: &'a RenderOptions,
}

/// The whole document; all severities are listed.
pub(super) fn render(report: &Report, sources: &SourceDb, options: &RenderOptions) -> String {
    let places = Places { sources, options };
    let fingerprints = report.fingerprints(|file| options.path(sources, file));
    let findings = report.findings.iter().zip(fingerprints);
    let output = Output {
        version: VERSION,
        findings: findings.map(|(finding, fingerprint)| places.finding(finding, fingerprint)).collect(),
        summary: SummaryOut {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            infos: report.count(Severity::Info),
            suppressed: report.findings.len() - report.active().count(),
            files: report.files,
            projects: report.projects,
        },
        baseline: report.compared.as_ref().map(baseline),
    };
    // Serialisation fails on maps whose keys are no text and on foreign errors alone: these types have neither.
    let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
    text.push('\n');
    text
}

impl Places<'_> {
    fn finding<'f>(&self, finding: &'f Finding, fingerprint: String) -> FindingOut<'f> {
        FindingOut {
            rule: finding.rule,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            message: &finding.message,
            help: finding.help.as_deref(),
            file: self.file(finding.place.span),
            span: self.span(finding.place.span),
            labels: finding.labels.iter().map(|label| self.label(label)).collect(),
            resource: &finding.resource,
            fingerprint,
            suppressed: finding.suppressed.as_ref().map(suppressed),
            fix: finding.fix.as_ref().map(|fix| self.fix(fix)),
            url: rule_url(finding.rule),
        }
    }

    fn label<'f>(&self, label: &'f Label) -> LabelOut<'f> {
        LabelOut { file: self.file(label.place.span), span: self.span(label.place.span), message: &label.message }
    }

    fn fix<'f>(&self, fix: &'f Fix) -> FixOut<'f> {
        let edits = fix.edits.iter().map(|edit| EditOut {
            file: self.file(edit.span),
            start: edit.span.start,
            end: edit.span.end,
            text: &edit.text,
        });
        let safety = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        };
        FixOut { safety, title: &fix.title, edits: edits.collect() }
    }

    fn file(&self, span: Span) -> String {
        self.options.path(self.sources, span.file)
    }

    fn span(&self, span: Span) -> SpanOut {
        let file = self.sources.file(span.file);
        SpanOut { start: position(file.position(span.start)), end: position(file.position(span.end)) }
    }
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
