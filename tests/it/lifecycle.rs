//! The life of a rule: names that it had before keep working, and say so; families and sets select rules.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::common::{self, active, code, findings, report, run, standing, stderr, stdout, write};

const WEB: &str = "services:\n  web:\n    image: example/web:1\n    env_file: web.env\n";

fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::project("lifecycle", name, files)
}

#[test]
fn a_comment_with_an_old_name_suppresses_and_is_told_the_new_one() {
    let env = "# plimsoll: ignore[malformed-line] known\nSOME KEY=value\n";
    let folder = project("comment", &[("compose.yaml", WEB), ("web.env", env)]);
    let (counting, suppressed) = standing(&report(&folder, &[]));
    assert_eq!(counting, ["renamed-rule web.env:1"]);
    assert_eq!(suppressed, ["malformed-env-line web.env:2 comment \"known\""]);
    assert_eq!(code(&run(&folder, &["check", "--fix"])), 0);
    let fixed = fs::read_to_string(folder.join("web.env")).unwrap();
    assert_eq!(fixed, env.replace("malformed-line", "malformed-env-line"));
    assert_eq!(active(&folder, &[]), Vec::<String>::new());
}

#[test]
fn a_configuration_with_old_names_applies_and_is_told_the_new_ones() {
    let files = [("compose.yaml", WEB), ("web.env", "SOME KEY=value\n")];
    let check = |name: &str, configuration: &str, expect: &[&str]| {
        let folder = project(name, &files);
        write(&folder, &[("plimsoll.yaml", configuration)]);
        assert_eq!(active(&folder, &[]), expect, "{configuration}");
        folder
    };
    check("ignore", "ignore: [malformed-line]\n", &["renamed-rule plimsoll.yaml:1"]);
    check("off", "rules:\n  malformed-line: off\n", &["renamed-rule plimsoll.yaml:2"]);
    check("new", "ignore: [malformed-env-line]\n", &[]);
    check("select", "select: [malformed-line]\n", &["malformed-env-line web.env:1"]);
    let entries =
        "suppressions:\n  - { rules: unknown-host, reason: r }\n  - rules: [\"malformed-line\"]\n    reason: r\n";
    let expect = ["unused-suppression plimsoll.yaml:2", "renamed-rule plimsoll.yaml:3"];
    let folder = check("suppression", entries, &expect);
    assert_eq!(code(&run(&folder, &["check", "--fix"])), 0);
    let fixed = fs::read_to_string(folder.join("plimsoll.yaml")).unwrap();
    assert_eq!(fixed, "suppressions:\n  - rules: [\"malformed-env-line\"]\n    reason: r\n");
    assert_eq!(active(&folder, &[]), Vec::<String>::new());
}

#[test]
fn old_names_on_the_command_line_apply_and_a_note_says_the_new_one() {
    let folder = project("arguments", &[("compose.yaml", WEB), ("web.env", "SOME KEY=value\n")]);
    let note = |option: &str| {
        let output = run(&folder, &["check", option, "malformed-line", "--format", "concise"]);
        let told = "plimsoll: rule `malformed-line` was renamed to `malformed-env-line`; the old name still works\n";
        assert_eq!(stderr(&output).lines().next(), Some(told.trim_end()), "{}", stderr(&output));
        stdout(&output).contains("malformed-env-line")
    };
    assert!(note("--select") && !note("--ignore"));
    let explained = stdout(&run(&folder, &["explain", "malformed-line"]));
    assert!(explained.starts_with("malformed-env-line (env, error, default set, fix: safe)\n"), "{explained}");
    assert!(explained.contains("\nformerly malformed-line\n"), "{explained}");
}

#[test]
fn families_and_sets_select_rules() {
    let compose = "services:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_HOST_AUTH_METHOD: trust}\n    ports: [\"5432:5432\"]\n    links: [web]\n  web: {}\n";
    let folder = project("families", &[("compose.yaml", compose)]);
    let families = |arguments: &[&str]| {
        let rules = findings(&report(&folder, arguments));
        let family = |finding: &Value| {
            let rule = plimsoll::testing::rules::find(finding["rule"].as_str().unwrap()).unwrap();
            rule.document.family
        };
        let mut families: Vec<&str> = rules.iter().map(family).collect();
        families.sort_unstable();
        families.dedup();
        families
    };
    assert_eq!(families(&[]), ["compose", "network", "storage"]);
    assert_eq!(families(&["--select", "network"]), ["network"]);
    assert_eq!(families(&["--select", "network,storage", "--ignore", "exposed-datastore"]), ["storage"]);
    assert_eq!(families(&["--ignore", "compose,storage"]), ["network"]);
    assert_eq!(families(&["--select", "default"]), families(&[]));
    assert_eq!(
        families(&["--select", "all"]),
        ["compose", "image", "network", "resources", "security", "storage", "style"]
    );
    assert_eq!(families(&["--select", "style"]), ["style"]);
    assert_eq!(families(&["--strict", "--style"]), families(&["--select", "all"]));
    write(&folder, &[("plimsoll.yaml", "select: [network, compose]\nignore: [compose]\n")]);
    assert_eq!(families(&[]), ["network"]);
    write(&folder, &[("plimsoll.yaml", "select: [netwrok]\n")]);
    let output = run(&folder, &["check"]);
    let errors = stderr(&output);
    assert!(errors.ends_with("plimsoll.yaml:1:10: unknown rule `netwrok`; did you mean `network`?\n"), "{errors}");
}

#[test]
fn shells_complete_rules_families_and_sets_and_the_help_does_not_list_them() {
    let folder = project("shells", &[]);
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&run(&folder, &["completions", shell]));
        for name in ["exposed-datastore", "network", "strict", "all", "malformed-env-line"] {
            assert!(script.contains(name), "{shell} does not know {name}");
        }
        assert!(!script.contains("malformed-line"), "{shell} offers an old name");
    }
    let help = stdout(&run(&folder, &["check", "--help"]));
    assert!(help.contains("--strict") && help.contains("--style") && !help.contains("exposed-datastore"), "{help}");
    assert_eq!(code(&run(&folder, &["check", "--style"])), 0);
}
