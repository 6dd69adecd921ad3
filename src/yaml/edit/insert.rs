//! Inserts entries in the style of the file around them.

use super::Edit;
use super::Files;
use super::file::{EditableFile, EnclosingCollection, Slot};
use super::scalar::{replace, write_word};
use super::write::{Content, EntryForm, ScalarPosition, entry, flat, flat_entry, item, scalar};
use crate::source::NodeId;
use crate::source::Place;
use crate::yaml::{NodeKind, ScalarStyle};

/// Adds an entry to a mapping, given by its place or by the place of its key; a key without a value gets the mapping.
/// `None` where the mapping has the key, or a merge key adds it.
pub(crate) fn add_entry(files: Files<'_>, at: Place, key: &str, content: &Content) -> Option<Vec<Edit>> {
    let open = files.open(at.span.file)?;
    let holder = open.value_of(at.node)?;
    let path = editable(&open, holder)?;
    match &open.node(holder)?.kind {
        NodeKind::Mapping(..) if has_key(&open, holder, key) => None,
        NodeKind::Mapping(pairs, false) => {
            let column = open.column(open.entry_start(holder, 0)?);
            let last = pairs.len().checked_sub(1)?;
            block(&open, holder, last, column, &entry(key, content, column, form(&open, at)))
        }
        NodeKind::Mapping(pairs, true) => {
            let last = pairs.len().checked_sub(1);
            let written = flat_entry(key, content, form(&open, at));
            flow(&open, holder, last, &written).or_else(|| vacant(&open, holder, &path, &Child::Entry(key, content)))
        }
        NodeKind::Scalar(..) if open.is_null(holder) => vacant(&open, holder, &path, &Child::Entry(key, content)),
        _ => None,
    }
}

/// Adds an item to a sequence, given by its place or by the place of its key; a key without a value gets the sequence.
/// Text follows the quotes of the item before it.
pub(crate) fn add_item(files: Files<'_>, at: Place, content: &Content) -> Option<Vec<Edit>> {
    let open = files.open(at.span.file)?;
    let holder = open.value_of(at.node)?;
    let path = editable(&open, holder)?;
    match &open.node(holder)?.kind {
        NodeKind::Sequence(items, false) => {
            let last = items.len().checked_sub(1)?;
            let dash = open.dash(holder, 0)?;
            let column = open.column(dash);
            let behind = open.slice(dash + 1..open.line_end(dash));
            let blanks = behind.len() - behind.trim_start_matches(' ').len();
            let blanks = if behind.trim().is_empty() { 1 } else { blanks };
            let content = like_siblings(&open, items, content, ScalarPosition::Block);
            block(&open, holder, last, column, &item(&content, column, blanks, form(&open, at)))
        }
        NodeKind::Sequence(items, true) => {
            let content = like_siblings(&open, items, content, ScalarPosition::Flow);
            let written = flat(&content, form(&open, at), ScalarPosition::Flow);
            flow(&open, holder, items.len().checked_sub(1), &written)
                .or_else(|| vacant(&open, holder, &path, &Child::Item(&content)))
        }
        NodeKind::Scalar(..) if open.is_null(holder) => vacant(&open, holder, &path, &Child::Item(content)),
        _ => None,
    }
}

/// Adds an item to the list under a key of a mapping (`volumes` of a service); the key comes with it where it is not
/// there yet.
pub(crate) fn add_to_list(files: Files<'_>, at: Place, key: &str, content: &Content) -> Option<Vec<Edit>> {
    let open = files.open(at.span.file)?;
    let mapping = open.value_of(at.node)?;
    match open.pairs(mapping).iter().find(|pair| open.tree().text(pair.key) == Some(key)) {
        Some(pair) => add_item(files, open.tree().place(pair.key), content),
        None => add_entry(files, at, key, &Content::List(vec![content.clone()])),
    }
}

/// Adds a name to the mapping or list of names at a place, or under the key at a place: `networks`, `depends_on`.
pub(crate) fn add_name(files: Files<'_>, at: Place, name: &str) -> Option<Vec<Edit>> {
    let open = files.open(at.span.file)?;
    match &open.node(open.value_of(at.node)?)?.kind {
        NodeKind::Mapping(..) => add_entry(files, at, name, &Content::Empty),
        _ => add_item(files, at, &Content::text(name)),
    }
}

