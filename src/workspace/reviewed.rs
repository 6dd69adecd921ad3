//! The invocations of a reviewed revision: what a change no longer starts is still judged.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::Request;
use super::invocations::invocations_in;
use crate::config::Config;
use crate::discover::invocations::{Certainty, Invocation, Invocations};
use crate::report::reviewed::Reviewed;
use crate::report::suppress::Honoured;
use crate::source::{PathKind, SourceDb, relative};

/// Adds the invocations that were found at the reviewed revision and are gone, and says which.
pub(super) fn add_lost(
    all: &mut BTreeMap<PathBuf, Invocations>,
    sources: &SourceDb,
    request: &Request,
    settings: &Config,
) -> Vec<String> {
    let Honoured::Reviewed(reviewed) = &request.suppressions else { return Vec::new() };
    let mut notes = Vec::new();
    for (root, now) in all {
        let then = invocations_in(&reviewed.sources, &reviewed.trees, root, settings);
        for (directory, invocation) in
            then.projects.into_iter().flat_map(|(at, list)| list.into_iter().map(move |one| (at.clone(), one)))
        {
            if !is_lost(&invocation, now, sources) {
                continue;
            }
            notes.push(note(&invocation, reviewed, request));
            now.not_judged.retain(|left| !invocation.files.contains(&left.file));
            // Where it was written is a place in a text of then.
            now.projects
                .entry(directory)
                .or_default()
                .push(Arc::new(Invocation { written: Vec::new(), ..Invocation::clone(&invocation) }));
        }
    }
    notes
}

/// Whether its files are still there, and nothing starts them in this way.
fn is_lost(invocation: &Invocation, now: &Invocations, sources: &SourceDb) -> bool {
    let is_same = |one: &Arc<Invocation>| {
        one.files == invocation.files && one.env_files == invocation.env_files && one.profiles == invocation.profiles
    };
    invocation.certainty != Certainty::Guessed
        && invocation.files.iter().all(|file| sources.kind(file) == PathKind::File)
        && !now.projects.values().flatten().any(is_same)
}

fn note(invocation: &Invocation, reviewed: &Reviewed, request: &Request) -> String {
    let files: Vec<String> = invocation.files.iter().map(|file| relative(&request.directory, file)).collect();
    let profiles: String = invocation.profiles.iter().map(|profile| format!(" --profile {profile}")).collect();
    let command = format!("-f {}{profiles}", files.join(" -f "));
    format!("`{command}` is no longer started, but was at `{}`: it is judged nevertheless", reviewed.revision)
}
