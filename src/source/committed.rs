//! A view of the files in which those that git ignores are not there, as in a fresh checkout.

use std::path::{Path, PathBuf};
use std::sync::{OnceLock, PoisonError, RwLock};

use super::SourceDb;
use super::fence::GIT;
use crate::collections::HashMap;

/// Whether ignored files are left out, and what is known of paths.
#[derive(Debug, Default)]
pub(super) struct Committed {
    /// What is there all the same; none where nothing is left out.
    named: OnceLock<Vec<PathBuf>>,
    hidden: RwLock<HashMap<PathBuf, bool>>,
}

impl Committed {
    /// The same for a copy of the files.
    pub(super) fn fork(&self) -> Committed {
        Committed { named: self.named.clone(), hidden: RwLock::default() }
    }
}

impl SourceDb {
    /// From now on, files that git ignores are not there, except what is named and what is below it. Outside of a
    /// repository nothing is ignored.
    pub(crate) fn leave_out_ignored(&self, named: &[PathBuf]) {
        self.shared.committed.named.get_or_init(|| named.to_vec());
    }

    /// Whether ignored files are left out.
    pub(super) fn is_committed(&self) -> bool {
        self.shared.committed.named.get().is_some() && !self.sees_all
    }

    /// Whether a clean path is left out.
    pub(super) fn is_hidden(&self, path: &Path) -> bool {
        let Some(named) = self.shared.committed.named.get().filter(|_| !self.sees_all) else { return false };
        if path.file_name().is_some_and(|name| name == GIT) || named.iter().any(|named| path.starts_with(named)) {
            return false;
        }
        let known = self.shared.committed.hidden.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        known.unwrap_or_else(|| {
            // Ignore files decide, also one that is ignored itself.
            let all = SourceDb { sees_all: true, ..self.glancing() };
            let hidden = all.is_local(path);
            let mut known = self.shared.committed.hidden.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(path.to_path_buf(), hidden);
            hidden
        })
    }

    /// Whether a path is in a repository whose git ignores it: only this checkout has it.
    pub(crate) fn is_local(&self, path: &Path) -> bool {
        let above = path.parent().unwrap_or(path);
        self.repository(above).is_some() && self.is_ignored(path, above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::PathKind;

    #[test]
    fn ignored_files_are_left_out_in_a_repository_only() {
        let sources = SourceDb::new();
        let files = ["/r/.git", "/r/.env", "/r/a.yaml", "/r/out/b.yaml", "/r/named.env", "/n/.env"];
        for file in files {
            sources.overlay(Path::new(file), String::new());
        }
        for directory in ["/r", "/n"] {
            sources.overlay(&Path::new(directory).join(".gitignore"), "*.env\nout\n.git\n".to_owned());
        }
        let fresh = sources.fork();
        fresh.leave_out_ignored(&[PathBuf::from("/r/named.env")]);
        let seen: Vec<&str> = files.into_iter().filter(|file| fresh.kind(Path::new(file)) == PathKind::File).collect();
        assert_eq!(seen, ["/r/.git", "/r/a.yaml", "/r/named.env", "/n/.env"]);
        assert!(fresh.load(Path::new("/r/.env")).is_err() && fresh.fork().load(Path::new("/r/.env")).is_err());
        let names =
            |sources: &SourceDb| sources.entries(Path::new("/r")).names().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names(&fresh), [".git", ".gitignore", "a.yaml", "named.env"]);
        assert_eq!(names(&sources).len(), 5, "{:?}", names(&sources));
    }
}
