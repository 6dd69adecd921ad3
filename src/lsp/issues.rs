//! Findings as an editor needs them: with the paths of their files, as the numbers of files change with every edit.

use std::path::{Path, PathBuf};

use crate::finding::{Finding, Fix, Safety};
use crate::report::Report;
use crate::source::{SourceDb, Span};

/// A stretch of a file.
pub(super) type FileRange = (u32, u32);

/// A finding, and where it is.
#[derive(Clone, Debug)]
pub(super) struct LocatedFinding {
    pub(super) path: PathBuf,
    pub(super) stretch: FileRange,
    pub(super) finding: Finding,
    pub(super) related: Vec<RelatedPlace>,
    pub(super) corrections: Vec<Correction>,
    /// The invocations that it holds in, where these are not all: what a person would type.
    pub(super) only_with: Vec<String>,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug)]
pub(super) struct RelatedPlace {
    pub(super) path: PathBuf,
    pub(super) stretch: FileRange,
    pub(super) message: String,
}

/// A fix, by the paths of the files that it changes.
#[derive(Clone, Debug)]
pub(super) struct Correction {
    pub(super) title: String,
    pub(super) safety: Safety,
    pub(super) edits: Vec<TextReplacement>,
    pub(super) creates: Vec<(PathBuf, String)>,
}

/// A text that comes in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextReplacement {
    pub(super) path: PathBuf,
    pub(super) stretch: FileRange,
    pub(super) text: String,
}

/// What is wrong with a configuration.
#[derive(Clone, Debug)]
pub(super) struct ConfigurationMistake {
    pub(super) path: PathBuf,
    pub(super) stretch: FileRange,
    pub(super) message: String,
}

/// What tells a finding from others while the text around it changes.
pub(super) type Identity = (PathBuf, &'static str, String, Option<String>);

impl LocatedFinding {
    pub(super) fn identity(&self) -> Identity {
        let finding = &self.finding;
        (self.path.clone(), finding.rule.name(), finding.subject.to_string(), finding.evidence.clone())
    }
}

/// The findings of a report that count.
pub(super) fn issues(report: &Report, sources: &SourceDb) -> Vec<LocatedFinding> {
    report.active().map(|finding| issue(finding, report, sources)).collect()
}

fn issue(finding: &Finding, report: &Report, sources: &SourceDb) -> LocatedFinding {
    let path = |span: Span| sources.path(span.file).to_path_buf();
    let stretch = |span: Span| (span.start, span.end);
    let related = finding.labels.iter().map(|label| RelatedPlace {
        path: path(label.place.span),
        stretch: stretch(label.place.span),
        message: label.message.for_people().to_owned(),
    });
    let span = finding.place.span;
    let commands = finding.holds_in.iter().filter_map(|number| report.invocations.get(number));
    let only_with = commands.map(|held| match &held.written {
        Some((file, line)) => format!("`{}` ({file}:{line})", held.command),
        None => format!("`{}`", held.command),
    });
    LocatedFinding {
        path: path(span),
        stretch: stretch(span),
        related: related.filter(|one| is_real(&one.path)).collect(),
        corrections: finding.fixes.iter().filter_map(|fix| correction(fix, report, sources)).collect(),
        only_with: only_with.collect(),
        finding: finding.clone(),
    }
}

fn is_real(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}

/// A fix as edits by path. One that would show a secret is not offered: what it writes goes over the wire.
fn correction(fix: &Fix, report: &Report, sources: &SourceDb) -> Option<Correction> {
    let shows = |span: Span, text: &str| report.masks.is_shown_by(sources, &report.trees, span, text);
    if fix.edits.iter().any(|edit| shows(edit.span, &edit.text)) {
        return None;
    }
    let edits = fix.edits.iter().map(|edit| TextReplacement {
        path: sources.path(edit.span.file).to_path_buf(),
        stretch: (edit.span.start, edit.span.end),
        text: edit.text.clone(),
    });
    let creates = fix.creates.iter().map(|file| (file.path.clone(), file.text.clone()));
    Some(Correction {
        title: fix.title.for_people().to_owned(),
        safety: fix.safety,
        edits: edits.collect(),
        creates: creates.collect(),
    })
}
