//! The text of any file with its lines: that of the editor, or that of the disk.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::EditorWorld;
use crate::lsp::documents::OpenDocument;
use crate::lsp::position::{Encoding, Lines, Page};
use crate::source::SourceFile;

/// A file that is not open.
pub(super) struct Owned {
    file: Arc<SourceFile>,
    lines: Lines,
}

/// A file to find places in.
pub(in crate::lsp) enum Paper<'a> {
    /// An open document.
    Open(&'a OpenDocument, Encoding),
    /// Another file.
    Disk(DiskPaper),
}

/// A file that is not open, and how its columns are counted.
pub(in crate::lsp) struct DiskPaper(Rc<Owned>, Encoding);

impl Paper<'_> {
    pub(in crate::lsp) fn page(&self) -> Page<'_> {
        match self {
            Paper::Open(document, encoding) => document.page(*encoding),
            Paper::Disk(DiskPaper(owned, encoding)) => {
                Page { text: &owned.file.text, lines: &owned.lines, encoding: *encoding }
            }
        }
    }
}

impl EditorWorld {
    /// A file, if it can be read.
    pub(in crate::lsp) fn paper(&self, path: &Path) -> Option<Paper<'_>> {
        if let Some(document) = self.documents.get(path) {
            return Some(Paper::Open(document, self.encoding));
        }
        let mut papers = self.papers.borrow_mut();
        let owned = papers.entry(path.to_path_buf()).or_insert_with(|| {
            let file = self.sources.file(self.sources.load(path).ok()?);
            let lines = Lines::new(&file.text);
            Some(Rc::new(Owned { file, lines }))
        });
        owned.clone().map(|owned| Paper::Disk(DiskPaper(owned, self.encoding)))
    }
}
