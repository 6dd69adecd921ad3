//! Which way to start a project is which on the other side.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::discover::invocations::Certainty;
use crate::since::Before;
use crate::workspace::OpenedProject;

/// A project of one side with its key: where it is, and what starts it, in the names of now.
#[derive(Clone, Copy)]
pub(super) struct Started<'p> {
    pub(super) project: &'p OpenedProject,
}

/// What identifies one way to start a project, in the names of now.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StartKey {
    files: Vec<PathBuf>,
    env_files: Vec<PathBuf>,
    profiles: BTreeSet<String>,
}

/// The same way to start a project on both sides, as far as there is one.
pub(super) struct StartPair<'p> {
    pub(super) then: Option<Started<'p>>,
    pub(super) now: Option<Started<'p>>,
    /// Whether the way itself is new, and compared with another one.
    pub(super) is_new: bool,
}

/// Whether two ways to start a project are the same one.
type StartMatch<'m> = dyn Fn(&Started<'_>, &Started<'_>) -> bool + 'm;

/// Without the runs that only activate one profile after the other.
pub(super) fn without_turns(all: &[OpenedProject]) -> Vec<&OpenedProject> {
    let is_default = |project: &OpenedProject| {
        project.invocation.as_ref().is_some_and(|invocation| invocation.certainty <= Certainty::Default)
    };
    let is_turn = |project: &OpenedProject| {
        let profiles = &project.entry.profiles;
        let is_base = |other: &&OpenedProject| {
            let fewer = other.entry.profiles.len() < profiles.len();
            fewer && is_default(other) && other.entry.files == project.entry.files
        };
        is_default(project) && all.iter().find(is_base).is_some()
    };
    all.iter().filter(|project| !is_turn(project)).collect()
}

fn name_now(before: &Before, path: &Path) -> PathBuf {
    before.name_now(path).map_or_else(|| path.to_path_buf(), Path::to_path_buf)
}

/// The directory of an old project, or where its first file is now.
pub(super) fn directory_now(before: &Before, project: &OpenedProject) -> PathBuf {
    let entry = &project.entry;
    let Some(first) = entry.files.first() else { return entry.directory.clone() };
    let now = name_now(before, first);
    match (first.parent(), now.parent()) {
        (Some(was), Some(is)) if was == entry.directory && was != is => is.to_path_buf(),
        _ => entry.directory.clone(),
    }
}

fn key_of(before: Option<&Before>, project: &OpenedProject) -> StartKey {
    let named = |path: &PathBuf| before.map_or_else(|| path.clone(), |before| name_now(before, path));
    let env_files = project.invocation.iter().flat_map(|invocation| &invocation.env_files);
    StartKey {
        files: project.entry.files.iter().map(named).collect(),
        env_files: env_files.map(named).collect(),
        profiles: project.entry.profiles.iter().cloned().collect(),
    }
}

fn certainty(project: &OpenedProject) -> Option<Certainty> {
    project.invocation.as_ref().map(|invocation| invocation.certainty)
}

/// Pairs the ways to start the projects of one directory.
pub(super) fn pair<'p>(before: &Before, mut then: Vec<Started<'p>>, mut now: Vec<Started<'p>>) -> Vec<StartPair<'p>> {
    let (all_then, all_now) = (then.clone(), now.clone());
    let mut pairs: Vec<StartPair<'p>> = Vec::new();
    let key_then = |one: &Started<'_>| key_of(Some(before), one.project);
    let key_now = |one: &Started<'_>| key_of(None, one.project);
    let is_plain = |one: &Started<'_>| certainty(one.project) == Some(Certainty::Default);
    let shared = |one: &Started<'_>, other: &Started<'_>| {
        let (old, new) = (key_then(one), key_now(other));
        let is_shared = |file: &&PathBuf| new.files.contains(file) || other.project.read.contains(file);
        old.files.iter().filter(is_shared).count()
    };
    let steps: [&StartMatch<'_>; 5] = [
        &|one, other| key_then(one) == key_now(other),
        &|one, other| key_then(one).files == key_now(other).files,
        &|one, other| is_plain(one) && is_plain(other),
        &|one, other| certainty(one.project) == certainty(other.project) && shared(one, other) > 0,
        &|one, other| shared(one, other) > 0,
    ];
    for is_match in steps {
        now.retain(|new| match then.iter().position(|old| is_match(old, new)) {
            Some(at) => {
                pairs.push(StartPair { then: Some(then.remove(at)), now: Some(*new), is_new: false });
                false
            }
            None => true,
        });
    }
    if let ([old], [new], true) = (then.as_slice(), now.as_slice(), pairs.is_empty()) {
        pairs.push(StartPair { then: Some(*old), now: Some(*new), is_new: false });
        return pairs;
    }
    for new in now {
        // A further way to start what is known is compared with the way that is nearest to it.
        let near = all_then.iter().rev().max_by_key(|old| shared(old, &new)).filter(|old| shared(old, &new) > 0);
        pairs.push(StartPair { then: near.copied(), now: Some(new), is_new: near.is_some() });
    }
    // What another way reads is started by that one.
    let is_read = |old: &Started<'_>| {
        let old = key_then(old);
        let has_all = |new: &Started<'_>| {
            old.files.iter().all(|file| new.project.read.contains(file))
                && old.profiles.iter().all(|profile| new.project.entry.profiles.contains(profile))
        };
        all_now.iter().any(has_all)
    };
    then.retain(|old| !is_read(old));
    pairs.extend(then.into_iter().map(|old| StartPair { then: Some(old), now: None, is_new: false }));
    pairs
}
