//! Two projects of a repository that Compose takes for one.

use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::and_list;

/// Reports a project whose services another one of the same name has, too.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.model.name.is_empty() {
        return;
    }
    let others = cx.facts.namesakes();
    let shared = others.iter().find_map(|other| {
        let names: Vec<&str> = cx
            .model
            .services
            .keys()
            .map(String::as_str)
            .filter(|name| other.services.contains(*name))
            .take(3)
            .collect();
        (!names.is_empty()).then_some((other, names))
    });
    let Some((other, names)) = shared else { return };
    let (name, path) = (&cx.model.name, cx.facts.path_shown(&other.file));
    let message = format!(
        "the project is called `{name}`, like that of `{path}`: starting one replaces {} of the other",
        and_list(&names)
    );
    let finding = Finding::new(rule::PROJECT_NAME_COLLISION, cx.model.place, Subject::at(["services"]), message)
        .evidence(path)
        .help("give each of them a name: a top-level `name`, such as `name: shop`");
    findings.push(finding);
}
