//! Every key of the schema is decided in every table: `decided.txt` says how, and a new key or row changes it.
//!
//! `PLIMSOLL_UPDATE=1 cargo test decided` writes the file. Read what it changed: a dash is a decision, too.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use crate::compose::check::validate::CHECKS;
use crate::compose::load::expand::FORMS;
use crate::compose::load::interpolate::CASTS;
use crate::compose::load::resolve_paths::KINDS;
use crate::compose::spec::merge_table::{IDENTITIES, MERGERS};
use crate::compose::spec::schema::ROOT;
use crate::compose::spec::schema::shape::{Mapping, SchemaKey, SchemaShape};
use crate::compose::spec::shapes::{DecodedShape, PROJECT};

/// No path of the schema is longer, and none leads into itself.
const DEEPEST: usize = 12;

/// All paths of the schema: `*` for names, `[]` for the items of lists.
fn paths(shape: &'static SchemaShape, path: &str, found: &mut BTreeMap<String, Option<&'static SchemaKey>>) {
    assert!(path.split('.').count() < DEEPEST, "the schema leads into itself at `{path}`");
    let below = |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") };
    match shape.map {
        Mapping::Struct(structure) => {
            for key in structure.keys {
                found.insert(below(key.name), Some(key));
                paths(key.shape, &below(key.name), found);
            }
        }
        Mapping::Table(table) => {
            found.insert(below("*"), None);
            paths(table.value, &below("*"), found);
        }
        Mapping::No | Mapping::Free => {}
    }
    if let Some(list) = shape.list {
        found.entry(below("[]")).or_default();
        paths(list.item, &below("[]"), found);
    }
}

fn all_paths() -> BTreeMap<String, Option<&'static SchemaKey>> {
    let mut found = BTreeMap::new();
    paths(&ROOT, "", &mut found);
    found
}

/// Whether a pattern of a table fits a path of the schema. A table may write `*` for the items of a list.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), path.split('.').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(wanted, step)| wanted == step || *wanted == "*" && matches!(*step, "*" | "[]"))
}

/// What a table says of a path.
fn said<T>(table: &[(&str, T)], path: &str, show: impl Fn(&T) -> String) -> String {
    table.iter().find(|(pattern, _)| fits(pattern, path)).map_or("-".to_owned(), |(_, value)| show(value))
}

fn shown<T: Debug>(value: &T) -> String {
    format!("{value:?}").replace(' ', "")
}

/// How the value at a path is decoded: a shape of its own, or `within` one that takes all below it. `-` where it is dropped.
fn decoded(path: &str) -> String {
    let mut shape = DecodedShape::Struct(PROJECT);
    for step in path.split('.') {
        while let DecodedShape::Pointer(inner) = shape {
            shape = *inner;
        }
        shape = match (shape, step) {
            (DecodedShape::Struct(fields), name) => match fields.iter().find(|field| field.name == name) {
                Some(field) => field.shape,
                None => return "-".to_owned(),
            },
            (DecodedShape::Map(inner), "*") | (DecodedShape::List(inner), "[]") => *inner,
            (DecodedShape::Map(_) | DecodedShape::List(_), _) => return "short".to_owned(),
            (taken, _) => return format!("within{}", name(taken)),
        };
    }
    name(shape)
}

fn name(shape: DecodedShape) -> String {
    match shape {
        DecodedShape::Pointer(inner) => name(*inner),
        DecodedShape::List(_) => "List".to_owned(),
        DecodedShape::Map(_) => "Map".to_owned(),
        DecodedShape::Struct(_) => "Struct".to_owned(),
        other => shown(&other),
    }
}

#[test]
fn every_key_is_decided_in_every_table() {
    let mut text = String::new();
    for path in all_paths().keys() {
        let columns = [
            format!("decode={}", decoded(path)),
            format!("cast={}", said(CASTS, path, shown)),
            format!("merge={}", said(MERGERS, path, shown)),
            format!("same={}", said(IDENTITIES, path, shown)),
            format!("expand={}", said(FORMS, path, shown)),
            format!("path={}", said(KINDS, path, shown)),
            format!("check={}", said(CHECKS, path, |_| "yes".to_owned())),
        ];
        text.push_str(&format!("{path} {}\n", columns.join(" ")));
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/compose/decided.txt");
    if std::env::var_os("PLIMSOLL_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&file, &text).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    let changed = |left: &str, right: &str| -> Vec<String> {
        left.lines().filter(|line| !right.lines().any(|other| other == *line)).map(str::to_owned).collect()
    };
    let (new, gone) = (changed(&text, &written), changed(&written, &text));
    assert!(new.is_empty() && gone.is_empty(), "decide on these: {new:#?}\ninstead of these: {gone:#?}");
}

#[test]
fn every_row_of_a_table_leads_to_a_key() {
    let paths = all_paths();
    let rows = [
        CASTS.iter().map(|row| row.0).collect::<Vec<_>>(),
        MERGERS.iter().map(|row| row.0).collect::<Vec<_>>(),
        IDENTITIES.iter().map(|row| row.0).collect::<Vec<_>>(),
        FORMS.iter().map(|row| row.0).collect::<Vec<_>>(),
        KINDS.iter().map(|row| row.0).collect::<Vec<_>>(),
        CHECKS.iter().map(|row| row.0).collect::<Vec<_>>(),
    ];
    let dead = |pattern: &&str| !paths.keys().any(|path| fits(pattern, path));
    let dead: Vec<&str> = rows.into_iter().flatten().filter(dead).collect();
    assert_eq!(dead, DEAD_ROWS, "rows of tables that fit no key of the schema");
}

/// Rows that compose-go has although its schema has no such key (`override/uncity.go`; the key is `platforms`).
const DEAD_ROWS: [&str; 1] = ["services.*.build.platform"];

#[test]
fn every_key_of_the_reference_is_decoded() {
    let paths = all_paths();
    let newer: Vec<String> = paths
        .iter()
        .filter(|(_, key)| key.is_some_and(SchemaKey::is_newer))
        .map(|(path, _)| format!("{path}."))
        .collect();
    let is_newer = |path: &str| newer.iter().any(|newer| format!("{path}.").starts_with(newer));
    let lost: Vec<&str> = paths
        .iter()
        .filter(|(path, key)| key.is_some() && !is_newer(path) && decoded(path) == "-")
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(lost, NOT_DECODED, "keys of the schema that no struct takes");
}

/// Keys that the loader consumes (`include`, `extends`, `name`), and those that docker compose drops.
const NOT_DECODED: [&str; 11] = [
    "include",
    "include.[].env_file",
    "include.[].path",
    "include.[].project_directory",
    "name",
    "networks.*.ipam.options",
    "services.*.extends",
    "services.*.extends.file",
    "services.*.extends.service",
    "services.*.pull_refresh_after",
    "version",
];
