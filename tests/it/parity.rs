//! `plimsoll resolve` answers to each case of `fixtures/parity` what docker compose answered when `tests/oracle/record`
//! asked it; the cases of `known-differences.txt` still differ.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;

use serde_json::Value;

use crate::common::{program, root};

/// Where the cases are.
fn cases_directory() -> PathBuf {
    root().join("fixtures/parity")
}

#[test]
fn resolve_answers_what_docker_compose_answered() {
    let directory = cases_directory();
    let names = case_names(&directory);
    assert!(names.len() >= 300, "only {} cases in {}", names.len(), directory.display());
    let known = known_differences(&directory);
    let differences = compare(&directory, &names);
    let new: Vec<String> = differences
        .iter()
        .filter(|(name, _)| !known.contains(*name))
        .map(|(name, difference)| format!("{name}: {difference}"))
        .collect();
    let settled: Vec<&String> = known.iter().filter(|name| !differences.contains_key(*name)).collect();
    assert!(new.is_empty(), "{} of {} cases differ:\n{}", new.len(), names.len(), new.join("\n"));
    assert!(settled.is_empty(), "these agree or are gone, remove them from known-differences.txt: {settled:?}");
}

#[test]
fn the_document_on_parity_lists_the_known_differences() {
    let text = fs::read_to_string(root().join("docs/parity.md")).unwrap();
    let listed: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(listed, known_differences(&cases_directory()));
}

#[test]
fn differences_are_found_where_they_are() {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let check = |ours: &str, theirs: &str, expect: Option<&str>| {
        assert_eq!(first_difference(&value(ours), &value(theirs), "model").as_deref(), expect);
    };
    check(r#"{"a": [1, {"b": null}]}"#, r#"{"a": [1, {"b": null}]}"#, None);
    check("1.0", "1", None);
    check(r#"{"a": 1}"#, "{}", Some("model.a: plimsoll has 1, docker compose has nothing"));
    check("{}", r#"{"a": 1}"#, Some("model.a: docker compose has 1, plimsoll has nothing"));
    check(r#"{"a": [1, 2]}"#, r#"{"a": [1, 3]}"#, Some("model.a[1]: docker compose has 3, plimsoll has 2"));
    check("[1]", "[]", Some("model: docker compose has [], plimsoll has [1]"));
    check("true", "1", Some("model: docker compose has 1, plimsoll has true"));
}

fn case_names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let mut names: Vec<String> =
        entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The first word of each line.
fn known_differences(directory: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(directory.join("known-differences.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// The first difference of each case that has one.
fn compare(directory: &Path, names: &[String]) -> BTreeMap<String, String> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<&[String]> = names.chunks(names.len().div_ceil(threads)).collect();
    thread::scope(|scope| {
        let handles: Vec<_> = parts
            .into_iter()
            .map(|part| {
                scope.spawn(move || {
                    let differences = part.iter().filter_map(|name| Some((name.clone(), case(directory, name)?)));
                    differences.collect::<Vec<_>>()
                })
            })
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    })
}

fn case(directory: &Path, name: &str) -> Option<String> {
    let folder = directory.join(name);
    let expected = match json(&folder.join("expected.json")) {
        Some(expected) => expected,
        None => return Some("it has no expected.json, run tests/oracle/record".to_owned()),
    };
    let output = resolve(&folder);
    let errors = String::from_utf8_lossy(&output.stderr);
    let accepted = expected.get("accepted") == Some(&Value::Bool(true));
    match (output.status.code(), accepted) {
        (Some(0), false) => Some("plimsoll accepts it, docker compose rejects it".to_owned()),
        // 2 where a file of the command line does not exist: docker compose has one code for all.
        (Some(1 | 2), false) => None,
        (Some(0), true) => {
            let ours: Value = serde_json::from_slice(&output.stdout).unwrap();
            let ours = placed(ours, &folder.display().to_string(), &directory.display().to_string());
            first_difference(&ours, expected.get("model").unwrap_or(&Value::Null), "model")
        }
        (Some(1), true) => Some(format!("docker compose accepts it, plimsoll rejects it: {}", errors.trim())),
        (code, _) => Some(format!("plimsoll ended with {code:?}: {}", errors.trim())),
    }
}

fn json(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Runs plimsoll as `tests/oracle` runs docker compose.
fn resolve(folder: &Path) -> Output {
    let options = json(&folder.join("case.json")).unwrap_or_default();
    let arguments = options.get("arguments").and_then(Value::as_array).cloned().unwrap_or_default();
    let arguments = arguments.iter().map(|argument| argument.as_str().unwrap());
    program(folder).arg("resolve").args(arguments).args(["--format", "json"]).output().unwrap()
}

/// A value with `$CASE` in place of the case's folder, and `$CASES` in place of that of all cases.
fn placed(value: Value, folder: &str, directory: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(folder, "$CASE").replace(directory, "$CASES")),
        Value::Array(items) => items.into_iter().map(|item| placed(item, folder, directory)).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| {
                let key = key.replace(folder, "$CASE").replace(directory, "$CASES");
                (key, placed(value, folder, directory))
            })
            .collect(),
        other => other,
    }
}

/// Where two values differ first.
fn first_difference(ours: &Value, theirs: &Value, path: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            keys.into_iter().find_map(|key| {
                let path = format!("{path}.{key}");
                match (ours.get(key), theirs.get(key)) {
                    (Some(ours), Some(theirs)) => first_difference(ours, theirs, &path),
                    (Some(ours), None) => Some(format!("{path}: plimsoll has {ours}, docker compose has nothing")),
                    (None, theirs) => {
                        let theirs = theirs.unwrap_or(&Value::Null);
                        Some(format!("{path}: docker compose has {theirs}, plimsoll has nothing"))
                    }
                }
            })
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => ours
            .iter()
            .zip(theirs)
            .enumerate()
            .find_map(|(at, (ours, theirs))| first_difference(ours, theirs, &format!("{path}[{at}]"))),
        (Value::Number(one), Value::Number(two)) if one.as_f64() == two.as_f64() => None,
        _ => (ours != theirs).then(|| format!("{path}: docker compose has {theirs}, plimsoll has {ours}")),
    }
}
