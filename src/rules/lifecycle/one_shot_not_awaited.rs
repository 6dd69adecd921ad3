//! A migration or another job that nobody waits for.

use super::order::wait_with;
use crate::facts::images::image_text;
use crate::facts::lifecycle::jobs::{JobCommand, JobKind, one_shot};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::yaml::edit;

/// Reports each service that only waits until a job has started, and jobs that the services of their image do not wait for.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for job_service in cx.model.services.values() {
        let Some(job) = one_shot(job_service) else { continue };
        let mut is_known = false;
        for service in cx.model.services.values() {
            let Some(dependency) = service.depends_on.get(&job_service.name) else { continue };
            is_known = true;
            if dependency.condition.value == "service_started" && one_shot(service).is_none() {
                findings.push(started(cx, service, job_service, job));
            }
        }
        if !is_known && job.kind == JobKind::Migration && !cx.fragment {
            findings.extend(ignored(cx, job_service, job));
        }
    }
}

fn started(cx: &Context<'_>, service: &Service, job_service: &Service, job: &JobCommand) -> Finding {
    let (name, other) = (&service.name, &job_service.name);
    let message =
        format!("`{name}` starts while `{other}` runs `{}`: it only waits until the container has started", job.name());
    let place = service.depends_on.get(other).map_or(service.key, |dependency| dependency.place);
    let mut finding = Finding::new(rule::ONE_SHOT_NOT_AWAITED, place, Subject::service(name), message)
        .evidence(other.clone())
        .help("wait with `condition: service_completed_successfully`");
    let title = format!("start `{name}` after `{other}` has completed");
    finding.fixes.extend(edit::risky(title, wait_with(cx, service, other, "service_completed_successfully")));
    finding
}

/// A migration that is started with the services of the same image, none of which waits for it.
fn ignored(cx: &Context<'_>, job_service: &Service, job: &JobCommand) -> Option<Finding> {
    let is_of_image = |other: &&Service| {
        other.name != job_service.name
            && one_shot(other).is_none()
            && match (&other.build, &job_service.build) {
                (Some(one), Some(two)) => {
                    let context =
                        |build: &crate::model::Build| build.context.as_ref().map(|context| context.value.clone());
                    context(one).is_some() && context(one) == context(two)
                }
                (None, None) => !image_text(other).is_empty() && image_text(other) == image_text(job_service),
                _ => false,
            }
    };
    // A job behind a profile is started by hand.
    if !job_service.profiles.is_empty() {
        return None;
    }
    let others: Vec<&Service> = cx.model.services.values().filter(is_of_image).collect();
    let names: Vec<&str> = others.iter().take(3).map(|other| other.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let name = &job_service.name;
    let verb = if names.len() == 1 { "does" } else { "do" };
    let message = format!("{} {verb} not wait until `{name}` has run `{}`", and_list(&names), job.name());
    let mut finding = Finding::new(rule::ONE_SHOT_NOT_AWAITED, job_service.key, Subject::service(name), message)
        .severity(Severity::Info)
        .confidence(Confidence::Medium)
        .help(format!("add `{name}` to their `depends_on`, with `condition: service_completed_successfully`"));
    for other in others.iter().take(LABELS) {
        finding = finding.label(other.key, format!("`{}` runs the same image", other.name));
    }
    Some(finding)
}
