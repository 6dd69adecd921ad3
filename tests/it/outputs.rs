//! The built program's outputs: files next to standard output, statistics, stages, completions, the manual page, and the
//! examples of `docs/output.md`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

use crate::common;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::{FORMATS, run, stderr, stdout};

/// A fresh folder with a project that has an error, a warning and names with all sorts of characters.
fn project(name: &str) -> PathBuf {
    let compose = "\
services:
  db:
    image: postgres:17
    ports: [\"5432:5432\"]
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD}
      \"<img src=x>|%0A\\e[31m\": [1]
    command:
      - --password
      - made-up-for-this-test
    volumes: [\"data:/var/lib/postgresql/data\"]
  web:
    image: example/web:${TAG}
volumes: { data: }
";
    let files = [("compose.yaml", compose), ("sub é#/compose.yaml", compose), (".env", "DB_PASSWORD=\n")];
    common::project("outputs", name, &files)
}

#[test]
fn every_file_holds_what_standard_output_would() {
    let folder = project("files");
    let outputs: Vec<String> = FORMATS.iter().map(|format| format!("{format}=out.{format}")).collect();
    let mut arguments = vec!["check", "--format", "concise"];
    arguments.extend(outputs.iter().flat_map(|output| ["--output", output.as_str()]));
    let output = run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let count = stdout(&output).lines().count();
    assert!(count > 4, "{}", stdout(&output));
    for format in FORMATS {
        let written = fs::read_to_string(folder.join(format!("out.{format}"))).unwrap();
        let printed = run(&folder, &["check", "--format", format]);
        assert_eq!(written, stdout(&printed), "{format}");
        assert_eq!(printed.status.code(), Some(1), "{format}");
        assert!(!written.contains("made-up-for-this-test"), "{format} shows a secret");
        let strange = written.chars().find(|letter| letter.is_control() && *letter != '\n');
        assert_eq!(strange, None, "{format}");
    }
    let json: Value = serde_json::from_slice(&fs::read(folder.join("out.json")).unwrap()).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), count);
    let lines = fs::read_to_string(folder.join("out.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), count);
    assert!(fs::read_dir(&folder).unwrap().all(|one| !one.unwrap().file_name().to_string_lossy().starts_with(".out")));
}

#[test]
fn a_file_is_replaced_whole_and_keeps_its_mode_and_its_link() {
    let folder = project("replaced");
    let file = folder.join("real.json");
    fs::write(&file, "old ".repeat(10_000)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.json", folder.join("link.json")).unwrap();
    run(&folder, &["check", "--output", "json=link.json"]);
    assert!(fs::symlink_metadata(folder.join("link.json")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).is_ok());
    let output = run(&folder, &["check", "--quiet", "--output", "github=/dev/stderr"]);
    assert!(stderr(&output).starts_with("::error "), "{}", stderr(&output));
}

#[test]
fn a_file_that_cannot_be_written_ends_with_2_and_the_findings_are_shown() {
    let folder = project("unwritable");
    for file in ["missing/out.json", "sub é#"] {
        let output = run(&folder, &["check", "--format", "concise", "--output", &format!("json={file}")]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(stderr(&output).contains(&format!("plimsoll: {file}: cannot write: ")), "{}", stderr(&output));
        assert!(stdout(&output).contains("[exposed-datastore]"), "{file}");
    }
    for (value, said) in [("json", "FORMAT=FILE"), ("jsn=x", "sarif"), ("json=", "missing"), ("json=-", "--format")] {
        let output = run(&folder, &["check", "--output", value]);
        assert_eq!(output.status.code(), Some(2), "{value}");
        assert!(stderr(&output).contains(said), "{value}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn stages_go_to_standard_error() {
    let folder = project("stages");
    let output = run(&folder, &["check", "--format", "json", "--verbose"]);
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
    let errors = stderr(&output);
    let names: Vec<&str> = errors.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["discover", "load", "lower", "facts", "rules", "render"]);
    assert!(errors.contains("2 directories with projects") && errors.contains("3 files"), "{errors}");
    assert_eq!(stderr(&run(&folder, &["check"])), "");
}

#[test]
fn statistics_stand_at_the_end() {
    let folder = project("statistics");
    let output = stdout(&run(&folder, &["check", "--format", "concise", "--statistics"]));
    let table = output.split_once("findings  fixable  rule\n").unwrap().1;
    assert!(table.contains("  exposed-datastore\n") && table.lines().last().unwrap().ends_with("  all"), "{output}");
    let json: Value =
        serde_json::from_slice(&run(&folder, &["check", "--format", "json", "--statistics"]).stdout).unwrap();
    let sum: u64 = json["statistics"].as_array().unwrap().iter().map(|one| one["findings"].as_u64().unwrap()).sum();
    assert_eq!(sum, json["findings"].as_array().unwrap().len() as u64);
}

#[test]
fn shells_and_manual_pages() {
    let folder = project("shell");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&folder, &["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(stdout(&output).contains("fail-on"), "{shell}");
    }
    let script = stdout(&run(&folder, &["completions", "bash"]));
    fs::write(folder.join("plimsoll.bash"), &script).unwrap();
    let ask = "source ./plimsoll.bash; COMP_WORDS=(plimsoll check --form); COMP_CWORD=2; _plimsoll plimsoll --form check; echo \"${COMPREPLY[@]}\"";
    let completed = Command::new("bash").args(["-c", ask]).current_dir(&folder).output().unwrap();
    assert_eq!(stdout(&completed).trim(), "--format", "{}", stderr(&completed));
    let page = stdout(&run(&folder, &["man"]));
    assert!(page.contains(".TH") && page.contains("EXIT STATUS") && page.contains("plimsoll\\-check"), "{page}");
    let page = stdout(&run(&folder, &["man", "check"]));
    assert!(page.contains("\\-\\-fail\\-on") && page.contains("plimsoll\\-check"), "{page}");
    let output = run(&folder, &["man", "nothing"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("unknown command `nothing`"), "{}", stderr(&output));
}

/// Each format's example is what the program prints for `fixtures/projects/outputs`; `PLIMSOLL_UPDATE=1` writes them anew.
#[test]
fn the_examples_of_the_document_are_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("docs/output.md");
    let mut document = fs::read_to_string(&path).unwrap();
    let update = std::env::var_os("PLIMSOLL_UPDATE").is_some_and(|value| value == "1");
    // What is for code scanning is told as a difference to SARIF.
    for format in FORMATS.into_iter().filter(|format| *format != "code-scanning") {
        let printed = example(root, format);
        let (start, end) =
            block(&document, format).unwrap_or_else(|| panic!("docs/output.md has no example of {format}"));
        if update {
            document.replace_range(start..end, &printed);
        }
        let end = if update { start + printed.len() } else { end };
        assert!(!printed.is_empty(), "{format}");
        assert!(
            document[start..end] == printed,
            "the example of {format} is out of date: `cargo dev update` writes it"
        );
    }
    if update {
        fs::write(&path, document).unwrap();
    }
}

/// What the program prints, with the documents of rules cut out of SARIF: they are long and change.
fn example(root: &Path, format: &str) -> String {
    let project = root.join("fixtures/projects/outputs");
    let printed = stdout(&run(&project, &["check", "--format", format]));
    if format != "sarif" {
        return printed;
    }
    let mut sarif: Value = serde_json::from_str(&printed).unwrap();
    for rule in sarif["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        rule["fullDescription"]["text"] = "…".into();
        rule["help"] = serde_json::json!({ "text": "…", "markdown": "…" });
    }
    serde_json::to_string_pretty(&sarif).unwrap() + "\n"
}

/// The inside of the first block below the heading of a format.
fn block(document: &str, format: &str) -> Option<(usize, usize)> {
    let heading = document.find(&format!("\n## {format}\n"))?;
    let open = heading + document[heading..].find("\n````")? + 1;
    let start = open + document[open..].find('\n')? + 1;
    let end = start + document[start..].find("````\n")?;
    Some((start, end))
}
