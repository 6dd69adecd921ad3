//! YAML and JSON files of other tools, by keys.

use std::rc::Rc;

use super::super::fragment::Fragment;
use super::super::trace::World;
use crate::source::{FileId, NodeId, SourceDb};
use crate::yaml::{NodeKind, Tree, parse};

/// A file as a tree.
pub(super) struct Yaml {
    pub(super) tree: Tree,
    source: String,
}

impl Yaml {
    /// Reads a YAML file.
    pub(super) fn from_file(sources: &SourceDb, file: FileId) -> Yaml {
        let source = sources.file(file).text.clone();
        Yaml { tree: parse(file, &source).0, source }
    }

    /// Reads a JSON file, which may have comments and commas behind the last item.
    pub(super) fn from_json(sources: &SourceDb, file: FileId) -> Yaml {
        let source = plain_json(&sources.file(file).text);
        Yaml { tree: parse(file, &source).0, source }
    }

    /// The root of the first document.
    pub(super) fn root(&self) -> Option<NodeId> {
        self.tree.documents.first().copied()
    }

    /// The roots of all documents.
    pub(super) fn roots(&self) -> &[NodeId] {
        &self.tree.documents
    }

    /// The value under a path of keys.
    pub(super) fn get(&self, node: NodeId, path: &[&str]) -> Option<NodeId> {
        path.iter().try_fold(node, |node, key| self.tree.get(node, key))
    }

    /// The text of a scalar.
    pub(super) fn text(&self, node: NodeId) -> Option<&str> {
        self.tree.text(node)
    }

    /// The text under a key.
    pub(super) fn text_of(&self, node: NodeId, key: &str) -> Option<&str> {
        self.tree.text(self.tree.get(node, key)?)
    }

    /// The keys of a mapping with their values; `<<` brings in those of others, which count less.
    pub(super) fn entries(&self, node: NodeId) -> Vec<(&str, NodeId)> {
        let mut entries = Vec::new();
        self.add_entries(node, &mut entries, 0);
        entries
    }

    fn add_entries<'y>(&'y self, node: NodeId, entries: &mut Vec<(&'y str, NodeId)>, depth: usize) {
        for pair in self.tree.pairs(node).iter().take(4096) {
            let Some(key) = self.tree.text(pair.key) else { continue };
            if key == "<<" && depth < 4 {
                let merged = self.items(pair.value);
                let merged = if merged.is_empty() { vec![pair.value] } else { merged };
                for node in merged.into_iter().take(16) {
                    self.add_entries(node, entries, depth + 1);
                }
            } else {
                entries.push((key, pair.value));
            }
        }
    }

    /// The items of a list; empty for anything else.
    pub(super) fn items(&self, node: NodeId) -> Vec<NodeId> {
        match self.tree.follow(node).map(|(_, node)| &node.kind) {
            Some(NodeKind::Sequence(items, _)) => items.clone(),
            _ => Vec::new(),
        }
    }

    /// The items of a list, or the value itself if it is not a list.
    pub(super) fn many(&self, node: Option<NodeId>) -> Vec<NodeId> {
        let Some(node) = node else { return Vec::new() };
        match self.tree.follow(node).map(|(_, node)| &node.kind) {
            Some(NodeKind::Sequence(items, _)) => items.clone(),
            _ => vec![node],
        }
    }

    /// The text of a scalar with where it is written.
    pub(super) fn fragment(&self, node: NodeId) -> Option<Fragment> {
        Fragment::from_scalar(&self.tree, &self.source, node)
    }

    /// The scripts of a list, those of lists in it too.
    pub(super) fn scripts(&self, node: Option<NodeId>) -> Vec<Rc<Fragment>> {
        let mut scripts = Vec::new();
        let mut left = self.many(node);
        left.reverse();
        while let Some(node) = left.pop() {
            if scripts.len() > 1024 {
                break;
            }
            match self.fragment(node) {
                Some(fragment) => scripts.push(Rc::new(fragment)),
                None => left.extend(self.items(node).into_iter().rev()),
            }
        }
        scripts
    }

    /// Where a node starts.
    pub(super) fn start(&self, node: NodeId) -> u32 {
        self.tree.node(node).map_or(0, |node| node.start)
    }

    /// Where the key of a mapping starts, or the mapping itself.
    pub(super) fn key_start(&self, node: NodeId, key: &str) -> u32 {
        let pair = self.tree.pairs(node).iter().find(|pair| self.tree.text(pair.key) == Some(key));
        self.start(pair.map_or(node, |pair| pair.key))
    }

    /// A state with the variables of a mapping of names to texts.
    pub(super) fn with_variables(&self, world: World, node: Option<NodeId>, expand: &dyn Fn(&str) -> String) -> World {
        let Some(node) = node else { return world };
        self.entries(node).into_iter().fold(world, |world, (name, value)| {
            let text = self.text(value).or_else(|| self.text_of(value, "value"));
            match text {
                Some(text) => world.with(name, expand(text)),
                None => world,
            }
        })
    }
}

/// JSON without comments, commas behind last items and tabs; every byte stays in its place.
fn plain_json(text: &str) -> String {
    let mut out: Vec<u8> = text.as_bytes().to_vec();
    let mut at = 0;
    let mut comma: Option<usize> = None;
    let blank = |out: &mut Vec<u8>, from: usize, to: usize| {
        for byte in out.iter_mut().take(to).skip(from).filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
    };
    let find = |from: usize, what: &str| text.get(from..).and_then(|rest| rest.find(what)).map(|found| from + found);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                comma = None;
                at = string_end(text.as_bytes(), at);
                continue;
            }
            b'/' if text.as_bytes().get(at + 1) == Some(&b'/') => {
                let end = find(at, "\n").unwrap_or(text.len());
                blank(&mut out, at, end);
                at = end;
                continue;
            }
            b'/' if text.as_bytes().get(at + 1) == Some(&b'*') => {
                let end = find(at + 2, "*/").map_or(text.len(), |end| end + 2);
                blank(&mut out, at, end);
                at = end;
                continue;
            }
            b',' => comma = Some(at),
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    blank(&mut out, comma, comma + 1);
                }
            }
            b'\t' | b'\r' => blank(&mut out, at, at + 1),
            b' ' | b'\n' => {}
            _ => comma = None,
        }
        at += 1;
    }
    String::from_utf8(out).unwrap_or_default()
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' | b'\n' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_with_comments() {
        let text = "{ // c \"x\"\n\t\"a//b\": [1, /* é */ \"\\\"\",],\n}";
        let plain = plain_json(text);
        assert_eq!(plain.len(), text.len());
        let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words, "{ \"a//b\": [1, \"\\\"\" ], }".replace("], }", "] }"));
        assert_eq!(plain_json("\"a"), "\"a");
    }
}
