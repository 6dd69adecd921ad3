//! Where a program is that may be started: never in a checkout.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The directories of `PATH` without relative ones, which would be directories of the checkout, and without others in it.
pub(super) fn search_path(root: &Path) -> Vec<PathBuf> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let root = real(root);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let outside = |directory: &PathBuf| directory.is_absolute() && !real(directory).starts_with(&root);
    std::env::split_paths::<OsStr>(&path).filter(outside).collect()
}

/// A program in one of some directories.
pub(super) fn find_in(path: &[PathBuf], name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    path.iter().map(|directory| directory.join(&name)).find(|program| program.is_file())
}

/// A program by its name, or by its absolute path, that is not in a directory or below it, nor in its repository.
pub(in crate::source) fn find(name: &str, directory: &Path) -> Option<PathBuf> {
    let root = super::repository::find(directory).map_or_else(|| directory.to_path_buf(), |found| found.root);
    if !name.contains(['/', '\\']) {
        return find_in(&search_path(&root), name);
    }
    let program = std::fs::canonicalize(name).ok()?;
    let root = std::fs::canonicalize(&root).unwrap_or(root);
    (Path::new(name).is_absolute() && program.is_file() && !program.starts_with(root)).then_some(program)
}
