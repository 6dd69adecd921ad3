//! Services that are not in alphabetical order.

use super::sorted::{SortedEntry, out_of_order};
use crate::collections::IndexMap;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::all_services;
use crate::source::FileId;

/// Reports each file once, at the first service that comes too late.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut files: IndexMap<FileId, Vec<SortedEntry<String>>> = IndexMap::default();
    for service in all_services(cx) {
        let name = service.name.clone();
        let entry = SortedEntry { key: name.clone(), name, place: service.key };
        files.entry(service.key.span.file).or_default().push(entry);
    }
    for entries in files.values_mut() {
        entries.sort_by_key(|entry| entry.place.span.start);
        findings.extend(out_of_order(cx, rule::SERVICE_ORDER, Subject::Project, "services", entries));
    }
}
