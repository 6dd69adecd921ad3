//! A blank variable in each place of the Compose specification: an error where docker compose rejects it, and nothing
//! where the variable has a value that the checkout does not contain. `tests/oracle/blank` recorded the answers.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::Value;

use crate::common::{self, program, root};

/// A way to write a variable in a place, and what docker compose says if it is not set, and if it is empty.
struct Case {
    place: String,
    form: String,
    text: String,
    rejects: [bool; 2],
}

/// What sets the variables: nothing, `.env` to nothing, or a `.env` that git ignores.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Unset,
    Empty,
    Unknown,
}

const STATES: [(State, &str); 3] = [(State::Unset, "unset"), (State::Empty, "empty"), (State::Unknown, "unknown")];

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(root().join("fixtures/blank/grid.txt")).unwrap();
    let mut cases = Vec::new();
    for line in text.lines() {
        let [place, project, answers] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        for answer in answers.split(", ") {
            let (form, letters) = answer.rsplit_once(' ').unwrap();
            let mut parts = project.split('@');
            let mut text = parts.next().unwrap().to_owned();
            for (at, part) in parts.enumerate() {
                text += &if at == 0 { form.to_owned() } else { form.replace('X', "Y") };
                text += part;
            }
            let letters: Vec<char> = letters.chars().collect();
            let rejects = [letters[0] == 'R', letters[1] == 'R'];
            cases.push(Case { place: place.to_owned(), form: form.to_owned(), text, rejects });
        }
    }
    cases
}

/// Writes each case in each state to a directory of its own.
fn folder(name: &str, cases: &[Case]) -> PathBuf {
    let mut files: Vec<(String, &str)> = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        for (state, name) in STATES {
            let at = format!("{number}-{name}");
            files.push((format!("{at}/compose.yaml"), &case.text));
            match state {
                State::Unset => {}
                State::Empty => files.push((format!("{at}/.env"), "X=\nY=\n")),
                State::Unknown => files.push((format!("{at}/.gitignore"), ".env\n")),
            }
            if case.text.contains("good") {
                files.push((format!("{at}/good.env"), "KEY=value\n"));
                files.push((format!("{at}/good.yaml"), "services:\n  other:\n    image: nginx:1.29\n"));
                files.push((format!("{at}/good/compose.yaml"), "services:\n  another:\n    image: nginx:1.29\n"));
            }
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    common::project("blanks", name, &files)
}

/// Severity, rule and message of what a plain `docker compose up` meets in each directory, without infos and what says
/// nothing of values.
fn found(folder: &Path) -> BTreeMap<String, Vec<(String, String, String)>> {
    let mut found: BTreeMap<String, Vec<(String, String, String)>> = BTreeMap::new();
    for finding in common::findings(&common::report(folder, &["--ignore", "missing-dockerfile,ignored-deploy-key"])) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (directory, _) = finding["file"].as_str().unwrap().split_once('/').unwrap();
        let entry = (text(&finding["severity"]), text(&finding["rule"]), text(&finding["message"]));
        let needs_profile = finding["invocations"].as_array().is_some_and(|held| !held.is_empty());
        // A part of the grid mounts a disk, whatever the variable says.
        if entry.0 != "info" && !needs_profile && entry.1 != "host-device" {
            found.entry(directory.to_owned()).or_default().push(entry);
        }
    }
    found
}

#[test]
fn an_error_is_found_where_docker_compose_rejects_a_blank() {
    let cases = cases();
    assert!(cases.len() >= 1000, "only {} cases", cases.len());
    let found = found(&folder("check", &cases));
    let mut wrong = String::new();
    for (number, case) in cases.iter().enumerate() {
        for (state, name) in STATES {
            let found = found.get(&format!("{number}-{name}")).map_or(&[][..], Vec::as_slice);
            let errors: Vec<_> = found.iter().filter(|(severity, ..)| severity == "error").collect();
            let is_right = match state {
                State::Unknown => found.is_empty(),
                _ if !case.rejects[usize::from(state == State::Empty)] => errors.is_empty(),
                _ => {
                    let names = |message: &str| message.contains("`X`") || message.contains("`Y`");
                    !errors.is_empty() && errors.iter().all(|(_, rule, said)| rule == "blank-value" && names(said))
                }
            };
            if !is_right {
                writeln!(wrong, "{number}-{name} {} as {}: {found:?}", case.place, case.form).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{wrong}", wrong.lines().count(), cases.len() * STATES.len());
}

#[test]
fn resolve_rejects_what_docker_compose_rejects() {
    let cases = cases();
    let folder = folder("resolve", &cases);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let numbered: Vec<(usize, &Case)> = cases.iter().enumerate().collect();
    let run = |part: &[(usize, &Case)]| -> String {
        let mut wrong = String::new();
        for (number, case) in part {
            let output = program(&folder.join(format!("{number}-unset"))).arg("resolve").output().unwrap();
            if output.status.success() == case.rejects[0] {
                writeln!(wrong, "{number} {} as {}: {}", case.place, case.form, common::stderr(&output)).unwrap();
            }
        }
        wrong
    };
    let wrong: String = thread::scope(|scope| {
        let parts = numbered.chunks(numbered.len().div_ceil(threads));
        let handles: Vec<_> = parts.map(|part| scope.spawn(|| run(part))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{wrong}");
}
