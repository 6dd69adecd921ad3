//! A key of a service that replaces the section a merge key provides.

use crate::facts::layers::Replaced;
use crate::finding::{Finding, Label, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};

/// How many of the lost names a message lists.
const NAMES: usize = 3;

/// Reports `environment` and `labels` of an anchor that services lose, once for each anchor.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.facts.replaced_sections().iter().filter_map(anchor_finding));
}

fn anchor_finding(one: &Replaced) -> Option<Finding> {
    let ((service, key), others) = one.services.split_first()?;
    let (section, anchor) = (one.section, &one.anchor);
    let is = if one.lost.len() > 1 { "are" } else { "is" };
    let lost = listed(&one.lost);
    let (message, help) = match &one.by {
        Some(by) => (
            format!(
                "`{service}` gets the `{section}` of the anchor `{by}` and not that of `{anchor}`: {lost} {is} lost"
            ),
            format!(
                "add an anchor to each `{section}`, and merge both in the service's own `{section}`: `<<: [*…, *…]`"
            ),
        ),
        None => (
            format!("`{section}` of `{service}` replaces that of the anchor `{anchor}`: {lost} {is} lost"),
            format!("add an anchor to this `{section}`, and merge it in the service's own with `<<`"),
        ),
    };
    let mut finding = Finding::new(rule::ANCHOR_OVERRIDE_DROPS, *key, Subject::service(service), message)
        .evidence(section)
        .label(one.base, "replaced as a whole")
        .help(help);
    let others = others.iter().take(LABELS);
    finding
        .labels
        .extend(others.map(|(name, place)| Label { place: *place, message: format!("so does `{name}`").into() }));
    Some(finding)
}

/// The first names, and how many more there are.
fn listed(names: &[String]) -> String {
    match names.split_at_checked(NAMES) {
        Some((first, more)) if !more.is_empty() => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and {} more", first.join(", "), more.len())
        }
        _ => and_list(names),
    }
}
