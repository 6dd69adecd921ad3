//! Tests on small repositories.

mod calls;
mod collect;
mod documents;
mod hostile;
mod make;
mod pipelines;
mod shell;
mod tasks;

use std::path::{Path, PathBuf};

use super::{Certainty, Engine, Invocation, Invocations, Settings, discover};
use crate::discover::Exclusion;
use crate::source::SourceDb;
use crate::yaml::Trees;

const ROOT: &str = "/shop";
/// A Compose file; its name is all that matters.
const COMPOSE: &str = "services:\n  a:\n    image: x\n";

fn below(path: &Path) -> String {
    path.strip_prefix(ROOT).unwrap_or(path).to_str().unwrap().to_owned()
}

fn brief(sources: &SourceDb, one: &Invocation) -> String {
    let list = |paths: &[PathBuf]| paths.iter().map(|path| below(path)).collect::<Vec<_>>().join("+");
    let mut text = list(&one.files);
    if below(&one.directory) != below(one.files[0].parent().unwrap()) {
        text.push_str(&format!(" in {}", below(&one.directory)));
    }
    let dotenv = if one.engine == Engine::Swarm { String::new() } else { below(&one.directory.join(".env")) };
    if list(&one.env_files) != dotenv {
        text.push_str(&format!(" env {}", list(&one.env_files)));
    }
    if !one.profiles.is_empty() {
        text.push_str(&format!(" profiles {}", one.profiles.iter().cloned().collect::<Vec<_>>().join(",")));
    }
    if !one.lacking.is_empty() {
        text.push_str(&format!(" lacks {}", list(&one.lacking)));
    }
    one.name.iter().for_each(|name| text.push_str(&format!(" name {name}")));
    if one.engine == Engine::Swarm {
        text.push_str(" swarm");
    }
    match one.certainty {
        Certainty::Default => text.push_str(" default"),
        Certainty::Guessed => text.push_str(" guessed"),
        Certainty::Configured | Certainty::Written => {
            for place in &one.written {
                let file = sources.file(place.span.file);
                text.push_str(&format!(" {}:{}", below(&file.path), file.position(place.span.start).line));
            }
        }
    }
    text
}

/// What a repository with these files gives. A file with nothing in it is a Compose file.
fn found(files: &[(&str, &str)]) -> (SourceDb, Invocations) {
    let sources = SourceDb::new();
    for (path, text) in files {
        let text = if text.is_empty() { COMPOSE } else { text };
        sources.overlay(&Path::new(ROOT).join(path), text.to_owned());
    }
    let excluded = Exclusion::new(&[]);
    let settings = Settings { projects: &[], excluded: &excluded };
    let all = discover(&sources, &Trees::default(), Path::new(ROOT), &settings);
    (sources, all)
}

fn all(files: &[(&str, &str)]) -> Vec<String> {
    let (sources, found) = found(files);
    let mut lines: Vec<String> = found.projects.values().flatten().map(|one| brief(&sources, one)).collect();
    lines.sort();
    lines
}

/// Checks the invocations that are written; the paths in `present` are Compose files.
#[track_caller]
fn check(path: &str, text: &str, present: &str, expect: &[&str]) {
    check_all(&[(path, text)], present, expect);
}

#[track_caller]
fn check_all(written: &[(&str, &str)], present: &str, expect: &[&str]) {
    let mut files: Vec<(&str, &str)> = written.to_vec();
    files.extend(present.split_whitespace().map(|path| (path, "")));
    let lines: Vec<String> =
        all(&files).into_iter().filter(|line| !line.ends_with(" default") && !line.ends_with(" guessed")).collect();
    assert_eq!(lines, expect, "{written:#?}");
}
