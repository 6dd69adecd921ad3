//! Items of an `environment` list that are wrong in the same way: one finding for each list.

use crate::finding::{Finding, Label, RuleId, Subject};
use crate::model::{Service, Variable, VariableSource};
use crate::rules::support::{LABELS, and_list, few_names};
use crate::source::Place;
use crate::yaml::edit::{self, Edit};

/// An item `NAME=value` whose value is not what was meant.
pub(super) struct WrongItem {
    /// The item.
    pub(super) place: Place,
    /// What makes it right.
    pub(super) edits: Option<Vec<Edit>>,
}

/// What is said about such items.
pub(super) struct Wordings {
    /// The rule.
    pub(super) rule: RuleId,
    /// The message about the value of one, and about the values of several.
    pub(super) message: fn(&str, bool) -> String,
    /// The help about one, and about several.
    pub(super) help: fn(&str, bool) -> String,
    /// The title of the fix for one, and for several.
    pub(super) fix: [&'static str; 2],
}

/// One finding for all items of a service that are wrong: it points at the first one.
pub(super) fn of_service(
    service: &Service,
    wordings: &Wordings,
    slip: impl Fn(&str, &Variable) -> Option<WrongItem>,
) -> Option<Finding> {
    let written = service.environment.iter().filter(|(_, variable)| variable.source != VariableSource::EnvFile);
    let mut slips: Vec<(&str, WrongItem)> =
        written.filter_map(|(name, variable)| Some((name.as_str(), slip(name, variable)?))).collect();
    slips.sort_by_key(|(_, slip)| (slip.place.span.file, slip.place.span.start));
    let [(first, _), others @ ..] = slips.as_slice() else { return None };
    let is_many = !others.is_empty();
    let names: Vec<&str> = slips.iter().map(|(name, _)| *name).collect();
    let said = if is_many { few_names(&names) } else { and_list(&names) };
    let place = slips.first()?.1.place;
    let mut finding =
        Finding::new(wordings.rule, place, Subject::service(&service.name), (wordings.message)(&said, is_many))
            .evidence((*first).to_owned())
            .help((wordings.help)(first, is_many));
    let labels = others
        .iter()
        .take(LABELS)
        .map(|(name, slip)| Label { place: slip.place, message: format!("`{name}` is written like this, too").into() });
    finding.labels.extend(labels);
    let edits = edit::all(slips.iter().map(|(_, slip)| slip.edits.clone()));
    let [one, many] = wordings.fix;
    finding.fixes.extend(edit::safe(if is_many { many } else { one }, edits));
    Some(finding)
}
