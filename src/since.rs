//! What a branch has brought: the findings that the commit which it left from did not have.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collections::{HashMap, HashSet};
use crate::config;
use crate::discover::is_compose_name;
use crate::report::Report;
use crate::report::baseline::Earlier;
use crate::rules;
use crate::source::git::{Git, GitChange};
use crate::source::{PathKind, SourceDb, normalize, relative};
use crate::workspace;
use crate::workspace::{Memory, OpenedProject, Request};

/// The files as they were, and where they are now.
#[derive(Debug)]
pub(crate) struct Before {
    sources: SourceDb,
    /// Paths of now by those of then, where they differ.
    renamed: HashMap<PathBuf, PathBuf>,
    /// The files, by their paths now, that had another text.
    changed: HashSet<PathBuf>,
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
        let mut changed = HashSet::default();
        for (path, change) in git.changes(&base)? {
            match change {
                GitChange::Added => sources.hide(&path),
                GitChange::Modified(text) => {
                    sources.lay(&path, text);
                    changed.insert(path);
                }
                GitChange::Deleted(text) => sources.lay(&path, text),
                GitChange::Renamed(from, text) => {
                    sources.hide(&path);
                    sources.lay(&from, text);
                    renamed.insert(from, path);
                }
            }
        }
        Ok(Before { sources, renamed, changed, revision: revision.to_owned() })
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
            false => {
                let config = config::find(&self.sources, start, rules::options).unwrap_or_default();
                Request { config: config::excluding(config, &then.exclude), ..then }
            }
        })
    }

    /// What the files had then; nothing where what the request is about was not there.
    pub(crate) fn findings(&self, request: &Request, start: &Path) -> Earlier {
        let judged = self.request(request, start).map(|then| workspace::check(&self.sources, &then));
        self.known(judged.as_ref(), &request.directory)
    }

    /// The projects of the request as they were then; `None` where what it is about was not there.
    pub(crate) fn judge(&self, request: &Request, start: &Path) -> Option<EarlierProjects> {
        let then = self.request(request, start)?;
        let memory = Memory::default();
        let (report, opened) = workspace::check_again(&self.sources, &then, &memory);
        Some(EarlierProjects { report, opened, memory })
    }

    /// What projects had then.
    pub(crate) fn earlier(&self, judged: Option<&EarlierProjects>, directory: &Path) -> Earlier {
        self.known(judged.map(|judged| &judged.report), directory)
    }

    fn known(&self, before: Option<&Report>, directory: &Path) -> Earlier {
        let mut earlier =
            Earlier { revision: self.revision.clone(), directory: directory.to_path_buf(), ..Earlier::default() };
        let Some(before) = before else { return earlier };
        let named = |file| {
            let path = self.sources.path(file).to_path_buf();
            relative(directory, self.renamed.get(&path).unwrap_or(&path))
        };
        let prints = before.fingerprints(named);
        let active = before.findings.iter().zip(prints).filter(|(finding, _)| finding.suppressed.is_none());
        earlier.severities = active.map(|(finding, print)| (print, finding.severity)).collect();
        earlier
    }

    /// The fingerprints of a report of now, as those of then are made.
    pub(crate) fn prints(&self, report: &Report, sources: &SourceDb, directory: &Path) -> HashSet<String> {
        report.fingerprints(|file| relative(directory, &sources.file(file).path)).into_iter().collect()
    }

    /// The files of then.
    pub(crate) fn sources(&self) -> &SourceDb {
        &self.sources
    }

    /// The revision, as it was asked for.
    pub(crate) fn revision(&self) -> &str {
        &self.revision
    }

    /// Where a file of then is now, if it was moved.
    pub(crate) fn name_now(&self, path: &Path) -> Option<&Path> {
        self.renamed.get(path).map(PathBuf::as_path)
    }

    /// Whether a file had another text then.
    pub(crate) fn is_changed(&self, path: &Path) -> bool {
        self.changed.contains(path)
    }
}

/// The projects of a request as they were.
pub(crate) struct EarlierProjects {
    /// What was wrong with them.
    pub(crate) report: Report,
    /// The projects.
    pub(crate) opened: Vec<OpenedProject>,
    /// What they were read with.
    pub(crate) memory: Memory,
}
