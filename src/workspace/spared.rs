//! What a file lacks and another one may supply that nothing lays over it.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::projects::{ProjectOutcome, WorkspaceRun};
use crate::discover;
use crate::facts::repository::nearby;
use crate::finding::{Finding, MissingKind};
use crate::workspace::fragments::{NamedByVariable, drop_templated, is_incompleteness};
use crate::yaml::Parsed;

impl WorkspaceRun<'_> {
    /// What a file lacks is not a finding where another file names it by a variable, or has the service that it lacks: the
    /// project that loads both may have it.
    pub(super) fn spare_possible_parts(&self, outcomes: &mut [ProjectOutcome]) {
        if !outcomes.iter().any(|outcome| outcome.incomplete) {
            return;
        }
        let named = NamedByVariable::new(outcomes.iter().flat_map(|outcome| &outcome.names_by_variable));
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.incomplete) {
            let directory = &outcome.entry.directory;
            let root = discover::repository(self.sources, directory, &self.request.directory);
            let nearby = LazyCell::new(|| nearby::services(directory, &root, false, self.sources, self.trees));
            let own = LazyCell::new(|| {
                let trees = outcome.all_files.iter().map(|file| self.trees.get(self.sources, *file));
                let names = |parsed: Arc<Parsed>| nearby::services_of(&parsed.0).map(str::to_owned).collect::<Vec<_>>();
                trees.flat_map(names).collect::<BTreeSet<String>>()
            });
            let lies_over = |finding: &Finding| {
                let Some(MissingKind::Name { kind: "service", name }) =
                    finding.missing.as_ref().map(|missing| &missing.what)
                else {
                    return false;
                };
                let is_near = nearby.iter().any(|(_, names)| names.contains(name));
                is_near && !own.contains(name)
            };
            let is_part = outcome.entry.files.iter().any(|file| named.may_be(file));
            if is_part || outcome.findings.iter().any(lies_over) {
                outcome.findings.retain(|finding| !is_incompleteness(finding));
            }
            drop_templated(&mut outcome.findings, directory, self.sources, self.trees);
        }
    }
}
