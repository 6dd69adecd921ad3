//! How much of a repository a run has covered.

use std::path::{Path, PathBuf};

use super::Request;
use crate::collections::HashSet;
use crate::config::Config;
use crate::discover::is_compose_name;
use crate::finding::RuleId;
use crate::report::suppress::{JudgedProject, RunCoverage};
use crate::source::{PathKind, SourceDb, normalize};

/// A run that is over.
pub(super) struct RunView<'a> {
    pub(super) sources: &'a SourceDb,
    pub(super) request: &'a Request,
    pub(super) settings: &'a Config,
    pub(super) judged: &'a [JudgedProject],
}

impl RunView<'_> {
    /// Whether a rule ran.
    pub(super) fn runs(&self, rule: RuleId) -> bool {
        self.request.selection.runs(rule, self.settings)
    }

    /// What the suppressions of the run can be compared with.
    pub(super) fn extent<'r>(&'r self, runs: &'r dyn Fn(RuleId) -> bool) -> RunCoverage<'r> {
        let request = self.request;
        let as_usual = request.files.is_empty() && request.env_files.is_empty() && !request.use_environment;
        let paths = self.paths();
        let named = !self.settings.projects.is_empty() && request.paths.is_empty();
        let below = |path: &PathBuf| self.settings.directory().starts_with(path);
        RunCoverage {
            judged: self.judged,
            all_of_files: as_usual && (named || paths.iter().all(|path| self.is_whole(path))),
            all_of_configuration: as_usual && (named || paths.iter().any(below)),
            runs,
            picked: !request.selection.select.is_empty() || !request.selection.ignore.is_empty(),
        }
    }

    /// Whether a rule was heard in a file: it was read, or it is gone from where the run has looked.
    pub(super) fn could_find(&self, rule: RuleId, path: &Path) -> bool {
        if !self.runs(rule) {
            return false;
        }
        let is_below = || self.request.files.is_empty() && self.paths().iter().any(|above| path.starts_with(above));
        self.files().contains(path) || is_below() && self.sources.kind(path) == PathKind::Missing
    }

    /// Where the run has looked, absolute.
    fn paths(&self) -> Vec<PathBuf> {
        let here = [PathBuf::from(".")];
        let paths = if self.request.paths.is_empty() { &here[..] } else { &self.request.paths };
        paths.iter().map(|path| normalize(&self.request.directory.join(path))).collect()
    }

    /// Whether a directory was searched, or the Compose files next to a file were all read.
    fn is_whole(&self, path: &Path) -> bool {
        if self.sources.kind(path) == PathKind::Directory {
            return true;
        }
        let directory = path.parent().unwrap_or(Path::new("/"));
        let entries = self.sources.entries(directory);
        let mut beside = entries.names().map(|name| directory.join(name)).filter(|path| is_compose_name(path));
        let read = self.files();
        beside.all(|path| read.contains(&path))
    }

    fn files(&self) -> HashSet<PathBuf> {
        let files = self.judged.iter().flat_map(|judged| judged.files.iter());
        files.map(|(file, _)| self.sources.path(*file).to_path_buf()).collect()
    }
}
