//! Quotes around the value of an item of `environment`, which are a part of the value.

use super::list_items::{Wordings, WrongItem, of_service};
use crate::collections::HashSet;
use crate::finding::{Finding, rule};
use crate::model::{Spanned, Variable};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the items of a list of the form `NAME="value"`.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let wordings = Wordings {
        rule: rule::QUOTED_LIST_VALUE,
        message: |names, is_many| match is_many {
            true => format!("the quotes are a part of the values of {names}"),
            false => format!("the quotes are a part of the value of {names}"),
        },
        help: |name, is_many| match is_many {
            true => format!("remove them, or put each whole item in quotes, such as `\"{name}=…\"`"),
            false => format!("remove them, or put the whole item in quotes: `\"{name}=…\"`"),
        },
        fix: ["remove the quotes", "remove the quotes"],
    };
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        let finding = of_service(service, &wordings, |name, variable| quoted(cx, name, variable));
        findings.extend(finding.filter(|finding| seen.insert(finding.place)));
    }
}

fn quoted(cx: &Context<'_>, name: &str, variable: &Variable) -> Option<WrongItem> {
    let text = edit::text_of(cx.files, variable.key)?;
    let quoted = text.strip_prefix(name)?.strip_prefix('=')?;
    let quote = quoted.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let inner = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    // Several quoted words, or the quotes of JSON and of a shell.
    let is_agreed = |value: &Spanned<String>| cx.facts.is_in_application_settings(&value.value);
    if inner.is_empty() || inner.contains(quote) || variable.value.as_ref().is_some_and(is_agreed) {
        return None;
    }
    // Within the quotes of YAML, the inner ones may be written otherwise.
    let is_plain = edit::written(cx.files, variable.key) == text;
    // A colon or a `#` within a word is text.
    let has_mark = inner.contains(": ") || inner.contains(" #") || inner.contains('\\') || inner.ends_with(':');
    let needs = has_mark || inner.ends_with(' ') || inner.starts_with(' ');
    let edits = if needs || !is_plain { None } else { edit::replace_first(cx.files, variable.key, quoted, inner) };
    Some(WrongItem { place: variable.key, edits })
}
