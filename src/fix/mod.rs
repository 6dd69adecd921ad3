//! Fixes applied: rounds of edits that do not touch, each followed by a look at what the files say now. A fix that
//! brings a new problem is not made.

mod plan;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::plan::{Change, Identity, changes, paths};
use self::verify::{State, problem};
use crate::engine::{self, Request};
use crate::finding::Safety;
use crate::report::Report;
use crate::source::{SourceDb, relative, write};

/// How often findings are looked for again: a fix may uncover what another one mends.
const ROUNDS: usize = 10;

/// Which fixes are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The worst class: safe ones alone, or unsafe ones too.
    pub safety: Safety,
    /// The rules; empty for all.
    pub only: Vec<String>,
}

/// What fixes make of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFile {
    /// Its path, absolute.
    pub path: PathBuf,
    /// The text that was read.
    pub before: String,
    /// The text with the fixes.
    pub after: String,
}

/// What a run of fixes leads to. Nothing is written yet.
pub struct Fixed {
    /// The files that change, by path.
    pub files: Vec<FixedFile>,
    /// How many findings are mended, by the file they stand in and by rule.
    pub mended: BTreeMap<PathBuf, BTreeMap<&'static str, usize>>,
    /// What remains, as the files will be.
    pub report: Report,
    /// The files as they will be.
    pub sources: SourceDb,
    /// Why fixes are left out, one line each.
    pub left: Vec<String>,
}

/// The state of a run of fixes.
struct Run<'a> {
    request: &'a Request,
    wanted: &'a Wanted,
    /// Files outside of these directories are left alone.
    roots: Vec<PathBuf>,
    refused: BTreeSet<Identity>,
    left: BTreeSet<String>,
}

/// Works out the wanted fixes of all projects that a request leads to. Nothing is written.
pub fn fixed(sources: SourceDb, request: &Request, wanted: &Wanted) -> Fixed {
    let roots = engine::writable(&sources, request);
    let mut run = Run { request, wanted, roots, refused: BTreeSet::new(), left: BTreeSet::new() };
    let mut state = State::of(sources, request);
    let mut before: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut mended: BTreeMap<PathBuf, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let wanted = changes(&mut run, &state);
        let Some((next, made)) = run.round(&state, wanted) else { break };
        for path in paths(&made) {
            before.entry(path.clone()).or_insert_with(|| state.text(path).unwrap_or_default());
        }
        for change in &made {
            *mended.entry(change.path.clone()).or_default().entry(change.rule()).or_default() += 1;
        }
        state = next;
    }
    let files = before.into_iter().map(|(path, before)| {
        let after = state.text(&path).unwrap_or_default();
        FixedFile { path, before, after }
    });
    Fixed {
        files: files.filter(|file| file.before != file.after).collect(),
        mended,
        report: state.report,
        sources: state.sources,
        left: run.left.into_iter().collect(),
    }
}

impl Run<'_> {
    /// Makes the fixes of one round; `None` where none can be made.
    fn round(&mut self, state: &State, wanted: Vec<Change>) -> Option<(State, Vec<Change>)> {
        let good = self.good(state, &wanted);
        let next = state.with(&good, self.request);
        if problem(state, &next, &good).is_none() {
            return (!good.is_empty()).then_some((next, good));
        }
        // Each part is good and all together are not: one now, the others in later rounds.
        let first = good.into_iter().next()?;
        let first = vec![first];
        Some((state.with(&first, self.request), first))
    }

    /// The fixes that bring no problem; the others are refused. A set with a bad one in it is halved.
    fn good(&mut self, state: &State, changes: &[Change]) -> Vec<Change> {
        if changes.is_empty() {
            return Vec::new();
        }
        let next = state.with(changes, self.request);
        match (problem(state, &next, changes), changes) {
            (None, _) => changes.to_vec(),
            (Some(words), [only]) => {
                let path = relative(&self.request.directory, &only.path);
                self.left.insert(format!("{path}: a fix of {} is left out: {words}", only.rule()));
                self.refused.insert(only.identity.clone());
                Vec::new()
            }
            (Some(_), _) => {
                let (one, other) = changes.split_at(changes.len() / 2);
                let mut good = self.good(state, one);
                good.extend(self.good(state, other));
                good
            }
        }
    }
}

/// Writes the files that change, each at once or not at all, and gives the paths of those that could not be written.
pub fn write(fixed: &mut Fixed, base: &Path) -> Vec<PathBuf> {
    let mut failed = Vec::new();
    for file in &fixed.files {
        if let Err(error) = write::replace(&file.path, &file.before, &file.after) {
            fixed.left.push(format!("{}: left alone, {error}", relative(base, &file.path)));
            failed.push(file.path.clone());
        }
    }
    failed
}
