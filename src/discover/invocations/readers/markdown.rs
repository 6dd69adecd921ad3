//! Markdown: code blocks, indented ones too, and code within text. What an HTML comment hides does not count.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::trace::may_name;
use super::super::values::without_marks;
use super::documents::DocumentReader;
use crate::source::FileId;

/// Reads a document.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    if !may_name(&text) {
        return;
    }
    let mut document = DocumentReader::new(context, path, file);
    let mut block: Option<(String, Fragment)> = None;
    let mut heading: Option<String> = None;
    for (event, range) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                block = Some((language, Fragment::new(file)));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, fragment)) = block.take() {
                    document.block(&language, &fragment);
                }
            }
            Event::Text(part) => {
                if let Some((_, fragment)) = &mut block {
                    fragment.push(&part, range.start);
                } else if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::Code(code) => {
                let written = text.get(range.clone()).unwrap_or("");
                let quotes = written.len() - written.trim_start_matches('`').len();
                document.code(&code, range.start + quotes);
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(level)) => {
                document.heading(level as usize, &heading.take().unwrap_or_default());
            }
            _ => {}
        }
    }
}
