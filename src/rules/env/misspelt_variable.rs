//! A variable that is not set, next to one that is set, unused and of almost the same name.

use crate::facts::environment::variables::{Blank, Misspelt, is_structural};
use crate::finding::{Finding, Label, MissingDefinition, MissingKind, Severity, Subject, rule};
use crate::rules::support::LABELS;
use crate::rules::{Context, fixes};

/// Reports each name once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in cx.facts.misspelt() {
        let blank = cx.facts.blanks().iter().find(|blank| blank.name == one.used && !blank.is_rejected);
        findings.extend(blank.and_then(|blank| of_variable(cx, one, blank)));
    }
}

fn of_variable(cx: &Context<'_>, one: &Misspelt, blank: &Blank<'_>) -> Option<Finding> {
    let (first, others) = blank.uses.split_first()?;
    let (name, set) = (&one.used, &one.set);
    let is_broken = blank.is_secret || blank.uses.iter().any(|reference| is_structural(reference));
    let message = format!("variable `{name}` is not set, but `{set}` is, and nothing uses it");
    let mut finding = Finding::new(rule::MISSPELT_VARIABLE, first.place, Subject::variable(name), message)
        .severity(if is_broken { Severity::Error } else { Severity::Warning })
        .label(one.line, format!("`{set}` is set here"))
        .help(format!("use the same name in both places: did you mean `{set}`?"));
    finding.missing = Some(MissingDefinition { what: MissingKind::Variable(name.clone()), by: String::new() });
    finding.fixes.extend(fixes::meant(cx, blank));
    let more = others.iter().take(LABELS);
    finding.labels.extend(more.map(|one| Label { place: one.place, message: "also used here".into() }));
    Some(finding)
}
