//! `plimsoll projects` on the small repositories of `fixtures/invocations`: as JSON and as text. `PLIMSOLL_UPDATE=1`
//! writes what is printed now.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{self, code, root, run, stderr, stdout};

fn repositories() -> Vec<PathBuf> {
    let folder = root().join("fixtures/invocations");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(found.len() >= 4, "{found:?}");
    found
}

fn files(folder: &Path, below: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(folder, &path, found);
        } else {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A copy that is a repository of its own.
fn copy(fixture: &Path, suite: &str) -> PathBuf {
    let mut found = Vec::new();
    files(&fixture.join("repo"), &fixture.join("repo"), &mut found);
    let found: Vec<(&str, &str)> = found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    common::project(suite, fixture.file_name().unwrap().to_str().unwrap(), &found)
}

#[test]
fn repositories_give_what_is_recorded() {
    for fixture in repositories() {
        let folder = copy(&fixture, "projects-recorded");
        for (arguments, name) in
            [(["projects", "--format", "json"].as_slice(), "projects.json"), (&["projects"], "projects.txt")]
        {
            let done = run(&folder, arguments);
            assert_eq!((code(&done), stderr(&done)), (0, String::new()), "{fixture:?}");
            let recorded = fixture.join(name);
            if std::env::var("PLIMSOLL_UPDATE").is_ok_and(|value| value == "1") {
                fs::write(&recorded, stdout(&done)).unwrap();
            }
            assert_eq!(stdout(&done), fs::read_to_string(&recorded).unwrap_or_default(), "{recorded:?}");
        }
    }
}

#[test]
fn places_are_lines_of_files_and_invocations_have_files() {
    for fixture in repositories() {
        let folder = copy(&fixture, "projects-places");
        let answer: Value = serde_json::from_str(&stdout(&run(&folder, &["projects", "--format", "json"]))).unwrap();
        for project in answer["projects"].as_array().unwrap() {
            for invocation in project["invocations"].as_array().unwrap() {
                let is_placed = !invocation["from"].as_array().unwrap().is_empty();
                assert_eq!(is_placed, matches!(invocation["certainty"].as_str(), Some("written" | "configured")));
                assert!(!invocation["files"].as_array().unwrap().is_empty());
                for place in invocation["from"].as_array().unwrap() {
                    let text = fs::read_to_string(folder.join(place["file"].as_str().unwrap())).unwrap();
                    let line = place["line"].as_u64().unwrap() as usize;
                    assert!((1..=text.lines().count()).contains(&line), "{place}");
                }
            }
        }
    }
}

#[test]
fn a_path_lists_the_projects_below_it() {
    let service = "services:\n  a:\n    image: example/a:1\n";
    let files =
        [("a/compose.yaml", service), ("b/compose.yaml", service), ("up.sh", "docker compose -f a/compose.yaml up")];
    let folder = common::project("projects", "paths", &files);
    let answer: Value = serde_json::from_str(&stdout(&run(&folder, &["projects", "a", "--format", "json"]))).unwrap();
    assert_eq!(answer["projects"].as_array().unwrap().len(), 1);
    assert_eq!(answer["projects"][0]["invocations"][0]["from"][0]["file"], "up.sh");
    let done = run(&folder, &["projects", "c"]);
    assert_eq!((code(&done), stderr(&done).as_str()), (2, "plimsoll: c: no such directory\n"));
    assert_eq!(code(&run(&folder, &["projects", "up.sh"])), 2);
}

#[test]
fn a_repository_without_compose_files_has_no_project() {
    let folder = common::project("projects", "nothing", &[("Makefile", "up:\n\tdocker compose up\n")]);
    let done = run(&folder, &["projects"]);
    assert_eq!((code(&done), stdout(&done).as_str()), (0, "No Compose project was found.\n"));
}

#[test]
fn configured_projects_come_first() {
    let service = "services:\n  a:\n    image: example/a:1\n";
    let config = "projects:\n  - files: [compose.yaml, x.yaml]\n    profiles: [p]\n    name: n\n";
    let files = [("compose.yaml", service), ("x.yaml", service), ("plimsoll.yaml", config)];
    let folder = common::project("projects", "configured", &files);
    let answer: Value = serde_json::from_str(&stdout(&run(&folder, &["projects", "--format", "json"]))).unwrap();
    let invocations = answer["projects"][0]["invocations"].as_array().unwrap();
    assert_eq!(invocations.len(), 1);
    assert_eq!((&invocations[0]["certainty"], &invocations[0]["name"]), (&"configured".into(), &"n".into()));
    assert_eq!(invocations[0]["from"][0], serde_json::json!({"file": "plimsoll.yaml", "line": 2}));
}

#[test]
fn nothing_in_a_name_reaches_the_terminal() {
    let service = "services:\n  a:\n    image: example/a:1\n";
    let files = [("a.yaml", service), ("up.sh", "docker compose -p 'x\u{1b}[31m\u{202e}' -f a.yaml up")];
    let folder = common::project("projects", "hostile", &files);
    for arguments in [["projects", "--format", "text"], ["projects", "--format", "json"]] {
        let text = stdout(&run(&folder, &arguments));
        assert!(text.contains("31m") && !text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn a_command_is_resolved_and_drawn_by_where_it_is_written() {
    let service = "services:\n  a:\n    image: example/a:${TAG:-none}\n";
    let overlay = "services:\n  b:\n    image: example/b:1\n    profiles: [p]\n";
    let makefile =
        "up:\n\tTAG=7 docker compose -f compose.yaml -f x.yaml --profile p up\nother:\n\tdocker compose -f x.yaml up\n";
    let files = [("compose.yaml", service), ("x.yaml", overlay), ("Makefile", makefile)];
    let folder = common::project("projects", "by-place", &files);
    let resolved = run(&folder, &["resolve", "--invocation", "Makefile:2"]);
    let value: Value = serde_json::from_str(&stdout(&resolved)).unwrap();
    assert_eq!(value["services"]["a"]["image"], "example/a:7");
    assert_eq!(value["services"]["b"]["image"], "example/b:1");
    let drawn = run(&folder, &["graph", "--invocation", "Makefile:2"]);
    assert!(code(&drawn) == 0 && stdout(&drawn).contains("example/b:1"), "{}", stdout(&drawn));
    let several = run(&folder, &["resolve", "--invocation", "Makefile"]);
    let expect = "plimsoll: `Makefile` starts several: `-f compose.yaml -f x.yaml --profile p` (Makefile:2); `-f x.yaml` (Makefile:4); add the line, or use `-f`\n";
    assert_eq!((code(&several), stderr(&several).as_str()), (2, expect));
    let none = run(&folder, &["graph", "--invocation", "Makefile:3"]);
    assert_eq!(code(&none), 2);
    assert!(stderr(&none).contains("no command that starts a project is known at `Makefile:3`"));
    assert_eq!(code(&run(&folder, &["resolve", "--invocation", "Makefile:2", "-f", "x.yaml"])), 2);
}
