//! One finding for one cause: what several services get from one line, or lack because of one file.

use std::collections::BTreeSet;
use std::path::Path;

use crate::collections::{HashMap, HashSet};
use crate::discover::base_of;
use crate::discover::invocations::MAKES_A_SERVICE;
use crate::finding::{Finding, Fix, Label, MissingKind, RuleId, rule};
use crate::rules::support::LABELS;
use crate::source::{FileId, Place, SourceDb};
use crate::yaml::Trees;

/// Rules whose labels are the other places of the same fault.
const OF_PLACES: [RuleId; 4] =
    [rule::HARDCODED_SECRET, rule::DEFAULT_SECRET, rule::PLACEHOLDER_SECRET, rule::UNAUTHENTICATED_SERVICE_PUBLISHED];

/// So many findings at one place are compared with each other at most.
const MOST_COMPARED: usize = 64;

/// What findings with one cause have in common.
type SharedCause = (RuleId, FileId, Option<u32>, Option<String>, BTreeSet<u32>);

/// Joins the findings that have one cause.
pub(super) fn one_each(findings: Vec<Finding>, sources: &SourceDb, trees: &Trees) -> Vec<Finding> {
    let findings = without_parts(without_doubt(findings, sources));
    let mut groups: Vec<(Finding, Vec<Finding>)> = Vec::with_capacity(findings.len());
    let mut known: HashMap<SharedCause, usize> = HashMap::default();
    for mut finding in findings {
        name_base(&mut finding, sources, trees);
        let cause = cause(&finding, sources, trees);
        match cause.as_ref().and_then(|cause| groups.get_mut(*known.get(cause)?)) {
            Some((_, others)) => others.push(finding),
            None => {
                known.extend(cause.map(|cause| (cause, groups.len())));
                groups.push((finding, Vec::new()));
            }
        }
    }
    groups.into_iter().map(|(first, others)| if others.is_empty() { first } else { join(first, &others) }).collect()
}

fn line(place: Place, sources: &SourceDb) -> u32 {
    sources.file(place.span.file).position(place.span.start).line
}

/// The cause of a finding that others may have, too.
fn cause(finding: &Finding, sources: &SourceDb, trees: &Trees) -> Option<SharedCause> {
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
    } else if is(rule::MISSING_KEY) && lacks_image(finding)
        || is(rule::UNKNOWN_KEY) && is_without_services(finding, sources, trees)
    {
        in_file(None)
    } else if is(rule::BROWSER_GETS_SERVICE_NAME) && is_of_env_file(finding, sources) {
        let at = Some(line(finding.place, sources));
        Some((finding.rule, finding.place.span.file, at, finding.evidence.clone(), BTreeSet::new()))
    } else {
        None
    }
}

/// Whether a finding is about a key at the top of a file that has no `services`: what Compose called version 1, in which
/// each service has a key there.
fn is_without_services(finding: &Finding, sources: &SourceDb, trees: &Trees) -> bool {
    let place = finding.place;
    let parsed = trees.get(sources, place.span.file);
    let tree = &parsed.0;
    let Some(root) = tree.documents.first().filter(|root| tree.get(**root, "services").is_none()) else { return false };
    tree.pairs(*root).iter().any(|pair| pair.key == place.node)
}

/// Whether a finding is at a line of an env file.
fn is_of_env_file(finding: &Finding, sources: &SourceDb) -> bool {
    let path = sources.path(finding.place.span.file);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    name.split('.').any(|part| part == "env")
}

fn lacks_image(finding: &Finding) -> bool {
    finding.missing.as_ref().is_some_and(|missing| missing.what == MissingKind::Image)
}

/// Joins a finding with others of the same cause: their places become labels.
fn join(mut first: Finding, others: &[Finding]) -> Finding {
    let mut seen: HashSet<Place> = places(&first).collect();
    for other in others.iter().filter(|other| seen.insert(other.place)).take(LABELS) {
        let message = match other.subject.service_name() {
            Some(service) => format!("the same for `{service}`"),
            None => "the same here".to_owned(),
        };
        first.labels.push(Label { place: other.place, message: message.into() });
    }
    if first.rule == rule::UNKNOWN_KEY {
        first.help = Some("put all of them under a top-level `services:`".into());
    }
    // What holds in all invocations for one of them names none.
    match others.iter().any(|other| other.holds_in.is_empty()) || first.holds_in.is_empty() {
        true => first.holds_in.clear(),
        false => first.holds_in.extend(others.iter().flat_map(|other| &other.holds_in)),
    }
    first.confidence = others.iter().fold(first.confidence, |most, other| most.max(other.confidence));
    // A fix of one service alone would leave the others as they are.
    let fits = |one: &Fix, fix: &Fix| one.safety == fix.safety && one.creates.is_empty() && fix.creates.is_empty();
    let is_whole = |fix: &Fix| others.iter().all(|other| matches!(other.fixes.as_slice(), [one] if fits(one, fix)));
    match first.fixes.as_mut_slice() {
        [fix] if is_whole(fix) => {
            fix.edits.extend(others.iter().flat_map(|other| &other.fixes).flat_map(|one| &one.edits).cloned());
            fix.edits.sort_by_key(|edit| (edit.span.file, edit.span.start, edit.span.end));
            fix.edits.dedup();
        }
        _ => first.fixes.clear(),
    }
    first
}

/// Where one invocation says that a host is no service, and another that it cannot be reached, it is the other one.
fn without_doubt(mut findings: Vec<Finding>, sources: &SourceDb) -> Vec<Finding> {
    let at = |place: Place| (place.span.file, line(place, sources));
    let is_active = |finding: &&Finding| finding.rule == rule::UNSHARED_NETWORK && finding.suppressed.is_none();
    let unshared: BTreeSet<_> = findings.iter().filter(is_active).flat_map(places).map(at).collect();
    if !unshared.is_empty() {
        findings.retain(|finding| finding.rule != rule::UNKNOWN_HOST || !unshared.contains(&at(finding.place)));
    }
    findings
}

/// The place of a finding, and those of its labels.
fn places(finding: &Finding) -> impl Iterator<Item = Place> {
    std::iter::once(finding.place).chain(finding.labels.iter().map(|label| label.place))
}

/// Without those that another invocation reports with more places.
fn without_parts(findings: Vec<Finding>) -> Vec<Finding> {
    let is_of_places = |finding: &Finding| OF_PLACES.contains(&finding.rule) && finding.suppressed.is_none();
    let mut with_place: HashMap<(RuleId, Place), Vec<usize>> = HashMap::default();
    for (at, finding) in findings.iter().enumerate().filter(|(_, finding)| is_of_places(finding)) {
        for place in places(finding) {
            let all = with_place.entry((finding.rule, place)).or_default();
            if all.len() < MOST_COMPARED && all.last() != Some(&at) {
                all.push(at);
            }
        }
    }
    let is_part = |at: usize, finding: &Finding| {
        let own: BTreeSet<Place> = places(finding).collect();
        let others = with_place.get(&(finding.rule, finding.place)).into_iter().flatten();
        others.filter_map(|other| Some((*other, findings.get(*other)?))).any(|(number, other)| {
            let all: BTreeSet<Place> = places(other).collect();
            let holds = number != at && other.severity >= finding.severity && own.is_subset(&all);
            // Of two with the same places the first stays.
            holds && (all.len() > own.len() || number < at)
        })
    };
    let parts: Vec<bool> = findings.iter().enumerate().map(|(at, one)| is_of_places(one) && is_part(at, one)).collect();
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
