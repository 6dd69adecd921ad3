//! Keys of the specification.

use gen_lsp_types::CompletionItemKind;

use super::candidate::CompletionCandidate;
use super::cursor::CursorRole;
use super::place::CompletionPlace;
use crate::compose::spec::schema::shape::{Mapping, Scalars, SchemaShape};
use crate::compose::spec::schema::{FoundPlace, SchemaKey};
use crate::lsp::hover::key_text;

/// By how many columns what is below a key is indented.
const STEP: usize = 2;

/// The types of mounts that have a key for their options.
const MOUNTS: [&str; 4] = ["bind", "volume", "tmpfs", "image"];

/// The keys that may stand at a place and are not there yet.
pub(super) fn keys(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let Some(found) = &place.found else { return Vec::new() };
    let Mapping::Struct(structure) = found.shape.map else { return Vec::new() };
    let is_new = |key: &&SchemaKey| !place.cursor.siblings.iter().any(|there| there == key.name);
    // The long form of an item starts with what it needs.
    let starts = |key: &&SchemaKey| {
        let is_first = place.cursor.role == CursorRole::Item && !structure.required.is_empty();
        !is_first || structure.required.contains(&key.name)
    };
    let kind = place.own("type").filter(|_| place.path().ends_with(&["volumes", "[]"]));
    let is_of_other =
        |key: &&SchemaKey| kind.as_ref().is_some_and(|kind| MOUNTS.contains(&key.name) && key.name != kind);
    let known = structure.keys.iter().filter(|key| key.deprecated.is_none());
    let fitting = known.filter(is_new).filter(starts).filter(|key| !is_of_other(key));
    fitting.map(|key| candidate(place, found, key)).collect()
}

fn candidate(place: &CompletionPlace<'_>, above: &FoundPlace, key: &'static SchemaKey) -> CompletionCandidate {
    let found = above.below(key);
    let text = match place.cursor.has_colon {
        true => key.name.to_owned(),
        false => format!("{}:{}", key.name, behind(place, key.shape)),
    };
    CompletionCandidate::new(key.name, CompletionItemKind::Property)
        .writes(text)
        .detail(key.doc)
        .documentation(key_text(&found))
}

/// What is written behind the colon of a key: a line of its own for what is a mapping or a list.
fn behind(place: &CompletionPlace<'_>, shape: &SchemaShape) -> String {
    if place.cursor.in_flow || !shape.is_mapping_only() && !is_list_only(shape) {
        return " ".to_owned();
    }
    let column = match place.cursor.role {
        // The dash and the blank behind it.
        CursorRole::Item => place.cursor.column + STEP,
        _ => place.cursor.column,
    };
    let dash = if is_list_only(shape) { "- " } else { "" };
    format!("\n{}{dash}", " ".repeat(column + STEP))
}

fn is_list_only(shape: &SchemaShape) -> bool {
    shape.scalars == Scalars::NONE && shape.list.is_some() && matches!(shape.map, Mapping::No)
}
