//! What a run could not judge, one line each: it must not look like a run without findings.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Request;
use super::projects::ProjectOutcome;
use crate::config::Config;
use crate::discover::{Exclusion, is_compose_name};
use crate::source::{LoadError, PathKind, SourceDb, normalize, relative};

/// What was not read, a line for each file or directory.
pub(super) struct Unjudged {
    /// Without it, the run has not done what it was asked for.
    pub(super) failures: Vec<String>,
    /// Configuration of an application in another encoding, which may be the one that the application reads.
    pub(super) notes: Vec<String>,
}

/// A line for each file or directory that was not read. What is excluded nobody asked for.
pub(super) fn unjudged(
    sources: &SourceDb,
    request: &Request,
    settings: &Config,
    outcomes: &[ProjectOutcome],
) -> Unjudged {
    let excluded = Exclusion::new(&settings.exclude);
    let asked = asked(request);
    let mut unread = sources.unread();
    // A directory somewhere else in the repository is not what the run is about.
    let is_below = |path: &PathBuf| asked.iter().any(|above| path.starts_with(above));
    unread.retain(|(path, _)| sources.kind(path) != PathKind::Directory || is_below(path));
    unread.retain(|(path, error)| {
        *error != LoadError::PathNotUtf8 || !outcomes.iter().any(|outcome| outcome.read.contains(path))
    });
    let projects = outcomes.iter().filter(|outcome| !outcome.entry.files.iter().any(|file| is_readable(sources, file)));
    let alone = projects.filter_map(|outcome| outcome.entry.files.first());
    for path in asked.iter().chain(alone) {
        let known = unread.iter().any(|(other, _)| other == path);
        if let Some(refusal) = sources.refusal(path).filter(|_| !known && sources.kind(path) != PathKind::Missing) {
            unread.push((path.clone(), refusal));
        }
    }
    // A pattern for directories matches what is in them.
    unread.retain(|(path, _)| !excluded.matches(path) && !excluded.matches(&path.join("compose.yaml")));
    let line =
        |(path, error): &(PathBuf, LoadError)| format!("{}: not judged: {error}", relative(&request.directory, path));
    let is_compose =
        |path: &Path| is_compose_name(path) || outcomes.iter().any(|one| one.entry.files.iter().any(|own| own == path));
    let is_note = |(path, error): &(PathBuf, LoadError)| {
        matches!(error, LoadError::Utf16 | LoadError::NotUtf8(_)) && !asked.contains(path) && !is_compose(path)
    };
    let (notes, failures) = unread.into_iter().partition(is_note);
    let lines = |unread: Vec<(PathBuf, LoadError)>| {
        let lines: BTreeSet<String> = unread.iter().map(line).collect();
        lines.into_iter().collect()
    };
    Unjudged { failures: lines(failures), notes: lines(notes) }
}

fn is_readable(sources: &SourceDb, file: &Path) -> bool {
    // What is missing or broken is a finding of the project.
    sources.refusal(file).is_none()
}

/// What the command line names, or the working directory.
fn asked(request: &Request) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let given: Vec<&PathBuf> = request.paths.iter().chain(&request.files).collect();
    let given = if given.is_empty() { here.iter().collect() } else { given };
    given.into_iter().map(|path| normalize(&request.directory.join(path))).collect()
}
