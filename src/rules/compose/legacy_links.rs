//! `links`, which networks have made obsolete.

use crate::compose::value::{Step, Value};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;

/// Reports the key. On Docker's default bridge, where names are not known otherwise, it has its use.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values().filter(|service| !service.links.is_empty()) {
        if service.network_mode.as_ref().is_some_and(|mode| mode.value == "bridge") {
            continue;
        }
        let services = cx.project.root.get("services");
        let value = services.and_then(|services| services.get(&service.name)).and_then(Value::map);
        let Some(links) = value.and_then(|service| service.get("links")) else { continue };
        if links.value.via.contains(&Step::Implied) {
            continue;
        }
        let other_name =
            service.links.iter().any(|link| link.value.split_once(':').is_some_and(|(name, alias)| name != alias));
        let help = if other_name {
            "declare the alias under `networks`, as one of the `aliases` of the linked service, and the startup order with `depends_on`"
        } else {
            "remove it, and declare the startup order with `depends_on`"
        };
        let message = "`links` is obsolete: services on the same network resolve each other by name";
        findings.push(Finding::new(rule::LEGACY_LINKS, links.key, Subject::service(&service.name), message).help(help));
    }
}
