//! What should have been read and could not be: the run reports it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::path::normal;
use super::{FileId, LoadError, SourceDb};

/// Files and directories, each with the reason.
pub(super) type Unread = Mutex<BTreeMap<PathBuf, LoadError>>;

impl SourceDb {
    /// Notes that a file or directory was not read.
    pub(crate) fn note_unread(&self, path: &Path, error: LoadError) {
        self.shared.unread.lock().unwrap_or_else(PoisonError::into_inner).insert(normal(path).into_owned(), error);
    }

    /// Loads a file that a project runs with; that it is there and cannot be read is noted.
    pub(crate) fn load_noted(&self, path: &Path) -> Option<FileId> {
        match self.load(path) {
            Ok(file) => Some(file),
            Err(LoadError::Missing | LoadError::Directory) => None,
            Err(error) => {
                self.note_unread(path, error);
                None
            }
        }
    }

    /// What was not read and why, by path.
    pub(crate) fn unread(&self) -> Vec<(PathBuf, LoadError)> {
        let unread = self.shared.unread.lock().unwrap_or_else(PoisonError::into_inner);
        unread.iter().map(|(path, error)| (path.clone(), error.clone())).collect()
    }
}
