//! The one invocation that is written in a place.

use std::path::{Path, PathBuf};

use super::Request;
use super::invocations::{entry_of, invocations_in};
use super::merge::held_in;
use crate::compose::{Outside, ProjectEntry};
use crate::discover::RunSurroundings;
use crate::discover::invocations::Invocation;
use crate::secrets::masked;
use crate::source::{SourceDb, normalize, relative};
use crate::yaml::Trees;

/// How many are listed where the place is not clear.
const MOST_LISTED: usize = 10;

/// What docker compose loads for the invocation that is written in a file (`Makefile`) or on a line of it
/// (`Makefile:12`).
///
/// # Errors
/// None is written there, or several are.
pub(super) fn entry(
    sources: &SourceDb,
    request: &Request,
    place: &str,
    around: &RunSurroundings,
) -> Result<ProjectEntry, String> {
    let root = sources.repository(&request.directory).unwrap_or_else(|| request.directory.clone());
    let config = request.config.clone().unwrap_or_default();
    let all = invocations_in(sources, &Trees::default(), &root, &config);
    let (file, line) = split(place);
    let file = normalize(&request.directory.join(file));
    let is_there = |invocation: &&Invocation| {
        places(invocation, sources).any(|(path, at)| path == file && line.is_none_or(|line| line == at))
    };
    let found: Vec<&Invocation> = all.invocations().filter(is_there).collect();
    match found.as_slice() {
        [only] => Ok(ProjectEntry { outside: Outside::default(), ..entry_of(sources, only, around) }),
        [] => Err(format!("no command that starts a project is known at `{place}`; `plimsoll projects` lists them")),
        several => {
            let shown: Vec<String> = several.iter().take(MOST_LISTED).map(|one| brief(one, sources, request)).collect();
            Err(format!("`{place}` starts several: {}; add the line, or use `-f`", shown.join("; ")))
        }
    }
}

/// The file and the line, where the text ends in one.
fn split(place: &str) -> (&Path, Option<u32>) {
    let with_line = place.rsplit_once(':').and_then(|(file, line)| Some((Path::new(file), line.parse().ok()?)));
    with_line.map_or((Path::new(place), None), |(file, line)| (file, Some(line)))
}

fn places<'a>(invocation: &'a Invocation, sources: &'a SourceDb) -> impl Iterator<Item = (PathBuf, u32)> + 'a {
    invocation.written.iter().map(|place| {
        let file = sources.file(place.span.file);
        (file.path.clone(), file.position(place.span.start).line)
    })
}

fn brief(invocation: &Invocation, sources: &SourceDb, request: &Request) -> String {
    let held = held_in(invocation, &invocation.files, sources, &request.directory);
    let lines =
        places(invocation, sources).map(|(path, line)| format!("{}:{line}", relative(&request.directory, &path)));
    format!("`{}` ({})", masked(&held.command), lines.take(1).collect::<String>())
}
