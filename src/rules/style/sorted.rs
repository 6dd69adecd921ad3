//! What the rules on order share.

use crate::finding::{Finding, RuleId, Subject};
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit;

/// An entry, and what it is sorted by.
pub(super) struct SortedEntry<K> {
    /// What it is sorted by.
    pub(super) key: K,
    /// What it is called in a message.
    pub(super) name: String,
    /// Where it is: the key of a mapping, or the item of a list.
    pub(super) place: Place,
}

/// A finding at the first entry that comes too late, with the fix that sorts all of them. The entries are those of one
/// mapping or list, in the order of the file.
pub(super) fn out_of_order<K: Ord + Clone>(
    cx: &Context<'_>,
    rule: RuleId,
    subject: Subject,
    what: &str,
    entries: &[SortedEntry<K>],
) -> Option<Finding> {
    let (before, late) = entries.iter().zip(entries.iter().skip(1)).find(|(one, next)| next.key < one.key)?;
    let after = entries.iter().filter(|entry| entry.key > late.key).min_by_key(|entry| entry.place.span.start);
    let after = after.unwrap_or(before);
    let message = format!("{what} are out of order: `{}` belongs before `{}`", late.name, after.name);
    let mut sorted: Vec<&SortedEntry<K>> = entries.iter().collect();
    sorted.sort_by(|one, other| one.key.cmp(&other.key));
    let places: Vec<Place> = sorted.iter().map(|entry| entry.place).collect();
    let mut finding = Finding::new(rule, late.place, subject, message)
        .evidence(late.name.clone())
        .help(format!("move it before `{}`", after.name));
    finding.fixes.extend(edit::safe("sort them", edit::reorder(cx.files, &places)));
    Some(finding)
}
