//! What need not be reported, end to end: comments, the configuration, and what writes them.

use crate::common;
use std::fs;
use std::path::PathBuf;

use plimsoll::testing::config::{self, Date};
use plimsoll::testing::source::SourceDb;
use plimsoll::testing::workspace::{self, Request};

use crate::common::{OPEN, active, code, report, run, standing, stderr, stdout, write};

fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::project("known", name, files)
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
    let above = format!("      {comment}\n      # said once\n      - \"6379:6379\"");
    check("above-comment", &db("cache:", &above), other(10));
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
        standing(&report),
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
    let (active, suppressed) = standing(&report(&folder, &[]));
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
    let in_value = "PORT=1\nNOTE='x\n# plimsoll: ignore[unset-secret]'\nSECRET_KEY=\n";
    fs::write(folder.join("web.env"), in_value).unwrap();
    assert_eq!(active(&folder, &[]), ["unset-secret web.env:4"]);
    fs::write(folder.join("web.env"), "# plimsoll: ignore[unset-secret]\n\nPORT=1\nSECRET_KEY=\nAPI_TOKEN=\n").unwrap();
    assert_eq!(active(&folder, &[]), Vec::<String>::new());
}

#[test]
fn a_comment_in_a_value_or_below_the_place_covers_nothing() {
    let at = "exposed-datastore compose.yaml:6";
    let named = "{target: 6379, published: \"6379\", name: \"# plimsoll: ignore[exposed-datastore]\"}";
    counts("in-value", &OPEN.replace("\"6379:6379\"", named), &[at]);
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
    let (active, suppressed) = standing(&report(&folder, &[]));
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
    assert_eq!(label["message"], "the suppression of this finding expired on `2001-01-31`");
    // A part of the repository is not a reason to call an entry unused.
    let folder = project(
        "part",
        &[("a/compose.yaml", OPEN), ("b/compose.yaml", OPEN), ("plimsoll.yaml", "suppressions: [{ paths: [a/**] }]\n")],
    );
    assert_eq!(active(&folder, &["b"]), ["exposed-datastore b/compose.yaml:6"]);
    assert_eq!(active(&folder, &[]), ["exposed-datastore b/compose.yaml:6"]);
}

#[test]
fn an_entry_holds_on_its_last_day() {
    let entry = "suppressions: [{ rules: exposed-datastore, until: 2026-03-31, reason: r }]\n";
    let folder = project("last-day", &[("compose.yaml", OPEN), ("plimsoll.yaml", entry)]);
    let is_suppressed = |day: &str| {
        let sources = SourceDb::new();
        let config = config::find(&sources, &folder, plimsoll::testing::rules::options).unwrap();
        let request = Request { directory: folder.clone(), config, today: Date::parse(day), ..Request::default() };
        let report = workspace::check(&sources, &request);
        let [only] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
        only.suppressed.is_some()
    };
    assert_eq!(["2026-03-30", "2026-03-31", "2026-04-01"].map(is_suppressed), [true, true, false]);
}

#[test]
fn an_entry_is_unused_only_where_all_that_it_could_be_for_was_seen() {
    // A service of a profile that is not active.
    let compose = format!("{OPEN}  tools:\n    image: example/tools:1\n    profiles: [tools]\n");
    let entries = |more: &str| {
        format!("suppressions:\n  - {{ rules: exposed-datastore, reason: r }}\n  - {{ {more}, reason: r }}\n")
    };
    let check = |name: &str, files: &[(&str, &str)], entry: &str, expect: &[&str]| {
        let folder = project(name, files);
        write(&folder, &[("plimsoll.yaml", &entries(entry))]);
        assert_eq!(active(&folder, &[]), expect, "{entry}");
    };
    let unused = "unused-suppression plimsoll.yaml:3";
    check("profile", &[("compose.yaml", &compose)], "services: tools", &[]);
    check("no-profile", &[("compose.yaml", OPEN)], "services: tools", &[unused]);
    // A file that breaks off.
    let broken = "services:\n  web:\n    image: example/web:1\n    command: 'open\n";
    let files = [("compose.yaml", broken), ("a/compose.yaml", OPEN)];
    let syntax = "yaml-syntax compose.yaml:5";
    check("broken", &files, "rules: unknown-host, paths: [/compose.yaml]", &[syntax]);
    check("beside-broken", &files, "rules: unknown-host, paths: [/a/]", &[syntax, unused]);
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
        "plimsoll.yaml:2:3: unknown rule `exposed-datastor`; did you mean `exposed-datastore`?",
        "plimsoll.yaml:3:1: unknown key `hots`; did you mean `host`?",
        "plimsoll.yaml:4:10: unknown severity `eror`; did you mean `error`?",
        "plimsoll.yaml:6:25: `2026-02-30` is not a valid date, such as `2026-12-31`",
        "plimsoll.yaml:6:5: a suppression requires `rules`, `paths` or `services`",
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
    fails("extends: ../../outside.yaml\n", "`outside.yaml` is outside the repository");
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
    assert_eq!(stderr(&output), "plimsoll: web.env:1: cannot suppress `unset-secret` with a comment here\n");
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
fn init_writes_a_file_and_never_over_another() {
    let folder = project("init", &[("compose.yaml", OPEN)]);
    assert_eq!(code(&run(&folder, &["init"])), 0);
    let starter = fs::read_to_string(folder.join("plimsoll.yaml")).unwrap();
    assert!(starter.starts_with("# yaml-language-server: $schema=https://"), "{starter}");
    assert_eq!(active(&folder, &[]), ["exposed-datastore compose.yaml:6"]);
    let again = run(&folder, &["init"]);
    assert_eq!(
        (code(&again), stderr(&again)),
        (2, "plimsoll: plimsoll.yaml already exists and was not changed\n".to_owned())
    );
    let hidden = project("init-hidden", &[(".plimsoll.yaml", "fail_on: error\n")]);
    assert_eq!(code(&run(&hidden, &["init"])), 2);
    assert!(!hidden.join("plimsoll.yaml").exists());
}
