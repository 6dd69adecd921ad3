//! The fixes of what the loader finds.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Finding, Fix};
use crate::source::Place;
use crate::source::SourceDb;
use crate::yaml::edit;
use crate::yaml::edit::{Content, Files, env};

/// A `${…}` with an operation that shells have and Compose has not: `${file%.txt}`, `${#name}`, `${name:0:3}`.
static SHELL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\$\{(?:[#!][A-Za-z_][A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*(?:%|#|/|\^|,|@|\[|:[ 0-9]).*)\}$").ok()
});

/// How long a name must be for one other letter to be a slip.
const LEAST_LETTERS: usize = 4;

/// Adds the fixes that need nothing but the finding itself.
pub(crate) fn all(files: Files<'_>, sources: &SourceDb, findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.fix.is_none()) {
        finding.fix = match finding.rule {
            "duplicate-key" => duplicate_key(files, finding),
            "invalid-interpolation" => invalid_interpolation(files, sources, finding.place),
            "malformed-line" => malformed_line(files, sources, finding.place),
            "conflicting-keys" if finding.message.starts_with("`external` and") => {
                let key = finding.evidence.clone().unwrap_or_default();
                external_key(files, finding.place, &key)
            }
            _ => None,
        };
    }
}

/// Takes away the second of two keys that say the same.
fn duplicate_key(files: Files<'_>, finding: &Finding) -> Option<Fix> {
    let first = finding.labels.first()?.place;
    let second = finding.place;
    let edits = edit::same(files, first, second).then(|| edit::remove(files, second));
    edit::safe("remove the duplicate", edits?)
}

/// Writes `$$` before what a shell in the container is to read.
fn invalid_interpolation(files: Files<'_>, sources: &SourceDb, place: Place) -> Option<Fix> {
    let source = sources.file(place.span.file);
    let raw = source.slice(place.span.start, place.span.end);
    let is_shell = SHELL.as_ref().is_some_and(|shell| shell.is_match(raw));
    edit::safe("escape the dollar sign as `$$`", is_shell.then(|| edit::prefix(files, place, "$"))?)
}

/// Respells the last word of what is written at a place, where one known name is clearly meant.
pub(crate) fn reference(files: Files<'_>, place: Place, name: &str, known: &[&str]) -> Option<Fix> {
    let meant = clearly_meant(name, known)?;
    let edits = edit::exchange(files, place, name, meant).or_else(|| {
        let (old, new) = (format!("service:{name}"), format!("service:{meant}"));
        edit::exchange(files, place, &old, &new)
    });
    edit::safe(format!("replace with `{meant}`"), edits)
}

/// Writes `./` before a path that is read as the name of a volume.
pub(crate) fn path(files: Files<'_>, place: Place, name: &str) -> Option<Fix> {
    let written = edit::stands(files, place, name) || edit::stands(files, place, &format!("\"{name}\""));
    let plain = written || edit::stands(files, place, &format!("'{name}'"));
    let is_path = name.contains('/') && !name.starts_with(['.', '/', '~']);
    let edits = (plain && is_path).then(|| edit::prefix(files, place, "./"));
    edit::safe(format!("replace with `./{name}`"), edits?)
}

/// Lets the service start without the file.
pub(crate) fn optional_file(files: Files<'_>, place: Place) -> Option<Fix> {
    let no = Content::Word("false".to_owned());
    let path = Content::Text(edit::text_of(files, place)?);
    let long = Content::Map(vec![("path".to_owned(), path), ("required".to_owned(), no.clone())]);
    let edits = match edit::key_of(files, place).as_deref() {
        Some("path") => edit::set_entry(files, edit::around(files, place)?, "required", &no),
        Some(_) => edit::expand(files, place, &Content::List(vec![long])),
        None => edit::expand(files, place, &long),
    };
    edit::risky("set `required: false`: the service then starts without the variables of this file", edits)
}

/// Takes away a key that an external resource cannot have.
fn external_key(files: Files<'_>, key: Place, name: &str) -> Option<Fix> {
    let title = format!("remove `{name}`: the setting belongs to whatever creates the resource");
    edit::risky(title, edit::remove(files, key))
}

/// Closes a quote at the end of its line where the next line is an assignment or nothing; makes a comment of a line that
/// begins with `//` or `;`.
fn malformed_line(files: Files<'_>, sources: &SourceDb, place: Place) -> Option<Fix> {
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

/// The known name that a misspelt one means beyond doubt: one letter is wrong, missing, too much or has changed its place
/// with its neighbour, no other known name comes near, and it is not a number that differs.
pub(crate) fn clearly_meant<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let mut near = known.iter().filter(|one| super::nearest(name, &[one]).is_some());
    let (only, others) = (near.next()?, near.next());
    let letters = |text: &str| text.chars().filter(|one| !one.is_ascii_digit()).collect::<String>();
    let (from, to) = (name.to_lowercase(), only.to_lowercase());
    let slip = strsim::damerau_levenshtein(&from, &to) <= 1 && name.chars().count() >= LEAST_LETTERS;
    (others.is_none() && slip && (letters(&from) != letters(&to) || from == to)).then_some(*only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slip_of_the_pen_is_beyond_doubt() {
        for (name, known, expect) in [
            ("forntend", &["frontend", "backend"][..], Some("frontend")),
            ("Backend", &["backend"], Some("backend")),
            ("redis2", &["redis1"], None),
            ("redis2", &["redis"], None),
            ("db", &["db2"], None),
            ("cache", &["caches", "cached"], None),
            ("postgers-db", &["postgres"], None),
            ("ai-service", &["auth-service"], None),
            ("atuh-service", &["auth-service", "ai-service"], Some("auth-service")),
            ("network", &["netwrok"], Some("netwrok")),
        ] {
            assert_eq!(clearly_meant(name, known), expect, "{name}");
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
