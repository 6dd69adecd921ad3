//! A variable without a value where docker compose rejects a blank.

use crate::compose::Reference;
use crate::compose::value::Text;
use crate::facts::environment::variables::Blank;
use crate::finding::{Finding, Label, Lack, Lacking, Subject, rule};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Reports each variable once, at the first use that docker compose rejects.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for blank in cx.facts.blanks() {
        if let Some(rejected) = blank.rejected(cx.project) {
            findings.push(finding(cx, blank, rejected));
        }
    }
}

fn finding(cx: &Context<'_>, blank: &Blank<'_>, rejected: &Reference) -> Finding {
    let name = blank.name;
    let key = key_of(&rejected.path);
    let is_set = cx.project.environment.setting(name).is_some();
    let state = if is_set { "empty" } else { "not set" };
    let message = format!("variable `{name}` is {state}, and docker compose rejects `{key}` without a value");
    let mut finding = Finding::new(rule::BLANK_VALUE, rejected.place, Subject::variable(name), message)
        .help(format!("set it in `.env`, or give it a default: `${{{name}:-…}}`"));
    finding.lacks = Some(Lack { what: Lacking::Variable(name.to_owned()), by: String::new() });
    if let Some(line) = blank.emptied {
        finding = finding.label(line, "set to an empty value here");
    }
    let others = blank.uses.iter().filter(|reference| reference.place != rejected.place).take(LABELS);
    finding.labels.extend(others.map(|one| Label { place: one.place, message: "also used here".to_owned() }));
    finding
}

/// The last key on the way to a value; items of lists have none.
fn key_of(path: &[Text]) -> &str {
    path.iter().rev().find(|step| *step != "[]").map_or("", Text::as_str)
}
