//! `check --fix` and `check --diff`, end to end: what is written, what is left alone, and what is said of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::common;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{branch, code, run, run_with, stderr, stdout};

fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::project("fixes", name, files)
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A file with one safe and one unsafe fix, CRLF, a tab, and no last line break.
const FIXABLE: &str = "services:\r\n  db:\r\n    image: postgres:17\t# é\r\n    restart: always\r\n    enviroment:\r\n      DB_PASSWORD: hunter2\r\n    ports: [\"5432:5432\"]";

fn fixable(name: &str) -> PathBuf {
    let folder = project(name, &[("compose.yaml", FIXABLE)]);
    fs::create_dir_all(folder.join(".git")).unwrap();
    folder
}

#[test]
fn diff_shows_what_fix_would_write_and_writes_nothing() {
    let folder = fixable("diff");
    let output = run(&folder, &["check", "--diff"]);
    let shown = stdout(&output);
    assert_eq!(code(&output), 1, "what is found remains");
    assert!(shown.contains("-    enviroment:\n+    environment:\n"), "{shown}");
    assert!(shown.contains("DB_PASSWORD: •••") && !shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains("127.0.0.1"), "an unsafe fix is shown unasked: {shown}");
    assert_eq!(stderr(&output), "would fix compose.yaml: 1 unknown-key\n");
    assert_eq!(fs::read_to_string(folder.join("compose.yaml")).unwrap(), FIXABLE);
    let unsafe_too = stdout(&run(&folder, &["check", "--diff", "--unsafe-fixes", "--fix-only", "exposed-datastore"]));
    assert!(unsafe_too.contains("+    ports: [\"127.0.0.1:5432:5432\"]\n"), "{unsafe_too}");
    assert!(!unsafe_too.contains("+    environment"), "{unsafe_too}");
}

#[cfg(unix)]
#[test]
fn fix_writes_the_file_keeps_its_mode_and_reports_what_remains() {
    use std::os::unix::fs::PermissionsExt;
    let folder = fixable("fix");
    let path = folder.join("compose.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let output = run(&folder, &["check", "--fix", "--format", "json"]);
    assert_eq!(stderr(&output), "fixed compose.yaml: 1 unknown-key\n");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"exposed-datastore") && !rules.contains(&"unknown-key"), "{rules:?}");
    assert_eq!(code(&output), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), FIXABLE.replace("enviroment", "environment"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o640);
    let output = run(&folder, &["check", "--fix", "--unsafe-fixes", "--ignore", "secrets"]);
    assert!(stdout(&output).starts_with("fixed compose.yaml: "), "{}", stdout(&output));
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\r\n    ports: [\"127.0.0.1:5432:5432\"]") && !text.ends_with('\n'), "{text}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "a temporary file is left behind");
}

#[cfg(unix)]
#[test]
fn fix_leaves_links_read_only_files_and_files_outside_alone() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = fixable("left-alone");
    let path = folder.join("compose.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let says = |arguments: &[&str], words: &str| {
        let output = run(&folder, arguments);
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
        assert_eq!(code(&output), 1);
    };
    says(&["check", "--fix"], "plimsoll: compose.yaml: skipped: it is read-only");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::rename(&path, folder.join("real.yaml")).unwrap();
    symlink("real.yaml", &path).unwrap();
    says(&["check", "--fix", "compose.yaml"], "plimsoll: compose.yaml: skipped: it is a symbolic link");
    assert_eq!(fs::read_to_string(folder.join("real.yaml")).unwrap(), FIXABLE);
}

#[test]
fn fix_changes_nothing_outside_of_what_was_named_where_there_is_no_repository() {
    let folder = std::env::temp_dir().join(format!("plimsoll-outside-{}", std::process::id()));
    let inner = folder.join("inner");
    fs::create_dir_all(&inner).unwrap();
    fs::write(folder.join("real.yaml"), FIXABLE).unwrap();
    fs::write(inner.join("compose.yaml"), "include: [../real.yaml]\nservices:\n  x:\n    imgae: a:1\n").unwrap();
    let words = stderr(&run(&inner, &["check", "--fix"]));
    assert!(words.contains("../real.yaml: skipped: it is outside the repository"), "{words}");
    assert_eq!(fs::read_to_string(folder.join("real.yaml")).unwrap(), FIXABLE);
    assert!(fs::read_to_string(inner.join("compose.yaml")).unwrap().contains("    image: a:1"));
    fs::remove_dir_all(&folder).unwrap();
}

