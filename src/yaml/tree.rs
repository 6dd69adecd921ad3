//! The arena of nodes of one file.

use std::sync::OnceLock;

use crate::source::Place;
use crate::source::{FileId, NodeId, Span};

/// Text of a scalar: short text is in it, longer text is shared where it is cloned.
pub(crate) type Text = smol_str::SmolStr;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A key and its value in a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The key.
    pub(crate) key: NodeId,
    /// The value; an empty plain scalar where nothing is written.
    pub(crate) value: NodeId,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    /// A scalar: its text after YAML's escapes, and how it is written.
    Scalar(Text, ScalarStyle),
    /// A sequence, and whether it is written in flow style (`[…]`).
    Sequence(Vec<NodeId>, bool),
    /// A mapping in the order of the file, duplicates included, and whether it is written in flow style (`{…}`).
    Mapping(Vec<Pair>, bool),
    /// `*name`: the node it stands for, or `None` where the name is not known.
    Alias(Option<NodeId>),
}

/// A node of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// First byte, quotes and brackets included, tag and anchor left out.
    pub(crate) start: u32,
    /// The byte after the last.
    pub(crate) end: u32,
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Its tag and its anchor, which few nodes have.
    pub(crate) properties: Option<Box<NodeProperties>>,
}

/// What is written before a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeProperties {
    pub(crate) tag: Option<String>,
    pub(crate) anchor: Option<String>,
}

impl Node {
    /// The tag as written (`!reset`, `!!str`), if any.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.properties.as_ref()?.tag.as_deref()
    }

    /// The anchor's name without `&`, if any.
    pub(crate) fn anchor(&self) -> Option<&str> {
        self.properties.as_ref()?.anchor.as_deref()
    }
}

/// A comment, from its `#` to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The `#`.
    pub start: u32,
    /// The end of the line, its break left out.
    pub end: u32,
}

/// How a file is written, as far as it was asked: each is found out by a look at all nodes, once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Habits {
    /// By how many columns a mapping is indented under its key.
    pub(crate) step: OnceLock<usize>,
    /// By how many columns the dashes of a list are.
    pub(crate) list_step: OnceLock<usize>,
    /// The quotes that it uses most.
    pub(crate) quotes: OnceLock<ScalarStyle>,
    /// Whether blank lines are between the sections of its first document.
    pub(crate) separates: OnceLock<bool>,
    /// The nodes that aliases stand for, and the aliases, by their numbers and sorted.
    pub(crate) aliases: OnceLock<Vec<(usize, usize)>>,
}

/// The nodes of one file. A value of the file's text alone.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The file.
    pub(crate) file: FileId,
    /// All nodes; a [`NodeId`] is an index into them.
    pub(crate) nodes: Vec<Node>,
    /// The root of each document; a document that breaks off keeps what came before the break.
    pub(crate) documents: Vec<NodeId>,
    /// All comments, in the order of the file.
    pub comments: Vec<Comment>,
    /// Whether a syntax error stopped the reading of a document, or an alias stands for nothing.
    pub broken: bool,
    /// Whether a syntax error stopped the reading of a document: what it lacks may follow.
    pub(crate) cut_off: bool,
    /// Where a file ended that has more nodes than a project may have values.
    pub(crate) limit: Option<Place>,
    /// The nodes of which a break leaves only a part: what was open there, and its keys.
    pub(crate) partial: Vec<NodeId>,
    /// How it is written, for what is to be written into it.
    pub(crate) habits: Habits,
}

impl Tree {
    /// A node.
    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    /// A node, with aliases followed to what they stand for.
    pub(crate) fn follow(&self, id: NodeId) -> Option<(NodeId, &Node)> {
        let mut id = id;
        for _ in 0..64 {
            let node = self.node(id)?;
            match node.kind {
                NodeKind::Alias(Some(target)) => id = target,
                NodeKind::Alias(None) => return None,
                _ => return Some((id, node)),
            }
        }
        None
    }

    /// The place of a whole node; an unknown one gives the start of the file.
    pub(crate) fn place(&self, id: NodeId) -> Place {
        let (start, end) = self.node(id).map_or((0, 0), |node| (node.start, node.end));
        Place { span: Span { file: self.file, start, end }, node: id }
    }

    /// The text of a scalar, aliases followed.
    pub(crate) fn text(&self, id: NodeId) -> Option<&str> {
        match &self.follow(id)?.1.kind {
            NodeKind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// The pairs of a mapping, aliases followed; empty for anything else.
    pub(crate) fn pairs(&self, id: NodeId) -> &[Pair] {
        match self.follow(id).map(|(_, node)| &node.kind) {
            Some(NodeKind::Mapping(pairs, _)) => pairs,
            _ => &[],
        }
    }

    /// The value under a key of a mapping (the last one, where a key is given twice).
    pub(crate) fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.pairs(id).iter().rev().find(|pair| self.text(pair.key) == Some(key)).map(|pair| pair.value)
    }
}
