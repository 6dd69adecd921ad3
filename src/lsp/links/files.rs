//! The files that a Compose file names.

use std::path::{Path, PathBuf};

use crate::lsp::issues::FileRange;
use crate::lsp::spot::inner;
use crate::lsp::world::EditorWorld;
use crate::source::{NodeId, normalize};
use crate::yaml::{NodeKind, Tree};

/// A file, and where it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct LinkedFile {
    pub(in crate::lsp) stretch: FileRange,
    pub(in crate::lsp) path: PathBuf,
}

/// A stage of a Dockerfile, and where a Compose file names it.
pub(in crate::lsp) struct NamedStage {
    pub(in crate::lsp) stretch: FileRange,
    pub(in crate::lsp) path: PathBuf,
    pub(in crate::lsp) name: String,
}

/// The stage that a Compose file names at a byte.
pub(in crate::lsp) fn stage_at(world: &EditorWorld, path: &Path, offset: usize) -> Option<NamedStage> {
    let (parsed, file) = (world.tree(path)?, world.sources.load(path).ok()?);
    let source = world.sources.file(file);
    let directory = directory(world, path);
    let tree = &parsed.0;
    let reader = FileNameReader { tree, text: &source.text, directory: &directory, found: Vec::new() };
    let services = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
    let builds = services.flat_map(|all| tree.pairs(all)).filter_map(|service| tree.get(service.value, "build"));
    builds.into_iter().find_map(|build| reader.stage_at(build, offset))
}

/// The name of a Dockerfile that is not named.
const DOCKERFILE: &str = "Dockerfile";

/// The files that a Compose file names, whether they are there or not.
pub(in crate::lsp) fn files(world: &EditorWorld, path: &Path) -> Vec<LinkedFile> {
    let (Some(parsed), Ok(file)) = (world.tree(path), world.sources.load(path)) else { return Vec::new() };
    let source = world.sources.file(file);
    let directory = directory(world, path);
    let mut reader = FileNameReader { tree: &parsed.0, text: &source.text, directory: &directory, found: Vec::new() };
    for root in &parsed.0.documents {
        reader.root(*root);
    }
    reader.found
}

/// Where relative paths in a file start: at its project's directory, for a file that the project merges.
pub(in crate::lsp) fn directory(world: &EditorWorld, path: &Path) -> PathBuf {
    let projects = world.projects(path);
    let own = projects.iter().find(|project| project.opened.entry.files.iter().any(|file| file == path));
    let parent = || path.parent().unwrap_or(path).to_path_buf();
    own.map_or_else(parent, |project| project.opened.entry.directory.clone())
}

struct FileNameReader<'a> {
    tree: &'a Tree,
    text: &'a str,
    directory: &'a Path,
    found: Vec<LinkedFile>,
}

impl FileNameReader<'_> {
    fn root(&mut self, root: NodeId) {
        for pair in self.tree.pairs(root) {
            match self.tree.text(pair.key).unwrap_or_default() {
                "services" => {
                    for service in self.tree.pairs(pair.value) {
                        self.service(service.value);
                    }
                }
                "include" => self.each(pair.value, &["path", "env_file"]),
                "secrets" | "configs" => {
                    for entry in self.tree.pairs(pair.value) {
                        self.under(entry.value, "file");
                    }
                }
                _ => {}
            }
        }
    }

    fn service(&mut self, node: NodeId) {
        for pair in self.tree.pairs(node) {
            match self.tree.text(pair.key).unwrap_or_default() {
                "env_file" | "label_file" => self.each(pair.value, &["path"]),
                "volumes" => self.mounts(pair.value),
                "build" => self.build(pair.value),
                "extends" => self.under(pair.value, "file"),
                _ => {}
            }
        }
    }

    /// A path, a list of them, or of mappings with a path under one of these keys.
    fn each(&mut self, node: NodeId, keys: &[&str]) {
        let items = match self.tree.node(node).map(|node| &node.kind) {
            Some(NodeKind::Sequence(items, _)) => items.clone(),
            _ => vec![node],
        };
        for item in items {
            if self.tree.pairs(item).is_empty() {
                self.path(item);
            }
            for value in keys.iter().filter_map(|key| self.tree.get(item, key)) {
                self.each(value, &[]);
            }
        }
    }

    fn under(&mut self, node: NodeId, key: &str) {
        if let Some(value) = self.tree.get(node, key) {
            self.path(value);
        }
    }

    fn path(&mut self, node: NodeId) {
        let Some(text) = self.tree.text(node) else { return };
        if let Some(stretch) = inner(self.tree, node, self.text).filter(|_| is_plain(text)) {
            self.found.push(LinkedFile { stretch, path: normalize(&self.directory.join(text)) });
        }
    }

    /// The sources of bind mounts.
    fn mounts(&mut self, node: NodeId) {
        let Some(NodeKind::Sequence(items, _)) = self.tree.node(node).map(|node| &node.kind) else { return };
        for item in items.clone() {
            if let Some(text) = self.tree.text(item) {
                let source = text.split(':').next().unwrap_or_default();
                let is_path = source.starts_with('.') || source.starts_with('/');
                let Some((start, _)) = inner(self.tree, item, self.text).filter(|_| is_path && is_plain(source)) else {
                    continue;
                };
                let stretch = (start, start + source.len() as u32);
                self.found.push(LinkedFile { stretch, path: normalize(&self.directory.join(source)) });
            } else if self.tree.get(item, "type").and_then(|kind| self.tree.text(kind)) == Some("bind") {
                self.under(item, "source");
            }
        }
    }

    /// The stage that a build names, in its Dockerfile.
    fn stage_at(&self, node: NodeId, offset: usize) -> Option<NamedStage> {
        let target = self.tree.get(node, "target")?;
        let stretch = inner(self.tree, target, self.text)?;
        let is_here = stretch.0 as usize <= offset && offset <= stretch.1 as usize;
        let path = self.dockerfile(node).filter(|_| is_here)?;
        Some(NamedStage { stretch, path, name: self.tree.text(target)?.to_owned() })
    }

    /// The Dockerfile of a build, in its context.
    fn dockerfile(&self, node: NodeId) -> Option<PathBuf> {
        let text = |key: &str| self.tree.get(node, key).and_then(|node| self.tree.text(node));
        let (context, name) = (text("context").unwrap_or("."), text("dockerfile").unwrap_or(DOCKERFILE));
        let is_known = is_plain(context) && is_plain(name) && self.tree.get(node, "dockerfile_inline").is_none();
        is_known.then(|| normalize(&normalize(&self.directory.join(context)).join(name)))
    }

    /// The Dockerfile, in the context; the context stands for the one in it.
    fn build(&mut self, node: NodeId) {
        let context = if self.tree.text(node).is_some() { Some(node) } else { self.tree.get(node, "context") };
        let named = context.and_then(|context| self.tree.text(context)).unwrap_or(".");
        if !is_plain(named) {
            return;
        }
        let directory = normalize(&self.directory.join(named));
        let dockerfile = self.tree.get(node, "dockerfile");
        let name = dockerfile.and_then(|name| self.tree.text(name)).unwrap_or(DOCKERFILE);
        let shown = dockerfile.or(context).and_then(|node| inner(self.tree, node, self.text));
        if let Some(stretch) = shown.filter(|_| is_plain(name)) {
            self.found.push(LinkedFile { stretch, path: normalize(&directory.join(name)) });
        }
    }
}

/// Whether a path is one to the letter: no variable, no address, no home directory.
fn is_plain(path: &str) -> bool {
    !path.is_empty() && !path.contains('$') && !path.contains("://") && !path.starts_with('~')
}
