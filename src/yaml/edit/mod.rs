//! Edits: the one place that turns "write this there" into bytes of a file, for the loader's stages and for rules.
//!
//! Every function takes the files and the places that it is about, and gives the edits, or `None` where they are not sure
//! to do only what was asked: in a broken file, through an anchor that an alias uses, in a notation that is too odd.
//! An edit never re-prints what it does not change, never takes a comment away, and follows the indentation, quoting,
//! flow or block form and line endings that it finds.
//!
//! What a place cannot show, the caller checks: a value that `extends`, `include` or another file brought here
//! (`via` is not empty) is not edited.

pub(crate) mod env;
mod file;
mod fix;
mod insert;
mod overlay;
mod raise;
mod relocate;
mod remove;
mod scalar;
mod tag;
#[cfg(test)]
mod tests;
mod write;

pub use fix::Safety;
pub(crate) use fix::{Edit, Fix, NewFile};

use crate::source::Place;
use crate::source::{FileId, SourceDb};
use crate::text::wording::Wording;
use crate::yaml::Trees;

pub(crate) use insert::{add_entry, add_item, add_name, add_to_list, add_to_section, expand, overwrite, set_entry};
pub(crate) use overlay::in_overlay;
pub(crate) use raise::raise;
pub(crate) use relocate::{items, keys, reorder};
pub(crate) use remove::remove;
pub(crate) use scalar::{
    exchange, join_entry, prefix, quote, quote_entry, reads_as, replace, replace_first, replace_part, respell,
    without_what_stays, write_word,
};
pub(crate) use tag::tag;
pub(crate) use write::{Content, in_flow};

/// The files of a run and their trees.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    sources: &'a SourceDb,
    trees: &'a Trees,
}

impl<'a> Files<'a> {
    /// Over the files of a run.
    pub fn new(sources: &'a SourceDb, trees: &'a Trees) -> Files<'a> {
        Files { sources, trees }
    }

    fn open(self, file: FileId) -> Option<file::EditableFile> {
        file::EditableFile::new(self.sources.file(file), self.trees.get(self.sources, file))
    }
}

/// A fix that keeps what the person meant. The title is one clause, imperative.
pub(crate) fn safe(title: impl Into<Wording>, edits: Option<Vec<Edit>>) -> Option<Fix> {
    fix(Safety::Safe, title.into(), edits?)
}

/// A fix that may change behavior; the title or the help says what can break.
pub(crate) fn risky(title: impl Into<Wording>, edits: Option<Vec<Edit>>) -> Option<Fix> {
    fix(Safety::Unsafe, title.into(), edits?)
}

/// A fix that is shown and never applied.
pub(crate) fn shown(title: impl Into<Wording>, edits: Option<Vec<Edit>>) -> Option<Fix> {
    fix(Safety::Display, title.into(), edits?)
}

/// A fix that creates a file.
pub(crate) fn create(safety: Safety, title: impl Into<Wording>, file: NewFile) -> Fix {
    Fix { safety, title: title.into(), edits: Vec::new(), creates: vec![file] }
}

/// A fix of several files, some of which it creates; behaviour may change.
pub(crate) fn over_files(title: impl Into<Wording>, edits: Vec<Edit>, creates: Vec<NewFile>) -> Fix {
    Fix { safety: Safety::Unsafe, title: title.into(), edits, creates }
}

fn fix(safety: Safety, title: Wording, edits: Vec<Edit>) -> Option<Fix> {
    (!edits.is_empty()).then_some(Fix { safety, title, edits, creates: Vec::new() })
}

/// Several edits as one, all or none; what is inserted at one place follows the order given here.
pub(crate) fn all(parts: impl IntoIterator<Item = Option<Vec<Edit>>>) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> = parts.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    edits.sort_by_key(|edit| (edit.span.file, edit.span.start, edit.span.end));
    let mut joined: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match joined.last_mut() {
            Some(last) if *last == edit && edit.span.start < edit.span.end => {}
            Some(last) if last.span == edit.span && edit.span.start == edit.span.end => last.text.push_str(&edit.text),
            Some(last) if last.span.file == edit.span.file && last.span.end > edit.span.start => return None,
            _ => joined.push(edit),
        }
    }
    Some(joined)
}

/// A text with edits applied; `None` where two of them overlap or one is not a stretch of the text.
pub(crate) fn applied(text: &str, mut edits: Vec<&Edit>) -> Option<String> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.push_str(text.get(at..start)?);
        out.push_str(&edit.text);
        at = end.max(start);
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The text that a scalar reads as, variables as they are written.
pub(crate) fn text_of(files: Files<'_>, place: Place) -> Option<String> {
    let open = files.open(place.span.file)?;
    open.tree().text(place.node).map(str::to_owned)
}

/// What is at a place, verbatim.
pub(crate) fn written(files: Files<'_>, place: Place) -> String {
    files.sources.file(place.span.file).slice(place.span.start, place.span.end).to_owned()
}

/// What follows the start of a place on its line, verbatim.
pub(crate) fn rest_of_line(files: Files<'_>, place: Place) -> String {
    let file = files.sources.file(place.span.file);
    let rest = file.text.get(place.span.start as usize..).unwrap_or("");
    rest.lines().next().unwrap_or("").to_owned()
}

/// The key under which a value is; `None` for an item of a list.
pub(crate) fn key_of(files: Files<'_>, place: Place) -> Option<String> {
    let open = files.open(place.span.file)?;
    let around = open.path(place.node)?.pop()?;
    let file::Slot::Value(index) = around.slot else { return None };
    open.tree().text(open.pairs(around.holder).get(index)?.key).map(str::to_owned)
}

/// The mapping or list that a node is in.
pub(crate) fn enclosing(files: Files<'_>, place: Place) -> Option<Place> {
    let open = files.open(place.span.file)?;
    Some(open.tree().place(open.path(place.node)?.pop()?.holder))
}

/// Whether two places hold the same value, by their nodes: for what may go because it is written twice.
pub(crate) fn same(files: Files<'_>, one: Place, two: Place) -> bool {
    let compare = || {
        let (one_file, two_file) = (files.open(one.span.file)?, files.open(two.span.file)?);
        Some(file::equal((&one_file, one_file.value_of(one.node)?), (&two_file, two_file.value_of(two.node)?)))
    };
    compare().unwrap_or(false)
}
