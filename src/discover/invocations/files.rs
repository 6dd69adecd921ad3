//! The files of a repository that may matter: neither ignored by git, nor brought in from elsewhere.

use std::path::{Path, PathBuf};

use crate::discover::Exclusion;
use crate::source::{EntryKind, SourceDb, Walk};

/// How many files are looked at.
const MAX_FILES: usize = 200_000;

/// Directories with the work of others.
const FOREIGN: [&str; 2] = ["node_modules", "vendor"];

/// The files below a root, with `/` between their parts, in order.
pub(super) fn files_of(sources: &SourceDb, root: &Path, excluded: &Exclusion) -> Vec<String> {
    let entries = Walk::new(sources, root, root).filter(|(_, kind)| *kind == EntryKind::File);
    let found: Vec<PathBuf> = entries.map(|(path, _)| path).take(MAX_FILES).collect();
    let mut found = sources.as_laid(found, root);
    found.retain(|path| !excluded.matches(path));
    let below = found.iter().filter_map(|path| path.strip_prefix(root).ok()?.to_str());
    let is_own = |path: &&str| !path.split('/').any(|part| part == ".git" || FOREIGN.contains(&part));
    let mut files: Vec<String> =
        below.map(|path| if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }).collect();
    files.retain(|path| is_own(&path.as_str()));
    files.sort();
    files
}
