//! Findings as diagnostics, and which of them the editor has been told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    PublishDiagnosticsParams,
};

use super::client::Client;
use super::issues::{ConfigurationMistake, LocatedFinding};
use super::uri::uri_of;
use super::world::EditorWorld;
use crate::finding::Severity;
use crate::render::rule_url;

/// Who says so.
pub(super) const SOURCE: &str = "plimsoll";

/// How many invocations are named.
const NAMED: usize = 3;

/// What the editor was told of a file.
#[derive(Debug, Default)]
pub(super) struct ToldDiagnostics(BTreeMap<PathBuf, (Option<i32>, Vec<Diagnostic>)>);

impl ToldDiagnostics {
    /// What is to be told now: files of which something else holds than before, and open ones whose text has changed.
    /// With `pulled`, open documents are left to the editor's own questions.
    pub(super) fn news(
        &mut self,
        world: &EditorWorld,
        client: &Client,
        are_shown: bool,
    ) -> Vec<PublishDiagnosticsParams> {
        let mut now: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        if are_shown {
            for issue in world.issues() {
                let is_asked_for = client.pulls_diagnostics && world.by_path(&issue.path).is_some();
                if !is_asked_for {
                    add(now.entry(issue.path.clone()).or_default(), diagnostic(issue, world, client));
                }
            }
            for mistake in world.mistakes() {
                add(now.entry(mistake.path.clone()).or_default(), of_mistake(mistake, world));
            }
        }
        for (path, (_, before)) in &self.0 {
            if !before.is_empty() {
                now.entry(path.clone()).or_default();
            }
        }
        let mut news = Vec::new();
        for (path, diagnostics) in now {
            let document = world.by_path(&path);
            let version = document.map(|document| document.version);
            if self.0.get(&path).is_some_and(|told| *told == (version, diagnostics.clone())) {
                continue;
            }
            let uri = document.map_or_else(|| uri_of(&path), |document| document.uri.clone());
            let shown = version.filter(|_| client.versions);
            news.push(PublishDiagnosticsParams { uri, version: shown, diagnostics: diagnostics.clone() });
            match diagnostics.is_empty() {
                true => self.0.remove(&path),
                false => self.0.insert(path, (version, diagnostics)),
            };
        }
        news
    }

    /// A document was closed: what the editor was told under its name is taken back.
    pub(super) fn forget(&mut self, path: &Path) -> bool {
        self.0.remove(path).is_some()
    }
}

/// The diagnostics of one file.
pub(super) fn of_file(world: &EditorWorld, path: &Path, client: &Client) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for issue in world.issues().iter().filter(|issue| issue.path == path) {
        add(&mut all, diagnostic(issue, world, client));
    }
    all
}

/// What is wrong with a configuration, as a diagnostic.
fn of_mistake(mistake: &ConfigurationMistake, world: &EditorWorld) -> Diagnostic {
    Diagnostic {
        range: world.paper(&mistake.path).map(|paper| paper.page().range(mistake.stretch)).unwrap_or_default(),
        severity: Some(DiagnosticSeverity::Error),
        code: Some("configuration".into()),
        source: Some(SOURCE.to_owned()),
        message: mistake.message.clone().into(),
        ..Diagnostic::default()
    }
}

/// One that the editor would show twice is left out.
fn add(all: &mut Vec<Diagnostic>, new: Diagnostic) {
    let is_same = |one: &Diagnostic| (one.range, &one.code, &one.message) == (new.range, &new.code, &new.message);
    if !all.iter().any(is_same) {
        all.push(new);
    }
}

/// A finding as a diagnostic.
pub(super) fn diagnostic(issue: &LocatedFinding, world: &EditorWorld, client: &Client) -> Diagnostic {
    let finding = &issue.finding;
    let related = issue.related.iter().filter_map(|one| {
        let range = world.paper(&one.path)?.page().range(one.stretch);
        Some(DiagnosticRelatedInformation {
            location: Location { uri: world.uri(&one.path), range },
            message: one.message.clone(),
        })
    });
    let related: Vec<_> = if client.related { related.collect() } else { Vec::new() };
    let tags = if client.tags { tags(finding.rule.name()) } else { Vec::new() };
    let href = rule_url(finding.rule.name());
    Diagnostic {
        range: world.paper(&issue.path).map(|paper| paper.page().range(issue.stretch)).unwrap_or_default(),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Info => DiagnosticSeverity::Information,
        }),
        code: Some(finding.rule.name().into()),
        code_description: client.code_descriptions.then(|| CodeDescription { href: href.into() }),
        source: Some(SOURCE.to_owned()),
        message: message(issue).into(),
        tags: (!tags.is_empty()).then_some(tags),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

fn message(issue: &LocatedFinding) -> String {
    let mut text = issue.finding.message.for_people().to_owned();
    if let Some(help) = &issue.finding.help {
        text.push('\n');
        text.push_str(help.for_people());
    }
    if !issue.only_with.is_empty() {
        let named: Vec<&str> = issue.only_with.iter().take(NAMED).map(String::as_str).collect();
        let more = match issue.only_with.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text.push_str(&format!("\nonly with {}{more}", named.join(", ")));
    }
    text
}

/// What can go is shown faded, what is old is struck through.
fn tags(rule: &str) -> Vec<DiagnosticTag> {
    if rule.starts_with("unused-") {
        return vec![DiagnosticTag::Unnecessary];
    }
    if rule.starts_with("obsolete-") || rule.starts_with("deprecated-") {
        return vec![DiagnosticTag::Deprecated];
    }
    Vec::new()
}
