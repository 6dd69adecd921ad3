//! A variable without a value and without a default.

use crate::compose::nearest;
use crate::compose::value::Text;
use crate::facts::environment::variables::{Blank, is_structural};
use crate::finding::{Finding, Label, Lack, Lacking, Severity, rule};
use crate::rules::support::LABELS;
use crate::rules::{Context, fixes};

/// Reports each variable once. One that is set to nothing counts only where that breaks something.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for blank in cx.facts.blanks().iter().filter(|blank| !blank.is_secret) {
        if cx.settings.lists_name(rule::UNSET_VARIABLE, "allowed", blank.name) {
            continue;
        }
        findings.extend(of_variable(cx, blank));
    }
}

fn of_variable(cx: &Context<'_>, blank: &Blank<'_>) -> Option<Finding> {
    let name = blank.name;
    let is_set = cx.project.environment.setting(name).is_some();
    let structural = blank.uses.iter().find(|reference| is_structural(reference));
    if is_set && structural.is_none() {
        return None;
    }
    let first = structural.or(blank.uses.first())?;
    let example = cx.facts.documented(name);
    let elsewhere = example.is_some() || !cx.facts.has_env_file();
    let severity = match (structural.is_some(), elsewhere) {
        (true, false) => Severity::Error,
        (true, true) | (false, false) => Severity::Warning,
        (false, true) => Severity::Info,
    };
    let message = match (is_set, structural) {
        (true, Some(use_of)) => format!("variable `{name}` is empty, but `{}` requires a value", key_of(&use_of.path)),
        _ => format!("variable `{name}` is not set and has no default"),
    };
    let mut finding = Finding::new(rule::UNSET_VARIABLE, first.place, name, message).severity(severity);
    finding.lacks = Some(Lack { what: Lacking::Variable(name.to_owned()), by: String::new() });
    finding.help = Some(help(cx, name, example.as_deref()));
    finding.fix = fixes::insist(cx, blank);
    if let Some(line) = blank.emptied {
        finding = finding.label(line, "set to an empty value here");
    }
    let others = blank.uses.iter().filter(|reference| reference.place != first.place).take(LABELS);
    finding.labels.extend(others.map(|one| Label { place: one.place, message: "also used here".to_owned() }));
    Some(finding)
}

fn key_of(path: &[Text]) -> &str {
    path.get(2).map_or("", Text::as_str)
}

fn help(cx: &Context<'_>, name: &str, example: Option<&str>) -> String {
    // `PWD` is there by itself: nobody who writes `PGID` means it.
    let all = cx.project.environment.all().into_iter();
    let set: Vec<&str> = all.map(|(name, _)| name).filter(|name| *name != "PWD").collect();
    match (nearest(name, &set).filter(|near| *near != name), example) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(example)) => format!("copy `{example}`, which documents it, to `.env` and fill it in"),
        (None, None) => format!("set it in `.env`, or give a default: `${{{name}:-…}}`"),
    }
}
