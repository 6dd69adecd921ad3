//! A later env file that takes a value away.

use crate::facts::environment::files::{How, ReplacedLine};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::secrets::is_secret_name;

/// Reports each line that replaces a real value with nothing or a placeholder, and each value that was made from an old one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let reported = |one: &&ReplacedLine| {
        // A blank secret, and a blank that something rejects, are reported for themselves.
        let is_blank_of_use =
            cx.facts.blanks().iter().any(|blank| blank.name == one.name && (blank.is_secret || blank.is_rejected));
        !(one.how == How::Blanked && is_blank_of_use)
    };
    for one in cx.facts.replaced_lines().iter().filter(reported) {
        findings.extend(of_line(one));
    }
}

fn of_line(one: &ReplacedLine) -> Option<Finding> {
    let name = &one.name;
    let (place, message, label, help) = match &one.how {
        How::Blanked => (
            one.by,
            format!("`{name}` is overridden with an empty value"),
            "its value in an earlier env file",
            "remove the line, so that the earlier value counts".to_owned(),
        ),
        How::Placeholder => {
            let kind = if is_secret_name(name) { "secret " } else { "" };
            (
                one.by,
                format!("{kind}`{name}` is overridden with a placeholder"),
                "its value in an earlier env file",
                "remove the line, or give it a value".to_owned(),
            )
        }
        How::Stale(used) => (
            one.line,
            format!("`{name}` keeps the old value of `{used}`, which a later env file changes"),
            "changed here",
            format!("repeat `{name}` behind the new value of `{used}`: a line is expanded when its file is read"),
        ),
        How::Twice | How::Repeated | How::Form => return None,
    };
    let other = if matches!(one.how, How::Stale(_)) { one.by } else { one.line };
    Some(
        Finding::new(rule::OVERRIDDEN_VARIABLE, place, Subject::variable(name), message)
            .evidence(name.clone())
            .label(other, label)
            .help(help),
    )
}
