//! What stands at a byte of a YAML file: the node, and the path that leads to it.

use crate::source::NodeId;
use crate::yaml::{Node, NodeKind, ScalarStyle, Tree};

/// A step on the way to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathStep {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item,
}

/// A place in a tree.
#[derive(Clone, Debug)]
pub(super) struct TreeSpot {
    /// The way to the node; of a key, the key is the last step.
    pub(super) path: Vec<PathStep>,
    pub(super) node: NodeId,
    /// The value of the key that the place is on; `None` where the place is on a value.
    pub(super) value: Option<NodeId>,
}

impl TreeSpot {
    /// Whether the place is on a key.
    pub(super) fn is_key(&self) -> bool {
        self.value.is_some()
    }

    /// The path as words, `[]` for an item.
    pub(super) fn words(&self) -> Vec<&str> {
        words(&self.path)
    }
}

/// A path as words, `[]` for an item.
pub(super) fn words(path: &[PathStep]) -> Vec<&str> {
    path.iter().map(PathStep::word).collect()
}

impl PathStep {
    fn word(&self) -> &str {
        match self {
            PathStep::Key(name) => name,
            PathStep::Item => "[]",
        }
    }
}

/// The deepest node at a byte; nothing in a comment or between nodes.
pub(super) fn spot(tree: &Tree, offset: usize) -> Option<TreeSpot> {
    let offset = offset as u32;
    if tree.comments.iter().any(|comment| comment.start < offset && offset <= comment.end) {
        return None;
    }
    let root = tree.documents.iter().copied().find(|root| tree.node(*root).is_some_and(|node| has(node, offset)))?;
    let mut path = Vec::new();
    let mut node = root;
    loop {
        match &tree.node(node)?.kind {
            NodeKind::Scalar(..) | NodeKind::Alias(_) => return Some(TreeSpot { path, node, value: None }),
            NodeKind::Sequence(items, _) => {
                node = items.iter().copied().find(|item| holds(tree, *item, offset))?;
                path.push(PathStep::Item);
            }
            NodeKind::Mapping(pairs, _) => {
                let on_key = pairs.iter().find(|pair| holds(tree, pair.key, offset));
                if let Some(pair) = on_key {
                    path.push(PathStep::Key(tree.text(pair.key)?.to_owned()));
                    return Some(TreeSpot { path, node: pair.key, value: Some(pair.value) });
                }
                let pair = pairs.iter().find(|pair| holds(tree, pair.value, offset))?;
                path.push(PathStep::Key(tree.text(pair.key).unwrap_or_default().to_owned()));
                node = pair.value;
            }
        }
    }
}

fn holds(tree: &Tree, id: NodeId, offset: u32) -> bool {
    tree.node(id).is_some_and(|node| has(node, offset) && node.start < node.end)
}

fn has(node: &Node, offset: u32) -> bool {
    node.start <= offset && offset <= node.end
}

/// The bytes of a scalar that hold its text, quotes left out; `None` where the text is not there to the letter.
pub(super) fn inner(tree: &Tree, id: NodeId, source: &str) -> Option<(u32, u32)> {
    let node = tree.node(id)?;
    let NodeKind::Scalar(text, style) = &node.kind else { return None };
    let (start, end) = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (node.start + 1, node.end.saturating_sub(1)),
        _ => (node.start, node.end),
    };
    (source.get(start as usize..end as usize)? == text.as_str()).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    fn check(marked: &str, expect: Option<(&str, bool)>) {
        let at = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let (tree, _) = parse(FileId::default(), &text);
        let found = spot(&tree, at).map(|spot| (spot.words().join("."), spot.is_key()));
        assert_eq!(found, expect.map(|(path, key)| (path.to_owned(), key)), "{marked}");
    }

    #[test]
    fn paths_lead_to_places() {
        check("services:\n  web:\n    im|age: x\n", Some(("services.web.image", true)));
        check("services:\n  web:\n    image: |x\n", Some(("services.web.image", false)));
        check("services:\n  web:\n    ports: [\"8|0:80\"]\n", Some(("services.web.ports.[]", false)));
        check("services: # no|te\n  web:\n    image: x\n", None);
    }
}
