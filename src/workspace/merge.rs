//! Merges what several invocations have in common into one finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::projects::ProjectOutcome;
use crate::collections::{HashMap, HashSet};
use crate::discover::invocations::{Certainty, Engine, Invocation};
use crate::finding::{Confidence, Finding, HeldIn, Subject};
use crate::source::{FileId, SourceDb, relative};
use crate::yaml::edit::{Edit, Files, in_overlay};

/// The invocations of a run, by number.
pub(super) struct JudgedInvocations {
    invocations: Vec<HeldIn>,
    /// The invocations that read a file, of files with findings.
    readers: HashMap<PathBuf, BTreeSet<u32>>,
    /// Those that only the names of files suggest.
    guesses: BTreeSet<u32>,
    /// The Compose files of each, in their order.
    files: Vec<Vec<PathBuf>>,
}

impl JudgedInvocations {
    /// Numbers the invocations of outcomes, and notes on each finding which one it is of.
    pub(super) fn number(outcomes: &mut [ProjectOutcome], sources: &SourceDb, base: &Path) -> JudgedInvocations {
        let findings = outcomes.iter().flat_map(|outcome| &outcome.findings);
        let found_in: HashSet<FileId> = findings.map(|finding| finding.place.span.file).collect();
        let found_in: HashSet<Arc<Path>> = found_in.into_iter().map(|file| sources.path(file)).collect();
        let mut judged = JudgedInvocations {
            invocations: Vec::new(),
            readers: HashMap::default(),
            guesses: BTreeSet::new(),
            files: Vec::new(),
        };
        for outcome in outcomes.iter_mut() {
            let Some(invocation) = &outcome.invocation else { continue };
            let number = judged.invocations.len() as u32;
            if invocation.certainty == Certainty::Guessed {
                judged.guesses.insert(number);
            }
            judged.invocations.push(held_in(invocation, &outcome.entry.files, sources, base));
            judged.files.push(outcome.entry.files.clone());
            for file in outcome.read.iter().filter(|file| found_in.contains(*file)) {
                judged.readers.entry(file.to_path_buf()).or_default().insert(number);
            }
            for finding in &mut outcome.findings {
                finding.holds_in.insert(number);
            }
        }
        judged
    }

    /// Joins the findings that say the same about the same place: the worst severity and the lowest confidence count.
    /// What holds in every invocation that reads its file names none. What holds in guesses alone is less sure.
    pub(super) fn merge(&self, findings: Vec<Finding>, sources: &SourceDb) -> Vec<Finding> {
        let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
        let mut known: HashMap<_, usize> = HashMap::default();
        let mut shared: HashMap<_, usize> = HashMap::default();
        for finding in findings {
            let identity = (finding.rule, finding.place, finding.subject.to_string(), finding.evidence.clone());
            // A line that services of several invocations share through an anchor is one.
            let line = (finding.rule, finding.place, finding.evidence.clone());
            let is_other = |at: &&usize| merged.get(**at).is_some_and(|first| are_shared(first, &finding));
            let at = known.get(&identity).or_else(|| shared.get(&line).filter(is_other)).copied();
            match at.and_then(|at| merged.get_mut(at)) {
                Some(first) => join(first, finding),
                None => {
                    known.insert(identity, merged.len());
                    shared.entry(line).or_insert(merged.len());
                    merged.push(finding);
                }
            }
        }
        for finding in &mut merged {
            if !finding.holds_in.is_empty() && finding.holds_in.is_subset(&self.guesses) {
                finding.confidence = finding.confidence.min(Confidence::Medium);
            }
            let path = sources.path(finding.place.span.file);
            let holds_in_all = self.readers.get(&*path).is_none_or(|all| all.is_subset(&finding.holds_in));
            if holds_in_all || finding.holds_in.is_empty() {
                finding.holds_in.clear();
            }
        }
        merged
    }

