//! Fixes of the validator's violations.

use crate::compose::problem::Reported;
use crate::compose::spec::schema::shape::{DURATION, EntryStyle, SchemaShape};
use crate::compose::spec::schema::violation::{EntryRest, Flaw};
use crate::compose::value::{Data, Value};
use crate::finding::Fix;
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Files;
use crate::yaml::{ResolvedScalar, resolve_plain};

/// The fix of a value that does not fit the specification.
pub(super) fn violation(files: Files<'_>, reported: &Reported, flaw: &Flaw) -> Option<Fix> {
    match flaw {
        Flaw::Kind { scalar: Some(value), .. } if in_seconds(flaw).is_some() => {
            let duration = in_seconds(flaw)?;
            edit::safe(format!("replace with `{duration}`"), edit::write_word(files, value.place, &duration))
        }
        Flaw::Kind { shape, scalar: Some(value), .. } if shape.quotable => quote(files, value),
        Flaw::Kind { shape, scalar: Some(value), .. } => unquote(files, value, value.text()?, shape),
        Flaw::Split { name, rest, style, .. } => split_entry(files, reported.at, name, *rest, *style),
        Flaw::Text { text, near: Some(near), .. } => respell(files, text.place, text.value(), near),
        Flaw::Duplicate(_) => edit::safe("remove the duplicate", edit::remove(files, reported.at)),
        _ => None,
    }
}

/// A number in the place of a duration, with the unit that is meant: Docker's own durations are seconds where a number
/// stands alone.
pub(super) fn in_seconds(flaw: &Flaw) -> Option<String> {
    match flaw {
        Flaw::Kind { shape, scalar: Some(value), .. } if shape.hint == DURATION.hint && value.parts.is_empty() => {
            match value.data {
                Data::Int(number) if number >= 0 => Some(format!("{number}s")),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Writes another word in the place of one.
pub(super) fn respell(files: Files<'_>, place: Place, old: &str, new: &str) -> Option<Fix> {
    edit::safe(format!("replace with `{new}`"), edit::respell(files, place, old, new))
}

/// Puts quotes around a number, a boolean or a date.
fn quote(files: Files<'_>, value: &Value) -> Option<Fix> {
    let scalar =
        matches!(value.data, Data::Bool(_) | Data::Int(_) | Data::Large(_) | Data::Float(_) | Data::Timestamp(_));
    let edits = (scalar && value.parts.is_empty()).then(|| edit::quote(files, value.place));
    edit::safe("put it in quotes", edits?)
}

/// Takes the quotes off a number or a boolean where text cannot be.
fn unquote(files: Files<'_>, value: &Value, text: &str, shape: &SchemaShape) -> Option<Fix> {
    let data = match resolve_plain(text) {
        ResolvedScalar::Bool(value) => Data::Bool(value),
        ResolvedScalar::Int(value) => Data::Int(value),
        ResolvedScalar::Large(value) => Data::Large(value),
        ResolvedScalar::Float(value) => Data::Float(value),
        _ => return None,
    };
    let edits = (value.parts.is_empty() && shape.accepts(&data)).then(|| edit::write_word(files, value.place, text));
    edit::safe("remove the quotes", edits?)
}

/// Makes a text of a list's entry in which YAML saw a mapping.
fn split_entry(files: Files<'_>, item: Place, name: &str, rest: EntryRest, style: EntryStyle) -> Option<Fix> {
    let join =
        |between: &str| edit::safe(format!("join them with `{between}`"), edit::join_entry(files, item, between));
    match style {
        EntryStyle::Names => None,
        EntryStyle::Pairs if !name.contains('=') && rest != EntryRest::Nothing => join("="),
        // `a == b ? c: d` is not a volume, with or without the space.
        EntryStyle::Joined if rest != EntryRest::Nothing => {
            let is_plain = rest == EntryRest::Word && !name.contains(char::is_whitespace);
            if is_plain { join(":") } else { None }
        }
        _ => edit::safe("put the entry in quotes", edit::quote_entry(files, item)),
    }
}
