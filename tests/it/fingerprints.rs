//! A baseline that an earlier build has written hides the same findings: rules may be renamed and messages reworded, and
//! fingerprints stay. Both baselines were written before rules became a type. A line may go where its finding is meant to
//! be gone; none may change.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{project, report, root};

/// What a run with a baseline no longer finds, and how many findings the baseline has hidden.
fn replay(folder: &Path, paths: &[&str], baseline: &str) -> (Vec<String>, Value) {
    let mut arguments = paths.to_vec();
    arguments.extend(["--strict", "--preview", "--baseline", baseline]);
    let report = report(folder, &arguments);
    let gone = report["baseline"]["gone"].as_array().unwrap().iter().map(Value::to_string).collect();
    (gone, report["baseline"]["known"].clone())
}

fn written(text: &str) -> usize {
    let baseline: Value = serde_json::from_str(text).unwrap();
    baseline["findings"].as_array().unwrap().len()
}

#[test]
fn an_earlier_baseline_of_the_examples_hides_what_it_hid() {
    let folder = root().join("fixtures/baseline");
    let archive = fs::read_to_string(folder.join("projects.txt")).unwrap();
    let baseline = fs::read_to_string(folder.join("plimsoll-baseline.json")).unwrap();
    let mut files: Vec<(&str, &str)> =
        archive.split("%%% ").skip(1).map(|file| file.split_once('\n').unwrap()).collect();
    files.push(("plimsoll-baseline.json", &baseline));
    let folder = project("fingerprints", "examples", &files);
    let (gone, known) = replay(&folder, &[], "plimsoll-baseline.json");
    assert_eq!((gone, known), (Vec::new(), json!(written(&baseline))));
}

#[test]
fn an_earlier_baseline_of_the_fixtures_hides_what_it_hid() {
    let folder = root().join("fixtures");
    let baseline = fs::read_to_string(folder.join("baseline/fixtures.json")).unwrap();
    let paths = ["parity", "projects", "fixes", "invocations", "sarif"];
    let (gone, known) = replay(&folder, &paths, "baseline/fixtures.json");
    assert_eq!((gone, known), (Vec::new(), json!(written(&baseline))));
}
