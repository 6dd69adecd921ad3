//! A `service_healthy` dependency without a healthcheck.

use crate::catalogue;
use crate::collections::HashMap;
use crate::facts::images::{built, known_image, runs_server};
use crate::finding::{Confidence, Finding, Fix, Severity, Subject, rule};
use crate::model::{Dependency, Service, base_image};
use crate::rules::Context;
use crate::rules::support::{LABELS, is_off};
use crate::source::Place;
use crate::yaml::edit::{self, Content};

/// Reports services that others wait for with `service_healthy`, and that never become healthy.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let all_waiting = waiting(cx);
    for service in cx.model.services.values() {
        let name = &service.name;
        let waiting = all_waiting.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let is_known = !cx.fragment && !cx.project.unresolved.contains(name);
        // Compose does not wait for a service with zero replicas, and a provider has no container.
        let ([(first, _), ..], true) = (waiting, is_known && !is_off(service) && service.provider.is_none()) else {
            continue;
        };
        let Some(state) = missing_healthcheck(service) else { continue };
        let is_required = waiting.iter().any(|(_, dependency)| dependency.required);
        let (severity, effect) = if is_required {
            (Severity::Error, "`docker compose up` fails with `has no healthcheck configured`")
        } else {
            (Severity::Warning, "`docker compose up` starts the services that depend on it without waiting")
        };
        let message = format!("`{first}` waits for `{name}` to be healthy, but {}", state.message);
        let help = format!("{} `{name}`, or wait with `condition: service_started`: {effect}", state.help);
        let mut finding = Finding::new(rule::HEALTHY_WITHOUT_HEALTHCHECK, state.place, Subject::service(name), message)
            .severity(severity)
            .help(help);
        for (other, dependency) in waiting.iter().take(LABELS) {
            let place = dependency.condition.place;
            // Through an anchor, several services wait at one place.
            if finding.labels.iter().all(|label| label.place != place) {
                finding = finding.label(place, format!("`{other}` waits here"));
            }
        }
        if is_repository_open(service) {
            finding = finding.confidence(Confidence::Medium);
        }
        finding.fixes.extend(fix(cx, service));
        findings.push(finding);
    }
}

/// Who waits until a service is healthy, by its name.
fn waiting<'a>(cx: &Context<'a>) -> HashMap<&'a str, Vec<(&'a str, &'a Dependency)>> {
    let mut waiting: HashMap<&str, Vec<_>> = HashMap::default();
    for service in cx.model.services.values() {
        for (name, dependency) in &service.depends_on {
            if dependency.condition.value == "service_healthy" {
                waiting.entry(name).or_default().push((service.name.as_str(), dependency));
            }
        }
    }
    waiting
}

/// A healthcheck that is missing or disabled.
struct MissingHealthcheck {
    place: Place,
    message: &'static str,
    help: &'static str,
}

/// What is wrong with a service's healthcheck; `None` if there is one, or may be one in its image.
fn missing_healthcheck(service: &Service) -> Option<MissingHealthcheck> {
    let replace = "replace it with a `healthcheck` that tests";
    match &service.healthcheck {
        Some(own) if own.disabled => {
            return Some(MissingHealthcheck { place: own.key, message: "its healthcheck is disabled", help: replace });
        }
        Some(own) if !own.test.is_empty() => return None,
        _ => {}
    }
    let add = "add a `healthcheck` to";
    if let Some(own) = built(service).and_then(|image| image.healthcheck.as_ref()) {
        let message = "its Dockerfile disables the healthcheck";
        return own.disabled.then_some(MissingHealthcheck { place: service.key, message, help: add });
    }
    let repository = base_image(service)?.value.repository.as_str();
    let is_empty = repository == "scratch" && service.build.is_some();
    // A healthcheck is inherited whatever the entrypoint is, so that a rebuild with its own is as certain.
    let is_known_without = || {
        catalogue::lookup(repository)
            .is_some_and(|found| found.exact && found.image.checked && found.image.healthcheck == Some(false))
    };
    let message = "neither the service nor its image has a healthcheck";
    (is_empty || is_known_without()).then_some(MissingHealthcheck { place: service.key, message, help: add })
}

/// Whether a variable may name another image.
fn is_repository_open(service: &Service) -> bool {
    base_image(service).is_some_and(|image| {
        image.parts.iter().any(|part| {
            let start = usize::try_from(part.start).unwrap_or(usize::MAX);
            part.variable.is_some() && start < image.value.repository.len()
        })
    })
}

/// Adds the healthcheck that the catalogue has for the server of an image.
fn fix(cx: &Context<'_>, service: &Service) -> Option<Fix> {
    let known = known_image(service).filter(|known| known.exact && !known.built && runs_server(service))?;
    let words = known.image.healthcheck_for(known.tag)?;
    let test = Content::List(words.iter().map(Content::text).collect());
    let edits = match &service.healthcheck {
        Some(own) if own.disabled => return None,
        Some(own) => edit::set_entry(cx.files, own.key, "test", &test),
        None => {
            let healthcheck = Content::Map(vec![("test".to_owned(), test)]);
            edit::set_entry(cx.files, service.place, "healthcheck", &healthcheck)
        }
    };
    let title = format!("add a healthcheck to `{}`: services that depend on it start when it passes", service.name);
    edit::risky(title, edits)
}
