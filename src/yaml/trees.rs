//! The syntax trees of loaded files: parsed when they are asked for, and kept for a while.

use std::sync::{Arc, PoisonError, RwLock};

use super::{SyntaxProblem, Tree, parse};
use crate::collections::{HashMap, HashSet};
use crate::source::{FileId, SourceDb};

/// A file's tree and what was wrong with its syntax.
pub(crate) type Parsed = (Tree, Vec<SyntaxProblem>);

/// How many nodes one generation of trees has: a few megabytes. What is asked for together, such as the files of a project
/// and those near it, has fewer.
const MOST_NODES: usize = 1 << 15;

/// Trees by file. A tree is a value of its file's text, so it never changes, and one that was dropped can be made again.
#[derive(Debug, Default)]
pub struct Trees {
    kept: RwLock<Kept>,
}

/// Two generations: a tree that is not asked for while others fill a generation is dropped with its own.
#[derive(Debug, Default)]
struct Kept {
    recent: HashMap<FileId, Arc<Parsed>>,
    /// How many nodes the recent trees have.
    nodes: usize,
    earlier: HashMap<FileId, Arc<Parsed>>,
    /// The files that were read as YAML.
    read: HashSet<FileId>,
}

impl Kept {
    fn add(&mut self, file: FileId, parsed: Arc<Parsed>) {
        let nodes = parsed.0.nodes.len();
        if self.nodes + nodes > MOST_NODES {
            self.earlier = std::mem::take(&mut self.recent);
            self.nodes = 0;
        }
        self.nodes += nodes;
        self.recent.insert(file, parsed);
        self.read.insert(file);
    }
}

impl Trees {
    /// Whether a file was read as YAML.
    pub(crate) fn has(&self, file: FileId) -> bool {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).read.contains(&file)
    }

    /// Keeps the tree that a text was read into before it had a number.
    pub(crate) fn keep(&self, file: FileId, (mut tree, mut problems): Parsed) {
        tree.file = file;
        problems.iter_mut().for_each(|problem| problem.at.span.file = file);
        self.kept.write().unwrap_or_else(PoisonError::into_inner).add(file, Arc::new((tree, problems)));
    }

    /// Forgets the tree of a file whose text is gone.
    pub(crate) fn forget(&self, file: FileId) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.earlier.remove(&file);
        kept.read.remove(&file);
        if let Some(gone) = kept.recent.remove(&file) {
            kept.nodes -= gone.0.nodes.len();
        }
    }

    /// The tree of a file.
    pub(crate) fn get(&self, sources: &SourceDb, file: FileId) -> Arc<Parsed> {
        if let Some(known) = self.kept.read().unwrap_or_else(PoisonError::into_inner).recent.get(&file) {
            return Arc::clone(known);
        }
        let earlier = self.kept.write().unwrap_or_else(PoisonError::into_inner).earlier.remove(&file);
        let parsed = earlier.unwrap_or_else(|| Arc::new(parse(file, &sources.file(file).text)));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.recent.get(&file) {
            return Arc::clone(known);
        }
        kept.add(file, Arc::clone(&parsed));
        parsed
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn trees_that_nobody_asks_for_are_dropped() {
        let sources = SourceDb::new();
        let large = format!("[{}]\n", "1,".repeat(MOST_NODES / 2));
        let files: Vec<FileId> =
            ["/a", "/b", "/c", "/d"].map(|path| sources.overlay(Path::new(path), large.clone())).to_vec();
        let trees = Trees::default();
        let made: Vec<_> = files.iter().map(|file| Arc::downgrade(&trees.get(&sources, *file))).collect();
        let [first, .., last] = made.as_slice() else { panic!("four trees") };
        assert!(first.upgrade().is_none() && last.upgrade().is_some());
        assert!(files.iter().all(|file| trees.has(*file)));
        assert_eq!(trees.get(&sources, files[0]).0.nodes.len(), MOST_NODES / 2 + 1);
        trees.forget(files[0]);
        assert!(!trees.has(files[0]));
    }
}
