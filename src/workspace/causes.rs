//! One finding for one cause: what several services get from one line, or lack because of one file.

use std::collections::BTreeSet;
use std::path::Path;

use crate::collections::HashMap;
use crate::discover::base_of;
use crate::discover::invocations::MAKES_A_SERVICE;
use crate::finding::{Finding, Label, MissingKind, RuleId, rule};
use crate::source::{FileId, Place, SourceDb};
use crate::yaml::Trees;

/// Rules whose labels are the other places of the same fault.
const OF_PLACES: [RuleId; 4] =
    [rule::HARDCODED_SECRET, rule::DEFAULT_SECRET, rule::PLACEHOLDER_SECRET, rule::UNAUTHENTICATED_SERVICE_PUBLISHED];

/// What findings with one cause have in common.
type SharedCause = (RuleId, FileId, Option<u32>, Option<String>, BTreeSet<u32>);

/// Joins the findings that have one cause.
pub(super) fn one_each(findings: Vec<Finding>, sources: &SourceDb, trees: &Trees) -> Vec<Finding> {
    let findings = without_parts(without_doubt(findings, sources));
    let mut joined: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known: HashMap<SharedCause, usize> = HashMap::default();
    for mut finding in findings {
        name_base(&mut finding, sources, trees);
        let Some(cause) = cause(&finding, sources) else {
            joined.push(finding);
            continue;
        };
        match known.get(&cause).and_then(|at| joined.get_mut(*at)) {
            Some(first) => join(first, finding),
            None => {
                known.insert(cause, joined.len());
                joined.push(finding);
            }
        }
    }
    joined
}

fn line(place: Place, sources: &SourceDb) -> u32 {
    sources.file(place.span.file).position(place.span.start).line
}

/// The cause of a finding that others may have, too.
fn cause(finding: &Finding, sources: &SourceDb) -> Option<SharedCause> {
    if finding.suppressed.is_some() {
        return None;
    }
    let holds_in = finding.holds_in.clone();
    // The line that sets the password, or the other of two keys.
    let at_label = |evidence| {
        let place = finding.labels.first()?.place;
        Some((finding.rule, place.span.file, Some(line(place, sources)), evidence, holds_in.clone()))
    };
    let is = |rule: RuleId| finding.rule == rule;
    let in_file = |evidence| Some((finding.rule, finding.place.span.file, None, evidence, holds_in.clone()));
    if is(rule::MISMATCHED_CREDENTIALS) {
        at_label(Some(finding.severity.name().to_owned()))
    } else if is(rule::CONFLICTING_KEYS) && finding.fixes.is_empty() {
        at_label(finding.evidence.clone())
    } else if is(rule::EMPTY_OVERRIDE) {
        in_file(finding.evidence.clone())
    } else if is(rule::MISSING_KEY) && lacks_image(finding) {
        in_file(None)
    } else {
        None
    }
}

fn lacks_image(finding: &Finding) -> bool {
    finding.missing.as_ref().is_some_and(|missing| missing.what == MissingKind::Image)
}

fn join(first: &mut Finding, other: Finding) {
    let message = match other.subject.service_name() {
        Some(service) => format!("the same for `{service}`"),
        None => "the same here".to_owned(),
    };
    if first.place != other.place && !first.labels.iter().any(|label| label.place == other.place) {
        first.labels.push(Label { place: other.place, message: message.into() });
    }
    first.confidence = first.confidence.max(other.confidence);
    // A fix of one service alone would leave the others as they are.
    match (first.fixes.as_mut_slice(), other.fixes.as_slice()) {
        ([fix], [more]) if fix.safety == more.safety && fix.creates.is_empty() && more.creates.is_empty() => {
            fix.edits.extend(more.edits.iter().filter(|edit| !fix.edits.contains(edit)).cloned().collect::<Vec<_>>());
            fix.edits.sort_by_key(|edit| (edit.span.file, edit.span.start, edit.span.end));
        }
        _ => first.fixes.clear(),
    }
}

/// Where one invocation says that a host is no service, and another that it cannot be reached, it is the other one.
fn without_doubt(mut findings: Vec<Finding>, sources: &SourceDb) -> Vec<Finding> {
    let at = |place: Place| (place.span.file, line(place, sources));
    let is_active = |finding: &&Finding| finding.rule == rule::UNSHARED_NETWORK && finding.suppressed.is_none();
    let places = |finding: &Finding| {
        let labels = finding.labels.iter().map(|label| label.place);
        std::iter::once(finding.place).chain(labels).map(at).collect::<Vec<_>>()
    };
    let unshared: BTreeSet<_> = findings.iter().filter(is_active).flat_map(places).collect();
    if !unshared.is_empty() {
        findings.retain(|finding| finding.rule != rule::UNKNOWN_HOST || !unshared.contains(&at(finding.place)));
    }
    findings
}

/// Without those that another invocation reports with more places.
fn without_parts(findings: Vec<Finding>) -> Vec<Finding> {
    let places = |finding: &Finding| {
        let labels = finding.labels.iter().map(|label| label.place);
        let all: Vec<Place> = std::iter::once(finding.place).chain(labels).collect();
        all
    };
    let is_part = |at: usize, finding: &Finding| {
        let own = places(finding);
        findings.iter().enumerate().any(|(number, other)| {
            if number == at || other.rule != finding.rule || other.suppressed.is_some() {
                return false;
            }
            let all = places(other);
            let holds = other.severity >= finding.severity && own.iter().all(|place| all.contains(place));
            // Of two with the same places the first stays.
            holds && (all.len() > own.len() || number < at)
        })
    };
    let parts: Vec<bool> = findings
        .iter()
        .enumerate()
        .map(|(at, one)| OF_PLACES.contains(&one.rule) && one.suppressed.is_none() && is_part(at, one))
        .collect();
    findings.into_iter().zip(parts).filter(|(_, is_part)| !is_part).map(|(finding, _)| finding).collect()
}

/// Names the file that a service has its image from, where an override is started without it.
fn name_base(finding: &mut Finding, sources: &SourceDb, trees: &Trees) {
    if !lacks_image(finding) {
        return;
    }
    let Some(service) = finding.missing.as_ref().map(|missing| missing.by.clone()) else { return };
    let path = sources.path(finding.place.span.file);
    let Some(base) = path.parent().and_then(|directory| base_of(sources, directory)).filter(|base| **base != *path)
    else {
        return;
    };
    let Ok(file) = sources.load(&base) else { return };
    let parsed = trees.get(sources, file);
    let tree = &parsed.0;
    let services = tree.documents.first().and_then(|root| tree.get(*root, "services"));
    let Some(made) = services.and_then(|services| tree.get(services, &service)) else { return };
    if MAKES_A_SERVICE.iter().any(|key| tree.get(made, key).is_some()) {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (base, own) = (name(&base), name(&path));
        finding.help = Some(format!("start it together with the file that it overrides: `-f {base} -f {own}`").into());
    }
}
