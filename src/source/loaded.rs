//! The loaded files by number. A text that is also on disk is dropped when it has not been used for a while, and read again
//! when somebody asks for it.

use std::hash::BuildHasher;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::fence::is_handed_over;
use super::read::read;
use super::{FileId, SourceFile};
use crate::collections::HashState;

/// After so many bytes of texts, those are dropped that nobody has used meanwhile.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// All files that a run has loaded.
#[derive(Debug, Default)]
pub(super) struct LoadedFiles {
    files: RwLock<NumberedFiles>,
    hashes: HashState,
}

#[derive(Clone, Debug, Default)]
struct NumberedFiles {
    files: Vec<LoadedFile>,
    /// How many bytes came since texts were dropped.
    bytes: usize,
    /// How many times texts were dropped.
    round: u32,
}

#[derive(Debug)]
struct LoadedFile {
    path: Arc<Path>,
    text: Option<Arc<SourceFile>>,
    /// The hash of the text that was read; none where the text is not the one on disk.
    hash: Option<u64>,
    /// The round in which it was used last.
    used: AtomicU32,
}

impl Clone for LoadedFile {
    fn clone(&self) -> LoadedFile {
        let used = AtomicU32::new(self.used.load(Ordering::Relaxed));
        LoadedFile { path: Arc::clone(&self.path), text: self.text.clone(), hash: self.hash, used }
    }
}

impl LoadedFiles {
    /// The same files, to add others to.
    pub(super) fn fork(&self) -> LoadedFiles {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner).clone();
        LoadedFiles { files: RwLock::new(files), hashes: self.hashes.clone() }
    }

    /// Adds a file that was read. What another process hands over can be read once.
    pub(super) fn add(&self, path: &Path, text: String) -> FileId {
        let hash = (!is_handed_over(path)).then(|| self.hashes.hash_one(&text));
        self.push(path, text, hash)
    }

    /// Adds a text that is not the one on disk.
    pub(super) fn lay(&self, path: &Path, text: String) -> FileId {
        self.push(path, text, None)
    }

    fn push(&self, path: &Path, text: String, hash: Option<u64>) -> FileId {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let text = Arc::new(SourceFile::new(path.to_path_buf(), text));
        files.count(&text);
        let used = AtomicU32::new(files.round);
        files.files.push(LoadedFile { path: path.into(), text: Some(text), hash, used });
        FileId(files.files.len() as u32 - 1)
    }

    /// The path of a file.
    pub(super) fn path(&self, id: FileId) -> Arc<Path> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.files.get(id.index()).map_or_else(|| Arc::from(Path::new("")), |file| Arc::clone(&file.path))
    }

    /// A file with its text. One that has changed on disk since it was read has none any more.
    pub(super) fn get(&self, id: FileId) -> Arc<SourceFile> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = files.files.get(id.index()) else { return nothing() };
        file.used.store(files.round, Ordering::Relaxed);
        if let Some(text) = &file.text {
            return Arc::clone(text);
        }
        let (path, hash) = (Arc::clone(&file.path), file.hash);
        drop(files);
        let text = read(&path).ok().filter(|text| Some(self.hashes.hash_one(text)) == hash).unwrap_or_default();
        let text = Arc::new(SourceFile::new(path.to_path_buf(), text));
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.count(&text);
        if let Some(file) = files.files.get_mut(id.index()) {
            file.text = Some(Arc::clone(&text));
        }
        text
    }

    /// Forgets a text: nothing may use its number any longer.
    pub(super) fn remove(&self, id: FileId) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.files.get_mut(id.index()) {
            (file.path, file.text, file.hash) = (Path::new("").into(), Some(nothing()), None);
        }
    }
}

impl NumberedFiles {
    /// Counts a text that is added, and drops others where there are too many.
    fn count(&mut self, text: &SourceFile) {
        self.bytes += text.text.len();
        if self.bytes < MOST_BYTES {
            return;
        }
        let round = self.round;
        for file in self.files.iter_mut().filter(|file| file.hash.is_some()) {
            if *file.used.get_mut() < round {
                file.text = None;
            }
        }
        (self.bytes, self.round) = (0, round + 1);
    }
}

fn nothing() -> Arc<SourceFile> {
    Arc::new(SourceFile::new("".into(), String::new()))
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn a_text_that_was_dropped_is_read_again_if_it_is_the_same() {
        let root = env::temp_dir().join(format!("plimsoll-loaded-{}", process::id()));
        fs::create_dir_all(&root).unwrap();
        let (same, other) = (root.join("same"), root.join("other"));
        for path in [&same, &other] {
            fs::write(path, "a: 1\n").unwrap();
        }
        let files = LoadedFiles::default();
        let [first, second] = [&same, &other].map(|path| files.add(path, read(path).unwrap()));
        let laid = files.lay(&same, "b: 2\n".to_owned());
        let piped = files.add(Path::new("/dev/stdin"), "c: 3\n".to_owned());
        let kept = || files.files.read().unwrap().files.iter().filter(|file| file.text.is_some()).count();
        for _ in 0..2 {
            files.lay(Path::new("/large"), " ".repeat(MOST_BYTES));
        }
        assert_eq!(kept(), 4, "what is not on disk is kept");
        fs::write(&other, "a: 3\n").unwrap();
        let texts = [first, second, laid, piped].map(|id| files.get(id).text.clone());
        assert_eq!(texts, ["a: 1\n", "", "b: 2\n", "c: 3\n"]);
        assert_eq!(*files.path(second), *other);
        files.remove(first);
        assert_eq!((files.get(first).text.as_str(), &*files.path(first)), ("", Path::new("")));
        fs::remove_dir_all(&root).unwrap();
    }
}
