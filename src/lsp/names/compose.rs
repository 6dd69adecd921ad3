//! Names in Compose files, by where they are written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{EntityName, Kind, Occurrence, OccurrenceRole, Scope};
use crate::lsp::spot::inner;
use crate::lsp::world::EditorWorld;
use crate::source::{NodeId, normalize};
use crate::yaml::{NodeKind, Tree};

/// How deep aliases are followed.
const DEEPEST: usize = 8;

/// The sections whose keys are names.
const SECTIONS: [(&str, Kind); 6] = [
    ("services", Kind::Service),
    ("networks", Kind::Network),
    ("volumes", Kind::Volume),
    ("secrets", Kind::Secret),
    ("configs", Kind::Config),
    ("models", Kind::Model),
];

/// The keys of a service that may say `service:NAME`.
const SHARED: [&str; 5] = ["network_mode", "ipc", "pid", "cgroup", "uts"];

/// Where secrets are in a container.
const SECRETS: &str = "/run/secrets/";

/// The files that are merged with those of an entry: they, and what they include.
pub(super) fn merged(world: &EditorWorld, files: &[PathBuf], directory: &Path) -> BTreeSet<PathBuf> {
    let mut known: BTreeSet<PathBuf> = BTreeSet::new();
    let mut open: Vec<(PathBuf, PathBuf)> = files.iter().map(|file| (file.clone(), directory.to_path_buf())).collect();
    while let Some((file, directory)) = open.pop() {
        if !known.insert(file.clone()) {
            continue;
        }
        let Some(parsed) = world.tree(&file) else { continue };
        for path in included(&parsed.0) {
            let path = normalize(&directory.join(path));
            let own = path.parent().map(Path::to_path_buf).unwrap_or_default();
            open.push((path, own));
        }
    }
    known
}

/// The paths that a file includes, as written.
fn included(tree: &Tree) -> Vec<String> {
    let entries = tree.documents.iter().filter_map(|root| tree.get(*root, "include"));
    let listed = entries.flat_map(|list| items(tree, list));
    let paths = listed.flat_map(|item| match tree.get(item, "path") {
        Some(path) if items(tree, path).is_empty() => vec![path],
        Some(paths) => items(tree, paths),
        None => vec![item],
    });
    paths.filter_map(|node| tree.text(node).map(str::to_owned)).collect()
}

fn items(tree: &Tree, node: NodeId) -> Vec<NodeId> {
    match tree.follow(node).map(|(_, node)| &node.kind) {
        Some(NodeKind::Sequence(items, _)) => items.clone(),
        _ => Vec::new(),
    }
}

/// Adds the names of one file.
pub(super) fn add(world: &EditorWorld, path: &Path, scope: &Scope, found: &mut BTreeSet<Occurrence>) {
    let (Some(parsed), Ok(file)) = (world.tree(path), world.sources.load(path)) else { return };
    let source = world.sources.file(file);
    let mut reader = NameReader { tree: &parsed.0, text: &source.text, path, scope, found };
    for root in &parsed.0.documents {
        reader.sections(*root);
    }
    reader.anchors();
    reader.secret_paths();
}

struct NameReader<'a> {
    tree: &'a Tree,
    text: &'a str,
    path: &'a Path,
    scope: &'a Scope,
    found: &'a mut BTreeSet<Occurrence>,
}

