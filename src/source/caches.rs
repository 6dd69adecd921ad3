//! What is worked out of a directory and asked for by one project after another: once per run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use ignore::gitignore::Gitignore;

use super::SourceDb;
use crate::collections::HashMap;

/// Results by directory.
#[derive(Debug, Default)]
pub(super) struct Caches {
    makers: PerDirectory<Vec<PathBuf>>,
    gitignores: PerDirectory<Option<Gitignore>>,
}

impl Caches {
    /// Forgets everything, as the files are different now.
    pub(super) fn clear(&self) {
        self.makers.clear();
        self.gitignores.clear();
    }
}

impl SourceDb {
    /// The scripts and texts of a directory that may say how other files come to be; `find` is called the first time.
    pub(crate) fn makers(&self, directory: &Path, find: impl FnOnce() -> Vec<PathBuf>) -> Arc<Vec<PathBuf>> {
        self.shared.caches.makers.get(directory, find)
    }

    /// The patterns of a directory's `.gitignore`; `read` is called the first time.
    pub(crate) fn gitignore(
        &self,
        directory: &Path,
        read: impl FnOnce() -> Option<Gitignore>,
    ) -> Arc<Option<Gitignore>> {
        self.shared.caches.gitignores.get(directory, read)
    }
}

/// By the paths of directories, as bytes: these compare faster than the parts of a path.
#[derive(Debug)]
struct PerDirectory<T>(RwLock<HashMap<OsString, Arc<T>>>);

impl<T> Default for PerDirectory<T> {
    fn default() -> PerDirectory<T> {
        PerDirectory(RwLock::default())
    }
}

impl<T> PerDirectory<T> {
    fn get(&self, directory: &Path, make: impl FnOnce() -> T) -> Arc<T> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(directory.as_os_str()) {
            return Arc::clone(known);
        }
        let made = Arc::new(make());
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(directory.as_os_str().to_owned()).or_insert(made))
    }

    fn clear(&self) {
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
        let ask = |name: &str| sources.makers(directory, || vec![directory.join(name)]).to_vec();
        assert_eq!(ask("one"), ask("two"));
        sources.overlay(Path::new("/r/three"), String::new());
        assert_eq!(ask("three"), [PathBuf::from("/r/three")]);
        let fork = sources.fork();
        assert_eq!(*fork.makers(directory, Vec::new), Vec::<PathBuf>::new());
    }
}
