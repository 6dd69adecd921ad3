//! What need not be reported, end to end: comments, the configuration, baselines, `--since`, and what writes them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "each test uses a part of it")]
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use common::{code, git, program, report, run, stderr, stdout, write};

const OPEN: &str =
    "services:\n  db:\n    image: example/db:1\n  cache:\n    image: redis:8\n    ports: [\"6379:6379\"]\n";

fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::project("known", name, files)
}

/// `rule file:line` of the findings that count, and of those that do not with what suppresses them.
fn findings(report: &Value) -> (Vec<String>, Vec<String>) {
    let (mut active, mut suppressed) = (Vec::new(), Vec::new());
    for finding in report["findings"].as_array().unwrap() {
        let line = &finding["span"]["start"]["line"];
        let place = format!("{} {}:{line}", finding["rule"].as_str().unwrap(), finding["file"].as_str().unwrap());
        match &finding["suppressed"] {
            Value::Null => active.push(place),
            by => suppressed.push(format!("{place} {} {}", by["by"].as_str().unwrap(), by["reason"])),
        }
    }
    (active, suppressed)
}

fn active(folder: &Path, arguments: &[&str]) -> Vec<String> {
    findings(&report(folder, arguments)).0
}

/// Whether exactly this counts in a Compose file.
fn counts(name: &str, compose: &str, expect: &[&str]) {
    let folder = project(name, &[("compose.yaml", compose)]);
    assert_eq!(active(&folder, &[]), expect, "{compose}");
}

#[test]
fn a_comment_covers_its_line_the_line_below_the_service_and_the_file() {
    let db = |line: &str, port: &str| {
        format!(
            "services:\n  {line}\n    image: redis:8\n    ports:\n{port}\n  other:\n    image: redis:8\n    ports: [\"1:6379\"]\n"
        )
    };
    let other = |line: u32| vec![format!("exposed-datastore compose.yaml:{line}")];
    let comment = "# plimsoll: ignore[exposed-datastore] known";
    let check = |name: &str, text: &str, expect: Vec<String>| {
        let folder = project(name, &[("compose.yaml", text)]);
        assert_eq!(active(&folder, &[]), expect, "{text}");
    };
    check("line", &db("cache:", &format!("      - \"6379:6379\" {comment}")), other(8));
    check("above", &db("cache:", &format!("      {comment}\n      - \"6379:6379\"")), other(9));
    check("service", &db(&format!("cache: {comment}"), "      - \"6379:6379\""), other(8));
    check("above-service", &db(&format!("{comment}\n  cache:"), "      - \"6379:6379\""), other(9));
    check("key", &db("cache:", "      - \"6379:6379\"").replacen("ports:", &format!("ports: {comment}"), 1), other(8));
    check("head", &format!("{comment}\n\n{}", db("cache:", "      - \"6379:6379\"")), Vec::new());
    let long = format!("      - target: 6379 {comment}\n        published: 6379");
    check("long", &db("cache:", &long), other(9));
}

