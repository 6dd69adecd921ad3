//! What may be at a place, in words, for those who look a key up and for messages.

use super::shape::{Mapping, Scalars, SchemaShape};

/// What may be at a place: `a list or a mapping`.
pub(crate) fn wanted(shape: &SchemaShape) -> String {
    let scalars = [
        (Scalars::TEXT, "a string"),
        (Scalars::NUMBER, "a number"),
        (Scalars::INTEGER, "an integer"),
        (Scalars::BOOL, "a boolean"),
    ];
    let mut kinds: Vec<&str> =
        scalars.iter().filter(|(kind, _)| shape.scalars.has(*kind)).map(|(_, name)| *name).collect();
    if shape.list.is_some() {
        kinds.push("a list");
    }
    if !matches!(shape.map, Mapping::No) {
        kinds.push("a mapping");
    }
    if shape.scalars.has(Scalars::NULL) {
        kinds.push("null");
    }
    one_of(&kinds)
}

fn one_of(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "absent".to_owned(),
    }
}
