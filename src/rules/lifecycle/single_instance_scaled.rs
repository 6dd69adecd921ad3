//! A scheduler that several containers or worker processes run.

use super::order::all_steps;
use crate::facts::lifecycle::steps::{ScriptStep, base_name};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::source::Place;

/// What there must be one of.
struct Single {
    /// What it is, in words.
    what: String,
    /// Where it is started.
    place: Place,
}

/// Reports replicas of a scheduler, and worker processes of an application with one in it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let steps = all_steps(cx, service);
        let all = || steps.iter().flat_map(|steps| steps.all.iter().map(move |step| (step, steps.place)));
        let scheduler = all().find_map(|(step, place)| Some(Single { what: scheduler(step)?.to_owned(), place }));
        let replicas = service.replicas.as_ref().filter(|replicas| replicas.value > 1);
        if let (Some(single), Some(replicas)) = (&scheduler, replicas) {
            let name = &service.name;
            let message = format!(
                "{} containers of `{name}` run `{}`: each scheduled job runs several times",
                replicas.value, single.what
            );
            findings.push(
                Finding::new(rule::SINGLE_INSTANCE_SCALED, replicas.place, Subject::service(name), message)
                    .help("run the scheduler in a service of its own, with one container")
                    .label(single.place, "the scheduler is started here"),
            );
            continue;
        }
        let workers = all().find_map(|(step, place)| Some((workers(step)?, place, step)));
        let Some((count, place, step)) = workers.filter(|(count, ..)| *count > 1) else { continue };
        if scheduler.is_none() {
            findings.extend(in_process(cx, service, count, place, step));
        }
    }
}

/// The scheduler that a command starts.
fn scheduler(step: &ScriptStep) -> Option<&'static str> {
    let words: Vec<&str> = step.words.iter().map(|word| base_name(word)).collect();
    let has = |word: &str| words.contains(&word);
    match () {
        () if has("celery") && has("beat") => Some("celery beat"),
        () if has("celery") && has("worker") && (has("-B") || has("--beat")) => Some("celery worker -B"),
        () if has("artisan") && has("schedule:work") => Some("artisan schedule:work"),
        () if has("rqscheduler") => Some("rqscheduler"),
        () if matches!(step.program(), "crond" | "cron" | "supercronic" | "clockwork") => Some("cron"),
        () => None,
    }
}

/// How many worker processes a server of Python starts.
fn workers(step: &ScriptStep) -> Option<u32> {
    let is_server =
        step.words.iter().take(4).any(|word| matches!(base_name(word), "gunicorn" | "uvicorn" | "hypercorn"));
    if !is_server || step.words.iter().any(|word| word == "--preload") {
        return None;
    }
    let mut words = step.words.iter().peekable();
    while let Some(word) = words.next() {
        let value = match word.as_str() {
            "-w" | "--workers" => words.peek().map(|next| next.as_str()),
            other => other.strip_prefix("--workers=").or_else(|| other.strip_prefix("-w")),
        };
        if let Some(count) = value.and_then(|value| value.trim_start_matches('=').parse().ok()) {
            return Some(count);
        }
    }
    None
}

/// An application whose state is in one process: a scheduler in it, or sessions of Socket.IO.
fn in_process(cx: &Context<'_>, service: &Service, count: u32, place: Place, step: &ScriptStep) -> Option<Finding> {
    let sockets = step.words.iter().any(|word| word.contains("GeventWebSocketWorker"));
    let library = if sockets { None } else { Some(cx.facts.scheduler_of(service)?) };
    let name = &service.name;
    let (message, help) = match &library {
        Some((library, _)) => (
            format!(
                "`{name}` has {count} workers, and each runs the scheduler of {library}: each scheduled job runs several times"
            ),
            "use one worker and more threads, or run the scheduler in a service of its own",
        ),
        None => (
            format!(
                "`{name}` has {count} workers, but Gunicorn cannot route each connection of Socket.IO to the same one"
            ),
            "use one worker: `-w 1`",
        ),
    };
    let finding = Finding::new(rule::SINGLE_INSTANCE_SCALED, place, Subject::service(name), message)
        .evidence("workers")
        .confidence(Confidence::Medium)
        .help(help);
    Some(match library {
        Some((_, place)) => finding.label(place, "the scheduler is installed here"),
        None => finding,
    })
}
