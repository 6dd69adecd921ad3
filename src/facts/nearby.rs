//! The services of other Compose files near a project's: people often start several files together.

use std::collections::BTreeSet;
use std::path::Path;

use crate::source::{PathKind, SourceDb};
use crate::yaml::parse;

/// How many files are looked into.
const MOST: usize = 64;

/// How many directories upwards are looked into.
const UPWARDS: usize = 3;

/// The names of services in the Compose files of a directory, of the directories in it, and of those above it in the
/// repository.
pub fn services(directory: &Path, root: &Path, sources: &SourceDb) -> BTreeSet<String> {
    let above = directory.ancestors().skip(1).take_while(|above| above.starts_with(root)).take(UPWARDS);
    let mut directories = vec![directory.to_path_buf()];
    directories.extend(above.map(Path::to_path_buf));
    let inner = sources.list(directory).into_iter().map(|name| directory.join(name));
    directories.extend(inner.filter(|path| sources.kind(path) == PathKind::Directory));
    let files = directories.iter().flat_map(|directory| {
        let names = sources.list(directory).into_iter().filter(|name| is_yaml(name));
        names.map(|name| directory.join(name)).collect::<Vec<_>>()
    });
    let mut found = BTreeSet::new();
    for file in files.take(MOST) {
        let Ok(id) = sources.load(&file) else { continue };
        let (tree, _) = parse(id, &sources.file(id).text);
        for root in &tree.documents {
            let Some(services) = tree.get(*root, "services") else { continue };
            found.extend(tree.pairs(services).iter().filter_map(|pair| tree.text(pair.key).map(str::to_owned)));
        }
    }
    found
}

fn is_yaml(name: &str) -> bool {
    (name.ends_with(".yml") || name.ends_with(".yaml")) && name.contains("compose")
}
