//! Which fixes depend on each other: those of one project, and of projects that share a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use petgraph::unionfind::UnionFind;

use super::plan::PlannedFix;
use super::verify::{FixProblem, FixState};

/// Fixes that succeed or fail regardless to those of other parts.
pub(super) struct FixPart {
    /// The files of its projects.
    files: BTreeSet<PathBuf>,
    /// The fixes that were not looked at yet, in sets; the last one is next.
    pub(super) waiting: Vec<Vec<PlannedFix>>,
    /// Sets that cause no problem, each looked at by itself.
    pub(super) good: Vec<Vec<PlannedFix>>,
}

impl FixPart {
    /// Whether a problem is in its files.
    pub(super) fn has(&self, problem: &FixProblem) -> bool {
        self.files.contains(&problem.path)
    }

    /// All fixes that are good.
    pub(super) fn all_good(&self) -> impl Iterator<Item = &PlannedFix> {
        self.good.iter().flatten()
    }
}

/// Fixes by the projects whose files they change.
pub(super) fn parts(state: &FixState, changes: Vec<PlannedFix>) -> Vec<FixPart> {
    let projects = state.kept.iter().map(|kept| kept.all_files.iter().collect::<Vec<_>>());
    let together: Vec<Vec<&PathBuf>> = projects.chain(changes.iter().map(|change| change.paths().collect())).collect();
    let files: BTreeSet<&PathBuf> = together.iter().flatten().copied().collect();
    let numbers: BTreeMap<&PathBuf, usize> = files.iter().enumerate().map(|(number, path)| (*path, number)).collect();
    let mut joined = UnionFind::new(numbers.len());
    for files in &together {
        let known: Vec<usize> = files.iter().filter_map(|path| numbers.get(path).copied()).collect();
        for pair in known.windows(2) {
            if let [one, other] = pair {
                joined.union(*one, *other);
            }
        }
    }
    let part_of = |path: &PathBuf| numbers.get(path).map(|number| joined.find(*number));
    let mut parts: BTreeMap<Option<usize>, FixPart> = BTreeMap::new();
    let of_changes: Vec<Option<usize>> = changes.iter().map(|change| change.paths().next().and_then(part_of)).collect();
    for number in &of_changes {
        parts.entry(*number).or_insert_with(|| FixPart {
            files: BTreeSet::new(),
            waiting: vec![Vec::new()],
            good: Vec::new(),
        });
    }
    for path in files {
        if let Some(part) = parts.get_mut(&part_of(path)) {
            part.files.insert(path.clone());
        }
    }
    for (number, change) in of_changes.into_iter().zip(changes) {
        if let Some(waiting) = parts.get_mut(&number).and_then(|part| part.waiting.last_mut()) {
            waiting.push(change);
        }
    }
    parts.into_values().collect()
}
