//! A router rule that Traefik cannot parse.

use crate::app_config::Traefik;
use crate::app_config::traefik::matcher::{malformed, outdated};
use crate::app_config::traefik::{elements, routed};
use crate::catalogue::tag::Version;
use crate::facts::place::part_of;
use crate::finding::{Finding, Subject, rule};
use crate::model::base_image;
use crate::rules::Context;
use crate::rules::support::with_given;
use crate::source::Place;

/// Reports the first thing that is wrong with each rule, in labels and in files of routes.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_third = is_third(cx);
    let fault = |rule: &str| malformed(rule).or_else(|| outdated(rule).filter(|_| is_third));
    for service in cx.model.services.values() {
        if routed(service).is_none_or(|route| !route.enabled) {
            continue;
        }
        for element in elements(service) {
            let is_rule = element.kind == "routers" && element.option == "rule" && element.protocol != "udp";
            let is_of_second = service.labels.keys().any(|name| name.to_ascii_lowercase().ends_with(".rulesyntax"));
            let found = if is_of_second { malformed(&element.value.value) } else { fault(&element.value.value) };
            let Some(wrong) = found.filter(|_| is_rule && !is_blank(element.value)) else {
                continue;
            };
            let place = part_of(element.value, wrong.span.clone(), cx.facts.texts());
            findings.push(finding(&service.name, element.name, place, &wrong.what));
        }
    }
    for rule in &cx.facts.app_configs().rules {
        let Some(wrong) = fault(&rule.text).filter(|_| !rule.text.contains("{{")) else { continue };
        let found = finding(&rule.service, &rule.text, rule.place, &wrong.what);
        findings.push(with_given(found, rule.given, format!("`{}` reads this file", rule.service)));
    }
}

/// Whether the project's Traefik is of version 3 or later, and its rules are in the language of that version.
fn is_third(cx: &Context<'_>) -> bool {
    let is_of_second = |traefik: &Traefik| {
        let settings = &traefik.settings;
        !settings.known
            || settings.get("core.defaultrulesyntax").is_some()
            || traefik.dynamic.iter().any(|one| one.path.ends_with(".rulesyntax"))
    };
    let version = |traefik: &Traefik| {
        let image = base_image(cx.model.services.get(&traefik.service)?)?;
        Some(match Version::from_tag(image.value.version_tag(), None) {
            Version::Numbers(numbers) => numbers.first().is_some_and(|major| *major >= 3),
            // Which version is pulled is the newest, unless a variable or a digest says otherwise.
            Version::Newest => image.value.digest.is_none() && !image.is_interpolated(),
            Version::Unknown => false,
        })
    };
    let traefiks = &cx.facts.app_configs().traefiks;
    !traefiks.is_empty() && traefiks.iter().all(|one| !is_of_second(one) && version(one) == Some(true))
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
