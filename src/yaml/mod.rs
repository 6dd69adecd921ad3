//! YAML: text to an arena of nodes that keeps spans, comments, styles, tags and anchors.

pub(crate) mod edit;
mod parse;
mod problem;
mod scalar;
mod tree;
mod trees;
mod unclosed;

pub use parse::parse;
pub(crate) use problem::SyntaxProblem;
pub(crate) use problem::{SyntaxCause, SyntaxKind};
pub(crate) use scalar::{ResolvedScalar, resolve_plain};
pub use tree::Comment;
pub(crate) use tree::{Node, NodeKind, Pair, ScalarStyle, Text, Tree};
pub(crate) use trees::Parsed;
pub use trees::Trees;
