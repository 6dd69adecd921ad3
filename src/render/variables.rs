//! `plimsoll env`: where each variable comes from, as a table and as JSON, a contract described in `docs/output.md`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{clean, guarded, json};
use crate::source::{Place, SourceDb, relative};
use crate::workspace::{ListedVariable, Variables};

/// The version of the contract; a field may be added without a new one.
const VERSION: u32 = 1;

/// So wide a column may become in the table, in characters.
const WIDEST: usize = 40;

#[derive(Serialize)]
struct VariablesOut<'a> {
    version: u32,
    service: Option<&'a str>,
    files: Vec<String>,
    env_files: Vec<String>,
    absent: Vec<String>,
    variables: Vec<VariableOut<'a>>,
}

#[derive(Serialize)]
struct VariableOut<'a> {
    name: &'a str,
    value: Option<&'a str>,
    state: &'static str,
    set: Option<VariablePlaceOut>,
    used: Vec<VariablePlaceOut>,
    default: Option<&'a str>,
    required: bool,
    overrides: Vec<VariablePlaceOut>,
}

#[derive(Serialize)]
struct VariablePlaceOut {
    file: String,
    line: u32,
}

/// As JSON.
pub(crate) fn variables_json(all: &Variables, sources: &SourceDb, base: &Path) -> String {
    let paths = |paths: &[PathBuf]| paths.iter().map(|path| relative(base, path)).collect();
    let place = |place: &Place| place_of(*place, sources, base);
    let variable = |one: &'_ ListedVariable| -> Vec<VariablePlaceOut> { one.used.iter().map(place).collect() };
    let rows = all.all.iter().map(|one| VariableOut {
        name: &one.name,
        value: one.value.as_deref(),
        state: one.state,
        set: one.set.as_ref().map(place),
        used: variable(one),
        default: one.default.as_deref(),
        required: one.required,
        overrides: one.overrides.iter().map(place).collect(),
    });
    json::document(&VariablesOut {
        version: VERSION,
        service: all.service.as_deref(),
        files: paths(&all.files),
        env_files: paths(&all.env_files),
        absent: paths(&all.absent),
        variables: rows.collect(),
    })
}

fn place_of(place: Place, sources: &SourceDb, base: &Path) -> VariablePlaceOut {
    let file = sources.file(place.span.file);
    VariablePlaceOut { file: relative(base, &file.path), line: file.position(place.span.start).line }
}

/// As a table.
pub(crate) fn variables_text(all: &Variables, sources: &SourceDb, base: &Path) -> String {
    let shown = |place: &Place| {
        let VariablePlaceOut { file, line } = place_of(*place, sources, base);
        format!("{file}:{line}")
    };
    let several = |places: &[Place]| match places {
        [] => "-".to_owned(),
        [only] => shown(only),
        [first, others @ ..] => format!("{} +{}", shown(first), others.len()),
    };
    let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), str::to_owned);
    let uses = if all.service.is_some() { "FROM" } else { "USED AT" };
    let head = ["NAME", "VALUE", "STATE", "SET AT", uses, "DEFAULT", "REQUIRED", "OVERRIDES"].map(str::to_owned);
    let rows = all.all.iter().map(|one| {
        let value = one.value.as_deref().map(|value| if value.is_empty() { "(empty)" } else { value });
        let required = if one.required { "yes" } else { "-" };
        [
            one.name.clone(),
            or_dash(value),
            one.state.to_owned(),
            one.set.as_ref().map_or_else(|| "-".to_owned(), &shown),
            several(&one.used),
            or_dash(one.default.as_deref()),
            required.to_owned(),
            several(&one.overrides),
        ]
    });
    let table: Vec<[String; 8]> =
        std::iter::once(head).chain(rows).map(|row| row.map(|cell| cut(&clean(&cell)))).collect();
    let mut out = String::new();
    let paths = |paths: &[PathBuf]| paths.iter().map(|path| relative(base, path)).collect::<Vec<_>>().join(", ");
    out.push_str(&format!("files: {}\n", clean(&paths(&all.files))));
    for (word, listed) in [("env files", &all.env_files), ("not in the checkout", &all.absent)] {
        if !listed.is_empty() {
            out.push_str(&format!("{word}: {}\n", clean(&paths(listed))));
        }
    }
    out.push('\n');
    let width = |column: usize| {
        table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..8).map(width).collect();
    for row in &table {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    guarded(out)
}

/// One line of at most so many characters.
fn cut(text: &str) -> String {
    let line = text.replace(['\n', '\r', '\t'], " ");
    match line.char_indices().nth(WIDEST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("")),
        None => line,
    }
}
