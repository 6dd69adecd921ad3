//! Edits lines of env files, which are identified by the spans that `dotenv` gives.

use super::Edit;
use super::Files;
use crate::source::Place;
use crate::source::{FileId, SourceFile, Span};
use crate::text::dotenv::DotenvLine;

/// Gives a line another value, in the quotes that it has or needs.
#[cfg_attr(not(test), expect(dead_code, reason = "for the fixes of variables and secrets"))]
pub(crate) fn set_value(files: Files<'_>, file: FileId, line: &DotenvLine, value: &str) -> Option<Vec<Edit>> {
    let source = files.sources.file(file);
    let (start, end) = line.value_span;
    let written = written(value, line.quote)?;
    let behind_separator = source.slice(line.key_span.1, start).trim_end_matches([' ', '\t']).ends_with(['=', ':']);
    if line.bare || !behind_separator {
        return None;
    }
    // What follows without a blank between would become a part of the value.
    let next = source.slice(end, source.text.len() as u32).chars().next();
    let apart = next.is_none_or(char::is_whitespace);
    apart.then(|| vec![edit(file, start, end, written)])
}

/// Puts the value of a line in single quotes, so that it is what is written there.
pub(crate) fn quote(files: Files<'_>, file: FileId, line: &DotenvLine) -> Option<Vec<Edit>> {
    let source = files.sources.file(file);
    let (start, end) = line.value_span;
    let raw = source.slice(start, end);
    let inner = match line.quote {
        Some(quote) => raw.strip_prefix(quote)?.strip_suffix(quote)?,
        None => raw,
    };
    let tame = !inner.is_empty() && !inner.contains(['\'', '\\', '\n', '\r']) && !inner.contains("$$");
    (tame && !line.bare).then(|| vec![edit(file, start, end, format!("'{inner}'"))])
}

/// Makes the value of a line a comment on a line of its own, before it.
pub(crate) fn comment_out_value(files: Files<'_>, file: FileId, line: &DotenvLine) -> Option<Vec<Edit>> {
    let source = files.sources.file(file);
    let (from, to) = line.value_span;
    let start = line_start(&source, line.key_span.0);
    let between = source.slice(line.key_span.1, from);
    let separator = between.find(['=', ':'])? as u32 + line.key_span.1 + 1;
    let comment = source.slice(from, to);
    let line_break = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
    let fits = comment.starts_with('#') && !comment.contains('\n') && line.quote.is_none();
    fits.then(|| vec![edit(file, start, start, format!("{comment}{line_break}")), edit(file, separator, to, "")])
}

/// Gives a line another name.
#[cfg_attr(not(test), expect(dead_code, reason = "for the fixes of variables and secrets"))]
pub(crate) fn rename(files: Files<'_>, file: FileId, line: &DotenvLine, name: &str) -> Option<Vec<Edit>> {
    let source = files.sources.file(file);
    let (start, end) = line.key_span;
    let valid = !name.is_empty() && name.chars().all(|one| one.is_alphanumeric() || matches!(one, '_' | '.' | '-'));
    (valid && start < end && source.slice(start, end) == line.key).then(|| vec![edit(file, start, end, name)])
}

/// Removes the lines that an assignment is on; a comment on them stays on a line of its own.
#[cfg_attr(not(test), expect(dead_code, reason = "for the fixes of variables and secrets"))]
pub(crate) fn remove(files: Files<'_>, file: FileId, line: &DotenvLine) -> Option<Vec<Edit>> {
    let source = files.sources.file(file);
    let start = line_start(&source, line.key_span.0);
    let last = line.value_span.1.max(line.key_span.1);
    let end = next_line(&source, line.comment.map_or(last, |(_, end)| end));
    let before = source.slice(start, line.key_span.0).trim_start_matches('\u{feff}').trim();
    let behind = source.slice(last, end);
    let behind = behind.trim();
    let alone = matches!(before, "" | "export") && (behind.is_empty() || line.comment.is_some());
    if !alone {
        return None;
    }
    let kept = match line.comment {
        Some((from, to)) => format!("{}{}", source.slice(from, to), break_of(&source, last, end)),
        None => String::new(),
    };
    Some(vec![edit(file, start, end, kept)])
}

/// Puts text before the byte of a place.
pub(crate) fn insert_before(files: Files<'_>, place: Place, text: &str) -> Option<Vec<Edit>> {
    let known = place.span.start <= files.sources.file(place.span.file).text.len() as u32;
    known.then(|| vec![edit(place.span.file, place.span.start, place.span.start, text)])
}

/// Puts text behind the last byte of a place.
pub(crate) fn insert_behind(files: Files<'_>, place: Place, text: &str) -> Option<Vec<Edit>> {
    let known = place.span.end <= files.sources.file(place.span.file).text.len() as u32;
    known.then(|| vec![edit(place.span.file, place.span.end, place.span.end, text)])
}

/// Adds an assignment as the last line.
#[cfg_attr(not(test), expect(dead_code, reason = "fixes that make the file, too, add its lines themselves"))]
pub(crate) fn add(files: Files<'_>, file: FileId, name: &str, value: &str) -> Option<Vec<Edit>> {
    Some(append(files, file, &assignment(name, value)?))
}

/// A line that gives a name a value.
pub(crate) fn assignment(name: &str, value: &str) -> Option<String> {
    Some(format!("{name}={}", written(value, None)?))
}

/// Adds a text as the last line of a file.
pub(crate) fn append(files: Files<'_>, file: FileId, line: &str) -> Vec<Edit> {
    let source = files.sources.file(file);
    let end = source.text.len() as u32;
    let line_break = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
    let is_ended = source.text.is_empty() || source.text.ends_with('\n');
    let text = if is_ended { format!("{line}{line_break}") } else { format!("{line_break}{line}") };
    vec![edit(file, end, end, text)]
}

/// A value as an env file has it: Compose takes it verbatim, and expands nothing in it.
fn written(value: &str, quote: Option<char>) -> Option<String> {
    let special = |one: char| one.is_whitespace() || matches!(one, '#' | '$' | '"' | '\'' | '\\' | '`');
    if quote.is_none() && !value.contains(special) {
        return Some(value.to_owned());
    }
    if value.contains(['\'', '\\', '\n', '\r']) {
        let plain = !value.contains(['"', '\\', '$', '\n', '\r']);
        return plain.then(|| format!("\"{value}\""));
    }
    let double = quote == Some('"') && !value.contains(['"', '$']);
    Some(if double { format!("\"{value}\"") } else { format!("'{value}'") })
}

fn edit(file: FileId, start: u32, end: u32, text: impl Into<String>) -> Edit {
    Edit { span: Span { file, start, end }, text: text.into() }
}

fn line_start(source: &SourceFile, at: u32) -> u32 {
    let mark = if source.text.starts_with('\u{feff}') { 3 } else { 0 };
    source.slice(0, at).rfind('\n').map_or(mark, |found| found as u32 + 1)
}

fn next_line(source: &SourceFile, at: u32) -> u32 {
    let end = source.text.len() as u32;
    source.slice(at, end).find('\n').map_or(end, |found| at + found as u32 + 1)
}

fn break_of(source: &SourceFile, from: u32, to: u32) -> &str {
    match source.slice(from, to) {
        text if text.ends_with("\r\n") => "\r\n",
        text if text.ends_with('\n') => "\n",
        _ => "",
    }
}
