//! Findings that rely on files which git ignores, and `--committed`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::common::{self, OPEN, active, code, report, run, stdout};

const OVERRIDE: &str = "services:\n  second:\n    image: mongo:8\n";

fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::project("local", name, files)
}

/// The findings that count, each with whether it is local.
fn found(report: &Value) -> Vec<(String, bool)> {
    let findings = common::findings(report).into_iter();
    findings.map(|one| (one["rule"].as_str().unwrap().to_owned(), one["local"].as_bool().unwrap())).collect()
}

#[test]
fn what_an_ignored_override_brings_is_local() {
    let folder = project(
        "override",
        &[("compose.yaml", OPEN), ("compose.override.yaml", OVERRIDE), (".gitignore", "compose.override.yaml\n")],
    );
    let all = report(&folder, &[]);
    let expect = [("datastore-without-volume".to_owned(), true), ("exposed-datastore".to_owned(), false)];
    assert_eq!(found(&all), expect, "{all:#}");
    let committed = report(&folder, &["--committed"]);
    assert!(found(&committed).iter().all(|(_, local)| !local), "{committed:#}");
    assert_eq!(active(&folder, &["--committed"]), ["exposed-datastore compose.yaml:6"]);
    let text = stdout(&run(&folder, &["check", "--show", "info"]));
    assert_eq!(text.matches("local: relies on a file that git ignores").count(), 1, "{text}");
    for format in ["concise", "github", "gitlab", "junit", "checkstyle", "rdjson", "markdown", "sarif", "jsonl"] {
        let shown = stdout(&run(&folder, &["check", "--show", "info", "--format", format]));
        assert!(
            shown.contains("relies on a file that git ignores") || shown.contains("\"local\":true"),
            "{format}: {shown}"
        );
    }
}

#[test]
fn what_an_ignored_env_file_says_about_a_tracked_file_is_local() {
    let compose = "services:\n  web:\n    image: example/web:1\n    mem_limit: ${LIMIT:-1g}\n";
    let folder = project("env", &[("compose.yaml", compose), (".env", "LIMIT=lots\n"), (".gitignore", ".env\n")]);
    let all = found(&report(&folder, &[]));
    assert!(!all.is_empty() && all.iter().all(|(_, local)| *local), "{all:?}");
    assert_eq!(active(&folder, &["--committed"]), [""; 0]);
    // A file that is named is there.
    assert_ne!(active(&folder, &["--committed", "--env-file", ".env"]), [""; 0]);
}

#[test]
fn nothing_is_local_without_ignored_files() {
    let folder = project("tracked", &[("compose.yaml", OPEN), (".gitignore", "*.log\n")]);
    assert_eq!(found(&report(&folder, &[])), [("exposed-datastore".to_owned(), false)]);
}

#[test]
fn a_baseline_holds_nothing_local() {
    let files =
        [("compose.yaml", OPEN), ("compose.override.yaml", OVERRIDE), (".gitignore", "compose.override.yaml\n")];
    let folder = project("baseline", &files);
    assert_eq!(code(&run(&folder, &["baseline"])), 0);
    let baseline = fs::read_to_string(folder.join("plimsoll-baseline.json")).unwrap();
    assert!(baseline.contains("\"compose.yaml\"") && !baseline.contains("override"), "{baseline}");
    let left = report(&folder, &["--baseline", "plimsoll-baseline.json"]);
    let left: Vec<Value> = common::findings(&left).into_iter().filter(|one| one["suppressed"].is_null()).collect();
    assert!(left.iter().all(|one| one["local"] == true) && !left.is_empty(), "{left:?}");
    assert_eq!(active(&folder, &["--committed", "--baseline", "plimsoll-baseline.json"]), [""; 0]);
}

#[test]
fn what_an_ignored_file_hides_is_not_gone() {
    let compose = "services:\n  web:\n    image: example/web:1\n    mem_limit: ${LIMIT:-lots}\n";
    let folder = project("hidden", &[("compose.yaml", compose), (".env", "LIMIT=1g\n"), (".gitignore", ".env\n")]);
    assert_eq!(code(&run(&folder, &["baseline"])), 0);
    let report = report(&folder, &["--baseline", "plimsoll-baseline.json"]);
    assert_eq!(report["baseline"]["gone"].as_array().map(Vec::len), Some(0), "{report:#}");
}