/// Gives a key of a mapping this text or word: in the place of what it has, or as a new entry.
pub(crate) fn set_entry(files: Files<'_>, at: Place, key: &str, content: &Content) -> Option<Vec<Edit>> {
    let open = files.open(at.span.file)?;
    let mapping = open.value_of(at.node)?;
    match open.pairs(mapping).iter().find(|pair| open.tree().text(pair.key) == Some(key)) {
        Some(pair) => match content {
            Content::Text(text) => replace(files, open.tree().place(pair.value), text),
            Content::Word(word) => write_word(files, open.tree().place(pair.value), word),
            _ => None,
        },
        None => add_entry(files, at, key, content),
    }
}

/// Writes a mapping or list in the place of a scalar: the long form of `env_file: .env`.
pub(crate) fn expand(files: Files<'_>, place: Place, content: &Content) -> Option<Vec<Edit>> {
    let open = files.open(place.span.file)?;
    let path = editable(&open, place.node)?;
    let node = open.node(place.node)?;
    let block = matches!(node.kind, NodeKind::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded));
    let scalar = matches!(node.kind, NodeKind::Scalar(..)) && !block && node.tag().is_none() && node.anchor().is_none();
    let (start, end) = (node.start as usize, node.end as usize);
    if !scalar || start == end {
        return None;
    }
    let form = form(&open, place);
    if open.is_in_flow(&path) {
        return Some(vec![open.edit(start..end, flat(content, form, ScalarPosition::Flow))]);
    }
    let around = path.last()?;
    match around.slot {
        Slot::Item(index) => {
            let dash = open.dash(around.holder, index)?;
            let (column, blanks) = (open.column(dash), start.checked_sub(dash + 1)?);
            let same_line = !open.slice(dash..start).contains('\n');
            let written = item(content, column, blanks, form);
            same_line.then(|| vec![open.edit(dash..end, written)])
        }
        Slot::Value(index) => {
            let key = open.pairs(around.holder).get(index)?.key;
            let (colon, column) = (open.colon(key)?, open.column(open.entry_start(around.holder, index)?));
            let written = entry("k", content, column, form);
            let same_line = !open.slice(colon..start).contains('\n');
            same_line.then(|| vec![open.edit(colon + 1..end, written.strip_prefix("k:").unwrap_or(&written))])
        }
        Slot::Key(_) => None,
    }
}

/// Writes a mapping or list in the place of the value of a key of the mapping at a place, or under the key at a place: a
/// list on one line, a mapping in block style. `None` where the value has comments.
pub(crate) fn overwrite(files: Files<'_>, at: Place, key: &str, content: &Content) -> Option<Vec<Edit>> {
    let open = files.open(at.span.file)?;
    let mapping = open.value_of(at.node)?;
    let index = open.pairs(mapping).iter().position(|pair| open.tree().text(pair.key) == Some(key))?;
    let pair = open.pairs(mapping).get(index)?;
    let path = editable(&open, pair.value)?;
    let node = open.node(pair.value)?;
    let (colon, end) = (open.colon(pair.key)?, open.entry_end(mapping, index)?);
    let inner = pair.key.index() + 1..open.subtree_end(pair.value);
    let is_plain = node.tag().is_none() && node.anchor().is_none() && !open.is_needed_elsewhere(inner);
    if !is_plain || end <= colon || !open.comments(colon + 1..end).is_empty() {
        return None;
    }
    let form = form(&open, at);
    let is_flow = open.is_in_flow(&path) || matches!(content, Content::List(_));
    if is_flow {
        return Some(vec![open.edit(colon + 1..end, format!(" {}", flat(content, form, ScalarPosition::Flow)))]);
    }
    let written = entry("k", content, open.column(open.entry_start(mapping, index)?), form);
    Some(vec![open.edit(colon + 1..end, written.strip_prefix("k:").unwrap_or(&written))])
}

/// Adds an entry to a section at top level (`volumes`, `networks`) of the file that a place is in; the section comes with
/// it where there is none. No edits where the section has the entry.
pub(crate) fn add_to_section(
    files: Files<'_>,
    at: Place,
    section: &str,
    name: &str,
    content: &Content,
) -> Option<Vec<Edit>> {
    let open = files.open(at.span.file)?;
    let root = open.root(at.node)?;
    match open.pairs(root).iter().find(|pair| open.tree().text(pair.key) == Some(section)) {
        Some(pair) if open.tree().get(pair.value, name).is_some() => Some(Vec::new()),
        Some(pair) => add_entry(files, open.tree().place(pair.key), name, content),
        None => {
            let content = Content::Map(vec![(name.to_owned(), content.clone())]);
            let mut edits = add_entry(files, open.tree().place(root), section, &content)?;
            if let (Some(edit), true) = (edits.first_mut(), separates_sections(&open, root)) {
                edit.text.insert_str(0, open.line_break(edit.span.start as usize));
            }
            Some(edits)
        }
    }
}

