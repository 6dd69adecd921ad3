//! What is hidden in each file of a run, computed when a file is first needed.

use std::sync::{Arc, PoisonError, RwLock};

use super::documents::{HiddenSpans, hidden_in, is_yaml};
use super::known::tails;
use super::text::holds_secret;
use crate::collections::HashMap;
use crate::source::{FileId, NodeId, SourceDb, Span};
use crate::yaml::{NodeKind, Tree, Trees};

/// A secret shorter than this is not looked for in what a fix writes, in bytes: too many words would hold it.
const LEAST_SOUGHT: usize = 4;

/// What is hidden, by file. A value of the file's text alone.
#[derive(Debug, Default)]
pub struct Masks {
    known: RwLock<HashMap<FileId, Arc<HiddenSpans>>>,
}

impl Masks {
    /// Forgets a file whose text is gone.
    pub(crate) fn forget(&self, id: FileId) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// What is hidden of a file.
    pub(crate) fn hidden_in(&self, sources: &SourceDb, trees: &Trees, id: FileId) -> Arc<HiddenSpans> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Arc::clone(known);
        }
        let file = sources.file(id);
        let tree = (is_yaml(&file.path) || trees.has(id)).then(|| trees.get(sources, id));
        // An env file, read as YAML, is one long word.
        let tree = tree.as_ref().map(|parsed| &parsed.0).filter(|tree| is_yaml(&file.path) || has_keys(tree));
        let hidden = hidden_in(&file.path, &file.text, tree);
        let hidden = Arc::new(hidden);
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(id).or_insert(hidden))
    }

    /// Whether text that replaces a stretch of a file would show a secret: one of its own, or one of the file.
    pub(crate) fn is_shown_by(&self, sources: &SourceDb, trees: &Trees, span: Span, text: &str) -> bool {
        if holds_secret(text) {
            return true;
        }
        let hidden = self.hidden_in(sources, trees, span.file);
        let mut values = hidden.values.iter().map(|value| value.trim());
        let is_whole = |secret: &str| secret.len() >= LEAST_SOUGHT && text.contains(secret);
        let has_tail = |secret: &str| tails(secret).iter().any(|tail| text.contains(&format!("${{{tail}")));
        values.any(|secret| is_whole(secret) || has_tail(secret))
    }
}

/// Whether a document is a mapping or a list.
fn has_keys(tree: &Tree) -> bool {
    let root = |id: &NodeId| tree.node(*id).map(|node| &node.kind);
    tree.documents.iter().any(|id| matches!(root(id), Some(NodeKind::Mapping(..) | NodeKind::Sequence(..))))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn an_env_file_that_is_read_as_yaml_shows_its_names() {
        let sources = SourceDb::new();
        let text = "DB_PASSWORD=hunter2\nDB_NAME=shop\n";
        let file = sources.overlay(Path::new("/p/db.env"), text.to_owned());
        let (trees, masks) = (Trees::default(), Masks::default());
        trees.get(&sources, file);
        let value = 12..19;
        assert_eq!(masks.hidden_in(&sources, &trees, file).ranges, [value]);
    }

    #[test]
    fn an_edit_that_brings_a_secret_in_is_known() {
        let sources = SourceDb::new();
        let text = "DB_PASSWORD: hunter2\nport: 5432\n";
        let file = sources.overlay(Path::new("/p/compose.yaml"), text.to_owned());
        let (trees, masks) = (Trees::default(), Masks::default());
        let span = Span { file, start: 0, end: 20 };
        let shows = |text: &str| masks.is_shown_by(&sources, &trees, span, text);
        assert!(shows("- \"hunter2\""));
        assert!(shows("TOKEN=abc"));
        assert!(!shows("DB_PASSWORD: ${DB_PASSWORD:?}"));
        assert!(!shows("\"127.0.0.1:5432:5432\""));
    }
}
