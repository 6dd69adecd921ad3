//! Files that are of interest only if they contain certain words.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use super::path::{normal, normalize};
use super::read::{read_most, start};
use super::{FileId, LoadError, SourceDb};

/// How many bytes of files are searched for words in a run, or since a file has changed: each of many names may be looked
/// for in each of many texts.
const MOST_SEARCHED: u64 = 4 * 1024 * 1024 * 1024;

/// How many times the cost of a search the reading of what it has found counts.
const READING: u64 = 4;

/// What a look into a file has found.
#[derive(Debug)]
pub(crate) enum Sought {
    /// The words, in a file that is loaded.
    Loaded(FileId),
    /// The words, in this text of it.
    Text(String),
    /// Nothing, as the file is too long.
    TooLong,
    Nothing,
}

impl SourceDb {
    /// Loads a file if it has one of these words in it and is not longer than `most` bytes: none once the run has searched
    /// more than any repository asks for.
    pub(crate) fn load_with(&self, path: &Path, words: &[&str], most: usize) -> Option<FileId> {
        self.take(path, self.seek_again(path, words, most))
    }

    /// Looks for words in a file that others are looked for in, too: once the run has searched more than any repository asks
    /// for, all files are too long.
    pub(crate) fn seek_again(&self, path: &Path, words: &[&str], most: usize) -> Sought {
        if self.shared.caches.searched.load(Relaxed) > MOST_SEARCHED {
            return Sought::TooLong;
        }
        self.seek(path, words, most)
    }

    /// Looks for words in a file of at most so many bytes, and loads nothing.
    pub(crate) fn seek(&self, path: &Path, words: &[&str], most: usize) -> Sought {
        let path = &*normal(path);
        let has_words = |text: &str| {
            let found = words.iter().position(|word| text.contains(word));
            let (searches, readings) = (found.unwrap_or(words.len()) as u64, u64::from(found.is_some()) * READING);
            self.shared.caches.searched.fetch_add(text.len() as u64 * (1 + searches + readings), Relaxed);
            found.is_some()
        };
        if self.is_hidden(path) {
            return Sought::Nothing;
        }
        if self.is_known(path) {
            return match self.load(path).map(|file| (file, self.file(file))) {
                Ok((_, source)) if source.text.len() > most => Sought::TooLong,
                Ok((file, source)) if has_words(&source.text) => Sought::Loaded(file),
                Ok(_) | Err(_) => Sought::Nothing,
            };
        }
        if self.refusal(path).is_some() {
            return Sought::Nothing;
        }
        match read_most(path, most as u64) {
            Ok(text) if has_words(&text) => Sought::Text(text),
            Err(LoadError::TooLarge(_)) => Sought::TooLong,
            Ok(_) | Err(_) => Sought::Nothing,
        }
    }

    fn is_known(&self, path: &Path) -> bool {
        self.shared.by_path.read().unwrap_or_else(PoisonError::into_inner).contains_key(path.as_os_str())
    }

    /// Loads what a look into a file has found.
    pub(crate) fn take(&self, path: &Path, sought: Sought) -> Option<FileId> {
        match sought {
            Sought::Loaded(file) => Some(file),
            Sought::Text(text) => self.load_as(path, |_| Ok(text)).ok(),
            Sought::TooLong | Sought::Nothing => None,
        }
    }

    /// Where a symbolic link leads, whether or not anything is there.
    pub(crate) fn target_of_link(&self, path: &Path) -> Option<PathBuf> {
        let target = std::fs::read_link(path).ok()?;
        Some(normalize(&path.parent()?.join(target)))
    }

    /// The first line of a file, if it is short.
    pub(crate) fn first_line(&self, path: &Path) -> Option<String> {
        /// How much of it counts, in bytes.
        const MOST: u64 = 128;
        let path = &*normal(path);
        if self.refusal(path).is_some() || self.is_hidden(path) {
            return None;
        }
        let text = String::from_utf8_lossy(&start(path, MOST).ok()?).into_owned();
        text.lines().next().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_end_where_no_repository_comes() {
        let sources = SourceDb::new();
        let path = Path::new("/r/README.md");
        sources.overlay(path, "Set `ADMIN_PASSWORD`.\n".to_owned());
        let finds = |word: &str| sources.load_with(path, &[word], 1024).is_some();
        assert!(finds("ADMIN_PASSWORD") && !finds("OTHER"));
        assert!(sources.shared.caches.searched.load(Relaxed) > 0);

        sources.shared.caches.searched.store(MOST_SEARCHED + 1, Relaxed);
        assert!(!finds("ADMIN_PASSWORD"));

        sources.overlay(path, "Set `OTHER`.\n".to_owned());
        assert!(finds("OTHER"));
    }
}
