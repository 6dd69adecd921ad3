//! Edits that mend what the validator finds. They only insert, or replace what is known byte for byte.

use super::shape::{EntryStyle, Shape};
use crate::finding::{Edit, Fix, Place, Safety};
use crate::project::value::{Data, Entry, Value};
use crate::source::Span;
use crate::yaml::{Resolved, resolve_plain};

/// Writes another word in the place of one; within its quotes, if it has any.
pub fn respell(place: Place, old: &str, new: &str) -> Option<Fix> {
    let span = place.span;
    let width = span.end.checked_sub(span.start)? as usize;
    let span = if width == old.len() {
        span
    } else if width == old.len() + 2 {
        Span { start: span.start + 1, end: span.end - 1, ..span }
    } else {
        return None;
    };
    Some(safe(format!("write `{new}`"), vec![Edit { span, text: new.to_owned() }]))
}

/// Puts quotes around a number, a boolean or a date.
pub fn quote(value: &Value) -> Option<Fix> {
    let scalar =
        matches!(value.data, Data::Bool(_) | Data::Int(_) | Data::Large(_) | Data::Float(_) | Data::Timestamp(_));
    if !scalar || !value.parts.is_empty() {
        return None;
    }
    let span = value.place.span;
    Some(safe("put it in quotes".to_owned(), vec![insert(span, span.start, "\""), insert(span, span.end, "\"")]))
}

/// Takes the quotes off a number or a boolean where text cannot stand.
pub fn unquote(value: &Value, text: &str, shape: &Shape) -> Option<Fix> {
    let span = value.place.span;
    let quoted = span.end.checked_sub(span.start)? as usize == text.len() + 2;
    let data = match resolve_plain(text) {
        Resolved::Bool(value) => Data::Bool(value),
        Resolved::Int(value) => Data::Int(value),
        Resolved::Large(value) => Data::Large(value),
        Resolved::Float(value) => Data::Float(value),
        _ => return None,
    };
    if !quoted || !value.parts.is_empty() || !shape.accepts(&data) {
        return None;
    }
    Some(safe("remove the quotes".to_owned(), vec![Edit { span, text: text.to_owned() }]))
}

/// Makes a text of a list's entry in which YAML saw a mapping; the words say how, also where no edit is sure.
pub fn split_entry(name: &str, entry: &Entry, style: EntryStyle) -> (&'static str, Option<Fix>) {
    let has_equals = name.contains('=');
    let has_value = entry.value.data != Data::Null;
    match style {
        EntryStyle::Names => ("write the entries as keys with settings, without the dashes", None),
        EntryStyle::Pairs if !has_equals && has_value => {
            ("write `KEY=value` in a list, or all entries without the dashes", join(name, entry, "="))
        }
        EntryStyle::Joined if has_value => ("leave out the space after the colon", join(name, entry, ":")),
        _ => ("put the whole entry in quotes", quote_pair(name, entry)),
    }
}

/// `a: b` to `a=b`.
fn join(name: &str, entry: &Entry, between: &str) -> Option<Fix> {
    if !is_plain(name, entry.key) || !is_plain_value(&entry.value) {
        return None;
    }
    let (from, to) = (entry.key.span, entry.value.place.span);
    if from.file != to.file || to.start <= from.end {
        return None;
    }
    let span = Span { file: from.file, start: from.end, end: to.start };
    Some(safe(format!("write `{between}` between them"), vec![Edit { span, text: between.to_owned() }]))
}

/// `a: b` to `"a: b"`, where both are plain, on one line, and hold no quotes. Two bytes between them are `: `, since a
/// value on the next line is indented by one at least.
fn quote_pair(name: &str, entry: &Entry) -> Option<Fix> {
    let key = entry.key.span;
    let value = entry.value.place.span;
    if !is_plain(name, entry.key) || !is_plain_value(&entry.value) || !entry.value.parts.is_empty() {
        return None;
    }
    let quotes = |text: &str| text.contains(['"', '\'', '\\']);
    if quotes(name) || entry.value.text().is_some_and(quotes) {
        return None;
    }
    let end = if entry.value.data == Data::Null && value.start == value.end {
        // Nothing after the colon, which follows the key: a space before it would be odd, and is not seen here.
        (value.end <= key.end + 1).then_some(key.end + 1)?
    } else {
        (value.start == key.end + 2).then_some(value.end)?
    };
    let edits = vec![insert(key, key.start, "\""), insert(key, end, "\"")];
    Some(safe("put the entry in quotes".to_owned(), edits))
}

/// Whether a text stands in the file byte for byte: neither quoted, escaped nor folded.
fn is_plain(text: &str, place: Place) -> bool {
    place.span.end.checked_sub(place.span.start).is_some_and(|width| width as usize == text.len())
}

fn is_plain_value(value: &Value) -> bool {
    match (&value.data, value.parts.first()) {
        // An interpolated text is plain if its first part starts where it does, not after a quote.
        (Data::Text(_), Some(part)) => part.place.span.start == value.place.span.start,
        (Data::Text(text), None) => is_plain(text, value.place),
        (data, _) => !matches!(data, Data::List(_) | Data::Map(_)),
    }
}

fn insert(span: Span, at: u32, text: &str) -> Edit {
    Edit { span: Span { file: span.file, start: at, end: at }, text: text.to_owned() }
}

fn safe(title: String, edits: Vec<Edit>) -> Fix {
    Fix { safety: Safety::Safe, title, edits }
}
