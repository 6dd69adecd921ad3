//! Where a part of a value is written.

use std::ops::Range;

use crate::compose::value::provenance::Texts;
use crate::model::Spanned;
use crate::source::Place;

/// Where some bytes of a value's text are written: the `${…}` for what a variable gave, the whole value where it cannot
/// be told.
pub(crate) fn part_of(value: &Spanned<String>, range: Range<usize>, texts: &Texts<'_>) -> Place {
    texts.stretch(value.place, &value.parts, Some(&value.value), range).unwrap_or(value.place)
}
