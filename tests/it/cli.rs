//! The built program, end to end: findings, exit codes, what goes to which output, and what never does.

use crate::common;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{code, places, report, root, run, stderr, stdout};

fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::project("cli", name, files)
}

/// The findings of `check --format json`.
fn findings(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    common::findings(&report(folder, arguments))
}

/// A project with a warning and nothing worse.
fn only_a_warning(name: &str) -> PathBuf {
    project(name, &[("compose.yaml", "services:\n  app:\n    image: example/app:${TAG}\n")])
}

/// A project without a finding.
fn clean(name: &str) -> PathBuf {
    project(name, &[("compose.yaml", "services:\n  app:\n    image: example/app:1\n")])
}

#[test]
fn the_first_look_has_these_findings_and_no_others() {
    let first_look = "fixtures/projects/first-look";
    let found = places(&findings(root(), &[first_look]));
    let expected = [
        ("unset-secret", ".env", 3),
        ("sqlite-without-volume", "compose.yaml", 37),
        ("proxied-port-published", "compose.yaml", 39),
        ("exposed-datastore", "compose.yaml", 52),
        ("gpu-overcommit", "compose.yaml", 72),
        ("unshared-network", "worker.env", 2),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(rule, file, line)| (rule.to_owned(), format!("{first_look}/{file}"), line))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(code(&run(root(), &["check", first_look])), 1);
}

#[test]
fn ten_mistakes_in_one_file_are_ten_findings_at_their_places() {
    let folder = root().join("fixtures/projects/ten-mistakes");
    let found: Vec<(String, u64, u64)> = findings(&folder, &["--show", "info"])
        .iter()
        .map(|finding| {
            let start = &finding["span"]["start"];
            let rule = finding["rule"].as_str().unwrap().to_owned();
            (rule, start["line"].as_u64().unwrap(), start["column"].as_u64().unwrap())
        })
        .collect();
    let expected = [
        ("invalid-value", 4, 12),
        ("unknown-key", 5, 5),
        ("wrong-type", 7, 12),
        ("undefined-reference", 8, 18),
        ("conflicting-keys", 10, 5),
        ("missing-key", 11, 3),
        ("duplicate-container-name", 16, 21),
        ("missing-env-file", 18, 15),
        ("duplicate-key", 19, 5),
        ("invalid-interpolation", 22, 34),
    ];
    assert_eq!(found, expected.map(|(rule, line, column)| (rule.to_owned(), line, column)));
    let kinds: BTreeSet<&String> = found.iter().map(|(rule, ..)| rule).collect();
    assert_eq!(kinds.len(), 10);
}

