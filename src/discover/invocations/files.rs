//! The files of a repository that may matter: neither ignored by git, nor brought in from elsewhere.

use std::path::{Path, PathBuf};

use crate::discover::{Exclusion, is_compose_name, is_file};
use crate::source::{DirectoryWalk, EntryKind, LoadError, SourceDb};

/// How many files are looked at.
const MAX_FILES: usize = 200_000;

/// Directories with the work of others.
const FOREIGN: [&str; 2] = ["node_modules", "vendor"];

/// The files below a root, with `/` between their parts, in order.
pub(super) fn files_of(sources: &SourceDb, root: &Path, excluded: &Exclusion) -> Vec<String> {
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
    let is_own = |path: &&str| !path.split('/').any(|part| part == ".git" || FOREIGN.contains(&part));
    let mut files: Vec<String> =
        below.map(|path| if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }).collect();
    files.retain(|path| is_own(&path.as_str()));
    files.sort();
    files
}