#[test]
fn the_words_of_the_comment_are_the_reason() {
    let folder = project(
        "reason",
        &[("compose.yaml", &OPEN.replace("6379\"]", "6379\"] # plimsoll: ignore[exposed-datastore] only at home"))],
    );
    let output = run(&folder, &["check"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    let report = report(&folder, &[]);
    assert_eq!(
        findings(&report),
        (Vec::new(), vec!["exposed-datastore compose.yaml:6 comment \"only at home\"".to_owned()])
    );
    assert_eq!(report["summary"]["suppressed"], 1);
    assert_eq!(report["summary"]["errors"], 0);
}

#[test]
fn a_comment_on_a_service_covers_what_is_placed_elsewhere_in_its_project_and_no_other() {
    let compose = "services:\n  # plimsoll: ignore[unset-secret, exposed-datastore]\n  web:\n    image: example/web:1\n    env_file: web.env\n";
    let env = "SECRET_KEY=\n";
    let folder = project(
        "elsewhere",
        &[
            ("a/compose.yaml", compose),
            ("a/web.env", env),
            ("b/compose.yaml", "services:\n  web:\n    image: example/web:1\n    env_file: web.env\n"),
            ("b/web.env", env),
        ],
    );
    let (active, suppressed) = findings(&report(&folder, &[]));
    assert_eq!(active, ["unused-suppression a/compose.yaml:2", "unset-secret b/web.env:1"]);
    assert_eq!(suppressed, ["unset-secret a/web.env:1 comment null"]);
}

#[test]
fn env_files_have_comments_too() {
    let compose = "services:\n  web:\n    image: example/web:1\n    env_file: web.env\n";
    let folder = project(
        "env",
        &[
            ("compose.yaml", compose),
            ("web.env", "PORT=1\n# plimsoll: ignore[unset-secret]\nSECRET_KEY=\nAPI_TOKEN=\n"),
        ],
    );
    assert_eq!(active(&folder, &[]), ["unset-secret web.env:4"]);
    fs::write(folder.join("web.env"), "# plimsoll: ignore[unset-secret]\n\nPORT=1\nSECRET_KEY=\nAPI_TOKEN=\n").unwrap();
    assert_eq!(active(&folder, &[]), Vec::<String>::new());
}

#[test]
fn a_comment_in_a_value_or_below_the_place_covers_nothing() {
    let at = "exposed-datastore compose.yaml:6";
    counts("in-value", &OPEN.replace("image: redis:8", "image: \"redis:8\"").replace("db:1", "db:1 "), &[at]);
    let below = OPEN.to_owned() + "    # plimsoll: ignore[exposed-datastore]\n";
    counts("below", &below, &[at, "unused-suppression compose.yaml:7"]);
    let deeper = OPEN.replace("  cache:", "    # plimsoll: ignore[exposed-datastore]\n  cache:");
    counts("deeper", &deeper, &["unused-suppression compose.yaml:4", "exposed-datastore compose.yaml:7"]);
}

#[test]
fn unused_is_only_said_where_all_was_seen() {
    let text = OPEN.replace("[\"6379:6379\"]", "[\"127.0.0.1:6379:6379\"] # plimsoll: ignore[exposed-datastore]");
    let folder = project("unused", &[("compose.yaml", &text)]);
    let unused = ["unused-suppression compose.yaml:6".to_owned()];
    assert_eq!(active(&folder, &[]), unused);
    assert_eq!(active(&folder, &["compose.yaml"]), unused);
    assert_eq!(active(&folder, &["--select", "unused-suppression"]), Vec::<String>::new());
    assert_eq!(active(&folder, &["--ignore", "exposed-datastore"]), Vec::<String>::new());
    assert_eq!(active(&folder, &["-f", "compose.yaml"]), Vec::<String>::new());
    // What lies over it is looked at, too, and does not need the comment either.
    fs::write(folder.join("compose.prod.yaml"), "services:\n  cache:\n    restart: always\n").unwrap();
    assert_eq!(active(&folder, &["compose.yaml"]), unused);
    fs::write(folder.join("compose.prod.yaml"), "services:\n  cache:\n    ports: [\"6380:6379\"]\n").unwrap();
    assert_eq!(
        active(&folder, &["compose.yaml"]),
        ["exposed-datastore compose.prod.yaml:3", "unused-suppression compose.yaml:6"]
    );
}

#[test]
fn an_overlay_may_need_the_comment_of_its_base() {
    let base = "services:\n  cache: # plimsoll: ignore[exposed-datastore]\n    image: redis:8\n";
    let over = "services:\n  cache:\n    ports: [\"6379:6379\"]\n";
    let folder = project("overlay", &[("compose.yaml", base), ("compose.prod.yaml", over)]);
    let (active, suppressed) = findings(&report(&folder, &[]));
    assert_eq!(active, Vec::<String>::new());
    assert_eq!(suppressed, ["exposed-datastore compose.prod.yaml:3 comment null"]);
}

#[test]
fn the_configuration_suppresses_by_rule_path_and_service_until_a_day() {
    let check = |name: &str, entry: &str, expect: &[&str]| {
        let configuration = format!("suppressions:\n  - {{ {entry}, reason: r }}\n");
        let folder = project(name, &[("compose.yaml", OPEN), ("plimsoll.yaml", &configuration)]);
        let found = active(&folder, &[]);
        assert_eq!(found, expect, "{entry}");
        folder
    };
    let at = "exposed-datastore compose.yaml:6";
    let unused = "unused-suppression plimsoll.yaml:2";
    check("by-rule", "rules: exposed-datastore", &[]);
    check("by-path", "paths: \"compose.*\"", &[]);
    check("by-service", "services: [cache]", &[]);
    check("by-all", "rules: [exposed-datastore], paths: [compose.yaml], services: cache, until: 2999-01-01", &[]);
    check("other-rule", "rules: unknown-host", &[at, unused]);
    check("other-path", "paths: [sub/]", &[at, unused]);
    check("other-service", "services: db", &[at, unused]);
    let folder = check("expired", "rules: exposed-datastore, until: 2001-01-31", &[at]);
    let report = report(&folder, &[]);
    let label = &report["findings"][0]["labels"][0];
    assert_eq!(label["file"], "plimsoll.yaml");
    assert_eq!(label["message"], "the suppression of this ended on `2001-01-31`");
    // A part of the repository is no reason to call an entry unused.
    let folder = project(
        "part",
        &[("a/compose.yaml", OPEN), ("b/compose.yaml", OPEN), ("plimsoll.yaml", "suppressions: [{ paths: [a/**] }]\n")],
    );
    assert_eq!(active(&folder, &["b"]), ["exposed-datastore b/compose.yaml:6"]);
    assert_eq!(active(&folder, &[]), ["exposed-datastore b/compose.yaml:6"]);
}

#[test]
fn all_mistakes_of_a_configuration_are_named_at_once() {
    let broken = "rules:\n  exposed-datastor: off\nhots: {}\nfail_on: eror\nsuppressions:\n  - { reason: x, until: 2026-02-30 }\n";
    let folder = project("mistakes", &[("compose.yaml", OPEN), ("plimsoll.yaml", broken)]);
    let output = run(&folder, &["check"]);
    assert_eq!((code(&output), stdout(&output)), (2, String::new()));
    let errors = stderr(&output);
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 5, "{errors}");
    for expect in [
        "plimsoll.yaml:2:3: unknown rule `exposed-datastor`, did you mean `exposed-datastore`?",
        "plimsoll.yaml:3:1: unknown key `hots`, did you mean `host`?",
        "plimsoll.yaml:4:10: unknown severity `eror`, did you mean `error`?",
        "plimsoll.yaml:6:25: `2026-02-30` is no day such as `2026-12-31`",
        "plimsoll.yaml:6:5: a suppression needs `rules`, `paths` or `services`",
    ] {
        assert!(errors.contains(expect), "{expect}\n{errors}");
    }
}

#[test]
fn a_configuration_extends_another_of_its_repository() {
    let base = "rules: { exposed-datastore: off, unknown-host: info }\nexclude: [old]\nsuppressions: [{ rules: unset-variable }]\n";
    let own = "extends: ../plimsoll.yaml\nrules: { exposed-datastore: on }\n";
    let folder = project(
        "extends",
        &[("plimsoll.yaml", base), ("a/plimsoll.yaml", own), ("a/compose.yaml", OPEN), ("b/compose.yaml", OPEN)],
    );
    assert_eq!(active(&folder, &["a"]), ["exposed-datastore a/compose.yaml:6"]);
    assert_eq!(active(&folder, &["b"]), Vec::<String>::new());
    let fails = |text: &str, expect: &str| {
        fs::write(folder.join("a/plimsoll.yaml"), text).unwrap();
        let output = run(&folder, &["check", "a"]);
        assert_eq!(code(&output), 2, "{text}");
        let errors = stderr(&output);
        assert!(stdout(&output).is_empty() && errors.contains(expect), "{errors}");
    };
    fails("extends: [../none.yaml]\n", "a/plimsoll.yaml:1:11: `none.yaml`: no such file");
    fails("extends: plimsoll.yaml\n", "`plimsoll.yaml` extends itself");
    fails("extends: ../../outside.yaml\n", "`outside.yaml` stands outside of the repository");
    fs::write(folder.join("plimsoll.yaml"), "extends: a/plimsoll.yaml\nhots: 1\n").unwrap();
    fails("extends: ../plimsoll.yaml\nhots: 1\n", "`plimsoll.yaml` extends itself");
}

#[test]
fn ignores_are_added_where_they_belong_and_once() {
    let compose = "# shop\r\nservices:\r\n  cache:\r\n    image: redis:8\r\n    ports:\r\n      - \"6379:6379\" # é\r\n  web:\r\n    image: \"example/web:${TAG}\"\r\n    env_file: web.env\r\n    command: |\r\n      run ${LATER}\r\n";
    let folder = project("add", &[("compose.yaml", compose), ("web.env", "SECRET_KEY=\nAPI_TOKEN=\n")]);
    assert_eq!(active(&folder, &["--show", "info"]).len(), 5);
    let output = run(&folder, &["check", "--add-ignores", "--reason", "later", "--show", "info"]);
    // An empty value that opens an env file has no room: behind it a comment is its value, above it is the file's.
    assert_eq!(code(&output), 1, "{}{}", stdout(&output), stderr(&output));
    assert_eq!(stderr(&output), "plimsoll: web.env:1: no comment can suppress `unset-secret` here\n");
    let expect = "# shop\r\nservices:\r\n  cache:\r\n    image: redis:8\r\n    ports:\r\n      # plimsoll: ignore[exposed-datastore] later\r\n      - \"6379:6379\" # é\r\n  web:\r\n    # plimsoll: ignore[unset-variable] later\r\n    image: \"example/web:${TAG}\"\r\n    env_file: web.env\r\n    # plimsoll: ignore[unset-variable] later\r\n    command: |\r\n      run ${LATER}\r\n";
    assert_eq!(fs::read_to_string(folder.join("compose.yaml")).unwrap(), expect);
    let env = fs::read_to_string(folder.join("web.env")).unwrap();
    assert_eq!(env, "SECRET_KEY=\n# plimsoll: ignore[unset-secret] later\nAPI_TOKEN=\n");
    assert_eq!(active(&folder, &[]), ["unset-secret web.env:1"]);
    run(&folder, &["check", "--add-ignores", "--show", "info"]);
    assert_eq!(fs::read_to_string(folder.join("compose.yaml")).unwrap(), expect);
    assert_eq!(fs::read_to_string(folder.join("web.env")).unwrap(), env);
    let output = run(&folder, &["check", "--add-ignores", "--reason", "two\nlines"]);
    assert_eq!(code(&output), 2);
    #[cfg(unix)]
    {
        let folder = project("add-link", &[("real/other.txt", OPEN)]);
        std::os::unix::fs::symlink("real/other.txt", folder.join("compose.yaml")).unwrap();
        let output = run(&folder, &["check", "-f", "compose.yaml", "--add-ignores"]);
        assert_eq!(code(&output), 2, "{}", stdout(&output));
        assert!(stderr(&output).contains("symbolic link"), "{}", stderr(&output));
        assert_eq!(fs::read_to_string(folder.join("real/other.txt")).unwrap(), OPEN);
    }
}

#[test]
fn ignores_join_those_that_are_there_and_stay_off_the_head() {
    let compose = "services: # all\n  cache:\n    image: redis:8\n    # plimsoll: ignore[unknown-host] why\n    ports: [\"6379:6379\"]\n";
    let folder = project("join", &[("compose.yaml", compose)]);
    assert_eq!(code(&run(&folder, &["check", "--add-ignores"])), 0);
    let found = fs::read_to_string(folder.join("compose.yaml")).unwrap();
    assert_eq!(found, compose.replace("[unknown-host]", "[unknown-host, exposed-datastore]"));
    let flow = "{services: {cache: {image: redis:8, ports: [\"6379:6379\"]}}}\n";
    let folder = project("flow", &[("compose.yaml", flow)]);
    assert_eq!(code(&run(&folder, &["check", "--add-ignores"])), 0);
    let found = fs::read_to_string(folder.join("compose.yaml")).unwrap();
    assert_eq!(found, flow.replace('\n', " # plimsoll: ignore[exposed-datastore]\n"));
}

#[test]
fn init_writes_a_starter_and_never_over_another() {
    let folder = project("init", &[("compose.yaml", OPEN)]);
    assert_eq!(code(&run(&folder, &["init"])), 0);
    let starter = fs::read_to_string(folder.join("plimsoll.yaml")).unwrap();
    assert!(starter.starts_with("# yaml-language-server: $schema=https://"), "{starter}");
    assert_eq!(active(&folder, &[]), ["exposed-datastore compose.yaml:6"]);
    let again = run(&folder, &["init"]);
    assert_eq!(
        (code(&again), stderr(&again)),
        (2, "plimsoll: plimsoll.yaml is there already, and stays as it is\n".to_owned())
    );
    let hidden = project("init-hidden", &[(".plimsoll.yaml", "fail_on: error\n")]);
    assert_eq!(code(&run(&hidden, &["init"])), 2);
    assert!(!hidden.join("plimsoll.yaml").exists());
}

#[test]
fn a_baseline_knows_what_was_and_says_what_is_gone() {
    let folder = project(
        "baseline",
        &[
            ("a/compose.yaml", OPEN),
            ("b/compose.yaml", &OPEN.replace("redis", "postgres").replace("6379:6379", "127.0.0.1:5432:5432")),
        ],
    );
    let before = active(&folder, &[]);
    assert!(before.len() == 2, "{before:?}");
    let output = run(&folder, &["baseline"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let written = fs::read_to_string(folder.join("plimsoll-baseline.json")).unwrap();
    assert!(!written.contains("open on port") && !written.contains("6379:6379"), "{written}");
    // From anywhere the same file is written and understood.
    let elsewhere = run(&folder.join("a"), &["baseline", "..", "--output", "../plimsoll-baseline.json"]);
    assert_eq!(code(&elsewhere), 0, "{}", stderr(&elsewhere));
    assert_eq!(fs::read_to_string(folder.join("plimsoll-baseline.json")).unwrap(), written);
    let report_of = report(&folder.join("a"), &["..", "--baseline", "../plimsoll-baseline.json"]);
    assert_eq!(findings(&report_of).0, Vec::<String>::new());
    assert_eq!(report_of["baseline"]["known"], before.len());
    assert_eq!(report_of["baseline"]["gone"], serde_json::json!([]));
    assert_eq!(code(&run(&folder, &["check", "--baseline", "plimsoll-baseline.json"])), 0);

    let mended = OPEN.replace("\"6379:6379\"", "\"127.0.0.1:6379:6379\"").replace(
        "  db:\n    image: example/db:1",
        "  db:\n    image: mysql:9\n    ports: [\"3306:3306\"]\n    volumes: [\"/var/lib/mysql\"]",
    );
    fs::write(folder.join("a/compose.yaml"), mended).unwrap();
    let report_of = report(&folder, &["--baseline", "plimsoll-baseline.json"]);
    let new = findings(&report_of).0;
    assert!(new.contains(&"exposed-datastore a/compose.yaml:4".to_owned()), "{new:?}");
    assert!(new.iter().all(|place| place.contains("a/compose.yaml")), "{new:?}");
    let gone = &report_of["baseline"]["gone"];
    assert_eq!(gone.as_array().unwrap().len(), 1, "{gone}");
    assert_eq!(
        (gone[0]["file"].as_str(), gone[0]["resource"].as_str()),
        (Some("a/compose.yaml"), Some("services.cache"))
    );
    let shown = stdout(&run(&folder, &["check", "--baseline", "plimsoll-baseline.json"]));
    assert!(shown.contains("1 is gone: exposed-datastore in a/compose.yaml"), "{shown}");
    // What was not looked at is not gone.
    let report_of = report(&folder, &["b", "--baseline", "plimsoll-baseline.json"]);
    assert_eq!(report_of["baseline"]["gone"], serde_json::json!([]));
    let report_of = report(&folder, &["--select", "unknown-host", "--baseline", "plimsoll-baseline.json"]);
    assert_eq!(report_of["baseline"]["gone"], serde_json::json!([]));
    assert_eq!(report(&folder, &[]).get("baseline"), None);
}

#[test]
fn a_baseline_that_cannot_be_read_ends_with_2() {
    let folder = project(
        "baseline-broken",
        &[("compose.yaml", OPEN), ("old.json", "{\"version\": 9, \"findings\": []}"), ("no.json", "[]")],
    );
    for (file, expect) in [
        ("none.json", "none.json: no such file; `plimsoll baseline` writes one"),
        ("old.json", "old.json: is of version 9, and this plimsoll reads version 1"),
        ("no.json", "no.json: is no baseline"),
    ] {
        let output = run(&folder, &["check", "--baseline", file]);
        assert_eq!((code(&output), stdout(&output)), (2, String::new()));
        assert!(stderr(&output).contains(expect), "{}", stderr(&output));
    }
}

fn branch(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::branch("known", name, files)
}

#[test]
fn since_reports_what_the_branch_has_brought() {
    let folder = branch("since", &[("compose.yaml", OPEN), (".gitignore", "local\n")]);
    assert_eq!(active(&folder, &["--since", "main"]), Vec::<String>::new());
    // Lines move, another finding comes.
    let moved = format!("name: shop\n{OPEN}  db2:\n    image: redis:8\n    ports: [\"6380:6379\"]\n");
    fs::write(folder.join("compose.yaml"), &moved).unwrap();
    let new = ["exposed-datastore compose.yaml:10".to_owned()];
    assert_eq!(active(&folder, &["--since", "main"]), new);
    git(&folder, &["commit", "-q", "-a", "-m", "two"]);
    assert_eq!(active(&folder, &["--since", "main"]), new);
    let suppressed = findings(&report(&folder, &["--since", "main"])).1;
    assert_eq!(suppressed, ["exposed-datastore compose.yaml:7 baseline \"`main` has it, too\""]);
    // What came to main meanwhile is not the branch's doing.
    git(&folder, &["checkout", "-q", "main"]);
    fs::write(folder.join("compose.yaml"), OPEN.replace("[\"6379:6379\"]", "[]")).unwrap();
    git(&folder, &["commit", "-q", "-a", "-m", "mended"]);
    git(&folder, &["checkout", "-q", "change"]);
    assert_eq!(active(&folder, &["--since", "main"]), new);
}

#[test]
fn since_sees_what_was_removed() {
    let kept = "services:\n  db:\n    image: postgres:17\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n";
    let folder = branch("since-removed", &[("compose.yaml", kept)]);
    fs::write(folder.join("compose.yaml"), "services:\n  db:\n    image: postgres:17\n").unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), ["datastore-without-volume compose.yaml:2"]);
    // A file that others need, and a comment.
    let text = format!("# plimsoll: ignore[exposed-datastore]\n{OPEN}    env_file: web.env\n");
    let folder = branch("since-gone", &[("compose.yaml", &text), ("web.env", "A=1\n")]);
    fs::remove_file(folder.join("web.env")).unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), ["missing-env-file compose.yaml:8"]);
    git(&folder, &["checkout", "-q", "web.env"]);
    fs::write(folder.join("compose.yaml"), text.replacen("# plimsoll: ignore[exposed-datastore]\n", "", 1)).unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore compose.yaml:6"]);
}

