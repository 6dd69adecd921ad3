//! Comments at the top of a Compose file, where overlays say how they are used.

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::looks::is_compose_file;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::super::values::without_marks;
use crate::source::FileId;

/// Reads the comments above the first line of YAML.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let source = context.repository.sources.file(file);
    let head = head(&source.text);
    if !head.contains("compose") && !head.contains("stack deploy") || !is_compose_file(context.repository, path) {
        return;
    }
    let text = without_marks(head);
    let mut comments = Fragment::new(file);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let stripped = line.trim_start().trim_start_matches('#').trim_start_matches([' ', '\t', '$']);
        comments.push(stripped, at + (line.len() - stripped.len()));
        if !comments.text.ends_with('\n') {
            comments.push("\n", at + line.len());
        }
        at += line.len();
    }
    let site = Site::at_or_above(split(path).0).with_purpose(Purpose::Deploy);
    Tracer::new(context, site).hints(&comments, &World::new());
}

/// The comments and empty lines at the start of a text.
fn head(text: &str) -> &str {
    let lines = text.split_inclusive('\n');
    // Nobody thinks of the version as the beginning.
    let is_head = |line: &&str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        line.is_empty() || line.starts_with('#') || line.starts_with("version:") || line == "---"
    };
    let length = lines.take_while(is_head).map(str::len).sum();
    text.get(..length).unwrap_or("")
}
