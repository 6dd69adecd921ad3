//! A key that an image makes anew with each container.

use crate::facts::images::{known_image, may_be_set, runs_server, variable};
use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::and_list;

/// Reports each key that nothing sets.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values().filter(|service| runs_server(service)) {
        let Some(known) = known_image(service).filter(|known| known.exact && !known.built) else { continue };
        let is_set = |name: &String| {
            let is_blank = service.environment.get(name).is_some_and(|one| one.value.is_none());
            variable(service, name).is_some() || may_be_set(service, name) || is_blank
        };
        let groups = known.image.session_secrets.iter().filter(|names| !names.iter().any(is_set));
        let missing: Vec<&String> = groups.filter_map(|names| names.first()).collect();
        let Some(first) = missing.first() else { continue };
        let own = &service.name;
        // Of several keys, each is for a feature that may not be used.
        let is_whole = known.image.session_secrets.len() == 1 && cx.facts.purpose() == FilePurpose::Any;
        let severity = if is_whole { Severity::Warning } else { Severity::Info };
        let message = format!("`{own}` makes a new key with each container: `{first}` is not set");
        let place = service.environment_key.unwrap_or(service.key);
        let finding = Finding::new(rule::MISSING_SESSION_SECRET, place, Subject::service(own), message)
            .severity(severity)
            .evidence((*first).clone())
            .help(format!(
                "set {} to long random values: sessions and tokens are then valid after an update",
                and_list(&missing)
            ));
        findings.push(finding);
    }
}
