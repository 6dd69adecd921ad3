//! RepositoryFiles that others include or extend, read from the Compose files as they are written.

use std::collections::{BTreeMap, BTreeSet};

use super::PartRole;
use super::repository::{Repository, join, split};
use crate::source::NodeId;
use crate::text::template::expand;
use crate::yaml::{NodeKind, Tree};

/// How deep files include each other, and how many references are followed in all.
const MAX_DEPTH: usize = 16;
const MAX_REFERENCES: usize = 20_000;

/// A reference to other files.
#[derive(Clone, Debug)]
struct FileReference {
    role: PartRole,
    paths: Vec<String>,
    /// `project_directory` of an `include`.
    directory: Option<String>,
}

/// The parts of projects.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The files that use a file, by how they do.
    pub(super) used: BTreeMap<(String, PartRole), BTreeSet<String>>,
    references: BTreeMap<String, Vec<FileReference>>,
    seen: BTreeSet<(String, String)>,
    followed: usize,
}

impl Parts {
    /// Adds the parts of a project.
    pub(super) fn add(&mut self, repository: &Repository<'_>, files: &[String], directory: &str) {
        for file in files {
            self.follow(repository, file, directory, 0);
        }
    }

    /// Whether a file is used by others.
    pub(super) fn has(&self, file: &str) -> bool {
        [PartRole::Include, PartRole::Extends].iter().any(|role| self.used.contains_key(&(file.to_owned(), *role)))
    }

    /// The parts that one project has.
    pub(super) fn from_files(repository: &Repository<'_>, files: &[String], directory: &str) -> BTreeSet<String> {
        let mut parts = Parts::default();
        parts.add(repository, files, directory);
        parts.used.into_keys().map(|(file, _)| file).collect()
    }

    fn follow(&mut self, repository: &Repository<'_>, file: &str, directory: &str, depth: usize) {
        let is_new = self.seen.insert((file.to_owned(), directory.to_owned()));
        if !is_new || depth > MAX_DEPTH || self.followed > MAX_REFERENCES {
            return;
        }
        if !self.references.contains_key(file) {
            self.references.insert(file.to_owned(), references(repository, file));
        }
        for reference in self.references.get(file).cloned().unwrap_or_default() {
            // Where `--project-directory` is the root, paths start there.
            let from_root = |path: &String| (path.contains('/') && repository.is_file(path)).then(|| path.clone());
            let here = |path: &String| join(directory, path).filter(|joined| repository.is_file(joined));
            let anywhere = |path: &String| here(path).or_else(|| from_root(path)).or_else(|| join(directory, path));
            let paths: Vec<String> = reference.paths.iter().filter_map(anywhere).collect();
            let inner = match &reference.directory {
                Some(own) => join(directory, own),
                None => paths.first().map(|path| split(path).0.to_owned()),
            };
            for path in paths {
                self.followed += 1;
                // `extends` may name the same file.
                if path == file || !repository.is_file(&path) {
                    continue;
                }
                self.used.entry((path.clone(), reference.role)).or_default().insert(file.to_owned());
                self.follow(repository, &path, inner.as_deref().unwrap_or(""), depth + 1);
            }
        }
    }
}

fn references(repository: &Repository<'_>, path: &str) -> Vec<FileReference> {
    let Some(file) = repository.load(path) else { return Vec::new() };
    let source = repository.sources.file(file);
    if !source.text.contains("include") && !source.text.contains("extends") {
        return Vec::new();
    }
    let parsed = repository.trees.get(repository.sources, file);
    let tree = &parsed.0;
    let mut found = Vec::new();
    for root in tree.documents.iter().copied() {
        if let Some(include) = tree.get(root, "include") {
            found.extend(items(tree, include).into_iter().filter_map(|entry| included(tree, entry)));
        }
        let services = tree.get(root, "services");
        for pair in services.map(|services| tree.pairs(services)).unwrap_or_default() {
            let base = tree.get(pair.value, "extends").and_then(|extends| tree.get(extends, "file"));
            if let Some(text) = base.and_then(|base| tree.text(base)) {
                found.push(FileReference { role: PartRole::Extends, paths: vec![resolved(text)], directory: None });
            }
        }
    }
    found
}

fn included(tree: &Tree, entry: NodeId) -> Option<FileReference> {
    let path = if tree.text(entry).is_some() { entry } else { tree.get(entry, "path")? };
    let paths = match tree.text(path) {
        Some(text) => vec![resolved(text)],
        None => items(tree, path).into_iter().filter_map(|item| tree.text(item)).map(resolved).collect(),
    };
    let directory = tree.get(entry, "project_directory").and_then(|node| tree.text(node)).map(resolved);
    Some(FileReference { role: PartRole::Include, paths, directory })
}

/// A path with the defaults of its variables.
fn resolved(text: &str) -> String {
    if text.contains('$') { expand(text, &|_| None).text } else { text.to_owned() }
}

fn items(tree: &Tree, node: NodeId) -> Vec<NodeId> {
    match tree.follow(node).map(|(_, node)| &node.kind) {
        Some(NodeKind::Sequence(items, _)) => items.clone(),
        _ => Vec::new(),
    }
}

/// The defaults that are not parts of others. If files use each other in a cycle, the first one counts.
pub(super) fn independent(
    repository: &Repository<'_>,
    candidates: &[(String, Vec<String>)],
) -> Vec<(String, Vec<String>)> {
    let parts: Vec<BTreeSet<String>> =
        candidates.iter().map(|(directory, files)| Parts::from_files(repository, files, directory)).collect();
    let base = |at: usize| candidates.get(at).and_then(|(_, files)| files.first());
    let mut of_others: BTreeSet<&String> = BTreeSet::new();
    for (at, parts) in parts.iter().enumerate() {
        of_others.extend(parts.iter().filter(|part| Some(*part) != base(at)));
    }
    let mut covered: BTreeSet<&String> = BTreeSet::new();
    let mut kept = BTreeSet::new();
    let free = (0..candidates.len()).filter(|at| base(*at).is_some_and(|base| !of_others.contains(base)));
    for at in free.chain(0..candidates.len()) {
        if base(at).is_some_and(|base| !covered.contains(base)) && kept.insert(at) {
            covered.extend(parts.get(at).into_iter().flatten());
            covered.extend(base(at));
        }
    }
    candidates.iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, candidate)| candidate.clone()).collect()
}
