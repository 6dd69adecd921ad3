//! Which fixes can be applied together: those whose edits do not overlap.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{FixRun, FixSelection, FixState};
use crate::finding::{Edit, Finding, RuleId, Safety, Subject};
use crate::rules::is_of_loader;
use crate::source::write::WriteError;
use crate::source::{PathKind, relative, write};
use crate::yaml::edit::applied;

/// What tells a finding from others while its file changes.
pub(super) type FindingIdentity = (PathBuf, RuleId, Subject, Option<String>);

/// A fix that may be applied.
#[derive(Clone, Debug)]
pub(super) struct PlannedFix {
    pub(super) identity: FindingIdentity,
    pub(super) safety: Safety,
    /// Where its finding is.
    pub(super) path: PathBuf,
    pub(super) edits: BTreeMap<PathBuf, Vec<Edit>>,
    /// The texts of files that it creates.
    pub(super) creates: BTreeMap<PathBuf, String>,
}

impl PlannedFix {
    pub(super) fn rule(&self) -> RuleId {
        self.identity.1
    }

    /// The files that it changes or creates.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.edits.keys().chain(self.creates.keys())
    }

    pub(super) fn subject(&self) -> &Subject {
        &self.identity.2
    }
}

/// The identity of a finding.
pub(super) fn identity(finding: &Finding, state: &FixState) -> FindingIdentity {
    let path = state.sources.path(finding.place.span.file).to_path_buf();
    (path, finding.rule, finding.subject.clone(), finding.evidence.clone())
}

/// The fixes of one round. What keeps Compose from reading the project is fixed first: it hides what the rules find.
pub(super) fn changes(run: &mut FixRun<'_>, state: &FixState) -> Vec<PlannedFix> {
    let first = chosen(run, state, &|rule| is_of_loader(rule));
    if first.is_empty() { chosen(run, state, &|_| true) } else { first }
}

/// Fixes in the order of the findings: those that are wanted, were not refused, change files that may be written, and
/// touch no edit of one before them.
fn chosen(run: &mut FixRun<'_>, state: &FixState, of_rule: &dyn Fn(RuleId) -> bool) -> Vec<PlannedFix> {
    let mut taken: BTreeMap<PathBuf, Taken> = BTreeMap::new();
    let mut chosen: Vec<PlannedFix> = Vec::new();
    let wanted = run.wanted;
    let mut created: BTreeSet<PathBuf> = BTreeSet::new();
    let active = state.report.active().filter(|finding| of_rule(finding.rule) && is_wanted(finding, wanted, state));
    for change in active.filter_map(|finding| change(finding, wanted, state)) {
        if run.refused.contains(&change.identity) || !is_writable(run, &change, state) {
            continue;
        }
        let free = change.edits.iter().all(|(path, edits)| {
            taken.get(path).is_none_or(|taken| edits.iter().all(|edit| !taken.touches(edit.span.start..edit.span.end)))
        });
        if !free || change.creates.keys().any(|path| created.contains(path)) {
            continue;
        }
        created.extend(change.creates.keys().cloned());
        for (path, edits) in &change.edits {
            let taken = taken.entry(path.clone()).or_default();
            edits.iter().for_each(|edit| taken.add(edit.span.start..edit.span.end));
        }
        chosen.push(change);
    }
    chosen
}

fn is_wanted(finding: &Finding, wanted: &FixSelection, state: &FixState) -> bool {
    let named = wanted.only.is_empty() || wanted.only.iter().any(|selector| selector.contains(finding.rule));
    let there = |path: &PathBuf| *state.sources.path(finding.place.span.file) == *path;
    named && wanted.file.as_ref().is_none_or(there) && finding.fix_within(wanted.safety).is_some()
}

