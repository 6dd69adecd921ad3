//! Texts that an editor lays over the files of a long run, and takes away again.

use std::path::Path;
use std::sync::PoisonError;

use super::{FileId, SourceDb, normalize};

impl SourceDb {
    /// Lays the text of an editor over a path, and gives the number of the text that it replaces: nothing may use that one
    /// any longer. Unlike with [`SourceDb::overlay`], memory does not grow with the number of edits.
    pub(crate) fn edit(&self, path: &Path, text: String) -> Option<FileId> {
        let path = normalize(path);
        let before = self.known(&path);
        let is_ignore_file = path.file_name().is_some_and(|name| name == ".gitignore");
        if !self.is_laid(&path) || is_ignore_file {
            self.overlay(&path, text);
        } else {
            let id = self.shared.files.lay(&path, text);
            let mut by_path = self.shared.by_path.write().unwrap_or_else(PoisonError::into_inner);
            by_path.insert(path.into_os_string().into(), Ok(id));
        }
        before.inspect(|id| self.shared.files.remove(*id))
    }

    /// Forgets what was read or laid at a path: the next load reads the disk. Gives the number that nothing may use any
    /// longer.
    pub(crate) fn reread(&self, path: &Path) -> Option<FileId> {
        let path = normalize(path);
        let before = self.known(&path);
        if let (Some(directory), Some(name)) = (path.parent(), path.file_name()) {
            let mut laid = self.shared.laid.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(names) = laid.get_mut(directory) {
                names.remove(name);
                if names.is_empty() {
                    laid.remove(directory);
                }
            }
        }
        self.shared.by_path.write().unwrap_or_else(PoisonError::into_inner).remove(path.as_os_str());
        self.shared.caches.clear();
        before.inspect(|id| self.shared.files.remove(*id))
    }

    fn known(&self, path: &Path) -> Option<FileId> {
        let by_path = self.shared.by_path.read().unwrap_or_else(PoisonError::into_inner);
        match by_path.get(path.as_os_str()) {
            Some(Ok(id)) => Some(*id),
            Some(Err(_)) | None => None,
        }
    }

    fn is_laid(&self, path: &Path) -> bool {
        let laid = self.shared.laid.read().unwrap_or_else(PoisonError::into_inner);
        let there = || laid.get(path.parent()?)?.get(path.file_name()?).copied();
        there() == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::LoadError;

    #[test]
    fn a_text_replaces_the_one_before() {
        let sources = SourceDb::new();
        let path = Path::new("/nowhere/compose.yaml");
        assert_eq!(sources.edit(path, "a".to_owned()), None);
        let first = sources.load(path).unwrap();
        assert_eq!(sources.edit(path, "b".to_owned()), Some(first));
        assert_eq!(sources.file(first).text, "");
        let second = sources.load(path).unwrap();
        assert_eq!(sources.file(second).text, "b");
        assert_eq!(sources.reread(path), Some(second));
        assert_eq!(sources.load(path), Err(LoadError::Missing));
        assert_eq!(sources.entries(Path::new("/nowhere")).names().count(), 0);
    }
}
