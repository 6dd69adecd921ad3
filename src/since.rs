//! What a branch has brought: the findings that the commit which it left from did not have.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::config;
use crate::engine::{self, Request};
use crate::finding::{Severity, Suppressed, SuppressedBy};
use crate::report::Report;
use crate::source::git::{Change, Git};
use crate::source::{PathKind, SourceDb, relative};

/// The files as they were, and where they stand now.
#[derive(Debug)]
pub struct Before {
    sources: SourceDb,
    /// Paths of now by those of then, where they differ.
    renamed: HashMap<PathBuf, PathBuf>,
    revision: String,
}

impl Before {
    /// The files of a repository as they were where the branch has left a revision. What git ignores is taken as it is.
    ///
    /// # Errors
    /// In words for people: no git, no repository, no such revision.
    pub fn new(directory: &Path, revision: &str) -> Result<Before, String> {
        let git = Git::at(directory)?;
        let base = git.base(revision)?;
        let sources = SourceDb::new();
        let mut renamed = HashMap::new();
        for (path, change) in git.changes(&base)? {
            match change {
                Change::Added => sources.hide(&path),
                Change::Modified(text) | Change::Deleted(text) => sources.lay(&path, text),
                Change::Renamed(from, text) => {
                    sources.hide(&path);
                    sources.lay(&from, text);
                    renamed.insert(from, path);
                }
            }
        }
        Ok(Before { sources, renamed, revision: revision.to_owned() })
    }

    /// The report on the files as they were; `start` is where their configuration is searched from.
    fn report(&self, request: &Request, start: &Path, rules: &[&str]) -> Report {
        let sources = &self.sources;
        let was_there = |path: &PathBuf| sources.kind(&request.directory.join(path)) != PathKind::Missing;
        let kept =
            |paths: &[PathBuf]| -> Vec<PathBuf> { paths.iter().filter(|path| was_there(path)).cloned().collect() };
        let request = Request {
            paths: kept(&request.paths),
            env_files: kept(&request.env_files),
            // A configuration that could not be used then had no say.
            config: config::find(sources, start, rules).unwrap_or_default(),
            baseline: None,
            ..request.clone()
        };
        engine::check(sources, &request)
    }

    /// Marks the findings of a report that were there before: the same ones, and no milder then than now.
    pub fn mark(&self, report: &mut Report, sources: &SourceDb, request: &Request, start: &Path, rules: &[&str]) {
        let directory = &request.directory;
        let all_gone = |paths: &[PathBuf]| {
            let is_gone = |path: &PathBuf| self.sources.kind(&directory.join(path)) == PathKind::Missing;
            !paths.is_empty() && paths.iter().all(is_gone)
        };
        let any_gone = request.files.iter().any(|file| self.sources.kind(&directory.join(file)) == PathKind::Missing);
        if all_gone(&request.paths) || any_gone {
            return;
        }
        let before = self.report(request, start, rules);
        let named = |file| {
            let path = self.sources.file(file).path.clone();
            relative(directory, self.renamed.get(&path).unwrap_or(&path))
        };
        let prints = before.fingerprints(named);
        let active = before.findings.iter().zip(prints).filter(|(finding, _)| finding.suppressed.is_none());
        let known: HashMap<String, Severity> = active.map(|(finding, print)| (print, finding.severity)).collect();
        let prints = report.fingerprints(|file| relative(directory, &sources.file(file).path));
        for (finding, print) in report.findings.iter_mut().zip(prints) {
            if known.get(&print).is_some_and(|severity| *severity >= finding.severity) {
                let reason = Some(format!("`{}` has it, too", self.revision));
                finding.suppressed.get_or_insert(Suppressed { by: SuppressedBy::Baseline, reason });
            }
        }
    }
}
