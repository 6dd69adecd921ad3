//! Env files as docker compose reads them: what `tests/oracle/dotenv` recorded is what `plimsoll resolve` says.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::common::{program, root};

/// An env file, and what docker compose makes of it.
struct Case {
    role: String,
    text: String,
    /// The variables; `None` where it rejects the file.
    answer: Option<Value>,
}

fn cases() -> Vec<Case> {
    let grid = fs::read_to_string(root().join("fixtures/dotenv/grid.txt")).unwrap();
    let case = |line: &str| {
        let [role, text, answer] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        Case {
            role: role.to_owned(),
            text: serde_json::from_str(text).unwrap(),
            answer: (answer != "rejected").then(|| serde_json::from_str(answer).unwrap()),
        }
    };
    grid.lines().map(case).collect()
}

/// What plimsoll makes of a case, in a directory of its own.
fn resolved(folder: &Path, case: &Case) -> Option<Value> {
    fs::create_dir_all(folder).unwrap();
    let env_file = match case.role.as_str() {
        "raw" => json!([{"path": "x.env", "format": "raw"}]),
        _ => json!(["x.env"]),
    };
    let service = match case.role.as_str() {
        "project" => json!({"image": "nginx:1.29", "environment": {"A": "${A-unset}", "B": "${B-unset}"}}),
        _ => json!({"image": "nginx:1.29", "environment": {"S": "sh$$ell"}, "env_file": env_file}),
    };
    fs::write(folder.join("compose.yaml"), json!({"services": {"web": service}}).to_string()).unwrap();
    fs::write(folder.join("x.env"), &case.text).unwrap();
    fs::write(folder.join("first.env"), "S='sh$ell'\n").unwrap();
    let arguments: &[&str] = match case.role.as_str() {
        "project" => &["resolve", "--env-file", "first.env", "--env-file", "x.env"],
        _ => &["resolve"],
    };
    let done = program(folder).args(arguments).output().unwrap();
    let answer: Value = serde_json::from_slice(&done.stdout).ok()?;
    Some(answer["services"]["web"].get("environment").cloned().unwrap_or_else(|| json!({})))
}

#[test]
fn env_files_are_read_as_docker_compose_reads_them() {
    let cases = cases();
    assert!(cases.len() >= 200, "{} cases", cases.len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dotenv");
    let wrong: Vec<String> = thread::scope(|scope| {
        let chunks: Vec<_> = cases.chunks(cases.len().div_ceil(4)).enumerate().collect();
        let handles: Vec<_> = chunks
            .into_iter()
            .map(|(chunk, cases)| {
                let folder = folder.join(chunk.to_string());
                scope.spawn(move || {
                    let check = |(number, case): (usize, &Case)| {
                        let found = resolved(&folder.join(number.to_string()), case);
                        (found != case.answer).then(|| {
                            format!(
                                "{} {:?}\n  docker compose: {:?}\n  plimsoll: {found:?}\n",
                                case.role, case.text, case.answer
                            )
                        })
                    };
                    cases.iter().enumerate().filter_map(check).collect::<Vec<_>>()
                })
            })
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {} cases differ\n{}", wrong.len(), cases.len(), wrong.concat());
}
