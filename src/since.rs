//! What a branch has brought: the findings that the commit which it left from did not have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collections::{HashMap, HashSet};
use crate::config;
use crate::discover::is_compose_name;
use crate::report::Report;
use crate::report::baseline::Earlier;
use crate::rules;
use crate::source::git::{Git, GitChange};
use crate::source::{LoadError, PathKind, SourceDb, normalize, relative};
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
    /// All files that are not as they were, by their paths now; those that are gone, by their paths then.
    touched: BTreeSet<PathBuf>,
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
        let mut touched = BTreeSet::new();
        for (path, change) in git.changes(&base)? {
            touched.insert(path.clone());
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
        Ok(Before { sources, renamed, changed, touched, revision: revision.to_owned() })
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
    ///
    /// # Errors
    /// The repository does not hold a text that was needed.
    pub(crate) fn findings(&self, request: &Request, start: &Path) -> Result<Earlier, String> {
        let judged = self.request(request, start).map(|then| workspace::check(&self.sources, &then));
        self.has_all(&request.directory)?;
        Ok(self.known(judged.as_ref(), &request.directory))
    }

    /// The projects of the request as they were then; `None` where what it is about was not there.
    ///
    /// # Errors
    /// The repository does not hold a text that was needed.
    pub(crate) fn judge(&self, request: &Request, start: &Path) -> Result<Option<EarlierProjects>, String> {
        let Some(then) = self.request(request, start) else { return Ok(None) };
        let memory = Memory::default();
        let (report, opened) = workspace::check_again(&self.sources, &then, &memory);
        self.has_all(&request.directory)?;
        Ok(Some(EarlierProjects { report, opened, memory }))
    }

    /// Whether the repository holds each text that was asked for: a partial clone lacks some.
    fn has_all(&self, directory: &Path) -> Result<(), String> {
        let unread = self.sources.unread();
        let Some((path, _)) = unread.iter().find(|(_, error)| *error == LoadError::NotFetched) else { return Ok(()) };
        Err(format!(
            "git lacks the earlier text of `{}` (is this a partial clone?), and plimsoll downloads nothing: fetch it first",
            relative(directory, path)
        ))
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

    /// Where most of what was in a directory is now, if it was moved.
    pub(crate) fn directory_now(&self, directory: &Path) -> Option<PathBuf> {
        let mut moved: HashMap<PathBuf, usize> = HashMap::default();
        for (then, now) in &self.renamed {
            let Ok(inside) = then.strip_prefix(directory) else { continue };
            let above = now.ancestors().nth(inside.components().count()).filter(|_| now.ends_with(inside));
            if let Some(above) = above {
                *moved.entry(above.to_path_buf()).or_default() += 1;
            }
        }
        moved.into_iter().max_by_key(|(path, count)| (*count, path.clone())).map(|(path, _)| path)
    }

    /// Whether a file had another text then.
    pub(crate) fn is_changed(&self, path: &Path) -> bool {
        self.changed.contains(path)
    }

    /// The files in a directory that are not as they were, seen from there.
    pub(crate) fn touched_in<'b>(&'b self, directory: &'b Path) -> impl Iterator<Item = &'b Path> {
        let from = self.touched.range::<Path, _>((std::ops::Bound::Included(directory), std::ops::Bound::Unbounded));
        from.map_while(move |path| path.strip_prefix(directory).ok()).filter(|inside| !inside.as_os_str().is_empty())
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
