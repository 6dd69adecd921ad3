//! The files of a repository that may matter: what git does not ignore, and apart from it what was brought in from elsewhere.

use std::path::{Path, PathBuf};

use crate::discover::{Exclusion, is_compose_name, is_file};
use crate::source::{DirectoryWalk, EntryKind, LoadError, SourceDb};

/// How many files are looked at.
const MAX_FILES: usize = 200_000;

/// Directories with the work of others.
const FOREIGN: [&str; 5] = ["node_modules", "vendor", "third_party", "third-party", "thirdparty"];

/// The files below a root, with `/` between their parts, in order.
#[derive(Debug)]
pub(super) struct RepositoryFiles {
    /// Those of the repository.
    pub(super) own: Vec<String>,
    /// Compose files in vendored directories: judged where a command names them.
    pub(super) vendored: Vec<String>,
}

/// The files below a root.
pub(super) fn files_of(sources: &SourceDb, root: &Path, excluded: &Exclusion) -> RepositoryFiles {
    let entries = DirectoryWalk::new(sources, root, root).filter(|(path, kind)| match kind {
        EntryKind::File => true,
        _ => is_compose_name(path) && is_file(sources, path, *kind),
    });
    let found: Vec<PathBuf> = entries.map(|(path, _)| path).take(MAX_FILES).collect();
    let mut found = sources.as_laid(found, root);
    found.retain(|path| !excluded.matches(path));
    for path in found.iter().filter(|path| path.to_str().is_none() && is_compose_name(path)) {
        sources.note_unread(path, LoadError::PathNotUtf8);
    }
    if found.len() >= MAX_FILES {
        sources
            .note_unread(root, LoadError::Io(format!("more than {MAX_FILES} files: the last ones were not looked at")));
    }
    let below = found.iter().filter_map(|path| path.strip_prefix(root).ok()?.to_str());
    let mut files: Vec<String> =
        below.map(|path| if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }).collect();
    files.retain(|path| !path.split('/').any(|part| part == ".git"));
    files.sort();
    let (vendored, own) = files.into_iter().partition(|path| vendor_directory(path).is_some());
    let mut files = RepositoryFiles { own, vendored };
    files.vendored.retain(|path| is_compose_name(Path::new(path)));
    files
}

/// The outermost directory on the way to a file that holds the work of others.
pub(super) fn vendor_directory(path: &str) -> Option<&str> {
    let (directory, _) = path.rsplit_once('/')?;
    let mut end = 0;
    for part in directory.split('/') {
        end += part.len();
        if FOREIGN.contains(&part) {
            return path.get(..end);
        }
        end += 1;
    }
    None
}
