//! Profiles that no invocation activates. Services that may run together are judged together: those that always start, and
//! those of one such profile at a time.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::manner::{Manner, manner_of};
use super::projects::{ProjectOutcome, WorkspaceRun};
use crate::collections::HashMap;
use crate::compose::value::Value;
use crate::compose::{Project, ProjectEntry};
use crate::discover::invocations::{Certainty, Invocation};
use crate::finding::{Finding, RuleId, Subject, rule};
use crate::source::Place;
use crate::workspace::fragments::Depth;

/// Whoever activates a profile may well activate another one with it, or give a variable another value than its default.
const NEED_MORE: [RuleId; 2] = [rule::HOST_DOCKER_INTERNAL, rule::INACTIVE_DEPENDENCY];

/// How many profiles of a project are activated in turn.
const MOST_PROFILES: usize = 8;

/// The profiles that would enable a service which is not enabled.
pub(super) fn idle_profiles(project: &Project) -> BTreeSet<String> {
    let services = project.root.get("services").and_then(Value::map).into_iter().flatten();
    let idle = services.filter(|(name, _)| !project.enabled.contains(name.as_str()));
    let profiles = idle.filter_map(|(_, entry)| entry.value.get("profiles")?.list()).flatten();
    profiles.filter_map(Value::text).map(str::to_owned).collect()
}

impl WorkspaceRun<'_> {
    /// Judges a project once more for each profile that a plain `docker compose up` leaves out. Commands that are written
    /// somewhere say which profiles run, and which do not.
    pub(super) fn with_profiles(&self, outcomes: &[ProjectOutcome], depth: Depth) -> Vec<ProjectOutcome> {
        let certainty = |outcome: &ProjectOutcome| outcome.invocation.as_ref().map(|one| one.certainty);
        let is_written = outcomes.iter().any(|outcome| certainty(outcome) > Some(Certainty::Default));
        if is_written || !self.request.profiles.is_empty() {
            return Vec::new();
        }
        let mut active: HashMap<&[PathBuf], BTreeSet<&str>> = HashMap::default();
        for outcome in outcomes {
            active.entry(&outcome.entry.files).or_default().extend(outcome.entry.profiles.iter().map(String::as_str));
        }
        let mut known = KnownSubjects::default();
        let mut judged = Vec::new();
        for outcome in outcomes.iter().filter(|outcome| outcome.is_default) {
            let Some(invocation) = &outcome.invocation else { continue };
            let Some(active) = active.get_mut(outcome.entry.files.as_slice()) else { continue };
            let idle = outcome.idle_profiles.iter().map(String::as_str);
            let turns: Vec<&str> = idle.filter(|profile| active.insert(profile)).take(MOST_PROFILES).collect();
            let manner = Manner { depth, ..manner_of(invocation) };
            known.add(&outcome.findings);
            for profile in turns {
                let mut outcome = self.with_profile(&outcome.entry, invocation, profile, manner);
                known.unite(&mut outcome.findings);
                known.add(&outcome.findings);
                judged.push(outcome);
            }
        }
        judged
    }

    fn with_profile(
        &self,
        entry: &ProjectEntry,
        invocation: &Invocation,
        profile: &str,
        manner: Manner,
    ) -> ProjectOutcome {
        let mut entry = entry.clone();
        entry.profiles.push(profile.to_owned());
        let mut invocation = invocation.clone();
        invocation.profiles.insert(profile.to_owned());
        let mut outcome = self.judge(&entry, manner);
        outcome.findings.retain(|finding| !NEED_MORE.contains(&finding.rule));
        outcome.invocation = Some(Arc::new(invocation));
        outcome
    }
}

/// Whom the findings of earlier turns are about, by what they say. One variable that several services lack is told of the
/// first of them, which may be another one in each turn.
#[derive(Default)]
struct KnownSubjects(HashMap<(RuleId, Place, Option<String>), Vec<Subject>>);

impl KnownSubjects {
    fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            self.0.entry(cause(finding)).or_default().push(finding.subject.clone());
        }
    }

    /// Lets findings be about whom earlier turns told of the same thing, so that they are one.
    fn unite(&self, findings: &mut [Finding]) {
        for finding in findings {
            let known = self.0.get(&cause(finding)).filter(|known| !known.contains(&finding.subject));
            if let Some(first) = known.and_then(|known| known.first()) {
                finding.subject = first.clone();
            }
        }
    }
}

fn cause(finding: &Finding) -> (RuleId, Place, Option<String>) {
    (finding.rule, finding.place, finding.evidence.clone())
}
