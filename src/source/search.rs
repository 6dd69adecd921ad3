//! Files that are of interest only if they have certain words: the others are looked at and forgotten.

use std::path::Path;

use super::path::normal;
use super::{FileId, LoadError, SourceDb, read};

impl SourceDb {
    /// Loads a file if it has one of these words in it and is not longer than `most` bytes.
    pub(crate) fn load_with(&self, path: &Path, words: &[&str], most: usize) -> Option<FileId> {
        let path = &*normal(path);
        let has_words = |text: &str| text.len() <= most && words.iter().any(|word| text.contains(word));
        if self.shared.by_path.read().ok()?.contains_key(path.as_os_str()) {
            let file = self.load(path).ok()?;
            return has_words(&self.file(file).text).then_some(file);
        }
        if self.is_outside(path, self.shared.directories.kind(path)) || size(path).ok()? > most as u64 {
            return None;
        }
        let text = read(path).ok()?;
        if !has_words(&text) {
            return None;
        }
        self.load(path).ok()
    }

    /// Whether a file on disk has more than a number of bytes.
    pub(crate) fn is_longer(&self, path: &Path, most: usize) -> bool {
        size(&normal(path)).is_ok_and(|size| size > most as u64)
    }

    /// The first line of a file, if it is short.
    pub(crate) fn first_line(&self, path: &Path) -> Option<String> {
        use std::io::Read;
        let path = &*normal(path);
        if self.is_outside(path, self.shared.directories.kind(path)) {
            return None;
        }
        let mut start = [0; 128];
        let length = std::fs::File::open(path).ok()?.read(&mut start).ok()?;
        let text = String::from_utf8_lossy(start.get(..length)?).into_owned();
        text.lines().next().map(str::to_owned)
    }
}

fn size(path: &Path) -> Result<u64, LoadError> {
    let data = std::fs::metadata(path).map_err(|_| LoadError::Missing)?;
    if data.is_file() { Ok(data.len()) } else { Err(LoadError::Directory) }
}
