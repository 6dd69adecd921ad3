//! The services of other Compose files near a project's: people often start several files together.

use std::collections::BTreeSet;
use std::path::Path;

use crate::source::{PathKind, SourceDb};
use crate::yaml::{Tree, parse};

/// How many files are looked into.
const MOST: usize = 64;

/// How many directories upwards are looked into.
const UPWARDS: usize = 3;

/// The names of services in the Compose files of a directory, of the directories in it, and of those above it in the
/// repository; of those beside it, too, where `beside`.
pub fn services(directory: &Path, root: &Path, beside: bool, sources: &SourceDb) -> BTreeSet<String> {
    // Nothing of these files enters the project.
    let sources = &sources.glancing();
    let above: Vec<&Path> =
        directory.ancestors().skip(1).take_while(|above| above.starts_with(root)).take(UPWARDS).collect();
    let mut directories = vec![directory.to_path_buf()];
    directories.extend(above.iter().map(|path| path.to_path_buf()));
    for outer in [Some(directory), above.first().copied().filter(|_| beside)].into_iter().flatten() {
        let inner = sources.list(outer).into_iter().map(|name| outer.join(name));
        directories.extend(inner.filter(|path| sources.kind(path) == PathKind::Directory));
    }
    let files = directories.iter().flat_map(|directory| {
        let names = sources.list(directory).into_iter().filter(|name| is_yaml(name));
        names.map(|name| directory.join(name)).collect::<Vec<_>>()
    });
    let mut found = BTreeSet::new();
    for file in files.take(MOST) {
        let Ok(id) = sources.load(&file) else { continue };
        let (tree, _) = parse(id, &sources.file(id).text);
        found.extend(services_of(&tree).map(str::to_owned));
    }
    found
}

/// The names of the services that one file has.
pub fn services_of(tree: &Tree) -> impl Iterator<Item = &str> {
    let sections = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
    sections.flat_map(|services| tree.pairs(services)).filter_map(|pair| tree.text(pair.key))
}

fn is_yaml(name: &str) -> bool {
    (name.ends_with(".yml") || name.ends_with(".yaml")) && name.contains("compose")
}