impl NameReader<'_> {
    fn sections(&mut self, root: NodeId) {
        for pair in self.tree.pairs(root) {
            let section = self.tree.text(pair.key).unwrap_or_default();
            let Some((_, kind)) = SECTIONS.iter().find(|(name, _)| *name == section) else { continue };
            for entry in self.tree.pairs(pair.value) {
                if self.tree.text(entry.key) == Some("<<") {
                    continue;
                }
                self.whole(*kind, entry.key, OccurrenceRole::Declaration);
                if *kind == Kind::Service {
                    self.service(entry.value, 0);
                }
            }
        }
    }

    /// The keys of a service, and of what it merges.
    fn service(&mut self, node: NodeId, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for pair in self.tree.pairs(node) {
            let value = pair.value;
            match self.tree.text(pair.key).unwrap_or_default() {
                "<<" if items(self.tree, value).is_empty() => self.service(value, depth + 1),
                "<<" => items(self.tree, value).into_iter().for_each(|item| self.service(item, depth + 1)),
                "depends_on" => self.list(Kind::Service, value),
                "networks" => self.list(Kind::Network, value),
                "models" => self.list(Kind::Model, value),
                "profiles" => self.list(Kind::Profile, value),
                "links" | "volumes_from" => self.firsts(value),
                "extends" => self.extends(value),
                "volumes" => self.mounts(value),
                "secrets" => self.grants(Kind::Secret, value),
                "configs" => self.grants(Kind::Config, value),
                "build" => self.build(value),
                key if SHARED.contains(&key) => self.after(value, "service:"),
                _ => {}
            }
        }
    }

    /// Names as items, or as keys.
    fn list(&mut self, kind: Kind, node: NodeId) {
        for item in items(self.tree, node) {
            self.whole(kind, item, OccurrenceRole::Use);
        }
        for pair in self.tree.pairs(node) {
            if self.tree.text(pair.key) != Some("<<") {
                self.whole(kind, pair.key, OccurrenceRole::Use);
            }
        }
    }

    /// Services before a colon: `db:database`, `db:ro`.
    fn firsts(&mut self, node: NodeId) {
        for item in items(self.tree, node) {
            let Some(text) = self.tree.text(item) else { continue };
            let name = text.split(':').next().unwrap_or(text);
            if name != "container" {
                self.part(Kind::Service, item, 0, name.len());
            }
        }
    }

    fn extends(&mut self, node: NodeId) {
        if self.tree.text(node).is_some() {
            return self.whole(Kind::Service, node, OccurrenceRole::Use);
        }
        let Some(service) = self.tree.get(node, "service") else { return };
        let other = self.tree.get(node, "file").and_then(|file| self.tree.text(file));
        match other {
            None => self.whole(Kind::Service, service, OccurrenceRole::Use),
            Some(file) => {
                let path = normalize(&self.path.parent().unwrap_or(self.path).join(file));
                if path == self.path {
                    return self.whole(Kind::Service, service, OccurrenceRole::Use);
                }
                let Some(stretch) = inner(self.tree, service, self.text) else { return };
                let text = self.tree.text(service).unwrap_or_default().to_owned();
                self.push(
                    EntityName { kind: Kind::Service, text, scope: Scope::File(path) },
                    stretch,
                    OccurrenceRole::Use,
                );
            }
        }
    }

    /// Named volumes, in the short form and in the long one.
    fn mounts(&mut self, node: NodeId) {
        for item in items(self.tree, node) {
            if let Some(text) = self.tree.text(item) {
                if let Some((name, _)) = text.split_once(':').filter(|(name, _)| is_volume_name(name)) {
                    self.part(Kind::Volume, item, 0, name.len());
                }
                continue;
            }
            let kind = self.tree.get(item, "type").and_then(|kind| self.tree.text(kind));
            let source = self.tree.get(item, "source").or_else(|| self.tree.get(item, "src"));
            if let Some(source) = source.filter(|_| kind == Some("volume")) {
                self.whole(Kind::Volume, source, OccurrenceRole::Use);
            }
        }
    }

    fn grants(&mut self, kind: Kind, node: NodeId) {
        for item in items(self.tree, node) {
            self.whole(kind, self.tree.get(item, "source").unwrap_or(item), OccurrenceRole::Use);
        }
    }

    fn build(&mut self, node: NodeId) {
        if let Some(secrets) = self.tree.get(node, "secrets") {
            self.grants(Kind::Secret, secrets);
        }
        let contexts = self.tree.get(node, "additional_contexts");
        for pair in contexts.into_iter().flat_map(|contexts| self.tree.pairs(contexts)) {
            self.after(pair.value, "service:");
        }
    }

    /// A service behind a word.
    fn after(&mut self, node: NodeId, word: &str) {
        let Some(name) = self.tree.text(node).and_then(|text| text.strip_prefix(word)) else { return };
        self.part(Kind::Service, node, word.len(), name.len());
    }

    /// A scalar that is a name.
    fn whole(&mut self, kind: Kind, node: NodeId, role: OccurrenceRole) {
        let Some((node, _)) = self.tree.follow(node) else { return };
        let Some(stretch) = inner(self.tree, node, self.text) else { return };
        let text = self.tree.text(node).unwrap_or_default().to_owned();
        if !text.is_empty() && !text.contains('$') {
            self.push(EntityName { kind, text, scope: self.scope.clone() }, stretch, role);
        }
    }

    /// A part of a scalar that is a name.
    fn part(&mut self, kind: Kind, node: NodeId, from: usize, length: usize) {
        let Some((node, _)) = self.tree.follow(node) else { return };
        let Some((start, _)) = inner(self.tree, node, self.text) else { return };
        let text = self.tree.text(node).and_then(|text| text.get(from..from + length)).unwrap_or_default().to_owned();
        if !text.is_empty() && !text.contains('$') {
            let start = start + from as u32;
            let name = EntityName { kind, text, scope: self.scope.clone() };
            self.push(name, (start, start + length as u32), OccurrenceRole::Use);
        }
    }

    fn anchors(&mut self) {
        for (index, node) in self.tree.nodes.iter().enumerate() {
            let scope = |target: usize| Scope::Node(self.path.to_path_buf(), target);
            if let Some(anchor) = node.anchor() {
                let written = format!("&{anchor}");
                let before = self.text.get(..node.start as usize).and_then(|text| text.rfind(&written));
                if let Some(at) = before {
                    let start = at as u32 + 1;
                    let name = EntityName { kind: Kind::Anchor, text: anchor.to_owned(), scope: scope(index) };
                    self.push(name, (start, start + anchor.len() as u32), OccurrenceRole::Declaration);
                }
            }
            if let NodeKind::Alias(Some(target)) = &node.kind {
                let text = self.text.get(node.start as usize + 1..node.end as usize).unwrap_or_default().to_owned();
                let stretch = (node.start + 1, node.end);
                self.push(
                    EntityName { kind: Kind::Anchor, text, scope: scope(target.index()) },
                    stretch,
                    OccurrenceRole::Use,
                );
            }
        }
    }

    /// Secrets by the path that a container has them at.
    fn secret_paths(&mut self) {
        let mut from = 0;
        while let Some(at) = self.text.get(from..).and_then(|rest| rest.find(SECRETS)) {
            let start = from + at + SECRETS.len();
            from = start;
            let is_in_comment = self.tree.comments.iter().any(|one| (one.start..one.end).contains(&(start as u32)));
            let length = name_length(self.text.get(start..).unwrap_or_default());
            if length > 0 && !is_in_comment {
                let text = self.text.get(start..start + length).unwrap_or_default().to_owned();
                let name = EntityName { kind: Kind::Secret, text, scope: self.scope.clone() };
                self.push(name, (start as u32, (start + length) as u32), OccurrenceRole::Use);
            }
        }
    }

    fn push(&mut self, name: EntityName, stretch: (u32, u32), role: OccurrenceRole) {
        self.found.insert(Occurrence { path: self.path.to_path_buf(), stretch, role, name });
    }
}

/// How many bytes at the start of a text are a name.
fn name_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')).count()
}

/// Whether the source of a mount is the name of a volume, and no path.
fn is_volume_name(source: &str) -> bool {
    let is_drive = source.len() == 1;
    !is_drive && source.starts_with(|one: char| one.is_ascii_alphanumeric()) && name_length(source) == source.len()
}
