//! Parts of projects: what they lack, others have.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Severity};
use crate::source::SourceDb;

/// Whether an entry is a project, or a part of one whose other parts are not known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All of it is known.
    Project,
    /// What it lacks may stand in files that are not known.
    Fragment,
}

/// What a fragment lacks that the rest of its project has.
pub fn is_incompleteness(finding: &Finding) -> bool {
    match finding.rule {
        "undefined-reference" | "inactive-dependency" => true,
        "missing-key" => matches!(finding.evidence.as_deref(), Some("image" | "services")),
        "unresolved-extends" => finding.evidence.is_some(),
        _ => false,
    }
}

/// What a finding says is missing: the name of the variable, or of the service without an image.
fn missing_name(finding: &Finding) -> Option<String> {
    let by_resource = matches!(finding.rule, "unset-variable" | "unset-secret" | "missing-key");
    by_resource.then(|| finding.resource.clone())
}

/// How many directories must lack the same thing for it to be supplied by what puts them together.
const SUPPLIED: usize = 3;

/// Drops what several projects of a tree lack alike: a platform that assembles them has it (an app store's network). A
/// variable that several leave unset becomes an info: something else sets it.
pub fn without_supplied(findings: Vec<Finding>, sources: &SourceDb) -> Vec<Finding> {
    let key = |finding: &Finding| (finding.rule, missing_name(finding), finding.evidence.clone());
    let unset = |finding: &Finding| matches!(finding.rule, "unset-variable" | "unset-secret");
    let mut directories: HashMap<_, HashSet<PathBuf>> = HashMap::new();
    for finding in findings.iter().filter(|finding| unset(finding) || is_incompleteness(finding)) {
        let file = sources.file(finding.place.span.file);
        let directory = file.path.parent().unwrap_or(Path::new("/")).to_path_buf();
        directories.entry(key(finding)).or_default().insert(directory);
    }
    let supplied = |finding: &Finding| directories.get(&key(finding)).is_some_and(|found| found.len() >= SUPPLIED);
    findings
        .into_iter()
        .filter_map(|mut finding| {
            if !supplied(&finding) {
                return Some(finding);
            }
            if !unset(&finding) {
                return None;
            }
            finding.severity = Severity::Info;
            finding.help =
                Some("several projects here leave it unset: give it a default if nothing else sets it".to_owned());
            Some(finding)
        })
        .collect()
}
