//! Files that are of interest only if they contain certain words.

use std::path::{Path, PathBuf};

use super::path::{normal, normalize};
use super::read::{read, start};
use super::{FileId, LoadError, SourceDb};

impl SourceDb {
    /// Loads a file if it has one of these words in it and is not longer than `most` bytes.
    pub(crate) fn load_with(&self, path: &Path, words: &[&str], most: usize) -> Option<FileId> {
        let path = &*normal(path);
        let has_words = |text: &str| text.len() <= most && words.iter().any(|word| text.contains(word));
        if self.shared.by_path.read().ok()?.contains_key(path.as_os_str()) {
            let file = self.load(path).ok()?;
            return has_words(&self.file(file).text).then_some(file);
        }
        if self.refusal(path).is_some() || size(path).ok()? > most as u64 {
            return None;
        }
        let text = read(path).ok()?;
        if !has_words(&text) {
            return None;
        }
        self.load(path).ok()
    }

    /// Where a symbolic link leads, whether or not anything is there.
    pub(crate) fn target_of_link(&self, path: &Path) -> Option<PathBuf> {
        let target = std::fs::read_link(path).ok()?;
        Some(normalize(&path.parent()?.join(target)))
    }

    /// Whether a file on disk has more than a number of bytes.
    pub(crate) fn is_longer(&self, path: &Path, most: usize) -> bool {
        self.refusal(path).is_none() && size(&normal(path)).is_ok_and(|size| size > most as u64)
    }

    /// The first line of a file, if it is short.
    pub(crate) fn first_line(&self, path: &Path) -> Option<String> {
        /// How much of it counts, in bytes.
        const MOST: u64 = 128;
        let path = &*normal(path);
        if self.refusal(path).is_some() {
            return None;
        }
        let text = String::from_utf8_lossy(&start(path, MOST).ok()?).into_owned();
        text.lines().next().map(str::to_owned)
    }
}

fn size(path: &Path) -> Result<u64, LoadError> {
    let data = std::fs::metadata(path).map_err(|_| LoadError::Missing)?;
    if data.is_file() { Ok(data.len()) } else { Err(LoadError::Directory) }
}