/// Whether a collection may grow: it is nowhere else.
fn editable(open: &EditableFile, holder: NodeId) -> Option<Vec<EnclosingCollection>> {
    let path = open.path(holder)?;
    (!open.is_shared(holder, &path)).then_some(path)
}

fn has_key(open: &EditableFile, mapping: NodeId, key: &str) -> bool {
    open.pairs(mapping).iter().any(|pair| match open.tree().text(pair.key) {
        Some("<<") => {
            let brings = |id: NodeId| open.tree().get(id, key).is_some();
            let listed = open.tree().follow(pair.value).map(|(id, _)| open.items(id)).unwrap_or(&[]);
            brings(pair.value) || listed.iter().any(|one| brings(*one))
        }
        Some(name) => name == key,
        None => false,
    })
}

pub(super) fn form(open: &EditableFile, at: Place) -> EntryForm {
    EntryForm {
        step: open.step(),
        list_step: open.list_step(),
        quotes: open.quote_style(),
        usual: usual_style(open, at),
        line_break: open.line_break(at.span.start as usize),
    }
}

/// In JSON all text is in quotes.
fn usual_style(open: &EditableFile, at: Place) -> ScalarStyle {
    let root = open.root(at.node);
    let is_flow =
        root.and_then(|root| open.node(root)).is_some_and(|root| matches!(root.kind, NodeKind::Mapping(_, true)));
    let first = root.and_then(|root| open.node(open.pairs(root).first()?.key)).map(|key| &key.kind);
    match first {
        Some(NodeKind::Scalar(_, ScalarStyle::DoubleQuoted)) if is_flow => ScalarStyle::DoubleQuoted,
        _ => ScalarStyle::Plain,
    }
}

/// Text in quotes where the last item of the list is.
fn like_siblings(open: &EditableFile, items: &[NodeId], content: &Content, position: ScalarPosition) -> Content {
    let style = items.iter().rev().find_map(|one| match open.node(*one).map(|node| &node.kind) {
        Some(NodeKind::Scalar(_, style)) => Some(*style),
        _ => None,
    });
    match (content, style) {
        (Content::Text(text), Some(style @ (ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted))) => {
            Content::Word(scalar(text, style, style, position))
        }
        _ => content.clone(),
    }
}

/// Puts lines behind the last entry of a block collection, and behind the comments that belong to it.
fn block(open: &EditableFile, holder: NodeId, last: usize, column: usize, written: &str) -> Option<Vec<Edit>> {
    let mut at = open.line_end(open.entry_end(holder, last)?);
    if let Some(node) = last_block_scalar(open, holder) {
        let header = open.slice(0..open.start(node)).rfind(['|', '>'])?;
        let header = open.slice(header..open.line_end(header));
        if !open.text().ends_with('\n') && open.line_end(at) == open.text().len() && !header.contains('-') {
            return None;
        }
        if header.contains('+') {
            at = open.slice(0..open.node(node)?.end as usize).strip_suffix('\n')?.trim_end_matches('\r').len();
        }
    }
    let at = behind_comments(open, at, column);
    let line_break = open.line_break(at);
    Some(vec![open.insertion(at, format!("{line_break}{}{written}", " ".repeat(column)))])
}

/// Comments that are indented deeper than the entries belong to the last one.
fn behind_comments(open: &EditableFile, mut at: usize, column: usize) -> usize {
    let mut line = open.next_line(at);
    while line > at && line < open.text().len() {
        let end = open.line_end(line);
        let text = open.slice(line..end);
        let indent = text.len() - text.trim_start().len();
        if text.trim_start().starts_with('#') && indent > column {
            at = end;
        } else if !text.trim().is_empty() {
            break;
        }
        let next = open.next_line(line);
        if next == line {
            break;
        }
        line = next;
    }
    at
}

/// The block scalar that a collection ends with.
fn last_block_scalar(open: &EditableFile, id: NodeId) -> Option<NodeId> {
    match &open.node(id)?.kind {
        NodeKind::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded) => Some(id),
        NodeKind::Sequence(items, false) => last_block_scalar(open, *items.last()?),
        NodeKind::Mapping(pairs, false) => last_block_scalar(open, pairs.last()?.value),
        _ => None,
    }
}

