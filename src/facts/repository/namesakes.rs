//! Other projects of a repository that Compose gives the same name: that of their directory.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::nearby::{files_in, services_of};
use crate::source::{DirectorySearch, PathKind, SourceDb};
use crate::yaml::Trees;

/// Names of directories that say nothing of the project in them. What a directory is called after a program may be there
/// once for each host.
const GENERIC: [&str; 16] = [
    "app",
    "build",
    "compose",
    "deploy",
    "deployment",
    "dev",
    "development",
    "docker",
    "docker-compose",
    "infra",
    "infrastructure",
    "local",
    "ops",
    "prod",
    "production",
    "src",
];

/// The names of the files that Compose finds by itself.
const DEFAULT: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// How many directories are looked into, and how deep.
const MOST: usize = 400;
const DEEPEST: usize = 4;

/// A project of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Namesake {
    /// Its file.
    pub(crate) file: PathBuf,
    /// Its services.
    pub(crate) services: BTreeSet<String>,
}

/// The projects in other directories whose last name is that of a directory, and whose files give them none.
pub(crate) fn namesakes(directory: &Path, root: &Path, sources: &SourceDb, trees: &Trees) -> Vec<Namesake> {
    let Some(name) = directory.file_name().and_then(|name| name.to_str()).filter(|name| GENERIC.contains(name)) else {
        return Vec::new();
    };
    // Nothing of these files enters the project.
    let sources = &sources.glancing();
    let all = sources.found(DirectorySearch::Namesakes, root, || generic_directories(root, sources));
    let others = all.iter().filter(|other| *other != directory && other.ends_with(name));
    others.filter_map(|other| namesake(other, sources, trees)).collect()
}

fn namesake(directory: &Path, sources: &SourceDb, trees: &Trees) -> Option<Namesake> {
    let file = DEFAULT.iter().map(|name| directory.join(name)).find(|path| sources.kind(path) == PathKind::File)?;
    let parsed = trees.get(sources, sources.load(&file).ok()?);
    let tree = &parsed.0;
    let is_named = tree.documents.iter().any(|root| tree.get(*root, "name").is_some());
    let services = services_of(tree).map(str::to_owned).collect();
    (!is_named).then_some(Namesake { file, services })
}

/// Whether a file of a project gives it a name.
pub(crate) fn is_named(file: &Path, sources: &SourceDb, trees: &Trees) -> bool {
    let Ok(id) = sources.load(file) else { return true };
    let parsed = trees.get(sources, id);
    parsed.0.documents.iter().any(|root| parsed.0.get(*root, "name").is_some())
}

fn generic_directories(root: &Path, sources: &SourceDb) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![(root.to_path_buf(), 0)];
    let mut count = 0;
    while let Some((directory, depth)) = left.pop() {
        let last = directory.file_name().and_then(|name| name.to_str()).unwrap_or("");
        if GENERIC.contains(&last) && !files_in(&directory, sources).is_empty() {
            found.push(directory.clone());
        }
        if depth == DEEPEST {
            continue;
        }
        for name in sources.entries(&directory).names() {
            let path = directory.join(name);
            let skipped = name.starts_with('.') || matches!(name, "node_modules" | "vendor" | "third_party");
            if !skipped && count < MOST && sources.kind(&path) == PathKind::Directory {
                count += 1;
                left.push((path, depth + 1));
            }
        }
    }
    found.sort();
    found
}
