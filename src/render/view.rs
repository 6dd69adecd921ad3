//! What every format needs from a finding: its path, lines and columns, and a fix that shows no secret.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use super::RenderOptions;
use crate::collections::HashMap;
use crate::finding::{Edit, Finding, Fix, HeldIn, Safety, Severity, SuppressedBy};
use crate::report::Report;
use crate::secrets::{HiddenSpans, holds_secret};
use crate::source::{FileId, Position, SourceDb, Span};

/// How many invocations are named with a finding.
const MOST_NAMED: usize = 3;

/// What a local finding is.
pub(super) const LOCAL: &str = "relies on a file that git ignores";

/// A report with what is needed to show it.
pub(super) struct View<'a> {
    /// What is shown.
    pub(super) report: &'a Report,
    /// The files that it points into.
    pub(super) sources: &'a SourceDb,
    /// How it is shown.
    pub(super) options: &'a RenderOptions,
    paths: RefCell<HashMap<FileId, String>>,
}

impl<'a> View<'a> {
    /// A view of a report.
    pub(super) fn new(report: &'a Report, sources: &'a SourceDb, options: &'a RenderOptions) -> View<'a> {
        View { report, sources, options, paths: RefCell::default() }
    }

    /// The path of a place, as the output shows it.
    pub(super) fn path(&self, span: Span) -> String {
        self.path_of(span.file)
    }

    fn path_of(&self, file: FileId) -> String {
        let mut paths = self.paths.borrow_mut();
        paths.entry(file).or_insert_with(|| self.options.path(self.sources, file)).clone()
    }

    /// Where a place starts, and the position behind its last character.
    pub(super) fn range(&self, span: Span) -> (Position, Position) {
        let file = self.sources.file(span.file);
        (file.position(span.start), file.position(span.end.max(span.start)))
    }

    /// What must not be shown of a file.
    pub(super) fn hidden(&self, file: FileId) -> Arc<HiddenSpans> {
        self.report.masks.hidden_in(self.sources, &self.report.trees, file)
    }

    /// The fix of a finding, unless the text that it brings in would show a secret: what is printed may be kept and
    /// read by others.
    pub(super) fn fix<'f>(&self, finding: &'f Finding) -> Option<&'f Fix> {
        finding.fix_within(Safety::Unsafe).filter(|fix| self.may_show(fix))
    }

    /// The fixes of a finding whose edits would show no secret, those that are only shown among them.
    pub(super) fn fixes<'f>(&self, finding: &'f Finding) -> impl Iterator<Item = &'f Fix> {
        finding.fixes.iter().filter(|fix| self.may_show(fix))
    }

    fn may_show(&self, fix: &Fix) -> bool {
        let shows =
            |edit: &Edit| self.report.masks.is_shown_by(self.sources, &self.report.trees, edit.span, &edit.text);
        !fix.edits.iter().any(shows) && !fix.creates.iter().any(|file| holds_secret(&file.text))
    }

    /// The message, with the invocations that the finding holds in where it does not hold in all, and whether it is local.
    pub(super) fn message<'f>(&self, finding: &'f Finding) -> Cow<'f, str> {
        let only = self.only(finding).map(|only| format!("only {only}"));
        let local = finding.is_local.then(|| format!("local: {LOCAL}"));
        let notes: Vec<String> = only.into_iter().chain(local).collect();
        match notes.is_empty() {
            true => Cow::Borrowed(finding.message.for_people()),
            false => Cow::Owned(format!("{} ({})", finding.message.for_people(), notes.join("; "))),
        }
    }

    /// The invocations that a finding holds in, where it does not hold in all: ``with `-f a.yaml -f b.yaml` (Makefile:12)``.
    pub(super) fn only(&self, finding: &Finding) -> Option<String> {
        with_invocations(&self.held_in(finding).collect::<Vec<_>>())
    }

    /// The invocations that a finding holds in; none where it holds in all.
    pub(super) fn held_in<'v>(&'v self, finding: &'v Finding) -> impl Iterator<Item = &'v HeldIn> {
        finding.holds_in.iter().filter_map(|number| self.report.invocations.get(number))
    }

    /// All findings, suppressed ones among them, each with its fingerprint.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'a Finding, String)> {
        let fingerprints = self.report.fingerprints(|file| self.path_of(file));
        self.report.findings.iter().zip(fingerprints)
    }

    /// Whether a finding makes the run fail.
    pub(super) fn fails(&self, finding: &Finding) -> bool {
        finding.suppressed.is_none() && self.options.fail_on.is_some_and(|lowest| finding.severity >= lowest)
    }

    /// Findings by file, in the order of the report.
    pub(super) fn by_file<T>(
        &self,
        findings: impl Iterator<Item = T>,
        of: fn(&T) -> &Finding,
    ) -> Vec<(String, Vec<T>)> {
        let mut files: Vec<(String, Vec<T>)> = Vec::new();
        for finding in findings {
            let path = self.path(of(&finding).place.span);
            match files.last_mut() {
                Some((last, list)) if *last == path => list.push(finding),
                _ => files.push((path, vec![finding])),
            }
        }
        files
    }

    /// How many findings that count have each severity: errors, warnings, infos.
    pub(super) fn counts(&self) -> [usize; 3] {
        [Severity::Error, Severity::Warning, Severity::Info].map(|severity| self.report.count(severity))
    }
}

/// Invocations as a part of a sentence: ``with `-f a.yaml -f b.yaml` (Makefile:12)``; `None` for none.
pub(super) fn with_invocations(all: &[&HeldIn]) -> Option<String> {
    let named = all.iter().take(MOST_NAMED).map(|one| match &one.written {
        Some((file, line)) => format!("`{}` ({file}:{line})", one.command),
        None => format!("`{}`", one.command),
    });
    let mut named: Vec<String> = named.collect();
    if all.len() > MOST_NAMED {
        named.push(format!("{} more", all.len() - MOST_NAMED));
    }
    let (last, before) = named.split_last()?;
    if before.is_empty() {
        return Some(format!("with {last}"));
    }
    Some(format!("with {} and {last}", before.join(", ")))
}

/// How many findings were there before, and how many a comment or the configuration suppresses.
pub(super) fn suppressed(report: &Report) -> (usize, usize) {
    let by = report.findings.iter().filter_map(|finding| finding.suppressed.as_ref()).map(|one| one.by);
    let (known, other): (Vec<_>, Vec<_>) = by.partition(|by| *by == SuppressedBy::Baseline);
    (known.len(), other.len())
}

/// What a run without a finding that counts has found none of.
pub(super) fn nothing(report: &Report) -> &'static str {
    if suppressed(report).0 > 0 { "new problems found" } else { "problems found" }
}

/// A number with its noun.
pub(crate) fn plural(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
