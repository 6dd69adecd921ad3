//! Moves an entry up one level.

use super::Edit;
use super::Files;
use super::file::{EnclosingCollection, Slot};
use crate::source::Place;

/// Puts the only entry of a mapping (by the place of its key) next to the key of that mapping, which gets a word in its
/// stead: `external: {name: a}` becomes `external: true` and `name: a`. `None` where the key is there already.
pub(crate) fn raise(files: Files<'_>, entry: Place, word: &str) -> Option<Vec<Edit>> {
    let open = files.open(entry.span.file)?;
    let path = open.path(entry.node)?;
    let [above @ .., EnclosingCollection { holder: outer, slot: Slot::Value(at) }, EnclosingCollection { holder, .. }] =
        path.as_slice()
    else {
        return None;
    };
    let node = open.node(*holder)?;
    let outer_path = [above, &[EnclosingCollection { holder: *outer, slot: Slot::Value(*at) }]].concat();
    if open.pairs(*holder).len() != 1
        || node.tag().is_some()
        || node.anchor().is_some()
        || open.is_shared(*holder, &outer_path)
        || open.tree().get(*outer, open.tree().text(entry.node)?).is_some()
    {
        return None;
    }
    let (start, end) = (open.entry_start(*holder, 0)?, open.entry_end(*holder, 0)?);
    let text = open.slice(start..end);
    let key = open.pairs(*outer).get(*at)?.key;
    let whole = open.start(*holder)..open.end(*holder);
    let is_one_line = !text.contains(['\n', '\r']) && open.comments(whole.clone()).is_empty();
    let outer_start = open.entry_start(*outer, *at)?;
    if !is_one_line {
        return None;
    }
    if open.is_flow(*outer) {
        return Some(vec![open.edit(whole, format!("{word}, {text}"))]);
    }
    if !open.begins_line(outer_start) {
        return None;
    }
    let indent = open.before(outer_start);
    if open.is_flow(*holder) {
        let line_break = open.line_break(outer_start);
        return Some(vec![open.edit(whole, format!("{word}{line_break}{indent}{text}"))]);
    }
    if !open.begins_line(start) {
        return None;
    }
    let colon = open.colon(key)?;
    Some(vec![open.insertion(colon + 1, format!(" {word}")), open.edit(open.line_start(start)..start, indent)])
}
