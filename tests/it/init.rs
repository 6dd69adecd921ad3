//! `plimsoll init` writes down how projects are started, and `check` finds the same afterwards.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{code, findings, project, report, run, stderr, stdout};

const DB: &str = "services:\n  db:\n    image: postgres:17\n    environment: { POSTGRES_PASSWORD: \"${PASSWORD}\" }\n";
const OPEN: &str = "services:\n  db:\n    ports: [\"5432:5432\"]\n";
const MAKEFILE: &str = "up:\n\tTAG=$(shell git describe) PORT=80 TOKEN=9f3b2c7d1e docker compose -p shop -f compose.yaml -f compose.prod.yaml --env-file .env.prod --profile web up -d\nstack:\n\tdocker stack deploy -c stack.yaml shop\n";

/// Rule, file, line and severity of all findings.
fn found(folder: &Path) -> Vec<String> {
    let all = findings(&report(folder, &[])).into_iter();
    let mut all: Vec<String> = all
        .filter(|one| one["file"] != "plimsoll.yaml")
        .map(|one| format!("{} {} {} {}", one["rule"], one["file"], one["span"]["start"]["line"], one["severity"]))
        .collect();
    all.sort();
    all
}

fn invocations(folder: &Path) -> Vec<Value> {
    let all: Value = serde_json::from_str(&stdout(&run(folder, &["projects", "--format", "json"]))).unwrap();
    let projects = all["projects"].as_array().unwrap().iter();
    let mut all: Vec<Value> = projects.flat_map(|one| one["invocations"].as_array().unwrap().clone()).collect();
    for one in &mut all {
        ["from", "certainty"].iter().for_each(|key| _ = one.as_object_mut().unwrap().remove(*key));
    }
    all.sort_by_key(Value::to_string);
    all
}

/// Checks that a file is written that says the same as the repository does, and gives its text.
fn init(folder: &Path) -> String {
    let (before, known) = (found(folder), invocations(folder));
    let done = run(folder, &["init"]);
    assert_eq!((code(&done), stderr(&done).as_str()), (0, ""));
    let text = fs::read_to_string(folder.join("plimsoll.yaml")).unwrap();
    assert_eq!(found(folder), before, "{text}");
    assert_eq!(invocations(folder), known, "{text}");
    text
}

#[test]
fn every_field_is_written_and_nothing_secret() {
    let files = [
        ("compose.yaml", DB),
        ("compose.prod.yaml", OPEN),
        ("stack.yaml", DB),
        ("sub/compose.yaml", DB),
        ("Makefile", MAKEFILE),
    ];
    let folder = project("init", "fields", &files);
    let text = init(&folder);
    let expect = concat!(
        "projects:\n",
        "  # Makefile:2\n",
        "  - files: [compose.yaml, compose.prod.yaml]\n",
        "    env_files: [.env.prod]\n",
        "    environment: { PORT: \"80\" }\n",
        "    provided: [TAG, TOKEN]\n",
        "    profiles: [web]\n",
        "    name: shop\n",
        "    purpose: deploy\n",
        "  # Makefile:4\n",
        "  - files: [stack.yaml]\n",
        "    name: shop\n",
        "    engine: swarm\n",
        "    purpose: deploy\n",
        "  # a plain `docker compose up`\n",
        "  - files: [sub/compose.yaml]\n",
    );
    assert!(text.contains(expect) && !text.contains("9f3b2c7d1e"), "{text}");
}

#[test]
fn guesses_are_comments_and_stay_guesses() {
    let files = [("compose.yaml", DB), ("compose.lan.yaml", OPEN), ("lonely.compose.yaml", DB)];
    let folder = project("init", "guesses", &files);
    let text = init(&folder);
    assert!(text.contains("\n  # - files: [compose.yaml]\n") && !text.contains("\n  - files"), "{text}");
    assert!(text.contains("\n  # - files: [compose.yaml, compose.lan.yaml]\n"), "{text}");
}

#[test]
fn what_is_found_is_listed() {
    let files = [
        ("compose.yaml", DB),
        ("compose.prod.yaml", OPEN),
        ("Makefile", "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml --profile x up\n"),
    ];
    let folder = project("init", "listed", &files);
    let expect = "created plimsoll.yaml with 1 invocation:\n  compose.yaml, compose.prod.yaml, profile x (Makefile:2)\nsee docs/configuration.md for all settings\n";
    assert_eq!(stdout(&run(&folder, &["init"])), expect);
}

#[test]
fn a_directory_without_projects_gets_examples() {
    let folder = project("init", "none", &[("README.md", "# Nothing\n")]);
    let done = run(&folder, &["init"]);
    assert_eq!(stdout(&done), "created plimsoll.yaml; see docs/configuration.md for all settings\n");
    assert!(fs::read_to_string(folder.join("plimsoll.yaml")).unwrap().contains("#: projects:"));
}

#[test]
fn the_projects_of_fixtures_are_started_as_before() {
    for name in ["bakery", "harbour", "orchard", "terrace"] {
        let from = crate::common::root().join("fixtures/invocations").join(name);
        let folder = project("init", name, &[]);
        copy(&from, &folder);
        let _ = fs::remove_file(folder.join("plimsoll.yaml"));
        init(&folder);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to)
        } else {
            _ = fs::copy(entry.path(), to).unwrap()
        }
    }
}
