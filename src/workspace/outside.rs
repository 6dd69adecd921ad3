//! What a checkout cannot contain: env files that only the deployment has, and the examples that stand in for them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::compose::{Entry, Outside};
use crate::facts::environment::env_examples::example_for;
use crate::source::{PathKind, SourceDb};

/// What sets variables of a project besides the files that are there. `env_files` are those that it reads, `set` are
/// variables that its command sets to something unknown.
///
/// A default `.env` that is not there is expected where git ignores it or an example shows what belongs in it; one that a
/// command names is expected always.
pub(super) fn outside(sources: &SourceDb, directory: &Path, env_files: &[PathBuf], set: BTreeSet<String>) -> Outside {
    let default = directory.join(".env");
    let mut outside = Outside { set, ..Outside::default() };
    for file in env_files.iter().filter(|file| sources.kind(file) == PathKind::Missing) {
        let example = example_for(file, sources);
        let is_expected = *file != default || example.is_some() || sources.is_ignored(file, directory);
        if !is_expected {
            continue;
        }
        outside.absent.push(file.clone());
        match example {
            Some(example) if !outside.examples.contains(&example) => outside.examples.push(example),
            Some(_) => {}
            None => outside.may_set_others = true,
        }
    }
    outside
}

/// The same for an entry that no invocation describes.
pub(super) fn supplemented(sources: &SourceDb, entry: Entry) -> Entry {
    if !entry.env_files.is_empty() {
        return entry;
    }
    let outside = outside(sources, &entry.directory, &[entry.directory.join(".env")], BTreeSet::new());
    Entry { outside, ..entry }
}
