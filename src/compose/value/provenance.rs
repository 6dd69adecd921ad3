//! From bytes of a text to the bytes of the file that they come from.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Part, Value};
use crate::source::Place;
use crate::source::{FileId, SourceDb, SourceFile, Span};
use crate::text::template::TemplateUse;

/// Finds where parts of scalars are written.
pub struct Texts<'a> {
    sources: &'a SourceDb,
    last: RefCell<Option<(FileId, Arc<SourceFile>)>>,
}

impl<'a> Texts<'a> {
    /// Over the files of a run.
    pub fn new(sources: &'a SourceDb) -> Texts<'a> {
        Texts { sources, last: RefCell::new(None) }
    }

    /// The bytes of the file that hold the content of a scalar, where they are the scalar's text verbatim:
    /// no escape, no folding, no indentation in between.
    pub(crate) fn inner(&self, place: Place, text: &str) -> Option<Span> {
        let file = self.file(place.span.file);
        let raw = file.slice(place.span.start, place.span.end);
        let (shift, inner) = match raw.as_bytes().first() {
            Some(b'"' | b'\'') => (1, raw.get(1..raw.len().checked_sub(1)?)?),
            _ => (0, raw),
        };
        let start = place.span.start + shift;
        (inner == text).then_some(Span { file: place.span.file, start, end: start + inner.len() as u32 })
    }

    /// Where the variables of a block scalar (or of one with escapes) are written: each as it is in the text, in its
    /// order, inside the bytes of the scalar. A variable that is not found there has no entry.
    pub(crate) fn find_uses(&self, place: Place, template: &str, uses: &[TemplateUse]) -> Vec<(usize, Place)> {
        let file = self.file(place.span.file);
        let raw = file.slice(place.span.start, place.span.end);
        const MOST_MISSED: usize = 64;
        let mut from = 0;
        let mut missed = 0;
        let mut found = Vec::new();
        for usage in uses {
            let Some(text) = template.get(usage.start..usage.end) else { continue };
            let Some(at) = raw.get(from..).and_then(|rest| rest.find(text)).map(|at| at + from) else {
                // Each that is missing takes a look at all of the rest.
                missed += 1;
                if missed > MOST_MISSED {
                    break;
                }
                continue;
            };
            from = at + 1;
            let start = place.span.start + at as u32;
            let span = Span { file: place.span.file, start, end: start + text.len() as u32 };
            found.push((usage.start, Place { span, node: place.node }));
        }
        found
    }

    /// Where a stretch of a value's text is written; the whole value where that cannot be told.
    pub(crate) fn part(&self, value: &Value, range: Range<usize>) -> Place {
        self.stretch(value.place, &value.parts, value.text(), range).unwrap_or(value.place)
    }

    /// Where a stretch of a text is written that is at a place and came there in parts.
    pub(crate) fn stretch(
        &self,
        whole: Place,
        parts: &[Part],
        text: Option<&str>,
        range: Range<usize>,
    ) -> Option<Place> {
        let (start, end) = (range.start as u32, range.end as u32);
        let node = whole.node;
        if parts.is_empty() {
            let inner = self.inner(whole, text?)?;
            let span = Span { file: inner.file, start: inner.start + start, end: inner.start + end };
            return (span.end <= inner.end).then_some(Place { span, node });
        }
        let mut touched = parts.iter().filter(|part| part.start < end && part.end > start);
        let first = touched.next()?;
        let last = touched.next_back().unwrap_or(first);
        let from = match first.variable {
            None => first.place.span.start + start.saturating_sub(first.start),
            Some(_) => first.place.span.start,
        };
        let to = match last.variable {
            None => last.place.span.end - last.end.saturating_sub(end),
            Some(_) => last.place.span.end,
        };
        let file = whole.span.file;
        let in_value = from >= whole.span.start && to <= whole.span.end && from <= to;
        in_value.then_some(Place { span: Span { file, start: from, end: to }, node })
    }

    fn file(&self, id: FileId) -> Arc<SourceFile> {
        if let Some((known, file)) = self.last.borrow().as_ref()
            && *known == id
        {
            return Arc::clone(file);
        }
        let file = self.sources.file(id);
        *self.last.borrow_mut() = Some((id, Arc::clone(&file)));
        file
    }
}

/// The parts of text that fall into a stretch of it, counted from the start of the stretch.
pub(crate) fn parts_within(parts: &[Part], range: &Range<usize>) -> Few<Part> {
    let (start, end) = (range.start as u32, range.end as u32);
    parts
        .iter()
        .filter(|part| {
            part.start < end && part.end > start || part.start == part.end && part.start >= start && part.end <= end
        })
        .map(|part| Part {
            start: part.start.max(start) - start,
            end: part.end.min(end) - start,
            place: part.place,
            variable: part.variable.clone(),
            is_default: part.is_default,
            is_unknown: part.is_unknown,
        })
        .collect()
}
