//! reStructuredText and AsciiDoc: their blocks and code within text, line by line.

use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::values::without_marks;
use super::documents::DocumentReader;
use crate::source::FileId;

/// A line and the byte where it starts.
type LineAt<'t> = (&'t str, usize);

fn lines(text: &str) -> Vec<LineAt<'_>> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        at += line.len();
        (line, at - line.len())
    });
    lines.collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Reads reStructuredText.
pub(super) fn read_rst(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let lines = lines(&text);
    let mut document = DocumentReader::new(context, path, file);
    let mut at = 0;
    let mut marks = Vec::new();
    while let Some((line, start)) = lines.get(at).copied() {
        at += 1;
        let trimmed = line.trim();
        let is_rule = trimmed.len() > 2 && trimmed.chars().all(|letter| "=-~^\"'*+#`.:_".contains(letter));
        if is_rule && trimmed.chars().all(|letter| trimmed.starts_with(letter)) {
            let title = at.checked_sub(2).and_then(|before| lines.get(before)).map_or("", |(line, _)| line.trim());
            document.heading(level_of(&mut marks, trimmed), title);
            continue;
        }
        let directive = trimmed.strip_prefix(".. ").and_then(|rest| rest.split_once("::"));
        let language = match directive {
            Some(("code-block" | "code" | "sourcecode" | "prompt", language)) => Some(language.trim()),
            Some(("parsed-literal", _)) => Some(""),
            Some(_) => None,
            None if trimmed.starts_with(".. ") || trimmed == ".." => {
                // A comment, with all that is indented below it.
                let body = body(&lines, at, indent(line));
                at = body.1;
                continue;
            }
            None => trimmed.ends_with("::").then_some(""),
        };
        if let Some(language) = language {
            let (block, end) = body(&lines, at, indent(line));
            let mut fragment = Fragment::new(file);
            for (line, start) in
                block.iter().filter(|(line, _)| directive.is_none() || !line.trim_start().starts_with(':'))
            {
                fragment.push(line, *start);
            }
            let word = language.split_whitespace().next().unwrap_or("");
            document.block(word, &fragment);
            at = end;
        }
        inline(&document, line, start, "``");
    }
}

/// The level of a heading with such a rule: marks have their levels by the order in which a document uses them.
fn level_of(marks: &mut Vec<char>, rule: &str) -> usize {
    let mark = rule.chars().next().unwrap_or('=');
    let known = marks.iter().position(|known| *known == mark);
    known.unwrap_or_else(|| {
        marks.push(mark);
        marks.len() - 1
    }) + 1
}

/// The lines that are indented further, and the index of the first that is not.
fn body<'l, 't>(lines: &'l [LineAt<'t>], from: usize, outer: usize) -> (&'l [LineAt<'t>], usize) {
    let rest = lines.get(from..).unwrap_or_default();
    let length = rest.iter().take_while(|(line, _)| line.trim().is_empty() || indent(line) > outer).count();
    (rest.get(..length).unwrap_or_default(), from + length)
}

/// Code between marks within a line.
fn inline(document: &DocumentReader<'_, '_>, line: &str, start: usize, mark: &str) {
    let mut from = 0;
    while let Some(open) = line.get(from..).and_then(|rest| rest.find(mark)) {
        let inner = from + open + mark.len();
        let Some(length) = line.get(inner..).and_then(|rest| rest.find(mark)) else { return };
        document.code(line.get(inner..inner + length).unwrap_or(""), start + inner);
        from = inner + length + mark.len();
    }
}

/// Reads AsciiDoc.
pub(super) fn read_asciidoc(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let lines = lines(&text);
    let mut document = DocumentReader::new(context, path, file);
    let mut language: Option<String> = None;
    let mut at = 0;
    while let Some((line, start)) = lines.get(at).copied() {
        at += 1;
        let trimmed = line.trim_end();
        if let Some(attributes) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let mut words = attributes.split(',').map(str::trim);
            let is_source = words.next().is_some_and(|word| word.starts_with("source") || word.starts_with("listing"));
            language = Some(if is_source { words.next().unwrap_or("").to_owned() } else { String::new() });
            continue;
        }
        let is_heading = trimmed.starts_with('=') && trimmed.trim_start_matches('=').starts_with(' ');
        if is_heading {
            let level = trimmed.len() - trimmed.trim_start_matches('=').len();
            document.heading(level, trimmed.trim_start_matches('='));
        }
        let is_fence = |mark: char| trimmed.len() >= 4 && trimmed.chars().all(|letter| letter == mark);
        if is_fence('-') || is_fence('.') || is_fence('/') || trimmed.starts_with("```") {
            let named = trimmed.strip_prefix("```").map(str::trim).filter(|name| !name.is_empty());
            let close = if trimmed.starts_with("```") { "```" } else { trimmed };
            let rest = lines.get(at..).unwrap_or_default();
            let length = rest.iter().position(|(line, _)| line.trim_end() == close).unwrap_or(rest.len());
            if !is_fence('/') {
                let mut fragment = Fragment::new(file);
                rest.iter().take(length).for_each(|(line, start)| fragment.push(line, *start));
                document.block(named.or(language.as_deref()).unwrap_or(""), &fragment);
            }
            at += length + 1;
            language = None;
            continue;
        }
        if trimmed.starts_with("//") {
            continue;
        }
        // A paragraph that starts with a blank is code.
        if line.starts_with(' ') && !trimmed.trim_start().is_empty() {
            document.block("", &Fragment::from_text(file, line, start));
        } else {
            inline(&document, line, start, "`");
        }
        if !trimmed.is_empty() {
            language = None;
        }
    }
}
