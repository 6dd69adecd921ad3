//! A router rule that Traefik cannot parse.

use crate::app_config::traefik::matcher::malformed;
use crate::app_config::traefik::{elements, routed};
use crate::facts::place::part_of;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::with_given;
use crate::source::Place;

/// Reports the first thing that is wrong with each rule, in labels and in files of routes.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        if routed(service).is_none_or(|route| !route.enabled) {
            continue;
        }
        for element in elements(service) {
            let is_rule = element.kind == "routers" && element.option == "rule" && element.protocol != "udp";
            let Some(wrong) = malformed(&element.value.value).filter(|_| is_rule && !is_blank(element.value)) else {
                continue;
            };
            let place = part_of(element.value, wrong.span.clone(), cx.facts.texts());
            findings.push(finding(&service.name, element.name, place, &wrong.what));
        }
    }
    for rule in &cx.facts.app_configs().rules {
        let Some(wrong) = malformed(&rule.text).filter(|_| !rule.text.contains("{{")) else { continue };
        let found = finding(&rule.service, &rule.text, rule.place, &wrong.what);
        findings.push(with_given(found, rule.given, format!("`{}` reads this file", rule.service)));
    }
}

/// Whether a variable left a blank in it: that is what is wrong then.
fn is_blank(value: &crate::model::Spanned<String>) -> bool {
    value.value.trim().is_empty() || value.parts.iter().any(|part| part.variable.is_some() && part.start == part.end)
}

fn finding(service: &str, router: &str, place: Place, what: &str) -> Finding {
    let message = format!("invalid Traefik rule: {what}");
    Finding::new(rule::MALFORMED_TRAEFIK_RULE, place, Subject::service(service), message)
        .evidence(router.to_owned())
        .help("use matchers with a value in backticks, such as ``Host(`example.com`) && PathPrefix(`/api`)``")
}
