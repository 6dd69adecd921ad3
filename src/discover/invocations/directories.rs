//! What docker compose loads in a directory where nothing names files.

use super::repository::{Repository, below, split};
use crate::discover::{BASE_NAMES, OVERRIDE_NAMES};

/// The base file of a directory and its override.
pub(super) fn default_files(repository: &Repository<'_>, directory: &str) -> Option<Vec<String>> {
    let entries = repository.entries(directory);
    let first = |names: &[&str]| {
        let there = names.iter().filter(|name| entries.may_hold(name));
        there.map(|name| below(directory, name)).find(|path| repository.is_file(path))
    };
    let base = first(&BASE_NAMES)?;
    Some(std::iter::once(base).chain(first(&OVERRIDE_NAMES)).collect())
}

/// The default files of the nearest directory from here upwards, and that directory.
pub(super) fn default_upwards(repository: &Repository<'_>, directory: &str) -> Option<(String, Vec<String>)> {
    let mut directory = directory;
    loop {
        if let Some(files) = default_files(repository, directory) {
            return Some((directory.to_owned(), files));
        }
        if directory.is_empty() {
            return None;
        }
        directory = split(directory).0;
    }
}
