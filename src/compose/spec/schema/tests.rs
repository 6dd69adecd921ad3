//! The validator on small files: what it finds, as data, and what the table of the specification looks like.

use std::collections::BTreeMap;
use std::path::Path;

use super::shape::{Mapping, SchemaShape, Struct};
use super::suggest::Guess;
use super::violation::{Bound, EntryRest, Flaw, Violated};
use super::*;
use crate::budget::Budget;
use crate::compose::load::convert::convert;
use crate::compose::problem::{Missing, PlaceRole, Problem, TypeProblem, ValueKind, ValueProblem, Verdict};
use crate::source::SourceDb;
use crate::yaml::{Tree, parse};

/// The first document of a tree as values, nothing interpolated.
pub(crate) fn value_of(tree: &Tree) -> Value {
    convert(tree, &Budget::default()).0.remove(0).value
}

/// The only problem of a service `web` with these lines.
fn only(lines: &str) -> Reported {
    let text = lines.lines().fold("services:\n  web:\n".to_owned(), |text, line| text + "    " + line + "\n");
    let db = SourceDb::new();
    let file = db.overlay(Path::new("/compose.yml"), text.clone());
    let (tree, broken) = parse(file, &text);
    assert!(broken.is_empty(), "{broken:?}");
    let mut found = validate(&value_of(&tree));
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.remove(0)
}

fn flaw(lines: &str) -> (Violated, Flaw) {
    match only(lines).problem {
        Problem::Type(TypeProblem::Schema(violation)) | Problem::Value(ValueProblem::Schema(violation)) => {
            (violation.subject, violation.flaw)
        }
        other => panic!("{other:?}"),
    }
}

fn guess(lines: &str) -> Guess {
    match only(lines).problem {
        Problem::UnknownKey(unknown) => unknown.guess,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_key_has_what_was_meant() {
    assert_eq!(guess("imgae: a"), Guess::Spelling { name: "image", fits: true });
    assert_eq!(guess("image: a\nimgae: b"), Guess::Spelling { name: "image", fits: false });
    assert_eq!(guess("replicas: 2"), Guess::Section("deploy".to_owned()));
    assert_eq!(guess("net: host"), Guess::Replaced("`network_mode`"));
    assert_eq!(guess("healthcheck: {ports: []}"), Guess::Outside { title: Some("a service") });
    assert_eq!(guess("frobnicate: 1"), Guess::Nothing);
}

#[test]
fn a_problem_knows_its_path_and_what_docker_compose_says() {
    let reported = only("ports:\n  - 80\n  - {targt: 80, target: 81}");
    assert_eq!(reported.about, ["services", "web", "ports", "targt"]);
    assert_eq!(reported.path.as_deref(), Some("services.web.ports[1].targt"));
    assert_eq!((reported.verdict, reported.caused_by), (Verdict::Rejected, None));
    let newer = only("image: a\npre_start: []").verdict;
    assert!(matches!(newer, Verdict::NeedsNewer(release) if release > Release::REFERENCE), "{newer:?}");
}

#[test]
fn a_value_has_its_kind_and_the_shape_that_it_does_not_fit() {
    let (subject, found) = flaw("restart: true");
    assert_eq!(subject, Violated::Key("restart".into()));
    assert!(matches!(found, Flaw::Kind { found: ValueKind::Bool, scalar: Some(_), .. }), "{found:?}");
    let (subject, found) = flaw("volumes: [1]");
    assert_eq!(subject, Violated::Entry("volumes".into()));
    assert!(matches!(found, Flaw::Kind { found: ValueKind::Int, .. }), "{found:?}");
    let (_, found) = flaw("healthcheck:");
    assert!(matches!(found, Flaw::Kind { found: ValueKind::Empty, shape, .. } if shape.is_mapping_only()), "{found:?}");
    let (_, found) = flaw("image: a\ncommand:\n  - say: b c");
    assert!(matches!(found, Flaw::Split { rest: EntryRest::Words, .. }), "{found:?}");
    let (_, found) = flaw("cpu_percent: 101");
    assert!(matches!(found, Flaw::Range { bound: Bound::Greatest(100), .. }), "{found:?}");
}

#[test]
fn a_duplicate_has_its_first_and_hides_what_may_be_secret() {
    let reported = only("image: a\ncap_add: [A, B, A]");
    assert_eq!(reported.related.iter().map(|one| &one.role).collect::<Vec<_>>(), [&PlaceRole::First]);
    assert!(matches!(flaw("cap_add: [A, A]").1, Flaw::Duplicate(Some(text)) if text.value() == "A"));
    assert!(matches!(flaw("environment: [A=1, A=1]").1, Flaw::Duplicate(None)));
}

#[test]
fn a_missing_key_has_its_owner() {
    let Problem::Missing(missing) = only("image: a\ndepends_on: {db: {required: true}}").problem else { panic!() };
    assert_eq!(missing, Missing::Key { key: "condition", title: "a dependency", owner: Some("db".into()) });
}

/// Each structure of the specification, once.
pub(crate) fn every_structure() -> Vec<&'static Struct> {
    let mut found = Vec::new();
    structures(&resources::FILE, &mut found);
    assert!(found.len() > 40);
    found
}

fn structures(shape: &'static SchemaShape, found: &mut Vec<&'static Struct>) {
    if let Some(list) = &shape.list {
        structures(list.item, found);
    }
    match shape.map {
        Mapping::Table(table) => structures(table.value, found),
        Mapping::Struct(structure) if !found.iter().any(|known| std::ptr::eq(*known, structure)) => {
            found.push(structure);
            structure.keys.iter().for_each(|key| structures(key.shape, found));
        }
        _ => {}
    }
}

#[test]
fn the_table_is_in_order_and_documented() {
    let mut names = BTreeMap::new();
    for structure in every_structure() {
        assert!(structure.keys.is_sorted_by(|one, other| one.name < other.name), "{}", structure.title);
        assert!(structure.required.iter().all(|name| structure.key(name).is_some()), "{}", structure.title);
        for key in structure.keys {
            let doc = key.doc;
            assert!((8..=110).contains(&doc.chars().count()) && !doc.contains('\n'), "{}: {doc}", key.name);
            assert!(!doc.ends_with('.') && doc.trim() == doc && !doc.contains("  "), "{}: {doc}", key.name);
            assert!(doc.starts_with(|first: char| first.is_uppercase() || first == '`'), "{}: {doc}", key.name);
            assert_eq!(doc.matches('`').count() % 2, 0, "{}: {doc}", key.name);
            let name = *names.entry(doc).or_insert(key.name);
            assert_eq!(name, key.name, "two keys say the same: {doc}");
        }
    }
    assert!(names.len() > 200, "{}", names.len());
}
