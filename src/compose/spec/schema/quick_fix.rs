//! The fixes of what the validator finds.

use super::shape::{EntryStyle, Shape};
use crate::compose::value::{Data, Entry, Value};
use crate::finding::Fix;
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Files;
use crate::yaml::{Resolved, resolve_plain};

/// Writes another word in the place of one.
pub(crate) fn respell(files: Files<'_>, place: Place, old: &str, new: &str) -> Option<Fix> {
    edit::safe(format!("replace with `{new}`"), edit::respell(files, place, old, new))
}

/// Puts quotes around a number, a boolean or a date.
pub(crate) fn quote(files: Files<'_>, value: &Value) -> Option<Fix> {
    let scalar =
        matches!(value.data, Data::Bool(_) | Data::Int(_) | Data::Large(_) | Data::Float(_) | Data::Timestamp(_));
    let edits = (scalar && value.parts.is_empty()).then(|| edit::quote(files, value.place));
    edit::safe("put it in quotes", edits?)
}

/// Takes the quotes off a number or a boolean where text cannot stand.
pub(crate) fn unquote(files: Files<'_>, value: &Value, text: &str, shape: &Shape) -> Option<Fix> {
    let data = match resolve_plain(text) {
        Resolved::Bool(value) => Data::Bool(value),
        Resolved::Int(value) => Data::Int(value),
        Resolved::Large(value) => Data::Large(value),
        Resolved::Float(value) => Data::Float(value),
        _ => return None,
    };
    let edits = (value.parts.is_empty() && shape.accepts(&data)).then(|| edit::write_word(files, value.place, text));
    edit::safe("remove the quotes", edits?)
}

/// Makes a text of a list's entry in which YAML saw a mapping; the words say how, also where no edit is sure.
pub(crate) fn split_entry(
    files: Files<'_>,
    item: Place,
    name: &str,
    entry: &Entry,
    style: EntryStyle,
) -> (&'static str, Option<Fix>) {
    let has_equals = name.contains('=');
    let has_value = entry.value.data != Data::Null;
    let join =
        |between: &str| edit::safe(format!("join them with `{between}`"), edit::join_entry(files, item, between));
    match style {
        EntryStyle::Names => ("write the entries as keys, without the dashes", None),
        EntryStyle::Pairs if !has_equals && has_value => {
            ("use `KEY=value` in the list, or write all entries without the dashes", join("="))
        }
        EntryStyle::Joined if has_value => {
            // `a == b ? c: d` is no volume, with or without the space.
            let is_one_word = |text: &str| !text.contains(char::is_whitespace);
            let plain = is_one_word(name) && entry.value.text().is_none_or(is_one_word);
            ("remove the space after the colon", if plain { join(":") } else { None })
        }
        _ => {
            let quoted = edit::quote_entry(files, item);
            ("put the whole entry in quotes", edit::safe("put the entry in quotes", quoted))
        }
    }
}
