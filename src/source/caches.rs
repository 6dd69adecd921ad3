//! Results of searching directories, computed once per run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError, RwLock};

use ignore::gitignore::Gitignore;

use super::SourceDb;
use super::tree::Entries;
use crate::collections::HashMap;

/// What is searched for in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DirectorySearch {
    /// Scripts and texts that may say how other files come to be.
    Makers,
    /// Examples of env files.
    EnvExamples,
    /// Examples of any file.
    Examples,
    /// Names with `env` in them.
    EnvNames,
    /// Markdown files.
    Texts,
    /// The text that introduces what a directory holds.
    Readme,
    /// Texts of a repository that may tell how to set it up.
    Instructions,
    /// Compose files.
    ComposeFiles,
    /// Directories in a directory that have Compose files.
    DirectoriesOfProjects,
    /// Those of them whose texts say that they are there to be tried.
    DirectoriesToBeTried,
    /// Directories of Compose files whose names say nothing of what is in them.
    Namesakes,
    /// Compose files in the directories of a directory.
    ComposeFilesBelow,
    /// Scripts that replace variables in other files.
    Substituting,
    /// Scripts and programs that may start projects.
    Starters,
    /// Scripts, and texts that show commands.
    Scripts,
    /// Directories and files called after applications that people run at home.
    Applications,
    /// The directory itself, if the settings of the application in it say that it uses a server for a cache.
    CacheSettings,
    /// The directory itself, if it says that it is of somebody's home.
    Home,
}

/// What is known by directory.
#[derive(Debug, Default)]
pub(super) struct Caches {
    found: RwLock<HashMap<OsString, Vec<(DirectorySearch, FoundPaths)>>>,
    laid: PerDirectory<Arc<Entries>>,
    pub(super) patterns: PerDirectory<Option<Arc<Gitignore>>>,
    /// How many bytes of files were searched for words since.
    pub(super) searched: AtomicU64,
}

/// What a search has found.
type FoundPaths = Arc<Vec<PathBuf>>;

impl Caches {
    /// Forgets everything, as the files are different now.
    pub(super) fn clear(&self) {
        self.found.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.laid.clear();
        self.patterns.clear();
        self.searched.store(0, Relaxed);
    }

    /// What is in a directory in which the database differs from the disk.
    pub(super) fn laid_entries(&self, directory: &Path, make: impl FnOnce() -> Entries) -> Arc<Entries> {
        self.laid.get(directory, || Arc::new(make()))
    }
}

impl SourceDb {
    /// What a search in a directory finds; `find` is called the first time.
    pub(crate) fn found(
        &self,
        search: DirectorySearch,
        directory: &Path,
        find: impl FnOnce() -> Vec<PathBuf>,
    ) -> Arc<Vec<PathBuf>> {
        let cache = &self.shared.caches.found;
        let known = cache.read().unwrap_or_else(PoisonError::into_inner);
        let mut searches = known.get(directory.as_os_str()).into_iter().flatten();
        if let Some((_, known)) = searches.find(|(known, _)| *known == search) {
            return Arc::clone(known);
        }
        drop(known);
        let found = Arc::new(find());
        let mut known = cache.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(directory.as_os_str().to_owned()).or_default().push((search, Arc::clone(&found)));
        found
    }
}

/// By the paths of directories, as bytes: these compare faster than the components of a path.
#[derive(Debug)]
pub(super) struct PerDirectory<T>(RwLock<HashMap<OsString, T>>);

impl<T> Default for PerDirectory<T> {
    fn default() -> PerDirectory<T> {
        PerDirectory(RwLock::default())
    }
}

impl<T: Clone> PerDirectory<T> {
    pub(super) fn get(&self, directory: &Path, make: impl FnOnce() -> T) -> T {
        if let Some(known) = self.known(directory) {
            return known;
        }
        let made = make();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(directory.as_os_str().to_owned()).or_insert(made).clone()
    }

    pub(super) fn known(&self, directory: &Path) -> Option<T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(directory.as_os_str()).cloned()
    }

    pub(super) fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_kept_until_a_file_changes() {
        let sources = SourceDb::new();
        let directory = Path::new("/r");
        let ask =
            |name: &str| sources.found(DirectorySearch::Makers, directory, || vec![directory.join(name)]).to_vec();
        assert_eq!(ask("one"), ask("two"));
        assert_eq!(*sources.found(DirectorySearch::Texts, directory, Vec::new), Vec::<PathBuf>::new());
        sources.overlay(Path::new("/r/three"), String::new());
        assert_eq!(ask("three"), [PathBuf::from("/r/three")]);
        let fork = sources.fork();
        assert_eq!(*fork.found(DirectorySearch::Makers, directory, Vec::new), Vec::<PathBuf>::new());
    }
}
