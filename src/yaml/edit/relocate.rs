//! Moves entries, with the comments that belong to them.

use std::ops::Range;

use super::Edit;
use super::Files;
use super::file::{EditableFile, Slot};
use crate::source::NodeId;
use crate::source::Place;

/// Gives entries of a block collection a new order: keys of a mapping or items of a list, in the order that is wanted. The
/// places that they have now are filled anew; what is between them stays. The comments right above an entry go with it, and
/// so do those behind it that are indented deeper.
pub(crate) fn reorder(files: Files<'_>, wanted: &[Place]) -> Option<Vec<Edit>> {
    let first = wanted.first()?;
    let open = files.open(first.span.file)?;
    let found: Option<Vec<(NodeId, usize)>> = wanted.iter().map(|place| position(&open, place.node)).collect();
    let found = found?;
    let holder = found.first()?.0;
    let is_foreign = |place: &Place| place.span.file != first.span.file;
    if wanted.iter().any(is_foreign) || found.iter().any(|(other, _)| *other != holder) || open.is_flow(holder) {
        return None;
    }
    let indices: Vec<usize> = found.iter().map(|(_, index)| *index).collect();
    let mut slots = indices.clone();
    slots.sort_unstable();
    slots.dedup();
    let (from, to) = (*slots.first()?, *slots.last()?);
    if slots.len() != indices.len() || open.is_shared(holder, &open.path(holder)?) {
        return None;
    }
    let regions: Vec<Range<usize>> =
        (from..=to).map(|index| whole_region(&open, holder, index)).collect::<Option<_>>()?;
    // A comment between two entries may belong to either.
    let gaps = regions.iter().zip(regions.iter().skip(1)).map(|(one, next)| one.end..next.start);
    if gaps.into_iter().any(|gap| gap.start > gap.end || !open.slice(gap).trim().is_empty()) {
        return None;
    }
    let region = |index: usize| regions.get(index.checked_sub(from)?).cloned();
    let mut edits = Vec::new();
    for (slot, index) in slots.iter().zip(&indices) {
        let (place, moved) = (region(*slot)?, region(*index)?);
        if holds_anchor(&open, holder, *index) {
            return None;
        }
        let (old, text) = (open.slice(place.clone()), open.slice(moved));
        // Blank lines may be a part of such a text.
        if text.contains("|+") || text.contains(">+") {
            return None;
        }
        let line_break = if old.ends_with('\n') { open.line_break(place.start) } else { "" };
        let text = format!("{}{line_break}", text.trim_end_matches(['\n', '\r']));
        if text != old {
            edits.push(open.edit(place, text));
        }
    }
    Some(edits)
}

/// Whether an alias refers to something in an entry: what has an anchor stays before its aliases.
fn holds_anchor(open: &EditableFile, holder: NodeId, index: usize) -> bool {
    let (first, last) = match open.pairs(holder).get(index) {
        Some(pair) => (pair.key, pair.value),
        None => match open.items(holder).get(index) {
            Some(item) => (*item, *item),
            None => return true,
        },
    };
    open.is_needed_elsewhere(first.index()..open.subtree_end(last))
}

/// The keys of a mapping, or of the mapping under the key at a place, in the order of the file.
pub(crate) fn keys(files: Files<'_>, at: Place) -> Vec<(String, Place)> {
    let keys = || {
        let open = files.open(at.span.file)?;
        let pairs = open.pairs(open.value_of(at.node)?);
        let key =
            |pair: &crate::yaml::Pair| Some((open.tree().text(pair.key)?.to_owned(), open.tree().place(pair.key)));
        Some(pairs.iter().filter_map(key).collect())
    };
    keys().unwrap_or_default()
}

/// The items of the list under the key at a place.
pub(crate) fn items(files: Files<'_>, at: Place) -> Vec<Place> {
    let items = || {
        let open = files.open(at.span.file)?;
        Some(open.items(open.value_of(at.node)?).iter().map(|item| open.tree().place(*item)).collect())
    };
    items().unwrap_or_default()
}

/// The lines of an entry with the comments that belong to it: those right above, and those behind that are indented deeper.
fn whole_region(open: &EditableFile, holder: NodeId, index: usize) -> Option<Range<usize>> {
    let own = region(open, holder, index)?;
    let indent = open.column(open.entry_start(holder, index)?);
    let next =
        index.checked_add(1).and_then(|next| region(open, holder, next)).map_or(open.text().len(), |next| next.start);
    let (mut end, mut at) = (own.end, own.end);
    while at < next {
        let line = open.slice(at..open.line_end(at));
        let text = line.trim_start();
        match text.starts_with('#') {
            true if line.len() - text.len() > indent => end = open.next_line(at),
            true => break,
            false if text.is_empty() => {}
            false => break,
        }
        at = open.next_line(at);
    }
    Some(own.start..end)
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
