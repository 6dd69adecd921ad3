//! Moves entries, with the comments that belong to them.

use std::ops::Range;

use super::Edit;
use super::Files;
use super::file::{EditableFile, Slot};
use crate::source::NodeId;
use crate::source::Place;

/// Moves an entry of a block collection before another one of the same collection, with the comments above it and
/// behind it. Each must be on lines of its own.
#[cfg_attr(not(test), expect(dead_code, reason = "for the fixes of the style rules"))]
pub(crate) fn move_before(files: Files<'_>, entry: Place, other: Place) -> Option<Vec<Edit>> {
    let open = files.open(entry.span.file)?;
    if entry.span.file != other.span.file {
        return None;
    }
    let ((holder, from), (other_holder, to)) = (position(&open, entry.node)?, position(&open, other.node)?);
    if holder != other_holder || from == to || open.is_flow(holder) {
        return None;
    }
    // An anchor must stay before its aliases.
    let anchors = open.tree().nodes.iter().any(|node| node.anchor().is_some());
    let path = open.path(holder)?;
    if anchors || open.is_shared(holder, &path) {
        return None;
    }
    let (moved, target) = (region(&open, holder, from)?, region(&open, holder, to)?);
    let text = open.slice(moved.clone());
    if text.ends_with('\n') {
        return Some(vec![open.edit(moved.clone(), ""), open.insertion(target.start, text)]);
    }
    // The last line of the file has no break, and the new last line gets none either.
    let line_break = open.line_break(moved.start);
    let before = open.slice(0..moved.start).strip_suffix(line_break)?.len();
    Some(vec![open.edit(before..moved.end, ""), open.insertion(target.start, format!("{text}{line_break}"))])
}

fn position(open: &EditableFile, id: NodeId) -> Option<(NodeId, usize)> {
    let path = open.path(id)?;
    let around = path.last()?;
    match around.slot {
        Slot::Key(index) | Slot::Item(index) => Some((around.holder, index)),
        Slot::Value(_) => None,
    }
}

/// The lines of an entry and of the comments right above it.
fn region(open: &EditableFile, holder: NodeId, index: usize) -> Option<Range<usize>> {
    let (start, end) = (open.entry_start(holder, index)?, open.entry_end(holder, index)?);
    if !open.begins_line(start) {
        return None;
    }
    let indent = open.before(start);
    let mut from = open.line_start(start);
    while let Some(above) = from.checked_sub(1).filter(|_| from > open.text_start()) {
        let line = open.line_start(above);
        let text = open.slice(line..above);
        if !text.strip_prefix(indent).is_some_and(|rest| rest.starts_with('#')) || line == from {
            break;
        }
        from = line;
    }
    Some(from..open.next_line(end))
}
