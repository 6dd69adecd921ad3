//! Compares the files of the working tree with a commit. Symbolic links are not followed.

use std::collections::BTreeSet;

use crate::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::blobs::is_same;
use super::listing::{CommitTree, Indexed, Present, Stat};
use crate::source::MAX_FILE_BYTES;

/// How the working tree differs from a commit, by path below the root.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Other contents.
    pub(crate) modified: BTreeSet<PathBuf>,
    /// Files that are gone, or have become a link or a directory.
    pub(crate) gone: BTreeSet<PathBuf>,
    /// Files that the commit lacks, those that git does not track yet among them.
    pub(crate) added: BTreeSet<PathBuf>,
    /// Those of them that git tracks, which may be files that are gone under another name.
    pub(crate) arrived: BTreeSet<PathBuf>,
}

/// The working tree.
struct Worktree<'a> {
    root: &'a Path,
    /// When the index was written.
    written: Option<(i64, i64)>,
    /// Whether directories are some, and not reached through a link.
    real: HashMap<PathBuf, bool>,
}

/// How the files below the root differ from those of a commit.
pub(super) fn difference(root: &Path, index: &Path, tree: &CommitTree, present: &Present) -> Difference {
    let written = fs::metadata(index).ok().and_then(|data| stat(&data)).map(|stat| stat.modified);
    let mut worktree = Worktree { root, written, real: HashMap::default() };
    let mut difference = Difference::default();
    for (path, blob) in &tree.files {
        let indexed = present.indexed.get(path);
        match worktree.file(path) {
            Some(data) if worktree.is_unchanged(path, &data, blob, indexed) => {}
            Some(_) => {
                difference.modified.insert(path.clone());
            }
            // A sparse checkout does without it.
            None if indexed.is_some_and(|indexed| indexed.is_left_out) => {}
            None => {
                difference.gone.insert(path.clone());
            }
        }
    }
    let is_new = |path: &&PathBuf| !tree.files.contains_key(*path) && !tree.others.contains(*path);
    let tracked = present.indexed.iter().filter(|(_, indexed)| !indexed.is_submodule).map(|(path, _)| path);
    for path in tracked.filter(is_new) {
        difference.added.insert(path.clone());
        if !difference.gone.is_empty() && worktree.file(path).is_some_and(|data| data.len() <= MAX_FILE_BYTES) {
            difference.arrived.insert(path.clone());
        }
    }
    difference.added.extend(present.untracked.iter().filter(is_new).cloned());
    difference
}

impl Worktree<'_> {
    /// What is known of a regular file; nothing where there is none.
    fn file(&mut self, path: &Path) -> Option<Metadata> {
        let data = fs::symlink_metadata(self.root.join(path)).ok().filter(Metadata::is_file)?;
        path.parent().is_none_or(|directory| self.is_real(directory)).then_some(data)
    }

    fn is_real(&mut self, directory: &Path) -> bool {
        let Some(above) = directory.parent() else { return true };
        if let Some(known) = self.real.get(directory) {
            return *known;
        }
        let is_directory = fs::symlink_metadata(self.root.join(directory)).is_ok_and(|data| data.is_dir());
        let is_real = is_directory && self.is_real(above);
        self.real.insert(directory.to_path_buf(), is_real);
        is_real
    }

    /// A file that git has compared with the index since its last change need not be read. With a filter (`git-crypt`,
    /// large files) its bytes are not those that git keeps, and the filter is not run.
    fn is_unchanged(&self, path: &Path, data: &Metadata, blob: &str, indexed: Option<&Indexed>) -> bool {
        match indexed {
            Some(indexed) if self.is_compared(data, indexed) => indexed.blob == blob,
            _ => is_same(&self.root.join(path), data.len(), blob),
        }
    }

    /// Whether a file is as git has seen it. What changed in the moment in which the index was written may not be.
    fn is_compared(&self, data: &Metadata, indexed: &Indexed) -> bool {
        let Some(now) = stat(data).filter(|now| Some(*now) == indexed.stat) else { return false };
        self.written.is_some_and(|written| now.modified < written)
    }
}

#[cfg(unix)]
fn stat(data: &Metadata) -> Option<Stat> {
    use std::os::unix::fs::MetadataExt;
    Some(Stat {
        changed: (data.ctime(), data.ctime_nsec()),
        modified: (data.mtime(), data.mtime_nsec()),
        // The index has 32 bits for each.
        inode: data.ino() & 0xffff_ffff,
        size: data.len() & 0xffff_ffff,
    })
}

#[cfg(not(unix))]
fn stat(_: &Metadata) -> Option<Stat> {
    None
}
