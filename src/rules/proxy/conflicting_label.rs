//! A Traefik label with two values.

use crate::app_config::traefik::{elements, routed};
use crate::collections::IndexMap;
use crate::facts::network::duplicate_labels::DuplicateLabel;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::and_list;
use crate::source::Place;

/// Reports labels that one list gives twice, then routers and middlewares that two services define in different ways.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for DuplicateLabel { service, name, value, first, last } in cx.facts.duplicate_labels() {
        let message = format!("label `{name}` is set twice with different values");
        findings.push(
            Finding::new(rule::CONFLICTING_LABEL, *last, Subject::service(service), message)
                .evidence(name.clone())
                .label(*first, "this value has no effect")
                .help(format!("remove one of them: the last one wins (`{value}`)")),
        );
    }
    definitions(cx, findings);
}

/// What one service says of a router or middleware: options and values, and where.
struct Definition<'a> {
    service: &'a str,
    place: Place,
    options: Vec<(String, &'a str)>,
}

fn definitions(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let enabled = |service: &&Service| routed(service).is_some_and(|route| route.enabled);
    let mut all: IndexMap<(&str, &str, &str), Vec<Definition<'_>>> = IndexMap::default();
    for service in cx.model.services.values().filter(enabled) {
        for element in elements(service).into_iter().filter(|one| one.kind != "services") {
            let known = all.entry((element.protocol, element.kind, element.name)).or_default();
            let option = (element.option, element.value.value.as_str());
            match known.last_mut().filter(|one| one.service == service.name) {
                Some(one) => one.options.push(option),
                None => {
                    known.push(Definition { service: &service.name, place: element.value.place, options: vec![option] })
                }
            }
        }
    }
    for ((_, kind, name), mut definitions) in all {
        definitions.iter_mut().for_each(|one| one.options.sort());
        let [first, others @ ..] = definitions.as_slice() else { continue };
        let Some(other) = others.iter().find(|other| other.options != first.options) else { continue };
        let what = kind.trim_end_matches('s');
        let who = and_list(&[first.service, other.service]);
        let message = format!("{who} define the {what} `{name}` differently, so Traefik uses neither");
        findings.push(
            Finding::new(rule::CONFLICTING_LABEL, other.place, Subject::service(other.service), message)
                .severity(Severity::Error)
                .evidence(format!("{kind}.{name}"))
                .label(first.place, format!("`{}` defines it here", first.service))
                .help(format!("give each its own name: {what} names are shared by all services")),
        );
    }
}
