//! A pull request cannot loosen the rules that it is judged by: `--config-from` and its relatives.

use std::fs;
use std::path::Path;

use crate::common::{branch, code, git, run, stderr, stdout, write};

/// A database that everybody reaches, and that somebody has thought about.
const REVIEWED: &str =
    "services:\n  db:\n    image: redis:8\n    ports: [\"6379:6379\"] # plimsoll: ignore[exposed-datastore] reviewed\n";
const OPEN: &str = "services:\n  cache:\n    image: redis:8\n    ports: [\"6380:6379\"]\n";

/// `file: rule` of what counts, the lines on standard error, and the exit code.
fn judged(folder: &Path, arguments: &[&str]) -> (Vec<String>, Vec<String>, i32) {
    let output = run(folder, &[&["check", "--format", "concise", "--quiet"], arguments].concat());
    let text = stdout(&output);
    let found = text.lines().filter_map(|line| {
        let (place, rest) = line.split_once(": ")?;
        let (file, rule) = (place.split(':').next()?, rest.split_once('[')?.1.split(']').next()?);
        Some(format!("{file}: {rule}"))
    });
    let said = stderr(&output).lines().map(|line| line.trim_start_matches("plimsoll: ").to_owned()).collect();
    (found.collect(), said, code(&output))
}

#[test]
fn the_configuration_of_the_base_holds() {
    let folder = branch("hostile_config", "base", &[("compose.yaml", REVIEWED), ("legacy/compose.yaml", OPEN)]);
    let loose = "exclude: [legacy]\nrules: {exposed-datastore: off}\nfail_on: never\n";
    write(&folder, &[("plimsoll.yaml", loose)]);
    assert_eq!(judged(&folder, &[]), (Vec::new(), Vec::new(), 0));
    let (found, said, code) = judged(&folder, &["--config-from", "main"]);
    assert_eq!((found, code), (vec!["legacy/compose.yaml: exposed-datastore".to_owned()], 1));
    let clauses = ["excludes `legacy`", "turns off `exposed-datastore`", "sets `fail_on` to `never`"];
    let expect = clauses.map(|clause| format!("plimsoll.yaml: {clause}: not at `main`, so it has no effect"));
    assert_eq!(said, expect);
}

#[test]
fn a_configuration_that_is_taken_away_or_shadowed_still_holds() {
    let files = [("a/compose.yaml", OPEN), ("plimsoll.yaml", "rules: {exposed-datastore: error}\n")];
    let folder = branch("hostile_config", "shadowed", &files);
    fs::remove_file(folder.join("plimsoll.yaml")).unwrap();
    write(&folder, &[("a/plimsoll.yaml", "rules: {exposed-datastore: off}\n")]);
    assert_eq!(judged(&folder, &["a"]).2, 0);
    let (found, _, code) = judged(&folder, &["--config-from", "main", "a"]);
    assert_eq!((found, code), (vec!["a/compose.yaml: exposed-datastore".to_owned()], 1));
}

#[test]
fn comments_hold_where_they_were_reviewed() {
    let folder = branch("hostile_config", "comments", &[("compose.yaml", REVIEWED)]);
    let moved = format!("# a line above\n{REVIEWED}");
    write(&folder, &[("compose.yaml", &moved)]);
    assert_eq!(judged(&folder, &["--config-from", "main"]), (Vec::new(), Vec::new(), 0));
    let copied = format!("{REVIEWED}{}", REVIEWED.replace("services:\n  db:", "  copy:").replace("\"6379:", "\"6380:"));
    write(&folder, &[("compose.yaml", &copied)]);
    assert_eq!(judged(&folder, &[]).2, 0);
    let (found, said, code) = judged(&folder, &["--config-from", "main"]);
    assert_eq!((found, code), (vec!["compose.yaml: exposed-datastore".to_owned()], 1));
    assert_eq!(said, ["compose.yaml:7: suppresses `exposed-datastore`: not at `main`, so it has no effect"]);
    let (found, ..) = judged(&folder, &["--no-suppressions"]);
    assert_eq!(found.len(), 2);
}

#[cfg(unix)]
#[test]
fn a_link_that_now_leads_elsewhere_brings_nothing() {
    use std::os::unix::fs::symlink;
    let folder = branch("hostile_config", "links", &[("real.yaml", ""), ("strict.yaml", ""), ("other.yaml", REVIEWED)]);
    let set = |target: &str, link: &str| {
        let _ = fs::remove_file(folder.join(link));
        symlink(target, folder.join(link)).unwrap();
    };
    write(&folder, &[("real.yaml", REVIEWED.split(" #").next().unwrap())]);
    set("strict.yaml", "plimsoll.yaml");
    set("real.yaml", "compose.yaml");
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "links"]);
    set("other.yaml", "compose.yaml");
    fs::remove_file(folder.join("plimsoll.yaml")).unwrap();
    let (found, said, code) = judged(&folder, &["--config-from", "HEAD"]);
    assert_eq!((found, code), (vec!["compose.yaml: exposed-datastore".to_owned()], 1), "{said:?}");
    write(&folder, &[("loose.yaml", "rules: {exposed-datastore: off}\n")]);
    set("loose.yaml", "plimsoll.yaml");
    let (found, said, code) = judged(&folder, &["--config-from", "HEAD"]);
    assert!(found.is_empty() && code == 2 && said.concat().contains("symbolic link"), "{said:?}");
}

