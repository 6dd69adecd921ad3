//! A project whose services all have inactive profiles.

use std::collections::BTreeSet;

use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::and_list;

/// Reports the project, where it has services and none of them is active.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || !cx.model.services.is_empty() || cx.model.disabled.is_empty() {
        return;
    }
    let profiles = cx.model.disabled.values().flat_map(|service| &service.profiles);
    let profiles: BTreeSet<&str> = profiles.map(|profile| profile.value.as_str()).collect();
    let profiles: Vec<&str> = profiles.into_iter().collect();
    let message = "no service is active, because all of them are in inactive profiles";
    let help = format!("activate a profile with `--profile` or `COMPOSE_PROFILES`: {}", and_list(&profiles));
    findings.push(Finding::new(rule::NO_ACTIVE_SERVICE, cx.model.place, Subject::Project, message).help(help));
}