/// The first fix of a finding that is of a wanted class.
pub(super) fn change(finding: &Finding, wanted: &FixSelection, state: &FixState) -> Option<PlannedFix> {
    let fix = finding.fix_within(wanted.safety)?;
    let mut edits: BTreeMap<PathBuf, Vec<Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        edits.entry(state.sources.path(edit.span.file).to_path_buf()).or_default().push(edit.clone());
    }
    let identity = identity(finding, state);
    let creates = fix.creates.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
    Some(PlannedFix { path: identity.0.clone(), identity, safety: fix.safety, edits, creates })
}

/// A file that may not be written is left alone, and that is said once.
fn is_writable(run: &mut FixRun<'_>, change: &PlannedFix, state: &FixState) -> bool {
    let mut all = true;
    let is_there = |path: &PathBuf| state.sources.kind(path) != PathKind::Missing;
    let created = change.creates.keys().map(|path| match is_there(path) {
        true => (path, Err(WriteError::Exists)),
        false => (path, write::may_create(path, &run.roots)),
    });
    let changed = change.edits.keys().map(|path| (path, may_change(path, state, &run.roots)));
    let checked: Vec<_> = changed.chain(created).collect();
    for (path, may) in checked {
        if let Err(error) = may {
            run.left.insert(format!("{}: skipped: {error}", relative(&run.request.directory, path)));
            all = false;
        }
    }
    all
}

/// Stretches of a file that edits change, by their starts; those that share a byte or an end are one.
#[derive(Default)]
struct Taken(BTreeMap<u32, u32>);

impl Taken {
    /// The last one that starts no later than a stretch ends, if the two share a byte or an end: insertions at one place
    /// have no order.
    fn touched(&self, range: &Range<u32>) -> Option<Range<u32>> {
        let (start, end) = self.0.range(..=range.end).next_back()?;
        (*end >= range.start).then_some(*start..*end)
    }

    fn touches(&self, range: Range<u32>) -> bool {
        self.touched(&range).is_some()
    }

    fn add(&mut self, mut range: Range<u32>) {
        while let Some(known) = self.touched(&range) {
            self.0.remove(&known.start);
            range = range.start.min(known.start)..range.end.max(known.end);
        }
        self.0.insert(range.start, range.end);
    }
}

/// A file that a fix of an earlier round creates is not there yet.
fn may_change(path: &Path, state: &FixState, roots: &[PathBuf]) -> Result<(), WriteError> {
    match write::may_create(path, roots) {
        Ok(()) if state.sources.kind(path) == PathKind::File => Ok(()),
        _ => write::may_replace(path, roots),
    }
}

/// The texts of the files that fixes change.
pub(super) fn texts(state: &FixState, changes: &[PlannedFix]) -> BTreeMap<PathBuf, String> {
    let mut edits: BTreeMap<&PathBuf, Vec<&Edit>> = BTreeMap::new();
    for (path, more) in changes.iter().flat_map(|change| &change.edits) {
        edits.entry(path).or_default().extend(more);
    }
    let changed = edits.into_iter().filter_map(|(path, edits)| {
        let before = state.text(path)?;
        Some((path.clone(), applied(&before, edits)?))
    });
    let created = changes.iter().flat_map(|change| change.creates.clone());
    changed.chain(created).collect()
}

/// The paths that changes touch.
pub(super) fn paths(changes: &[PlannedFix]) -> BTreeSet<&PathBuf> {
    changes.iter().flat_map(PlannedFix::paths).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_touch_by_a_byte_or_an_end() {
        let mut taken = Taken::default();
        for range in [10..12, 20..20, 30..40, 35..50, 11..13] {
            taken.add(range);
        }
        assert_eq!(taken.0, BTreeMap::from([(10, 13), (20, 20), (30, 50)]));
        let touching: Vec<u32> = (0..60).filter(|at| taken.touches(*at..*at)).collect();
        assert_eq!(touching, (10..=13).chain([20]).chain(30..=50).collect::<Vec<u32>>());
        assert!(taken.touches(0..10) && taken.touches(0..60) && !taken.touches(14..19));
    }
}
