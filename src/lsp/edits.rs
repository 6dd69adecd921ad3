//! Changes of files as an editor applies them: to its buffers where they are open, otherwise on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CreateFile, DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, WorkspaceEdit,
};
use similar::{DiffOp, TextDiff};

use super::client::Client;
use super::issues::{Correction, TextReplacement};
use super::position::Lines;
use super::uri::uri_of;
use super::world::EditorWorld;

/// An edit of one or more files; `None` where the editor cannot create a file that it needs, or a file cannot be read.
pub(super) fn workspace_edit(
    replacements: &[TextReplacement],
    creates: &[(PathBuf, String)],
    world: &EditorWorld,
    client: &Client,
) -> Option<WorkspaceEdit> {
    let mut by_path: BTreeMap<&Path, Vec<TextEdit>> = BTreeMap::new();
    for one in replacements {
        let range = world.paper(&one.path)?.page().range(one.stretch);
        by_path.entry(&one.path).or_default().push(TextEdit { range, new_text: one.text.clone() });
    }
    if !client.document_changes {
        if !creates.is_empty() {
            return None;
        }
        let changes = by_path.into_iter().map(|(path, edits)| (world.uri(path), edits)).collect();
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let mut changes = Vec::new();
    for (path, text) in creates {
        if !client.creates_files {
            return None;
        }
        changes.push(DocumentChange::CreateFile(CreateFile::new(uri_of(path), None, None)));
        let edit = TextEdit { new_text: text.clone(), ..TextEdit::default() };
        changes.push(document_edit(path, vec![edit], world));
    }
    changes.extend(by_path.into_iter().map(|(path, edits)| document_edit(path, edits, world)));
    Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
}

fn document_edit(path: &Path, edits: Vec<TextEdit>, world: &EditorWorld) -> DocumentChange {
    let text_document = OptionalVersionedTextDocumentIdentifier {
        version: world.by_path(path).map(|document| document.version),
        text_document_identifier: TextDocumentIdentifier { uri: world.uri(path) },
    };
    let edits = edits.into_iter().map(Edit::TextEdit).collect();
    DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits })
}

/// A fix as an edit.
pub(super) fn of_correction(correction: &Correction, world: &EditorWorld, client: &Client) -> Option<WorkspaceEdit> {
    workspace_edit(&correction.edits, &correction.creates, world, client)
}

/// The lines that turn one text into another.
pub(super) fn difference(path: &Path, before: &str, after: &str) -> Vec<TextReplacement> {
    let diff = TextDiff::from_lines(before, after);
    let (old, new) = (Lines::new(before), Lines::new(after));
    let ranges = |lines: &Lines, text: &str, range: std::ops::Range<usize>| {
        let byte = |line: usize| lines.start(line as u32).unwrap_or(text.len());
        (byte(range.start), byte(range.end))
    };
    let changed = diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let replacements = changed.map(|op| {
        let (start, end) = ranges(&old, before, op.old_range());
        let (from, to) = ranges(&new, after, op.new_range());
        let (old, new) = (before.get(start..end).unwrap_or_default(), after.get(from..to).unwrap_or_default());
        let (head, tail) = shared(old, new);
        TextReplacement {
            path: path.to_path_buf(),
            stretch: ((start + head) as u32, (end - tail) as u32),
            text: new.get(head..new.len() - tail).unwrap_or_default().to_owned(),
        }
    });
    replacements.collect()
}

/// How many bytes two texts share at the start, and then at the end: what does not change is not written again.
fn shared(one: &str, other: &str) -> (usize, usize) {
    let head: usize =
        one.chars().zip(other.chars()).take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum();
    let (one, other) = (one.get(head..).unwrap_or_default(), other.get(head..).unwrap_or_default());
    let ends = one.chars().rev().zip(other.chars().rev());
    (head, ends.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_are_replaced() {
        let (before, after) = ("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n");
        let found = difference(Path::new("/x"), before, after);
        let made: Vec<_> = found.iter().map(|one| (one.stretch, one.text.as_str())).collect();
        assert_eq!(made, [((2, 3), "B"), ((8, 8), "e\n")]);
        assert_eq!(shared("aXbc", "aYYbc"), (1, 2));
        assert_eq!(shared("aa", "aaa"), (2, 0));
    }
}