#[test]
fn the_well_kept_project_has_no_finding() {
    let well_kept = "fixtures/projects/well-kept";
    assert_eq!(findings(root(), &[well_kept]), Vec::<Value>::new());
    let output = run(root(), &["check", well_kept, "--show", "info", "--fail-on", "info"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert_eq!(stdout(&run(root(), &["check", well_kept, "--show", "info", "--format", "concise", "--quiet"])), "");
    assert_eq!(stderr(&output), "");
}

#[test]
fn what_cannot_be_run_ends_with_2_and_says_why() {
    let folder = clean("broken-run");
    let check = |arguments: &[&str], said: &str| {
        let output = run(&folder, arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    };
    check(&["check", "--select", "exposed-datastor"], "exposed-datastore");
    check(&["check", "--ignore", "no-such-rule-at-all"], "no-such-rule-at-all");
    check(&["check", "not-there"], "not-there");
    check(&["check", "-f", "not-there.yaml"], "not-there.yaml");
    check(&["check", "--env-file", "not-there.env"], "not-there.env");
    check(&["resolve", "-f", "not-there.yaml"], "not-there.yaml");
    check(&["explain", "no-such-rule-at-all"], "no-such-rule-at-all");
    check(&["check", "--no-such-option"], "--no-such-option");
    check(&["no-such-command"], "no-such-command");
    check(&["check", "--fail-on", "sometimes"], "sometimes");
}

#[test]
fn a_broken_configuration_ends_with_2_and_names_the_file() {
    for (name, text) in [
        ("configuration-syntax", "rules: [\n"),
        ("configuration-rule", "rules: { no-such-rule-at-all: off }\n"),
        ("configuration-key", "no_such_key: 1\n"),
        ("configuration-severity", "rules: { exposed-datastore: { severity: dreadful } }\n"),
    ] {
        let folder = clean(name);
        fs::write(folder.join("plimsoll.yaml"), text).unwrap();
        let output = run(&folder, &["check"]);
        assert_eq!(code(&output), 2, "{name}: {}", stdout(&output));
        assert!(stderr(&output).contains("plimsoll.yaml"), "{name}: {}", stderr(&output));
    }
}

#[test]
fn the_exit_code_follows_fail_on() {
    let folder = only_a_warning("fail-on");
    assert_eq!(places(&findings(&folder, &[])).len(), 1);
    let check = |fail_on: &str, expect: i32| {
        assert_eq!(code(&run(&folder, &["check", "--fail-on", fail_on])), expect, "{fail_on}");
    };
    check("info", 1);
    check("warning", 1);
    check("error", 0);
    check("never", 0);
    assert_eq!(code(&run(&folder, &["check"])), 1);
    fs::write(folder.join("plimsoll.yaml"), "fail_on: error\n").unwrap();
    assert_eq!(code(&run(&folder, &["check"])), 0);
    assert_eq!(code(&run(&folder, &["check", "--fail-on", "warning"])), 1);
    assert_eq!(code(&run(&clean("fail-on-clean"), &["check", "--fail-on", "info"])), 0);
}

#[test]
fn resolve_prints_a_project_or_the_reason_why_there_is_none() {
    let folder = clean("resolve");
    let output = run(&folder, &["resolve"]);
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
    let model: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(model["name"], "resolve");
    assert_eq!(model["services"]["app"]["image"], "example/app:1");

    let text = "services:\n  app:\n    image: example/app:1\n    volumes: [\"data:/data\"]\n";
    let folder = project("resolve-rejected", &[("compose.yaml", text)]);
    let output = run(&folder, &["resolve"]);
    assert_eq!((code(&output), stdout(&output)), (1, String::new()));
    let errors = stderr(&output);
    assert!(errors.contains("compose.yaml:4:") && errors.contains("undefined-reference"), "{errors}");
    assert!(errors.contains("`data`"), "{errors}");
}

#[test]
fn no_output_holds_the_value_of_a_secret() {
    let mut values = BTreeSet::new();
    for name in ["first-look", "well-kept"] {
        let folder = root().join("fixtures/projects").join(name);
        let text = fs::read_to_string(folder.join(".env")).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        values.extend(lines.filter_map(|line| line.split_once('=')).map(|(_, value)| value.to_owned()));
    }
    values.remove("");
    assert!(values.contains("made-up-for-this-example"), "{values:?}");
    // Nobody reads a secret in what is next to a finding, wherever the secret is written.
    let literal = "\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: written-in-the-open-73
    command: [\"--password\", \"written-in-the-open-73\"]
    ports: [\"5432:5432\"]
  web:
    image: example/web:1
    environment:
      DATABASE_URL: postgres://user:written-in-the-open-73@localhost:5432/app
";
    values.insert("written-in-the-open-73".to_owned());
    let literal = project("secrets", &[("compose.yaml", literal)]);
    let fixtures = root().join("fixtures/projects");
    for format in ["text", "concise", "json"] {
        for folder in [&fixtures, &literal] {
            let arguments = ["check", "--show", "info", "--strict", "--style", "--color", "always", "--format", format];
            let output = run(folder, &arguments);
            assert_eq!(code(&output), 1, "{format}: {}", stderr(&output));
            for value in &values {
                assert!(!stdout(&output).contains(value.as_str()), "{format} shows `{value}`:\n{}", stdout(&output));
                assert!(!stderr(&output).contains(value.as_str()), "{format} shows `{value}` on standard error");
            }
        }
    }
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let quoted = "services:\n  app:\n    image: example/app:1\n    \"col\\e[31m\\x07our\": 1\n    volumes: [\"a\\e]0;x\\x07b:/x\"]\n";
    let raw = "services:\n  app:\n    image: \"example/\u{1b}[31mapp:1\"\n    depends_on: [\u{7}]\n";
    let env = "KEY\u{1b}[31m=1\nTAG='\u{1b}]0;title\u{7}\n";
    let folder = project(
        "control",
        &[
            ("quoted.yaml", quoted),
            ("raw.yaml", raw),
            ("c1.yaml", "a: \"\u{9b}31m\"\n"),
            ("first.yaml", "\u{1b}[31ma: 1\n"),
        ],
    );
    let with_env =
        project("control-env", &[("compose.yaml", "services: {app: {image: \"x:${TAG}\"}}\n"), (".env", env)]);
    let strange = |text: &str| text.chars().find(|letter| letter.is_control() && *letter != '\n');
    for format in ["text", "concise", "json"] {
        let check = |folder: &Path, file: &str| {
            let output = run(folder, &["check", "-f", file, "--format", format, "--color", "never"]);
            assert_eq!(code(&output), 1, "{file}: {}", stderr(&output));
            assert_eq!(strange(&stdout(&output)), None, "{format} of {file}: {:?}", stdout(&output));
            assert_eq!(strange(&stderr(&output)), None, "{format} of {file}");
            let output = run(folder, &["resolve", "-f", file]);
            assert_eq!(code(&output), 1, "{file}");
            assert_eq!(strange(&stderr(&output)), None, "resolve of {file}");
        };
        check(&folder, "quoted.yaml");
        check(&folder, "raw.yaml");
        check(&folder, "c1.yaml");
        check(&folder, "first.yaml");
        check(&with_env, "compose.yaml");
    }
}

#[test]
fn a_file_name_with_control_characters_does_not_reach_the_terminal() {
    let folder = project("control-name", &[("a\u{1b}[31m.yaml", "services: {app: {}}\n")]);
    for arguments in [&["check", "-f", "a\u{1b}[31m.yaml"], &["check", "-f", "none\u{1b}[31m.yaml"]] {
        let output = run(&folder, arguments);
        assert_ne!(code(&output), 0);
        let all = stdout(&output) + &stderr(&output);
        assert!(!all.contains('\u{1b}'), "{all:?}");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let listed: Value = serde_json::from_slice(&run(root(), &["rules", "--format", "json"]).stdout).unwrap();
    let rules = listed.as_array().or_else(|| listed["rules"].as_array()).unwrap();
    let names: Vec<&str> = rules.iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), plimsoll::testing::rules::all().count());
    let text = stdout(&run(root(), &["rules"]));
    for name in names {
        assert!(text.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name}");
        let output = run(root(), &["explain", name]);
        assert_eq!(code(&output), 0, "{name}");
        assert!(stdout(&output).starts_with(name), "{name}");
    }
    let explained = stdout(&run(root(), &["explain", "exposed-datastore"]));
    assert!(explained.contains("## What it does") && explained.contains("127.0.0.1"), "{explained}");
}

#[test]
fn keys_newer_than_the_reference_are_accepted_by_check_and_not_by_resolve() {
    for (case, release) in [("newer-key-pre-start", "5.3.0"), ("newer-key-no-cache-filter", "5.0.0")] {
        let folder = root().join("fixtures/parity").join(case);
        let checked = run(&folder, &["check", "--select", "unknown-key,wrong-type", "--format", "concise"]);
        assert_eq!(code(&checked), 0, "{case}: {}", stdout(&checked));
        let resolved = run(&folder, &["resolve"]);
        assert_eq!(code(&resolved), 1, "{case}");
        assert!(stderr(&resolved).contains(&format!("requires docker compose {release}")), "{}", stderr(&resolved));
    }
}

#[test]
fn keys_of_the_specification_are_explained() {
    for path in ["services.*.healthcheck.interval", "services.web.healthcheck.interval", "healthcheck.interval"] {
        let output = run(root(), &["explain", path]);
        assert_eq!(code(&output), 0, "{path}");
        assert!(stdout(&output).starts_with("services.*.healthcheck.interval\n"), "{path}: {}", stdout(&output));
    }
    let limits = stdout(&run(root(), &["explain", "deploy.resources.limits"]));
    for key in ["cpus", "memory", "pids"] {
        assert!(limits.contains(&format!("\n  {key} ")), "{limits}");
    }
    let output = run(root(), &["explain", "services.web.helthcheck"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean `services.*.healthcheck`?"), "{}", stderr(&output));
}

#[test]
fn selected_and_ignored_rules_are_respected() {
    let first_look = "fixtures/projects/first-look";
    let rules = |arguments: &[&str]| -> BTreeSet<String> {
        let arguments: Vec<&str> = [first_look].iter().chain(arguments).copied().collect();
        places(&findings(root(), &arguments)).into_iter().map(|(rule, ..)| rule).collect()
    };
    assert_eq!(rules(&["--select", "exposed-datastore"]), BTreeSet::from(["exposed-datastore".to_owned()]));
    let all = rules(&[]);
    let without = rules(&["--ignore", "exposed-datastore,unset-secret"]);
    let gone: Vec<&String> = all.difference(&without).collect();
    assert_eq!(gone, ["exposed-datastore", "unset-secret"]);
}

#[test]
fn all_formats_show_the_same_findings() {
    let first_look = "fixtures/projects/first-look";
    let concise = stdout(&run(root(), &["check", first_look, "--format", "concise", "--quiet", "--show", "info"]));
    let of_json = findings(root(), &[first_look]);
    assert_eq!(concise.lines().count(), of_json.len());
    let text = stdout(&run(root(), &["check", first_look, "--color", "never", "--show", "info"]));
    for finding in &of_json {
        let message = finding["message"].as_str().unwrap();
        assert!(concise.contains(message), "{message}");
        let rule = finding["rule"].as_str().unwrap();
        assert!(text.contains(&format!("[{rule}]")), "{rule}");
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    for argument in ["--help", "--version"] {
        let output = run(root(), &[argument]);
        assert_eq!((code(&output), stderr(&output)), (0, String::new()));
        assert!(stdout(&output).contains("plimsoll"));
    }
}

#[test]
fn the_graph_shows_what_cannot_be_reached() {
    let folder = root().join("fixtures/projects/first-look");
    let output = run(&folder, &["graph"]);
    assert_eq!(code(&output), 0);
    let text = stdout(&output);
    assert!(text.starts_with("flowchart TB\n") && text.contains("-.->|\"✗ 6379\"|"), "{text}");
    let drawing = stdout(&run(&folder, &["graph", "--format", "svg"]));
    let kept = fs::read_to_string(root().join("docs/picture/graph.svg")).unwrap();
    assert_eq!(drawing, kept, "docs/picture/graph.svg is `plimsoll graph --format svg fixtures/projects/first-look`");
    let empty = run(&project("graph-of-nothing", &[]), &["graph"]);
    assert_eq!((code(&empty), stderr(&empty).as_str()), (2, "plimsoll: no Compose file found\n"));
}

#[test]
fn a_path_without_a_command_is_checked() {
    let folder = only_a_warning("no-command");
    fs::create_dir(folder.join("rules")).unwrap();
    let checked = stdout(&run(&folder, &["check", "compose.yaml", "--format", "concise"]));
    assert!(checked.contains("unset-variable"), "{checked}");
    assert_eq!(stdout(&run(&folder, &["compose.yaml", "--format", "concise"])), checked);
    assert_eq!(stdout(&run(&folder, &["--format", "concise", "compose.yaml"])), checked);
    assert_eq!(stdout(&run(&folder, &[".", "--format", "concise"])), checked);
    // A command wins over a directory of its name, and a slip is not taken for a path.
    assert!(stdout(&run(&folder, &["rules"])).contains("exposed-datastore"));
    let slip = run(&folder, &["chekc"]);
    assert_eq!(code(&slip), 2);
    assert!(stderr(&slip).contains("check"), "{}", stderr(&slip));
    assert!(stderr(&run(&folder, &["missing.yaml"])).contains("missing.yaml"));
}

#[test]
fn text_that_goes_to_no_terminal_is_not_wrapped() {
    let long = format!("./{}/config.yaml", "directory-with-a-long-name/".repeat(6).trim_end_matches('/'));
    let text = format!("services:\n  app:\n    image: example/app:1\n    volumes: ['{long}:/config.yaml']\n");
    let folder = project("wrapped", &[("compose.yaml", &text)]);
    let output = stdout(&run(&folder, &["check", "--select", "missing-bind-source", "--show", "info"]));
    let message = output.lines().find(|line| line.contains("does not exist")).unwrap_or_default();
    assert!(message.contains(&long), "{output}");
}
