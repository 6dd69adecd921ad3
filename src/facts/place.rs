//! Where a part of a value of the model is written.

use std::ops::Range;

use crate::finding::Place;
use crate::model::Spanned;
use crate::project::texts::Texts;

/// Where some bytes of a value's text are written: the `${…}` for what a variable gave, the whole value where it cannot
/// be told.
pub fn part_of(value: &Spanned<String>, range: Range<usize>, texts: &Texts<'_>) -> Place {
    texts.stretch(value.place, &value.parts, Some(&value.value), range).unwrap_or(value.place)
}
