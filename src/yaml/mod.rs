//! YAML: text to an arena of nodes that keeps spans, comments, styles, tags and anchors.

mod parse;
mod scalar;
mod tree;
mod trees;

pub use parse::parse;
pub use scalar::{Resolved, resolve_plain};
pub use tree::{Comment, Habits, Node, NodeKind, Pair, ScalarStyle, Text, Tree};
pub use trees::Trees;