    /// Moves the fixes of what only a file brings that some invocations add into that file: others use the files before
    /// it. A fix that cannot be moved is dropped.
    pub(super) fn fix_overlays(&self, findings: &mut [Finding], files: Files<'_>, sources: &SourceDb) {
        for finding in findings.iter_mut().filter(|finding| !finding.fixes.is_empty()) {
            let Some(overlay) = self.overlay(&finding.holds_in).and_then(|path| sources.load(path).ok()) else {
                continue;
            };
            let shared = |edit: &Edit| {
                let path = sources.path(edit.span.file);
                self.others(&finding.holds_in).any(|files| files.iter().any(|file| **file == *path))
            };
            finding.fixes.retain_mut(|fix| {
                if !fix.edits.iter().any(shared) {
                    return true;
                }
                let moved = in_overlay(files, overlay, &fix.edits).filter(|_| fix.creates.is_empty());
                moved.is_some_and(|edits| {
                    fix.edits = edits;
                    let name = sources.path(overlay);
                    let name = name.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
                    fix.title.rewrite(|title| Some(format!("in `{name}`, {title}")));
                    true
                })
            });
        }
    }

    /// The Compose files of the invocations that a finding does not hold in.
    fn others<'a>(&'a self, holds_in: &'a BTreeSet<u32>) -> impl Iterator<Item = &'a Vec<PathBuf>> {
        (0..).zip(&self.files).filter(|(number, _)| !holds_in.contains(number)).map(|(_, files)| files)
    }

    /// The last file that all of these invocations add and no other reads.
    fn overlay(&self, holds_in: &BTreeSet<u32>) -> Option<&Path> {
        let mut holding = holds_in.iter().filter_map(|number| self.files.get(*number as usize));
        let (first, rest) = (holding.next()?, holding.collect::<Vec<_>>());
        let is_shared = |file: &PathBuf| rest.iter().all(|files| files.contains(file));
        let is_theirs = |file: &&PathBuf| is_shared(file) && !self.others(holds_in).any(|files| files.contains(file));
        first.iter().skip(1).rev().find(is_theirs).map(PathBuf::as_path)
    }

    /// The invocations that findings name, by number.
    pub(super) fn named(self, findings: &[Finding]) -> BTreeMap<u32, HeldIn> {
        let named: BTreeSet<u32> = findings.iter().flat_map(|finding| finding.holds_in.iter().copied()).collect();
        let all = self.invocations.into_iter().zip(0..);
        all.map(|(one, number)| (number, one)).filter(|(number, _)| named.contains(number)).collect()
    }
}

/// Whether two findings at one line are about services that no invocation starts together.
fn are_shared(first: &Finding, other: &Finding) -> bool {
    let is_service = |finding: &Finding| matches!(finding.subject, Subject::Service(_));
    is_service(first) && is_service(other) && first.holds_in.is_disjoint(&other.holds_in)
}

/// Joins a finding with another one that says the same. One that counts goes before one that is suppressed.
fn join(first: &mut Finding, mut other: Finding) {
    let rank = |finding: &Finding| (finding.suppressed.is_none(), finding.severity);
    if rank(&other) > rank(first) {
        std::mem::swap(first, &mut other);
    }
    first.confidence = first.confidence.min(other.confidence);
    first.holds_in.append(&mut other.holds_in);
}

/// An invocation as people type it, and where it is written.
pub(crate) fn held_in(invocation: &Invocation, files: &[PathBuf], sources: &SourceDb, base: &Path) -> HeldIn {
    let mut options: Vec<String> = Vec::new();
    let mut option = |name: &str, value: &str| options.push(format!("{name} {value}"));
    let is_plain = invocation.certainty == Certainty::Default;
    let option_of_files = if invocation.engine == Engine::Swarm { "-c" } else { "-f" };
    for file in files.iter().filter(|_| !is_plain) {
        option(option_of_files, &relative(base, file));
    }
    let default = invocation.directory.join(".env");
    for file in invocation.env_files.iter().filter(|file| **file != default && !is_plain) {
        option("--env-file", &relative(base, file));
    }
    for profile in &invocation.profiles {
        option("--profile", profile);
    }
    let command = if options.is_empty() { "docker compose up".to_owned() } else { options.join(" ") };
    let written = invocation.written.first().map(|place| {
        let file = sources.file(place.span.file);
        (relative(base, &file.path), file.position(place.span.start).line)
    });
    HeldIn { files: files.iter().map(|file| relative(base, file)).collect(), command, written }
}
