//! A blank variable in a place that requires a value.

use crate::compose::Reference;
use crate::compose::value::Text;
use crate::facts::environment::variables::rejected;
use crate::finding::{Finding, Label, Subject, rule};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Reports each variable once, at the first use that docker compose rejects.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let elsewhere = cx.facts.not_loaded();
    let is_elsewhere = |name: &str| elsewhere.iter().flat_map(|file| &file.lines).any(|(set, _)| set == name);
    for uses in rejected(cx.project) {
        if let [first, others @ ..] = uses.as_slice()
            && !is_elsewhere(&first.name)
        {
            findings.push(finding(cx, first, others));
        }
    }
}

fn finding(cx: &Context<'_>, first: &Reference, others: &[&Reference]) -> Finding {
    let name = &first.name;
    let key = key_of(&first.path);
    let setting = cx.project.environment.setting(name);
    let state = if setting.is_some() { "empty" } else { "not set" };
    let message = format!("variable `{name}` is {state}, and docker compose rejects `{key}` without a value");
    let mut finding = Finding::new(rule::BLANK_VALUE, first.place, Subject::variable(name), message)
        .help(format!("set it in `.env`, or give it a default: `${{{name}:-…}}`"));
    if let Some(line) = setting.and_then(|setting| setting.place) {
        finding = finding.label(line, "set to an empty value here");
    }
    let others = others.iter().take(LABELS);
    finding.labels.extend(others.map(|one| Label { place: one.place, message: "also used here".into() }));
    finding
}

/// The last key on the way to a value; items of lists have none.
fn key_of(path: &[Text]) -> &str {
    path.iter().rev().find(|step| *step != "[]").map_or("", Text::as_str)
}
