//! Volumes in quotes that they do not need.

use crate::collections::HashSet;
use crate::finding::{Edit, Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services};
use crate::source::Place;
use crate::yaml::edit;

/// Reports each service once, at the first volume in quotes.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let written = service.mounts.iter().filter(|mount| mount.via.is_empty()).map(|mount| mount.place);
        let quoted: Vec<(Place, Vec<Edit>)> = written
            .filter_map(|place| Some((place, unquoted(cx, place)?)))
            .filter(|(place, _)| seen.insert(*place))
            .collect();
        let Some(((first, _), others)) = quoted.split_first() else { continue };
        let name = &service.name;
        let message = format!("a volume of `{name}` is in quotes that it does not need");
        let mut finding =
            Finding::new(rule::VOLUME_QUOTES, *first, Subject::service(name), message).help("remove the quotes");
        for (other, _) in others.iter().take(LABELS) {
            finding = finding.label(*other, "so is this one");
        }
        let edits = edit::all(quoted.iter().map(|(_, edits)| Some(edits.clone())));
        finding.fixes.extend(edit::safe("remove the quotes", edits));
        findings.push(finding);
    }
}

/// The edits that remove the quotes of an entry in the short form; `None` where it has none or needs them.
fn unquoted(cx: &Context<'_>, place: Place) -> Option<Vec<Edit>> {
    let text = edit::text_of(cx.files, place)?;
    let is_quoted = edit::written(cx.files, place).starts_with(['"', '\'']);
    is_quoted.then(|| edit::write_word(cx.files, place, &text)).flatten()
}