/// Puts an entry behind the last one of a flow collection; on a line of its own where they have such.
fn flow(open: &EditableFile, holder: NodeId, last: Option<usize>, written: &str) -> Option<Vec<Edit>> {
    let last = last?;
    let end = open.entry_end(holder, last)?;
    let start = open.entry_start(holder, last)?;
    // Without a blank the colon of a key without a value would be a part of the key.
    let blank = if open.slice(0..end).ends_with(':') { " " } else { "" };
    let comma = open.skip(end);
    let has_comma = open.slice(comma..open.text().len()).starts_with(',');
    if !open.begins_line(start) {
        return Some(vec![open.insertion(end, format!("{blank}, {written}"))]);
    }
    let line_break = open.line_break(start);
    let indent = open.before(start);
    if has_comma {
        let at = open.line_end(comma);
        return Some(vec![open.insertion(at, format!("{line_break}{indent}{written},"))]);
    }
    let at = open.line_end(end);
    let closes = open.node(holder).is_some_and(|node| node.end as usize <= at);
    if closes {
        return Some(vec![open.insertion(end, format!("{blank},{line_break}{indent}{written}"))]);
    }
    let added = format!("{line_break}{indent}{written}");
    if at == end {
        return Some(vec![open.insertion(end, format!("{blank},{added}"))]);
    }
    Some(vec![open.insertion(end, format!("{blank},")), open.insertion(at, added)])
}

/// What is to be where nothing is yet.
enum Child<'a> {
    Entry(&'a str, &'a Content),
    Item(&'a Content),
}

/// Writes the first entry of a mapping or sequence: under a key without a value, or in the place of `{}` and `[]`.
fn vacant(open: &EditableFile, holder: NodeId, path: &[EnclosingCollection], child: &Child<'_>) -> Option<Vec<Edit>> {
    let node = open.node(holder)?;
    let place = open.tree().place(holder);
    let form = form(open, place);
    let (start, end) = (node.start as usize, node.end as usize);
    if open.is_in_flow(path) {
        let inner = match child {
            Child::Entry(key, content) => format!("{{ {} }}", flat_entry(key, content, form)),
            Child::Item(content) => format!("[{}]", flat(content, form, ScalarPosition::Flow)),
        };
        let fits = start < end && open.comments(start..end).is_empty();
        return fits.then(|| vec![open.edit(start..end, inner)]);
    }
    if node.tag().is_some() || node.anchor().is_some() || !open.comments(start..end).is_empty() {
        return None;
    }
    let Some(EnclosingCollection { holder: parent, slot: Slot::Value(index) }) = path.last() else { return None };
    let key = open.start(open.pairs(*parent).get(*index)?.key);
    let colon = open.colon(open.pairs(*parent).get(*index)?.key)?;
    let column = open.column(open.entry_start(*parent, *index)?);
    let (column, written) = match child {
        Child::Entry(key, content) => (column + form.step, entry(key, content, column + form.step, form)),
        Child::Item(content) => (column + form.list_step, item(content, column + form.list_step, 1, form)),
    };
    let at = open.line_end(end.max(colon + 1));
    let line_break = open.line_break(key);
    let added = open.insertion(at, format!("{line_break}{}{written}", " ".repeat(column)));
    if start == end {
        return Some(vec![added]);
    }
    let gap = open.slice(colon + 1..start);
    let same_line = !gap.contains('\n');
    same_line.then(|| {
        if at == end { vec![open.edit(colon + 1..end, added.text)] } else { vec![open.edit(colon + 1..end, ""), added] }
    })
}

/// Whether blank lines are between the sections of a file; of a file with one section, between the entries of that.
fn separates_sections(open: &EditableFile, root: NodeId) -> bool {
    let find_out = || match open.pairs(root) {
        [only] => separates(open, only.value),
        _ => separates(open, root),
    };
    if open.tree().documents.first() == Some(&root) {
        return *open.tree().habits.separates.get_or_init(find_out);
    }
    find_out()
}

fn separates(open: &EditableFile, mapping: NodeId) -> bool {
    (1..open.pairs(mapping).len()).any(|index| {
        let range = open.entry_end(mapping, index - 1).zip(open.entry_start(mapping, index));
        range.is_some_and(|(from, to)| {
            let between = open.slice(from..to);
            between.contains("\n\n") || between.contains("\n\r\n")
        })
    })
}