const BASE: &str = "services:\n  db-base:\n    image: mysql:8.4\n";
const EXTENDING: &str = "services:\n  db:\n    extends: {file: base.yaml, service: db-base}\n    restart: always\n";

#[test]
fn what_a_service_needs_that_extends_another_stands_with_it() {
    let folder = project("extends", &[("base.yaml", BASE), ("compose.yaml", EXTENDING)]);
    let output = run(&folder, &["check", "--fix", "--unsafe-fixes", "--ignore", "secrets"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert_eq!(read(&folder, "base.yaml"), BASE, "`extends` brings no volumes of the top level");
    let wanted = format!("{EXTENDING}    volumes:\n      - db-data:/var/lib/mysql\nvolumes:\n  db-data:\n");
    assert_eq!(read(&folder, "compose.yaml"), wanted);
}

/// An image reference that is invalid once the variable has the name that is meant.
fn refusing(more: &str) -> String {
    format!("services:\n  web:\n    image: \"example/web:${{VERSON}}\"\n{more}")
}

#[test]
fn a_refused_fix_stops_no_other_one_in_its_project_or_beside_it() {
    let names = ["a", "b"].map(|name| format!("{name}/compose.yaml"));
    let texts = [refusing("    enviroment: {A: b}\n"), refusing("")];
    let with_key = "services:\n  web:\n    image: example/web:1\n    enviroment: {A: b}\n".to_owned();
    let files = [
        (names[0].as_str(), texts[0].as_str()),
        (&names[1], &texts[1]),
        ("a/.env", "VERSION=1 2\n"),
        ("b/.env", "VERSION=1 2\n"),
        ("c/compose.yaml", &with_key),
    ];
    let folder = project("refused", &files);
    let output = run(&folder, &["check", "--fix", "--unsafe-fixes"]);
    for name in &names {
        let words = format!("plimsoll: {name}: skipped a fix for misspelt-variable: it would introduce invalid-value");
        assert!(stderr(&output).contains(&words), "{}", stderr(&output));
    }
    assert_eq!(read(&folder, &names[0]), texts[0].replace("enviroment", "environment"));
    assert_eq!(read(&folder, &names[1]), texts[1]);
    assert_eq!(read(&folder, "c/compose.yaml"), with_key.replace("enviroment", "environment"));
}

#[test]
fn one_run_makes_the_fixes_of_many_services() {
    let mut text = "services:\n".to_owned();
    for number in 0..30 {
        write!(text, "  s{number}:\n    image: example/s:1\n    env_file: web.env\n").unwrap();
    }
    let folder = project("many", &[("compose.yaml", &text)]);
    let output = run(&folder, &["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    let long = "    env_file:\n      path: web.env\n      required: false\n";
    let list = "    env_file:\n      - path: web.env\n        required: false\n";
    let after = read(&folder, "compose.yaml");
    assert_eq!(after.matches(long).count() + after.matches(list).count(), 30, "{after}");
}

#[test]
fn only_what_the_branch_has_brought_is_mended() {
    let old = "services:\n  old:\n    image: example/old:1\n    enviroment: {A: b}\n";
    let folder = branch("fixes", "since", &[("compose.yaml", old)]);
    let text = format!("{old}  new:\n    image: example/new:1\n    enviroment: {{A: b}}\n");
    fs::write(folder.join("compose.yaml"), &text).unwrap();
    let output = run(&folder, &["check", "--fix", "--since", "main"]);
    assert_eq!(code(&output), 0, "what was there does not count: {}", stdout(&output));
    let (before, behind) = text.split_at(old.len());
    assert_eq!(read(&folder, "compose.yaml"), format!("{before}{}", behind.replace("enviroment", "environment")));
}

#[test]
fn what_remains_is_also_written_to_the_outputs_that_are_asked_for() {
    let folder = fixable("outputs");
    let output = run(&folder, &["check", "--fix", "--output", "json=left.json", "--verbose"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("rules"), "no table of stages: {}", stderr(&output));
    let left: Value = serde_json::from_str(&read(&folder, "left.json")).unwrap();
    let rules: Vec<&str> =
        left["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"exposed-datastore") && !rules.contains(&"unknown-key"), "{rules:?}");
}

#[test]
fn an_unsaved_text_can_be_shown_mended_and_not_written() {
    let folder = project("buffer", &[("compose.yaml", "services: {}\n"), ("other.yaml", FIXABLE)]);
    let text = "include: [other.yaml]\nservices:\n  web:\n    imgae: example/web:1\n";
    let arguments = |doing| ["check", doing, "--stdin-filename", "compose.yaml", "-"];
    let shown = stdout(&run_with(&folder, &arguments("--diff"), text));
    assert!(shown.contains("+    image: example/web:1\n") && !shown.contains("b/other.yaml"), "{shown}");
    let output = run_with(&folder, &arguments("--fix"), text);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("cannot be used with"), "{}", stderr(&output));
    assert_eq!(read(&folder, "compose.yaml"), "services: {}\n");
}

#[test]
fn a_finding_of_several_services_is_mended_in_all_of_them() {
    let service = |name: &str| {
        format!(
            "  {name}:\n    image: example/{name}:1\n    environment: [\"API_URL=http://host.docker.internal:8000\"]\n"
        )
    };
    let text = format!("services:\n{}{}", service("one"), service("two"));
    let folder = project("several", &[("compose.yaml", &text)]);
    let output = run(&folder, &["check", "--fix"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert_eq!(read(&folder, "compose.yaml").matches("host.docker.internal:host-gateway").count(), 2);
}

#[test]
fn a_key_that_takes_the_last_service_off_the_default_network_is_respelt() {
    let text = "services:\n  web:\n    image: example/web:1\n    network-mode: host\n";
    let folder = project("default-network", &[("compose.yaml", text)]);
    let output = run(&folder, &["check", "--fix"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert_eq!(read(&folder, "compose.yaml"), text.replace("network-mode", "network_mode"));
}

#[test]
fn what_only_an_overlay_brings_is_fixed_in_the_overlay() {
    let base = "services:\n  web:\n    image: example/web:1.4\n    ports:\n      - \"8000:8000\"\n";
    let scaled = "services:\n  web:\n    deploy:\n      replicas: 3\n";
    let proxied = "services:\n  proxy:\n    image: nginx:1.29\n    ports: [\"80:80\", \"443:443\"]\n    volumes:\n      - ./nginx.conf:/etc/nginx/conf.d/default.conf:ro\n";
    let nginx = "server {\n  listen 443 ssl;\n  location / {\n    proxy_pass http://web:8000;\n  }\n}\n";
    let script = "docker compose -f compose.yaml up -d\ndocker compose -f compose.yaml -f scaled.yaml up -d\ndocker compose -f compose.yaml -f proxied.yaml up -d\n";
    let files = [
        ("compose.yaml", base),
        ("scaled.yaml", scaled),
        ("proxied.yaml", proxied),
        ("nginx.conf", nginx),
        ("up.sh", script),
    ];
    let folder = project("overlays", &files);
    let rules = ["--select", "proxied-port-published,replicas-with-fixed-host-port"];
    let arguments = ["check", "--fix", "--unsafe-fixes", rules[0], rules[1]];
    let output = run(&folder, &arguments);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert_eq!(read(&folder, "compose.yaml"), base, "other commands use it");
    assert_eq!(read(&folder, "scaled.yaml"), format!("{scaled}    ports: !override [\"8000-8002:8000\"]\n"));
    assert_eq!(
        read(&folder, "proxied.yaml"),
        format!("{proxied}  web:\n    ports: !override [\"127.0.0.1:8000:8000\"]\n")
    );
}
