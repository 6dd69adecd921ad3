//! Which repository a directory is in: the nearest `.git` above it, never what only looks like a repository.

use std::fs;
use std::path::{Path, PathBuf};

/// The most bytes of a `.git` file that are read; it holds one path.
const MOST_BYTES: u64 = 64 * 1024;

/// A repository with a working tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GitRepository {
    /// The directory that holds `.git`.
    pub(crate) root: PathBuf,
    /// What `.git` is, or where it leads.
    pub(crate) git_directory: PathBuf,
}

/// The repository that a directory is in. A bare repository is none: its files may have come with a commit.
pub(super) fn find(directory: &Path) -> Option<GitRepository> {
    directory.ancestors().find_map(|root| {
        let git_directory = git_directory(root)?;
        Some(GitRepository { root: root.to_path_buf(), git_directory })
    })
}

/// Where the repository with this root keeps what git knows.
pub(super) fn git_directory(root: &Path) -> Option<PathBuf> {
    let path = root.join(".git");
    let data = fs::metadata(&path).ok()?;
    if data.is_dir() {
        return is_git_directory(&path).then_some(path);
    }
    if !data.is_file() || data.len() > MOST_BYTES {
        return None;
    }
    // A submodule or a further working tree: `gitdir: ../.git/modules/name`.
    let text = fs::read(&path).ok()?;
    let target = text.strip_prefix(b"gitdir: ")?.trim_ascii_end();
    Some(root.join(super::path_of(target)))
}

/// The directory that all working trees of a repository share.
pub(super) fn common_directory(git_directory: &Path) -> PathBuf {
    let file = git_directory.join("commondir");
    if !fs::metadata(&file).is_ok_and(|data| data.is_file() && data.len() <= MOST_BYTES) {
        return git_directory.to_path_buf();
    }
    let text = fs::read(&file).unwrap_or_default();
    git_directory.join(super::path_of(text.trim_ascii_end()))
}

/// The directories in which git keeps what it knows of the repository with this root.
pub(in crate::source) fn kept_by_git(root: &Path) -> Vec<PathBuf> {
    let Some(directory) = git_directory(root) else { return Vec::new() };
    let common = common_directory(&directory);
    vec![directory, common]
}

/// Whether git takes a directory for one of its own; an empty `.git`, or one of something else, it passes over.
fn is_git_directory(path: &Path) -> bool {
    let has_objects = path.join("objects").is_dir() && path.join("refs").is_dir();
    fs::symlink_metadata(path.join("HEAD")).is_ok() && (has_objects || path.join("commondir").is_file())
}
