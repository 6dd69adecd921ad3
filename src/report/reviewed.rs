//! The repository at a reviewed revision: later changes may not loosen the rules.

use std::path::{Path, PathBuf};

use crate::collections::HashMap;
use crate::source::SourceDb;
use crate::yaml::Trees;

/// The files of a revision.
#[derive(Debug, Default)]
pub struct Reviewed {
    pub(crate) sources: SourceDb,
    pub(crate) trees: Trees,
    /// Paths of then by those of now, where they differ.
    pub(crate) renamed: HashMap<PathBuf, PathBuf>,
    /// As it was asked for.
    pub(crate) revision: String,
    /// What the configuration of now would loosen, a line for each.
    pub(crate) notes: Vec<String>,
}

impl Reviewed {
    /// Where a file of now was.
    pub(crate) fn path<'a>(&'a self, now: &'a Path) -> &'a Path {
        self.renamed.get(now).map_or(now, PathBuf::as_path)
    }

    /// A note on something that was not there.
    pub(crate) fn note(&self, what: &str) -> String {
        format!("{what}: not at `{}`, so it has no effect", self.revision)
    }
}
