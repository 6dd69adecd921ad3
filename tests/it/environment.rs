//! `plimsoll env`, which says where each variable comes from, and env files that are checked on their own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;

use crate::common::{project, run, stdout};

const COMPOSE: &str = "services:
  web:
    image: example/web:${TAG:-4.0}
    env_file: web.env
    environment:
      DB_PASSWORD: ${DB_PASSWORD:?}
      SITE_TITLE: Shop
      HOST: ${HOST}
";

fn variable<'v>(answer: &'v Value, name: &str) -> &'v Value {
    answer["variables"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
}

#[test]
fn the_variables_of_a_project() {
    let files = [
        ("compose.yaml", COMPOSE),
        (".env", "DB_PASSWORD=q7Rt2LmX9z\nUNUSED=1\nHOST=a\nHOST=b\n"),
        ("web.env", "SITE_TITLE=Old\nMODE=fast\n"),
    ];
    let folder = project("environment", "project", &files);
    let shown = stdout(&run(&folder, &["env", "--format", "json"]));
    let answer: Value = serde_json::from_str(&shown).unwrap();
    assert!(!shown.contains("q7Rt2LmX9z"), "{shown}");
    assert_eq!(answer["files"], serde_json::json!(["compose.yaml"]));
    let password = variable(&answer, "DB_PASSWORD");
    assert_eq!(
        (&password["state"], &password["required"], &password["value"]),
        (&"set".into(), &true.into(), &"•••".into())
    );
    assert_eq!((&password["set"]["file"], &password["set"]["line"]), (&".env".into(), &1.into()));
    assert_eq!((&password["used"][0]["file"], &password["used"][0]["line"]), (&"compose.yaml".into(), &6.into()));
    let tag = variable(&answer, "TAG");
    assert_eq!((&tag["state"], &tag["default"], &tag["value"]), (&"default".into(), &"4.0".into(), &"4.0".into()));
    assert_eq!(variable(&answer, "UNUSED")["used"], serde_json::json!([]));
    let host = variable(&answer, "HOST");
    assert_eq!((&host["value"], &host["overrides"][0]["line"]), (&"b".into(), &3.into()));
    let table = stdout(&run(&folder, &["env"]));
    assert!(table.contains("NAME") && table.contains("compose.yaml:6") && !table.contains("q7Rt2LmX9z"), "{table}");
}

#[test]
fn the_variables_of_a_service() {
    let files = [
        ("compose.yaml", COMPOSE),
        (".env", "DB_PASSWORD=q7Rt2LmX9z\nHOST=a\n"),
        ("web.env", "SITE_TITLE=Old\nMODE=fast\n"),
    ];
    let folder = project("environment", "service", &files);
    let answer: Value = serde_json::from_str(&stdout(&run(&folder, &["env", "web", "--format", "json"]))).unwrap();
    let title = variable(&answer, "SITE_TITLE");
    assert_eq!((&title["value"], &title["overrides"][0]["file"]), (&"Shop".into(), &"web.env".into()));
    assert_eq!(variable(&answer, "MODE")["set"]["file"], "web.env");
    assert_eq!(variable(&answer, "DB_PASSWORD")["value"], "•••");
    let wrong = run(&folder, &["env", "wbe"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean `web`?"));
}

#[test]
fn an_env_file_alone_is_checked_as_compose_reads_it() {
    let text = "GOOD=1\nBAD KEY=1\nNOTE=   # to be set\nGOOD=2\nOPEN='x\n";
    let folder = project(
        "environment",
        "alone",
        &[("settings/.env", text), ("other/compose.yaml", "services: {a: {image: x}}\n")],
    );
    let done = run(&folder, &["check", "--format", "json", "settings/.env"]);
    let answer: Value = serde_json::from_slice(&done.stdout).unwrap();
    let mut found: Vec<(u64, &str)> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["span"]["start"]["line"].as_u64().unwrap(), one["rule"].as_str().unwrap()))
        .collect();
    found.sort_unstable();
    let expect =
        [(1, "duplicate-variable"), (2, "malformed-env-line"), (3, "comment-as-value"), (5, "malformed-env-line")];
    assert_eq!(found, expect);
    assert_eq!(done.status.code(), Some(1));
}
