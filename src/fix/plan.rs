//! Which fixes go together: those whose edits do not touch.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use super::{Run, State, Wanted};
use crate::finding::{Edit, Finding, RuleId, Safety};
use crate::rules::is_of_loader;
use crate::source::{relative, write};

/// What tells a finding from others while its file changes.
pub(super) type Identity = (PathBuf, RuleId, String, Option<String>);

/// A fix that may be applied.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) identity: Identity,
    pub(super) safety: Safety,
    /// Where its finding stands.
    pub(super) path: PathBuf,
    pub(super) edits: BTreeMap<PathBuf, Vec<Edit>>,
}

impl Change {
    pub(super) fn rule(&self) -> RuleId {
        self.identity.1
    }

    pub(super) fn resource(&self) -> &str {
        &self.identity.2
    }
}

/// The identity of a finding.
pub(super) fn identity(finding: &Finding, state: &State) -> Identity {
    let path = state.sources.file(finding.place.span.file).path.clone();
    (path, finding.rule, finding.resource.clone(), finding.evidence.clone())
}

/// The fixes of one round. What keeps Compose from reading the project is mended first: it hides what the rules find.
pub(super) fn changes(run: &mut Run<'_>, state: &State) -> Vec<Change> {
    let first = chosen(run, state, &|rule| is_of_loader(rule));
    if first.is_empty() { chosen(run, state, &|_| true) } else { first }
}

/// Fixes in the order of the findings: those that are wanted, were not refused, change files that may be written, and
/// touch no edit of one before them.
fn chosen(run: &mut Run<'_>, state: &State, of_rule: &dyn Fn(RuleId) -> bool) -> Vec<Change> {
    let mut taken: BTreeMap<PathBuf, Vec<Range<u32>>> = BTreeMap::new();
    let mut chosen: Vec<Change> = Vec::new();
    let wanted = run.wanted;
    let active = state.report.active().filter(|finding| of_rule(finding.rule) && is_wanted(finding, wanted, state));
    for change in active.filter_map(|finding| change(finding, state)) {
        if run.refused.contains(&change.identity) || !is_writable(run, &change) {
            continue;
        }
        let free = change.edits.iter().all(|(path, edits)| {
            let taken = taken.get(path).map(Vec::as_slice).unwrap_or(&[]);
            edits.iter().all(|edit| !taken.iter().any(|range| touch(range, &(edit.span.start..edit.span.end))))
        });
        if !free {
            continue;
        }
        for (path, edits) in &change.edits {
            taken.entry(path.clone()).or_default().extend(edits.iter().map(|edit| edit.span.start..edit.span.end));
        }
        chosen.push(change);
    }
    chosen
}

fn is_wanted(finding: &Finding, wanted: &Wanted, state: &State) -> bool {
    let named = wanted.only.is_empty() || wanted.only.iter().any(|selector| selector.holds(finding.rule));
    let there = |path: &PathBuf| state.sources.file(finding.place.span.file).path == *path;
    named
        && wanted.file.as_ref().is_none_or(there)
        && finding.fix.as_ref().is_some_and(|fix| fix.safety <= wanted.safety)
}

fn change(finding: &Finding, state: &State) -> Option<Change> {
    let fix = finding.fix.as_ref()?;
    let mut edits: BTreeMap<PathBuf, Vec<Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        edits.entry(state.sources.file(edit.span.file).path.clone()).or_default().push(edit.clone());
    }
    let identity = identity(finding, state);
    Some(Change { path: identity.0.clone(), identity, safety: fix.safety, edits })
}

/// A file that may not be written is left alone, and that is said once.
fn is_writable(run: &mut Run<'_>, change: &Change) -> bool {
    let mut all = true;
    for path in change.edits.keys() {
        if let Err(error) = write::may_replace(path, &run.roots) {
            run.left.insert(format!("{}: skipped: {error}", relative(&run.request.directory, path)));
            all = false;
        }
    }
    all
}

/// Whether two stretches share a byte or an end: insertions at one place have no order.
fn touch(one: &Range<u32>, other: &Range<u32>) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// The texts of the files that fixes change.
pub(super) fn texts(state: &State, changes: &[Change]) -> BTreeMap<PathBuf, String> {
    let mut edits: BTreeMap<&PathBuf, Vec<&Edit>> = BTreeMap::new();
    for (path, more) in changes.iter().flat_map(|change| &change.edits) {
        edits.entry(path).or_default().extend(more);
    }
    let changed = edits.into_iter().filter_map(|(path, edits)| {
        let before = state.text(path)?;
        Some((path.clone(), applied(&before, edits)?))
    });
    changed.collect()
}

/// A text with edits applied; `None` where two of them overlap or one is no stretch of the text.
pub(super) fn applied(text: &str, mut edits: Vec<&Edit>) -> Option<String> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.push_str(text.get(at..start)?);
        out.push_str(&edit.text);
        at = end.max(start);
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The paths that changes touch.
pub(super) fn paths(changes: &[Change]) -> BTreeSet<&PathBuf> {
    changes.iter().flat_map(|change| change.edits.keys()).collect()
}
