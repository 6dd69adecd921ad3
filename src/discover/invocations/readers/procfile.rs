//! Procfiles: `name: command`.

use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::super::values::without_marks;
use super::purpose_of_name;
use crate::source::FileId;

/// Reads a Procfile; its processes run in its directory.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let (directory, name) = split(path);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.trim_start().starts_with('#') {
            continue;
        }
        let Some((process, command)) = line.split_once(':') else { continue };
        let purpose = purpose_of_name(name).or_else(|| purpose_of_name(process)).unwrap_or(Purpose::Deploy);
        let site = Site::at(directory).with_purpose(purpose);
        let fragment = Rc::new(Fragment::from_text(file, command, start + process.len() + 1));
        Tracer::new(context, site).text(&fragment, vec![World::new()]);
    }
}
