//! `docs/coverage.md` says which rules cover what other linters check; `PLIMSOLL_UPDATE=1` writes it anew.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Why a check is left out: the word in the table, and what it stands for.
const REASONS: [(&str, &str); 4] = [
    ("taste", "left out: a matter of taste"),
    ("noise", "left out: true of nearly every project"),
    ("premise", "left out: what it assumes is not so"),
    ("elsewhere", "left out: decided by the Dockerfile alone"),
];

#[test]
fn the_coverage_is_up_to_date() {
    let update = std::env::var_os("PLIMSOLL_UPDATE").is_some_and(|value| value == "1");
    let registered: BTreeSet<String> =
        plimsoll::testing::rules::all().map(|rule| rule.document.name.to_owned()).collect();
    if update {
        forget_planned(&registered);
    }
    let table = table();
    let planned = texts(&table["planned"]);
    let overdue: Vec<&String> = planned.iter().filter(|name| registered.contains(*name)).collect();
    assert!(
        overdue.is_empty(),
        "docs/coverage.yaml: no longer planned, but there: {overdue:?}; run `cargo dev update`"
    );
    for check in checks(&table) {
        let (id, by) = (&check["id"], texts(&check["by"]));
        let known = |name: &String| registered.contains(name) || planned.contains(name);
        assert!(by.iter().all(known), "docs/coverage.yaml: {id}: {by:?} has a name that no rule has");
        let without = check["without"].as_str();
        assert!(without.is_none_or(|word| REASONS.iter().any(|(reason, _)| *reason == word)), "{id}: unknown reason");
        assert!(by.is_empty() != without.is_none(), "docs/coverage.yaml: {id}: either rules or a reason");
    }
    let path = root().join("docs/coverage.md");
    let wanted = document(&table, &planned);
    if update {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/coverage.md is out of date: `cargo dev update` writes it");
}

#[test]
fn each_check_is_listed_once() {
    let table = table();
    for tool in table["tools"].as_array().unwrap() {
        let ids: Vec<&str> =
            tool["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{}", tool["name"]);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn table() -> Value {
    let text = fs::read_to_string(root().join("docs/coverage.yaml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

fn checks(table: &Value) -> impl Iterator<Item = &Value> {
    table["tools"].as_array().into_iter().flatten().flat_map(|tool| tool["checks"].as_array().into_iter().flatten())
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// Names that have become rules leave the line of planned ones.
fn forget_planned(registered: &BTreeSet<String>) {
    let path = root().join("docs/coverage.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let still: Vec<String> = texts(&table()["planned"]).into_iter().filter(|name| !registered.contains(name)).collect();
    let lines = text.lines().map(|line| match line.strip_prefix("planned:") {
        Some(_) => format!("planned: [{}]\n", still.join(", ")),
        None => format!("{line}\n"),
    });
    fs::write(&path, lines.collect::<String>()).unwrap();
}

fn document(table: &Value, planned: &[String]) -> String {
    let mut out = String::from(
        "# Coverage\n\nWhat other linters check, and the rule of plimsoll that covers it or the reason why none does. This file is generated from \
         [coverage.yaml](coverage.yaml) (`cargo dev update` writes it).\n\nplimsoll judges the project that docker compose would start, so a \
         rule often reports less than the check next to it: only where it does harm in this project.\n",
    );
    for tool in table["tools"].as_array().unwrap() {
        let (name, version, url) = (text(&tool["name"]), text(&tool["version"]), text(&tool["url"]));
        let _ = write!(out, "\n## {name}\n\n[{name}]({url}), version {version}.");
        if let Some(note) = tool["note"].as_str() {
            let _ = write!(out, " {note}");
        }
        out.push_str("\n\n| check | about | plimsoll |\n|---|---|---|\n");
        for check in tool["checks"].as_array().unwrap() {
            let _ =
                writeln!(out, "| {} | {} | {} |", text(&check["id"]), text(&check["about"]), answer(check, planned));
        }
    }
    out
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn answer(check: &Value, planned: &[String]) -> String {
    let families = |name: &String| {
        let found = plimsoll::testing::rules::all().find(|rule| rule.document.name == name);
        match found {
            Some(rule) => format!("[{name}](../rules/{}/{name}.md)", rule.document.family),
            None if planned.contains(name) => format!("{name} (planned)"),
            None => name.clone(),
        }
    };
    let rules: Vec<String> = texts(&check["by"]).iter().map(families).collect();
    let reason = check["without"].as_str().and_then(|word| REASONS.iter().find(|(reason, _)| *reason == word));
    let answer = reason.map_or_else(|| rules.join(", "), |(_, reason)| (*reason).to_owned());
    match check["note"].as_str() {
        Some(note) => format!("{answer}: {note}"),
        None => answer,
    }
}
