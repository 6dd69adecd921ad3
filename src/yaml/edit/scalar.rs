//! Replaces scalars, completely or in part, and quotes them.

use std::ops::Range;

use super::Edit;
use super::Files;
use super::file::{EditableFile, EnclosingCollection, Slot};
use super::write::{ScalarPosition, can_be_plain, escaped, plain_text, scalar};
use crate::source::Place;
use crate::source::{NodeId, Span};
use crate::yaml::{Node, NodeKind, ScalarStyle};

/// A scalar that can be edited, and where it is.
struct Target {
    open: EditableFile,
    id: NodeId,
    style: ScalarStyle,
    position: ScalarPosition,
}

impl Target {
    fn raw(&self) -> &str {
        self.open.slice(self.start()..self.end())
    }

    fn start(&self) -> usize {
        self.open.start(self.id)
    }

    fn end(&self) -> usize {
        self.open.node(self.id).map_or(0, |node| node.end as usize)
    }

    fn whole(&self, text: &str) -> Vec<Edit> {
        self.open.rewrite(self.start()..self.end(), text)
    }

    fn is_block(&self) -> bool {
        matches!(self.style, ScalarStyle::Literal | ScalarStyle::Folded)
    }
}

fn target(files: Files<'_>, place: Place) -> Option<Target> {
    let open = files.open(place.span.file)?;
    let path = open.path(place.node)?;
    let node = open.node(place.node)?;
    let inside = node.start <= place.span.start && place.span.end <= node.end;
    let NodeKind::Scalar(_, style) = node.kind else { return None };
    if !inside || open.is_shared(place.node, &path) {
        return None;
    }
    let position = match path.last() {
        _ if open.is_in_flow(&path) => ScalarPosition::Flow,
        Some(EnclosingCollection { slot: Slot::Key(_), .. }) => ScalarPosition::Key,
        _ => ScalarPosition::Block,
    };
    Some(Target { open, id: place.node, style, position })
}

/// Makes a scalar (a key, a value, an item) this text. It keeps its quotes; a plain one gets some where it needs them.
/// A block scalar is not replaced.
pub(crate) fn replace(files: Files<'_>, place: Place, text: &str) -> Option<Vec<Edit>> {
    let target = target(files, place)?;
    if target.is_block() || target.start() == target.end() {
        return None;
    }
    let written = scalar(text, target.style, target.open.quote_style(), target.position);
    Some(target.whole(&written))
}

/// Replaces a stretch of a scalar, which must be there verbatim: the bytes of the place go, these come. A plain
/// scalar gets quotes where it needs them now.
pub(crate) fn replace_part(files: Files<'_>, place: Place, text: &str) -> Option<Vec<Edit>> {
    let target = target(files, place)?;
    let (from, to) = (place.span.start as usize, place.span.end as usize);
    let control = text.contains(char::is_control);
    let quoted = matches!(target.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    if quoted && (from <= target.start() || to >= target.end()) {
        return (from == target.start() && to == target.end()).then(|| replace(files, place, text)).flatten();
    }
    let part = match target.style {
        ScalarStyle::DoubleQuoted => escaped(text),
        _ if control => return None,
        ScalarStyle::SingleQuoted => text.replace('\'', "''"),
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let inner = target.open.slice(from..to);
            let blank = inner.trim().is_empty() && from < to;
            let odd = inner.contains('\n') || blank || text.trim() != text || text.is_empty();
            (!odd).then(|| text.to_owned())?
        }
        ScalarStyle::Plain => return plain_part(&target, from, to, text),
    };
    Some(vec![target.open.edit(from..to, part)])
}

fn plain_part(target: &Target, from: usize, to: usize, text: &str) -> Option<Vec<Edit>> {
    let (start, end) = (target.start(), target.end());
    let whole = format!("{}{text}{}", target.open.slice(start..from), target.open.slice(to..end));
    if target.raw().contains('\n') {
        // On several lines only what cannot matter to YAML is exchanged.
        let tame = |text: &str| text.chars().all(|one| one.is_alphanumeric() || matches!(one, '.' | '-' | '_' | '/'));
        let keeps = !text.is_empty() && !text.starts_with('-') && tame(text);
        return keeps.then(|| vec![target.open.edit(from..to, text)]);
    }
    if can_be_plain(&whole, target.position) {
        return Some(vec![target.open.edit(from..to, text)]);
    }
    let quotes = target.open.quote_style();
    Some(target.whole(&scalar(&whole, quotes, quotes, target.position)))
}

/// Whether these bytes are at a place verbatim.
pub(crate) fn reads_as(files: Files<'_>, place: Place, text: &str) -> bool {
    files.sources.file(place.span.file).slice(place.span.start, place.span.end) == text
}

/// The same edits without the end of each text that they leave as it is.
pub(crate) fn without_what_stays(files: Files<'_>, edits: Vec<Edit>) -> Vec<Edit> {
    let shorten = |mut edit: Edit| {
        let file = files.sources.file(edit.span.file);
        let old = file.slice(edit.span.start, edit.span.end);
        let same = old.chars().rev().zip(edit.text.chars().rev()).take_while(|(one, other)| one == other);
        let length: usize = same.map(|(one, _)| one.len_utf8()).sum();
        edit.span.end -= length as u32;
        edit.text.truncate(edit.text.len() - length);
        edit
    };
    edits.into_iter().map(shorten).collect()
}

