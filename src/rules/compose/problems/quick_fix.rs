//! Fixes of the loader's problems.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Fix;
use crate::source::Place;
use crate::source::SourceDb;
use crate::text::nearest::clearly_meant;
use crate::yaml::edit;
use crate::yaml::edit::{Content, Files, env};

/// A `${…}` with an operation that shells have and Compose has not: `${file%.txt}`, `${#name}`, `${name:0:3}`.
static SHELL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\$\{(?:[#!][A-Za-z_][A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*(?:%|#|/|\^|,|@|\[|:[ 0-9]).*)\}$").ok()
});

/// Takes away the second of two keys that say the same.
pub(super) fn duplicate_key(files: Files<'_>, first: Place, second: Place) -> Option<Fix> {
    let edits = edit::same(files, first, second).then(|| edit::remove(files, second));
    edit::safe("remove the duplicate", edits?)
}

/// Writes `$$` before what a shell in the container is to read.
pub(super) fn invalid_interpolation(files: Files<'_>, sources: &SourceDb, place: Place) -> Option<Fix> {
    let source = sources.file(place.span.file);
    let raw = source.slice(place.span.start, place.span.end);
    let is_shell = SHELL.as_ref().is_some_and(|shell| shell.is_match(raw));
    edit::safe("escape the dollar sign as `$$`", is_shell.then(|| edit::prefix(files, place, "$"))?)
}

/// Respells the last word of what is written at a place, where one known name is clearly meant.
pub(super) fn reference(files: Files<'_>, place: Place, name: &str, known: &[&str]) -> Option<Fix> {
    let meant = clearly_meant(name, known)?;
    let edits = edit::exchange(files, place, name, meant).or_else(|| {
        let (old, new) = (format!("service:{name}"), format!("service:{meant}"));
        edit::exchange(files, place, &old, &new)
    });
    edit::safe(format!("replace with `{meant}`"), edits)
}

/// Writes `./` before a path that is read as the name of a volume.
pub(super) fn path(files: Files<'_>, place: Place, name: &str) -> Option<Fix> {
    let written = edit::reads_as(files, place, name) || edit::reads_as(files, place, &format!("\"{name}\""));
    let plain = written || edit::reads_as(files, place, &format!("'{name}'"));
    let is_path = name.contains('/') && !name.starts_with(['.', '/', '~']);
    let edits = (plain && is_path).then(|| edit::prefix(files, place, "./"));
    edit::safe(format!("replace with `./{name}`"), edits?)
}

/// Lets the service start without the file.
pub(super) fn optional_file(files: Files<'_>, place: Place) -> Option<Fix> {
    let no = Content::Word("false".to_owned());
    let path = Content::Text(edit::text_of(files, place)?);
    let long = Content::Map(vec![("path".to_owned(), path), ("required".to_owned(), no.clone())]);
    let edits = match edit::key_of(files, place).as_deref() {
        Some("path") => edit::set_entry(files, edit::enclosing(files, place)?, "required", &no),
        Some(_) => edit::expand(files, place, &Content::List(vec![long])),
        None => edit::expand(files, place, &long),
    };
    edit::risky("set `required: false`: the service then starts without the variables of this file", edits)
}

/// Takes away a key that an external resource cannot have.
pub(super) fn external_key(files: Files<'_>, key: Place, name: &str) -> Option<Fix> {
    let title = format!("remove `{name}`: the setting belongs to whatever creates the resource");
    edit::risky(title, edit::remove(files, key))
}

/// Closes a quote at the end of its line where the next line is an assignment or nothing; makes a comment of a line that
/// begins with `//` or `;`.
pub(super) fn malformed_env_line(files: Files<'_>, sources: &SourceDb, place: Place) -> Option<Fix> {
    let source = sources.file(place.span.file);
    let raw = source.slice(place.span.start, place.span.end);
    let before = source.slice(0, place.span.start);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let lead = before.get(line_start..)?.trim_start_matches('\u{feff}');
    let line = source.slice(line_start as u32, source.text.len() as u32).lines().next()?;
    if raw.starts_with(['"', '\'']) {
        let quote = raw.chars().next()?;
        let tame = raw.matches(quote).count() == 1 && !raw.contains(['\\', '#']) && raw.len() > 1;
        let next = source.slice(place.span.end, source.text.len() as u32).trim_start_matches([' ', '\t', '\r']);
        let ends = next.is_empty() || next.strip_prefix('\n').is_some_and(begins_statement);
        let edits = (tame && ends).then(|| env::insert_behind(files, place, &quote.to_string()));
        return edit::safe("close the quote at the end of the line", edits?);
    }
    let marked = lead.trim().is_empty() && (line.trim_start().starts_with("//") || raw == ";");
    edit::safe("turn the line into a comment", marked.then(|| env::insert_before(files, place, "# "))?)
}

/// Whether a text begins with an assignment, a comment or an empty line.
fn begins_statement(text: &str) -> bool {
    let line = text.lines().next().unwrap_or("").trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = line.split('=').next().unwrap_or("");
    let is_name = name.len() < line.len() && !name.is_empty();
    let letters = name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    line.is_empty()
        || line.starts_with('#')
        || is_name && letters && !name.starts_with(|one: char| one.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_begin_with_a_name_or_a_comment() {
        for text in ["A_1=b", "_A=", "export A=b", "# x", "", "\nA=b"] {
            assert!(begins_statement(text), "{text:?}");
        }
        for text in ["word", "=b", "1A=b", "a-b=c", "a b=c", "'A=b"] {
            assert!(!begins_statement(text), "{text:?}");
        }
    }

    #[test]
    fn operations_of_shells_are_known() {
        let is_shell = |raw: &str| SHELL.as_ref().unwrap().is_match(raw);
        for raw in ["${f%.txt}", "${#name}", "${!x}", "${name:0:3}", "${a/b/c}", "${a^^}", "${a[0]}", "${a: -1}"] {
            assert!(is_shell(raw), "{raw}");
        }
        for raw in ["${}", "${", "${a", "${a.b}", "${{ a }}", "${1}", "${a b}"] {
            assert!(!is_shell(raw), "{raw}");
        }
    }
}
