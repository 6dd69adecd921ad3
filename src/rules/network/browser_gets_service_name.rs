//! A variable for the browser that names a service: only containers know that name.

use crate::facts::images::{built, launched_words};
use crate::facts::network::hosts::{HostOrigin, HostReference, in_arguments, is_for_browser};
use crate::facts::network::reach::Answer;
use crate::facts::repository::builds::OutlinedBuild;
use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;

/// Reports each such address, in variables and in arguments of a build.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Browsers of tests run in containers themselves.
    if cx.fragment || cx.facts.purpose() == FilePurpose::Test || cx.model.services.values().any(is_browser) {
        return;
    }
    for service in cx.model.services.values().filter(|service| !has_browser(service)) {
        let arguments = in_arguments(service, cx.facts.texts());
        let mut seen: Vec<&str> = Vec::new();
        // What is bundled when the image is built gets nothing of what the container is told: only the server reads it.
        let told = if is_bundled(cx, service) { &[] } else { cx.facts.hosts(&service.name) };
        let from_build = arguments.iter().map(|reference| (reference, true));
        for (reference, is_built) in told.iter().map(|reference| (reference, false)).chain(from_build) {
            let HostOrigin::Variable(name) = &reference.at else { continue };
            // What SvelteKit and Astro put into the pages; at run time only their servers read it.
            let is_bundled = is_built && name.starts_with("PUBLIC_") && !name.contains("INTERNAL");
            let named = (is_for_browser(name) || is_bundled) && names_a_service(cx, service, reference);
            if named && !seen.contains(&name.as_str()) && !cx.facts.is_for_dev_server(service, name) {
                seen.push(name);
                findings.push(finding(service, name, reference));
            }
        }
    }
}

/// Whether the Dockerfile of a service bundles what browsers get, and the container then serves it.
fn is_bundled(cx: &Context<'_>, service: &Service) -> bool {
    let Some(image) = built(service) else { return false };
    let starts_anew = ["dev", "build", "vite", "envsubst", "sed"];
    let is_kept = !launched_words(service).iter().any(|word| starts_anew.contains(word) || word.ends_with(".sh"));
    let is_own = |one: &&OutlinedBuild<'_>| one.service.name == service.name;
    is_kept && cx.facts.outlines().iter().find(is_own).is_some_and(|one| one.has_built_pages(image))
}

/// Whether a service is a browser.
fn is_browser(service: &Service) -> bool {
    let image = crate::facts::images::image_text(service).to_ascii_lowercase();
    ["selenium", "playwright", "cypress", "browserless", "puppeteer", "testcafe", "chrome"]
        .iter()
        .any(|name| image.contains(name))
}

/// Whether the browser that opens the address is in the container itself: it records what it shows.
fn has_browser(service: &Service) -> bool {
    let image = crate::facts::images::image_text(service).to_ascii_lowercase();
    ["jibri", "livekit/egress"].iter().any(|name| image.contains(name))
}

fn names_a_service(cx: &Context<'_>, service: &Service, reference: &HostReference) -> bool {
    let single = !reference.host.contains('.');
    let answer = cx.facts.reach().who_answers(&service.name, &reference.host);
    single && matches!(answer, Answer::Service(_) | Answer::Unreachable(_))
}

fn finding(service: &Service, name: &str, reference: &HostReference) -> Finding {
    let host = &reference.host;
    let message = format!("`{name}` gives browsers the address `{host}`, which only containers can resolve");
    let help = "use the address at which browsers reach it, such as the published port or the route of the proxy; an address for the server belongs in a variable without that prefix";
    let confidence = if reference.variable.is_some() { Confidence::Medium } else { Confidence::High };
    Finding::new(rule::BROWSER_GETS_SERVICE_NAME, reference.place, Subject::service(&service.name), message)
        .evidence(name.to_owned())
        .help(help)
        .confidence(confidence)
}