#[test]
fn the_baseline_is_that_of_the_base() {
    let folder = branch("hostile_config", "baseline", &[("compose.yaml", "services: {a: {image: 'busybox:1.37'}}\n")]);
    write(&folder, &[("compose.yaml", OPEN)]);
    assert_eq!(code(&run(&folder, &["baseline"])), 0);
    let known = ["--baseline", "plimsoll-baseline.json"];
    assert_eq!(judged(&folder, &known).2, 0);
    let (found, said, code) = judged(&folder, &[known.as_slice(), &["--config-from", "main"]].concat());
    assert_eq!((found, code), (vec!["compose.yaml: exposed-datastore".to_owned()], 1));
    assert_eq!(said, ["plimsoll-baseline.json: not as at `main`, whose findings are the known ones"]);
}

#[test]
fn what_is_no_longer_started_is_judged() {
    let files = [
        ("compose.yaml", "services: {a: {image: 'busybox:1.37'}}\n"),
        ("site.yaml", OPEN),
        ("Makefile", "up:\n\tdocker compose -f compose.yaml -f site.yaml up -d\n"),
    ];
    let folder = branch("hostile_config", "started", &files);
    write(&folder, &[("Makefile", "up:\n\ttrue\n")]);
    assert_eq!(judged(&folder, &[]).2, 0, "nothing starts the file");
    let (found, said, code) = judged(&folder, &["--config-from", "main"]);
    assert_eq!((found, code), (vec!["site.yaml: exposed-datastore".to_owned()], 1));
    let expect = "`-f compose.yaml -f site.yaml` is no longer started, but was at `main`: it is judged nevertheless";
    assert_eq!(said, [expect]);
}

#[test]
fn a_configuration_can_be_given_or_left_out() {
    let files = [("compose.yaml", OPEN), ("plimsoll.yaml", "rules: {exposed-datastore: off}\n")];
    let folder = branch("hostile_config", "given", &files);
    assert_eq!(judged(&folder, &[]).2, 0);
    assert_eq!(judged(&folder, &["--no-config"]).2, 1);
    let own = folder.parent().unwrap().join("given-own");
    write(&own, &[("ci.yaml", "extends: base.yaml\nfail_on: error\n"), ("base.yaml", "exclude: [compose.yaml]\n")]);
    let given = |file: &str| judged(&folder, &["--config", file]);
    assert_eq!(given("../given-own/ci.yaml"), (Vec::new(), Vec::new(), 0));
    assert_eq!(given("plimsoll.yaml").2, 0);
    assert_eq!(given("none.yaml").2, 2);
    assert_eq!(judged(&folder, &["--no-config", "--config", "plimsoll.yaml"]).2, 2, "one or the other");
    assert_eq!(judged(&folder, &["--config-from", "none"]).2, 2);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../given-own/ci.yaml", folder.join("led.yaml")).unwrap();
        assert_eq!(given("led.yaml").2, 2, "a link in the repository opens nothing");
    }
}

#[test]
fn what_would_be_loosened_is_said_in_reports() {
    let folder = branch("hostile_config", "formats", &[("compose.yaml", REVIEWED)]);
    write(&folder, &[("plimsoll.yaml", "exclude: [\"a<b>@all\\n::error::x\\n# y\"]\nfail_on: never\n")]);
    let said = |format: &str| stdout(&run(&folder, &["check", "--config-from", "main", "--format", format]));
    let json: serde_json::Value = serde_json::from_str(&said("json")).unwrap();
    let notes = json["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 2, "{notes:?}");
    let note = "plimsoll.yaml: sets `fail_on` to `never`: not at `main`, so it has no effect";
    assert_eq!((&notes[1], &json["failures"]), (&note.into(), &serde_json::json!([])));
    let sarif: serde_json::Value = serde_json::from_str(&said("sarif")).unwrap();
    let told = &sarif["runs"][0]["invocations"][0]["toolConfigurationNotifications"];
    assert_eq!(told[1], serde_json::json!({"level": "note", "message": {"text": note}}));
    let markdown = said("markdown");
    assert!(markdown.contains("\n- plimsoll.yaml: sets `fail_on` to `never`: not at `main`"), "{markdown}");
    let is_command = |line: &str| ["::error", "# y"].iter().any(|start| line.starts_with(start));
    assert!(!markdown.lines().any(is_command), "{markdown}");
}
