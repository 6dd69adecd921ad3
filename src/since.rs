//! What a branch has brought: the findings that the commit which it left from did not have.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collections::HashMap;
use crate::config;
use crate::discover::is_compose_name;
use crate::report::baseline::Earlier;
use crate::rules;
use crate::source::git::{Git, GitChange};
use crate::source::{PathKind, SourceDb, normalize, relative};
use crate::workspace;
use crate::workspace::Request;

/// The files as they were, and where they are now.
#[derive(Debug)]
pub(crate) struct Before {
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
    pub(crate) fn new(directory: &Path, revision: &str) -> Result<Before, String> {
        let git = Git::at(directory)?;
        let base = git.base(revision)?;
        let sources = SourceDb::new();
        let mut renamed = HashMap::default();
        for (path, change) in git.changes(&base)? {
            match change {
                GitChange::Added => sources.hide(&path),
                GitChange::Modified(text) | GitChange::Deleted(text) => sources.lay(&path, text),
                GitChange::Renamed(from, text) => {
                    sources.hide(&path);
                    sources.lay(&from, text);
                    renamed.insert(from, path);
                }
            }
        }
        Ok(Before { sources, renamed, revision: revision.to_owned() })
    }

    /// The request as it would have been made then; `None` where what it is about was not there.
    fn request(&self, request: &Request, start: &Path) -> Option<Request> {
        let absolute = |path: &PathBuf| normalize(&request.directory.join(path));
        let is_there = |path: &PathBuf| self.sources.kind(path) != PathKind::Missing;
        let old_name = |path: PathBuf| {
            let renamed = self.renamed.iter().find(|(_, now)| **now == path);
            renamed.map_or(path, |(then, _)| then.clone())
        };
        let asked: Vec<PathBuf> = request.paths.iter().map(absolute).collect();
        // What was renamed into a directory that is looked at is looked at where it was.
        let moved = self.renamed.iter().filter(|(_, now)| asked.iter().any(|path| now.starts_with(path)));
        let mut paths: Vec<PathBuf> = asked.iter().filter(|path| is_there(path)).cloned().collect();
        let beyond: Vec<PathBuf> = moved
            .filter(|(then, now)| is_compose_name(then) || asked.contains(now))
            .map(|(then, _)| then.clone())
            .filter(|then| !paths.iter().any(|path| then.starts_with(path)))
            .collect();
        paths.extend(beyond);
        let files: Vec<PathBuf> = request.files.iter().map(absolute).map(old_name).collect();
        if paths.is_empty() != request.paths.is_empty() || !files.iter().all(is_there) {
            return None;
        }
        let then = Request {
            paths,
            files,
            env_files: request.env_files.iter().map(absolute).map(old_name).filter(is_there).collect(),
            baseline: None,
            earlier: None,
            // Its stages are not those of the run.
            watch: Arc::default(),
            ..request.clone()
        };
        workspace::enclose(&self.sources, &then);
        // A configuration that could not be used then had no say.
        Some(match request.is_config_fixed {
            true => then,
            false => Request { config: config::find(&self.sources, start, rules::options).unwrap_or_default(), ..then },
        })
    }

    /// What the files had then; nothing where what the request is about was not there.
    pub(crate) fn findings(&self, request: &Request, start: &Path) -> Earlier {
        let directory = &request.directory;
        let mut earlier =
            Earlier { revision: self.revision.clone(), directory: directory.clone(), ..Earlier::default() };
        let Some(then) = self.request(request, start) else { return earlier };
        let before = workspace::check(&self.sources, &then);
        let named = |file| {
            let path = self.sources.path(file).to_path_buf();
            relative(directory, self.renamed.get(&path).unwrap_or(&path))
        };
        let prints = before.fingerprints(named);
        let active = before.findings.iter().zip(prints).filter(|(finding, _)| finding.suppressed.is_none());
        earlier.severities = active.map(|(finding, print)| (print, finding.severity)).collect();
        earlier
    }
}
