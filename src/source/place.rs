//! A node of a file, and the bytes of it that are meant.

use super::{FileId, NodeId, Span};

/// A node of a file and the bytes in it that are meant: the whole node, or the part of a scalar that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The bytes.
    pub span: Span,
    /// The node they belong to, in the tree (or the list of entries) of that file.
    pub(crate) node: NodeId,
}

impl Place {
    /// The start of the first file that was loaded: for what no file can be pointed at.
    pub(crate) fn start() -> Place {
        Place { span: Span { file: FileId::default(), start: 0, end: 0 }, node: NodeId::new(0) }
    }
}