#[test]
fn since_follows_renames_and_takes_odd_names_and_new_files() {
    let folder = branch("since-names", &[("a/compose.yaml", OPEN), ("odd \"é\" \\ name/compose.yaml", OPEN)]);
    fs::create_dir_all(folder.join("b c")).unwrap();
    git(&folder, &["mv", "a/compose.yaml", "b c/compose.yaml"]);
    assert_eq!(active(&folder, &["--since", "main"]), Vec::<String>::new());
    write(&folder, &[("new\ndir/compose.yaml", OPEN), ("odd \"é\" \\ name/compose.yaml", &format!("name: x\n{OPEN}"))]);
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore new\ndir/compose.yaml:6"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "two"]);
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore new\ndir/compose.yaml:6"]);
    assert_eq!(active(&folder, &["b c", "--since", "main"]), Vec::<String>::new());
    assert_eq!(active(&folder.join("new\ndir"), &["--since", "main~0"]), ["exposed-datastore compose.yaml:6"]);
    assert_eq!(
        active(&folder, &["new\ndir/compose.yaml", "--since", "main"]),
        ["exposed-datastore new\ndir/compose.yaml:6"]
    );
}

#[test]
fn since_without_git_or_its_revision_ends_with_2() {
    let folder = branch("since-broken", &[("compose.yaml", OPEN)]);
    let check = |folder: &Path, revision: &str, path: &str, expect: &str| {
        let output = program(folder).args(["check", "--since", revision]).env("PATH", path).output().unwrap();
        assert_eq!((code(&output), stdout(&output)), (2, String::new()));
        assert!(stderr(&output).contains(expect), "{}", stderr(&output));
    };
    check(&folder, "no-such-branch", "/usr/bin:/bin", "git knows no commit `no-such-branch` here");
    check(&folder, "main", "/nonexistent", "needs the program `git`");
    git(&folder, &["checkout", "-q", "--orphan", "other"]);
    git(&folder, &["commit", "-q", "-m", "alone"]);
    check(&folder, "main", "/usr/bin:/bin", "have no commit in common");
    let none = std::env::temp_dir().join(format!("plimsoll-no-repository-{}", std::process::id()));
    fs::create_dir_all(&none).unwrap();
    check(&none, "main", "/usr/bin:/bin", "`--since` needs a git repository");
    fs::remove_dir(&none).unwrap();
}