/// Replaces `old`, which is at a place verbatim, also in a file that is not YAML (an env file), where both are
/// plain words.
pub(crate) fn exchange(files: Files<'_>, place: Place, old: &str, new: &str) -> Option<Vec<Edit>> {
    if !reads_as(files, place, old) {
        return respell(files, place, old, new);
    }
    if is_mapping(files, place) {
        return replace_part(files, place, new);
    }
    let tame = |text: &str| text.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | '_'));
    (tame(old) && tame(new)).then(|| vec![Edit { span: place.span, text: new.to_owned() }])
}

fn is_mapping(files: Files<'_>, place: Place) -> bool {
    let tree = files.trees.get(files.sources, place.span.file);
    tree.0.broken || tree.0.documents.iter().any(|root| !tree.0.pairs(*root).is_empty())
}

/// Replaces the first `old` that is at a place, the quotes of a whole scalar left out.
pub(crate) fn replace_first(files: Files<'_>, place: Place, old: &str, new: &str) -> Option<Vec<Edit>> {
    let source = files.sources.file(place.span.file);
    let at = source.slice(place.span.start, place.span.end).find(old)? as u32 + place.span.start;
    let span = Span { start: at, end: at + old.len() as u32, ..place.span };
    replace_part(files, Place { span, ..place }, new)
}

/// Puts text before the text that is at a place, behind the opening quote of a whole scalar.
pub(crate) fn prefix(files: Files<'_>, place: Place, text: &str) -> Option<Vec<Edit>> {
    let target = target(files, place)?;
    let quoted = matches!(target.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let whole = place.span.start as usize == target.start();
    let start = place.span.start + u32::from(quoted && whole);
    replace_part(files, Place { span: Span { start, end: start, ..place.span }, ..place }, text)
}

/// Replaces a scalar that reads as `old` by a word that was meant: a key or a value with a spelling mistake.
pub(crate) fn respell(files: Files<'_>, place: Place, old: &str, new: &str) -> Option<Vec<Edit>> {
    let reads = target(files, place)?;
    let NodeKind::Scalar(text, _) = &reads.open.node(reads.id)?.kind else { return None };
    if text == old { replace(files, place, new) } else { None }
}

/// Puts quotes around a plain scalar, which becomes the text that is there.
pub(crate) fn quote(files: Files<'_>, place: Place) -> Option<Vec<Edit>> {
    let target = target(files, place)?;
    let raw = target.raw();
    if target.style != ScalarStyle::Plain || raw.is_empty() || raw.contains(['\n', '\r']) {
        return None;
    }
    let quotes = target.open.quote_style();
    Some(target.whole(&scalar(raw, quotes, quotes, target.position)))
}

/// Writes a word without quotes in the place of a scalar: `true`, `5`, `10s`.
pub(crate) fn write_word(files: Files<'_>, place: Place, word: &str) -> Option<Vec<Edit>> {
    let target = target(files, place)?;
    let fits = !target.is_block() && target.start() < target.end();
    (fits && plain_text(word, target.position).as_deref() == Some(word)).then(|| target.whole(word))
}

/// Makes a text of a list's entry in which YAML saw a mapping of one plain word: `a: b` becomes `a=b` for `=`.
pub(crate) fn join_entry(files: Files<'_>, item: Place, between: &str) -> Option<Vec<Edit>> {
    let entry = split_entry(files, item)?;
    let (key, value) = (entry.key, entry.value?);
    let whole = format!("{}{between}{}", entry.open.slice(key.clone()), entry.open.slice(value.clone()));
    plain_text(&whole, entry.position).filter(|text| *text == whole)?;
    Some(vec![entry.open.edit(key.end..value.start, between)])
}

/// The same with the whole entry in quotes: `a: b` becomes `"a: b"`.
pub(crate) fn quote_entry(files: Files<'_>, item: Place) -> Option<Vec<Edit>> {
    let entry = split_entry(files, item)?;
    let key = entry.key;
    let end = entry.value.map_or(entry.open.colon(entry.id)? + 1, |value| value.end);
    let raw = entry.open.slice(key.start..end);
    let quotes = entry.open.quote_style();
    let tame = !raw.contains(['"', '\'', '\\', '\n']);
    tame.then(|| entry.open.rewrite(key.start..end, &scalar(raw, quotes, quotes, entry.position)))
}

struct SplitEntry {
    open: EditableFile,
    /// The key's node.
    id: NodeId,
    key: Range<usize>,
    /// Nothing where the colon ends the entry.
    value: Option<Range<usize>>,
    position: ScalarPosition,
}

fn split_entry(files: Files<'_>, item: Place) -> Option<SplitEntry> {
    let open = files.open(item.span.file)?;
    let path = open.path(item.node)?;
    let [pair] = open.pairs(item.node) else { return None };
    let (key, value) = (open.node(pair.key)?, open.node(pair.value)?);
    let plain = |node: &Node| {
        let bare = node.tag().is_none() && node.anchor().is_none();
        bare && matches!(node.kind, NodeKind::Scalar(_, ScalarStyle::Plain))
    };
    let braces = open.slice(open.start(item.node)..open.text().len()).starts_with('{');
    let range = |node: &Node| node.start as usize..node.end as usize;
    let one_line = !open.slice(key.start as usize..open.entry_end(item.node, 0)?).contains('\n');
    if !plain(key) || !plain(value) || braces || !one_line || open.is_shared(item.node, &path) {
        return None;
    }
    let position = if open.is_in_flow(&path) { ScalarPosition::Flow } else { ScalarPosition::Block };
    let (key, value) = (range(key), Some(range(value)).filter(|value| value.start < value.end));
    Some(SplitEntry { id: pair.key, key, value, position, open })
}
