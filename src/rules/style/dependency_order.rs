//! Dependencies that are not in alphabetical order.

use super::sorted::{SortedEntry, out_of_order};
use crate::collections::{HashSet, IndexMap};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::all_services;
use crate::source::FileId;

/// Reports each `depends_on` once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let mut files: IndexMap<FileId, Vec<SortedEntry<String>>> = IndexMap::default();
        for (name, dependency) in &service.depends_on {
            let entry = SortedEntry { key: name.clone(), name: name.clone(), place: dependency.place };
            files.entry(dependency.place.span.file).or_default().push(entry);
        }
        for entries in files.values_mut() {
            entries.sort_by_key(|entry| entry.place.span.start);
            let what = format!("the dependencies of `{}`", service.name);
            let subject = Subject::service(&service.name);
            let found = out_of_order(cx, rule::DEPENDENCY_ORDER, subject, &what, entries);
            findings.extend(found.filter(|finding| seen.insert(finding.place)));
        }
    }
}
