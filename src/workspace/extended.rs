//! Services of files that others only extend, and that nobody extends: whoever starts such a file gets them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::manner::Manner;
use super::projects::{ProjectOutcome, WorkspaceRun};
use crate::discover::invocations::{Invocations, MAKES_A_SERVICE, PartRole};
use crate::discover::{self, RunSurroundings};
use crate::finding::{Finding, RuleId, Subject, rule};
use crate::source::{NodeId, PathKind};
use crate::workspace::fragments::EntryStatus;
use crate::yaml::Tree;

/// Services that are only extended may be meant as alternatives, which never run side by side.
const CONFLICTS: [RuleId; 3] = [rule::ADDRESS_CONFLICT, rule::DUPLICATE_CONTAINER_NAME, rule::HOST_PORT_CONFLICT];

impl WorkspaceRun<'_> {
    /// Judges the services that nobody extends, of files that others extend and that nothing starts.
    pub(super) fn unextended(
        &self,
        paths: &[PathBuf],
        all: &BTreeMap<PathBuf, Invocations>,
        outcomes: &[ProjectOutcome],
        around: &RunSurroundings,
    ) -> Vec<ProjectOutcome> {
        let started: BTreeSet<&PathBuf> = outcomes.iter().flat_map(|outcome| &outcome.entry.files).collect();
        let is_asked = |file: &Path| {
            let is_below = |path: &PathBuf| file.starts_with(path) && self.sources.kind(path) == PathKind::Directory;
            paths.iter().any(|path| path == file || is_below(path))
        };
        let mut judged = Vec::new();
        for all in all.values() {
            let included: BTreeSet<&PathBuf> =
                all.parts.iter().filter(|part| part.role == PartRole::Include).map(|part| &part.file).collect();
            for part in all.parts.iter().filter(|part| part.role == PartRole::Extends && is_asked(&part.file)) {
                if started.contains(&part.file) || included.contains(&part.file) {
                    continue;
                }
                let left = self.left_of(&part.file, &part.of);
                if !left.is_empty() {
                    judged.extend(self.only(&part.file, &left, around));
                }
            }
        }
        judged
    }

    /// The services of a file that have what a service needs, and that neither the file itself nor others extend.
    fn left_of(&self, file: &Path, users: &[PathBuf]) -> BTreeSet<String> {
        let Ok(own) = self.sources.load(file) else { return BTreeSet::new() };
        let mut left = BTreeSet::new();
        let mut extended = BTreeSet::new();
        for user in users.iter().filter_map(|user| self.sources.load(user).ok()).chain([own]) {
            let parsed = self.trees.get(self.sources, user);
            for (name, service) in services(&parsed.0) {
                if user == own && MAKES_A_SERVICE.iter().any(|key| parsed.0.get(service, key).is_some()) {
                    left.insert(name.to_owned());
                }
                extended.extend(base_of(&parsed.0, service, user == own));
            }
        }
        left.retain(|name| !extended.contains(name));
        left
    }

    fn only(&self, file: &Path, services: &BTreeSet<String>, around: &RunSurroundings) -> Option<ProjectOutcome> {
        let manner = Manner { standing: EntryStatus::Fragment, ..Manner::DEFAULT };
        let mut outcome = self.judge(&discover::alone(self.sources, file, around)?, manner);
        let is_of = |finding: &Finding| match &finding.subject {
            Subject::Service(name) => services.contains(name),
            Subject::Path(path) => {
                let mut keys = path.iter().map(String::as_str);
                keys.next() == Some("services") && keys.next().is_some_and(|name| services.contains(name))
            }
            _ => false,
        };
        outcome.findings.retain(|finding| is_of(finding) && !CONFLICTS.contains(&finding.rule));
        Some(outcome)
    }
}

fn services(tree: &Tree) -> Vec<(&str, NodeId)> {
    let all = tree.documents.first().and_then(|root| tree.get(*root, "services"));
    let pairs = all.map(|all| tree.pairs(all)).unwrap_or_default();
    pairs.iter().filter_map(|pair| Some((tree.text(pair.key)?, pair.value))).collect()
}

/// The service of the extended file that a service is based on. Which one a variable names is not known.
fn base_of(tree: &Tree, service: NodeId, is_same_file: bool) -> Option<String> {
    let extends = tree.get(service, "extends")?;
    if let Some(name) = tree.text(extends) {
        return is_same_file.then(|| name.to_owned());
    }
    let is_other_file = tree.get(extends, "file").is_some();
    (is_other_file != is_same_file).then(|| tree.text(tree.get(extends, "service")?).map(str::to_owned)).flatten()
}
