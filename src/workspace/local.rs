//! Findings that rest on files which git ignores: a fresh checkout does not have them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::projects::{Keeping, ProjectOutcome};
use super::{Memory, Request, judge};
use crate::collections::HashSet;
use crate::finding::{Finding, RuleId, Subject};
use crate::report::Report;
use crate::source::{PathKind, SourceDb};

/// What tells a finding from others wherever its file is loaded.
type LocalIdentity = (PathBuf, u32, u32, RuleId, Subject, Option<String>);

/// Marks the findings of a report that are not there without the files that git ignores.
pub(crate) fn mark(report: &mut Report, sources: &SourceDb, request: &Request) {
    let is_compared = report.compared.as_ref().is_some_and(|compared| !compared.gone.is_empty());
    if !report.reads_ignored || request.is_committed || report.findings.is_empty() && !is_compared {
        return;
    }
    let fresh = sources.fork();
    fresh.leave_out_ignored(&[]);
    let request = Request { earlier: None, watch: Arc::default(), ..request.clone() };
    let committed = judge(&fresh, &request, Keeping::Nothing, &Memory::default()).report;
    let known: HashSet<LocalIdentity> = committed.findings.iter().map(|finding| identity(finding, &fresh)).collect();
    for finding in &mut report.findings {
        finding.is_local = !known.contains(&identity(finding, sources));
    }
    // What an ignored file hides is not gone.
    if let (Some(compared), Some(committed)) = (&mut report.compared, committed.compared) {
        compared.gone.retain(|known| committed.gone.contains(known));
    }
}

fn identity(finding: &Finding, sources: &SourceDb) -> LocalIdentity {
    let span = finding.place.span;
    let path = sources.path(span.file).to_path_buf();
    (path, span.start, span.end, finding.rule, finding.subject.clone(), finding.evidence.clone())
}

/// Whether outcomes rest on a file that git ignores.
pub(super) fn reads_ignored(outcomes: &[ProjectOutcome], sources: &SourceDb) -> bool {
    let read: HashSet<&OsStr> = outcomes.iter().flat_map(|outcome| outcome.read.iter()).map(Path::as_os_str).collect();
    let mut read = read.into_iter().map(Path::new);
    read.any(|path| sources.kind(path) == PathKind::File && sources.is_local(path))
}
