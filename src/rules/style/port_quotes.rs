//! Ports without quotes.

use crate::collections::HashSet;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services};
use crate::source::Place;
use crate::yaml::edit;

/// Reports each service once, at the first port without quotes.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let written = service.ports.iter().filter(|port| port.via.is_empty()).map(|port| port.place);
        let bare: Vec<Place> = written.filter(|place| is_bare(cx, *place) && seen.insert(*place)).collect();
        let Some((first, others)) = bare.split_first() else { continue };
        let name = &service.name;
        let message = format!("a port of `{name}` is not in quotes");
        let mut finding = Finding::new(rule::PORT_QUOTES, *first, Subject::service(name), message)
            .help("put it in quotes: some YAML parsers read numbers with a colon, such as `22:22`, as one number");
        for other in others.iter().take(LABELS) {
            finding = finding.label(*other, "this one is not, either");
        }
        let edits = edit::all(bare.iter().map(|place| edit::quote(cx.files, *place)));
        finding.fixes.extend(edit::safe("put them in quotes", edits));
        findings.push(finding);
    }
}

/// Whether an entry in the short form has no quotes.
fn is_bare(cx: &Context<'_>, place: Place) -> bool {
    edit::text_of(cx.files, place).is_some() && !edit::written(cx.files, place).starts_with(['"', '\'', '*', '&', '!'])
}
