//! What the tests of the built program share: folders with files, runs, and what is read from their output.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

pub mod editor;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A project with a cache that is open to everybody.
pub const OPEN: &str =
    "services:\n  db:\n    image: example/db:1\n  cache:\n    image: redis:8\n    ports: [\"6379:6379\"]\n";

/// The formats of `check`.
pub const FORMATS: [&str; 12] = [
    "text",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "code-scanning",
    "github",
    "gitlab",
    "junit",
    "checkstyle",
    "rdjson",
    "markdown",
];

/// The root of plimsoll's own repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A fresh folder in the build directory that is a repository of its own, with some files.
pub fn project(suite: &str, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(suite).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".git")).unwrap();
    write(&folder, files);
    folder
}

/// Writes files and the folders that they are in.
pub fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The program in a folder, with as little environment as there can be.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", "/nonexistent");
    command
}

/// A run of it.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

/// A run with a text on standard input.
pub fn run_with(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = program(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A run that stops at its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// Runs git in a folder; these tests need it.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output();
    let output = output.unwrap_or_else(|error| panic!("the tests of `--since` need the program `git`: {error}"));
    assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
    stdout(&output)
}

/// A folder with a commit on `main`, and a branch to change things on.
pub fn branch(suite: &str, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = project(suite, name, files);
    fs::remove_dir(folder.join(".git")).unwrap();
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "one"]);
    git(&folder, &["checkout", "-q", "-b", "change"]);
    folder
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What `check --format json` prints.
pub fn report(folder: &Path, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = ["check", "--format", "json"].iter().chain(arguments).copied().collect();
    let output = run(folder, &arguments);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(&output), stderr(&output)))
}

/// The findings of a report.
pub fn findings(report: &Value) -> Vec<Value> {
    report["findings"].as_array().unwrap().clone()
}

/// Rule, file and line of each finding.
pub fn places(findings: &[Value]) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |finding: &Value| finding["span"]["start"]["line"].as_u64().unwrap();
    findings.iter().map(|finding| (text(&finding["rule"]), text(&finding["file"]), line(finding))).collect()
}

/// `rule file:line` of the findings that count, and of those that do not with what suppresses them.
pub fn standing(report: &Value) -> (Vec<String>, Vec<String>) {
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

/// The first of the two, of a run.
pub fn active(folder: &Path, arguments: &[&str]) -> Vec<String> {
    standing(&report(folder, arguments)).0
}
