//! A space after the `=` of an item of `environment`, which is part of the value.

use super::list_items::{Wordings, WrongItem, of_service};
use crate::finding::{Finding, rule};
use crate::model::Variable;
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the items of a list whose value is one word behind a space. Before several words it separates nothing.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let wordings = Wordings {
        rule: rule::SPACE_IN_LIST_VALUE,
        message: |names, is_many| match is_many {
            true => format!("the values of {names} begin with a space"),
            false => format!("the value of {names} begins with a space"),
        },
        help: |_, is_many| match is_many {
            true => "remove the spaces after `=`: in a list, they are a part of the values".to_owned(),
            false => "remove the space after `=`: in a list, it is a part of the value".to_owned(),
        },
        fix: ["remove the space", "remove the spaces"],
    };
    let services = cx.model.services.values();
    findings.extend(services.filter_map(|service| of_service(service, &wordings, |name, one| spaced(cx, name, one))));
}

fn spaced(cx: &Context<'_>, name: &str, variable: &Variable) -> Option<WrongItem> {
    let text = edit::text_of(cx.files, variable.key)?;
    let value = text.strip_prefix(name)?.strip_prefix('=')?;
    let word = value.trim_start_matches(' ');
    if word.len() == value.len() || word.is_empty() || word.contains(char::is_whitespace) {
        return None;
    }
    let spaces = value.get(..value.len() - word.len())?;
    let edits = edit::replace_first(cx.files, variable.key, &format!("={spaces}"), "=");
    Some(WrongItem { place: variable.key, edits })
}
