//! Removes entries. Their comments stay, on separate lines.

use std::ops::Range;

use super::Edit;
use super::Files;
use super::file::{EditableFile, EnclosingCollection, Slot};
use crate::source::NodeId;
use crate::source::Place;
use crate::yaml::NodeKind;

/// Removes an entry of a mapping (by the place of its key or of its value) or an item of a sequence. Comments on its
/// lines stay on lines of their own. With the last entry of a list, or of a section at top level, the key of the list goes
/// too; elsewhere `[]` or `{}` stays behind.
pub(crate) fn remove(files: Files<'_>, place: Place) -> Option<Vec<Edit>> {
    let open = files.open(place.span.file)?;
    remove_node(&open, place.node).map(|edit| vec![edit])
}

fn remove_node(open: &EditableFile, id: NodeId) -> Option<Edit> {
    let path = open.path(id)?;
    let (around, outer) = path.split_last()?;
    if open.is_shared(around.holder, outer) || open.is_needed_elsewhere(entry_nodes(open, around)?) {
        return None;
    }
    let count = open.pairs(around.holder).len().max(open.items(around.holder).len());
    if count == 1 {
        return last_one(open, around.holder, outer);
    }
    let index = around.slot.index();
    if open.is_flow(around.holder) {
        from_flow(open, around.holder, index, count)
    } else {
        from_block(open, around.holder, index, count)
    }
}

/// The nodes of an entry, its key among them.
fn entry_nodes(open: &EditableFile, around: &EnclosingCollection) -> Option<Range<usize>> {
    let index = around.slot.index();
    let (first, last) = match around.slot {
        Slot::Item(_) => {
            let item = *open.items(around.holder).get(index)?;
            (item, item)
        }
        Slot::Key(_) | Slot::Value(_) => {
            let pair = open.pairs(around.holder).get(index)?;
            (pair.key, pair.value)
        }
    };
    Some(first.index()..open.subtree_end(last))
}

fn from_block(open: &EditableFile, holder: NodeId, index: usize, count: usize) -> Option<Edit> {
    let (start, end) = (open.entry_start(holder, index)?, open.entry_end(holder, index)?);
    if open.begins_line(start) {
        return Some(lines(open, start, end));
    }
    // The first entry of a mapping comes after a dash: the next one takes its place.
    let next = (index == 0 && count > 1).then(|| open.entry_start(holder, 1)).flatten()?;
    if open.comments(start..next).is_empty() {
        return Some(open.edit(start..next, ""));
    }
    let behind = open.slice(end..next);
    let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    open.comments(start..end).is_empty().then(|| open.edit(start..end + blanks, ""))
}

/// Whole lines go; comments on them stay.
fn lines(open: &EditableFile, start: usize, end: usize) -> Edit {
    let text = open.text();
    let indent = open.before(start).to_owned();
    let (from, mut to) = (open.line_start(start), open.next_line(end));
    let line_break = open.line_break(start);
    let comments = open.comments(from..to);
    let unended = !text.ends_with('\n') && to == text.len();
    if unended && comments.is_empty() {
        // The line before becomes the last one, and stays without a break, whatever blank lines stood between.
        let before = open.slice(0..from).trim_end_matches(['\n', '\r']);
        return open.edit(before.len().max(open.text_start())..to, "");
    }
    let mut kept: Vec<String> = comments.into_iter().map(|comment| format!("{indent}{comment}")).collect();
    if !unended && !kept.is_empty() {
        kept.push(String::new());
    }
    if kept.is_empty() && is_blank_before(open, from) {
        // One blank line between what is left is enough.
        while to < text.len() && open.slice(to..open.line_end(to)).trim().is_empty() {
            to = open.next_line(to);
        }
    }
    open.edit(from..to, kept.join(line_break))
}

fn is_blank_before(open: &EditableFile, from: usize) -> bool {
    let before = open.slice(open.text_start()..from);
    before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n")
}

fn from_flow(open: &EditableFile, holder: NodeId, index: usize, count: usize) -> Option<Edit> {
    let range = if index + 1 < count {
        open.entry_start(holder, index)?..open.entry_start(holder, index + 1)?
    } else {
        open.entry_end(holder, index.checked_sub(1)?)?..open.entry_end(holder, index)?
    };
    // Without a blank the colon of a key without a value would be a part of the key.
    let left = if open.slice(0..range.start).ends_with(':') { " " } else { "" };
    open.comments(range.clone()).is_empty().then(|| open.edit(range, left))
}

/// The only entry of a collection.
fn last_one(open: &EditableFile, holder: NodeId, outer: &[EnclosingCollection]) -> Option<Edit> {
    let node = open.node(holder)?;
    let bare = node.tag().is_none() && node.anchor().is_none();
    let is_list = matches!(node.kind, NodeKind::Sequence(..));
    if let Some(EnclosingCollection { holder: parent, slot: Slot::Value(at) }) = outer.last()
        && bare
        && (is_list || outer.len() == 1)
        && open.pairs(*parent).len() > 1
    {
        return remove_node(open, open.pairs(*parent).get(*at)?.key);
    }
    let nothing = if is_list { "[]" } else { "{}" };
    if outer.is_empty() {
        return None;
    }
    if open.is_flow(holder) {
        let range = node.start as usize..node.end as usize;
        return open.comments(range.clone()).is_empty().then(|| open.edit(range, nothing));
    }
    let (start, end) = (open.entry_start(holder, 0)?, open.entry_end(holder, 0)?);
    let before = open.slice(0..start).trim_end().len();
    // A comment between the key and its first entry would swallow what is written behind it.
    let clear = open.comments(open.line_start(before)..end).is_empty();
    clear.then(|| open.edit(before..end, format!(" {nothing}")))
}
