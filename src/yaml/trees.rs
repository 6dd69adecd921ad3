//! The syntax tree of each loaded file, parsed once.

use std::sync::{Arc, PoisonError, RwLock};

use super::{SyntaxProblem, Tree, parse};
use crate::collections::HashMap;
use crate::source::{FileId, SourceDb};

/// A file's tree and what was wrong with its syntax.
pub(crate) type Parsed = (Tree, Vec<SyntaxProblem>);

/// Trees by file; a tree is a value of its file's text, so it never changes.
#[derive(Debug, Default)]
pub struct Trees {
    parsed: RwLock<HashMap<FileId, Arc<Parsed>>>,
}

impl Trees {
    /// Whether a file was read as YAML.
    pub(crate) fn has(&self, file: FileId) -> bool {
        self.parsed.read().unwrap_or_else(PoisonError::into_inner).contains_key(&file)
    }

    /// Keeps the tree that a text was read into before it had a number.
    pub(crate) fn keep(&self, file: FileId, (mut tree, mut problems): Parsed) {
        tree.file = file;
        problems.iter_mut().for_each(|problem| problem.at.span.file = file);
        self.parsed.write().unwrap_or_else(PoisonError::into_inner).insert(file, Arc::new((tree, problems)));
    }

    /// Forgets the tree of a file whose text is gone.
    pub(crate) fn forget(&self, file: FileId) {
        self.parsed.write().unwrap_or_else(PoisonError::into_inner).remove(&file);
    }

    /// The tree of a file.
    pub(crate) fn get(&self, sources: &SourceDb, file: FileId) -> Arc<Parsed> {
        if let Some(known) = self.parsed.read().unwrap_or_else(PoisonError::into_inner).get(&file) {
            return Arc::clone(known);
        }
        let parsed = Arc::new(parse(file, &sources.file(file).text));
        let mut all = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(file).or_insert(parsed))
    }
}
