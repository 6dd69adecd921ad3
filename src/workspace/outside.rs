//! What a checkout cannot contain: env files of the deployment, and the examples that stand in for them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::compose::{Outside, ProjectEntry};
use crate::facts::environment::env_examples::example_for;
use crate::source::{PathKind, DirectorySearch, SourceDb};
use crate::text::template::expand;

/// How many scripts of a directory are searched, and how long they may be, in bytes.
const MOST_SCRIPTS: usize = 64;
const MOST_BYTES: usize = 256 * 1024;

/// What sets variables of a project besides the files that are there. `env_files` are those that it reads, `set` are
/// variables that its command sets to something unknown.
///
/// A default `.env` that is not there is expected where git ignores it or an example shows what belongs in it; one that a
/// command names is expected always.
pub(super) fn outside(
    sources: &SourceDb,
    entry: &ProjectEntry,
    env_files: &[PathBuf],
    set: BTreeSet<String>,
) -> Outside {
    let directory = &entry.directory;
    let default = directory.join(".env");
    let may_set_others = entry.files.iter().any(|file| is_template(sources, file));
    let mut outside = Outside { set, may_set_others, ..Outside::default() };
    let missing: Vec<&PathBuf> = env_files.iter().filter(|file| sources.kind(file) == PathKind::Missing).collect();
    let needed = if missing.is_empty() { BTreeSet::new() } else { needed(sources, &entry.files) };
    for file in missing {
        let example = example_for(file, &needed, sources);
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
pub(super) fn supplemented(sources: &SourceDb, entry: ProjectEntry) -> ProjectEntry {
    if !entry.env_files.is_empty() {
        return entry;
    }
    let outside = outside(sources, &entry, &[entry.directory.join(".env")], BTreeSet::new());
    ProjectEntry { outside, ..entry }
}

/// The variables that Compose files use, by their text.
fn needed(sources: &SourceDb, files: &[PathBuf]) -> BTreeSet<String> {
    let loaded = files.iter().filter_map(|file| sources.load(file).ok()).map(|file| sources.file(file));
    let with_variables = loaded.filter(|file| file.text.contains('$'));
    with_variables.flat_map(|file| expand(&file.text, &|_| None).uses).map(|one| one.name).collect()
}

/// Whether a script next to a Compose file renders it with `envsubst`: its variables are those of the script.
fn is_template(sources: &SourceDb, file: &Path) -> bool {
    let (Some(directory), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return false;
    };
    let is_script = |name: &&str| !name.contains('.') || name.ends_with(".sh") || *name == "Makefile";
    let scripts = sources.found(DirectorySearch::Substituting, directory, || {
        let entries = sources.entries(directory);
        let scripts = entries.names().filter(is_script).take(MOST_SCRIPTS).map(|name| directory.join(name));
        scripts.filter(|script| sources.load_with(script, &["envsubst"], MOST_BYTES).is_some()).collect()
    });
    scripts.iter().filter_map(|script| sources.load(script).ok()).any(|script| {
        let text = &sources.file(script).text;
        text.lines().any(|line| line.contains("envsubst") && line.contains(name))
    })
}
