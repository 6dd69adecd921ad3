//! Completion: what may stand where the cursor is.

mod candidate;
mod cursor;
mod env;
mod images;
mod keys;
mod names;
mod paths;
mod place;
mod values;
mod variables;

use gen_lsp_types::{CompletionList, CompletionParams};

use super::dispatch::{Cx, DocumentPlace};
use candidate::{CompletionCandidate, item};
use cursor::{CursorRole, cursor};
use place::CompletionPlace;

/// What may stand at a place.
pub(super) fn complete(cx: Cx<'_>, params: CompletionParams) -> Option<CompletionList> {
    let at = cx.at(&params.text_document_position_params)?;
    let (start, found) = match at.document.is_compose() {
        true => in_compose(at)?,
        false => env::complete(at)?,
    };
    let mut items = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (index, candidate) in found.into_iter().enumerate() {
        if !seen.contains(&candidate.label) {
            seen.push(candidate.label.clone());
            items.push(item(candidate, (start, at.offset), index, at));
        }
    }
    Some(CompletionList { is_incomplete: true, items, ..CompletionList::default() })
}

/// The variables that may stand in a block scalar.
fn in_script(at: DocumentPlace<'_>) -> Option<(usize, Vec<CompletionCandidate>)> {
    let line = at.document.text.get(..at.offset)?.rsplit('\n').next()?;
    if line.contains('#') { None } else { variables::complete(at, line) }
}

/// What may stand at a place of a Compose file, and where what is typed starts.
fn in_compose(at: DocumentPlace<'_>) -> Option<(usize, Vec<CompletionCandidate>)> {
    let Some(cursor) = cursor(&at.document.text, at.offset) else { return in_script(at) };
    let typed = at.document.text.get(cursor.start..at.offset)?;
    if let Some(found) = variables::complete(at, typed) {
        return Some(found);
    }
    if cursor.role != CursorRole::Key && typed.starts_with('*') {
        return Some((cursor.start, names::aliases(at)));
    }
    let start = cursor.start;
    let place = CompletionPlace::new(at, cursor, typed);
    let mut found = Vec::new();
    match place.cursor.role {
        CursorRole::Key => {
            found.extend(names::keys(&place));
            found.extend(images::keys(&place));
            found.extend(keys::keys(&place));
        }
        CursorRole::Value => found.extend(values::values(&place)),
        CursorRole::Item => {
            found.extend(values::values(&place));
            found.extend(images::keys(&place));
            found.extend(keys::keys(&place));
        }
    }
    Some((start, found))
}
