//! Changes as JSON, version 1.

use serde::Serialize;

use super::super::json::{InvocationOut, document, invocation};
use super::counts;
use crate::changes::{DeploymentChange, DeploymentDiff, Effect, Topic};

/// The version of the contract; a field may be added without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct DiffOut<'a> {
    version: u32,
    since: &'a str,
    projects: Vec<ChangedProjectOut<'a>>,
    summary: DiffSummaryOut,
    failures: &'a [String],
}

#[derive(Serialize)]
struct ChangedProjectOut<'a> {
    project: &'a str,
    changes: Vec<ChangeOut<'a>>,
}

#[derive(Serialize)]
struct ChangeOut<'a> {
    topic: &'static str,
    effect: &'static str,
    risk: bool,
    key: &'a str,
    service: Option<&'a str>,
    resource: Option<&'a str>,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    removed: bool,
    also: Vec<ChangePlaceOut<'a>>,
    invocations: Vec<InvocationOut<'a>>,
}

#[derive(Serialize)]
struct ChangePlaceOut<'a> {
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct DiffSummaryOut {
    changes: usize,
    risks: usize,
    projects: usize,
    new_findings: usize,
    solved_findings: usize,
}

pub(super) fn render(diff: &DeploymentDiff) -> String {
    let (changes, risks) = counts(diff);
    let [new_findings, solved_findings] = diff.findings;
    let projects = diff.projects.iter().map(|project| ChangedProjectOut {
        project: &project.title,
        changes: project.changes.iter().map(change).collect(),
    });
    document(&DiffOut {
        version: VERSION,
        since: &diff.revision,
        projects: projects.collect(),
        summary: DiffSummaryOut { changes, risks, projects: diff.compared, new_findings, solved_findings },
        failures: &diff.failures,
    })
}

fn change(change: &DeploymentChange) -> ChangeOut<'_> {
    ChangeOut {
        topic: topic(change.topic),
        effect: effect(change.effect),
        risk: change.is_risky,
        key: &change.key,
        service: change.service.as_deref(),
        resource: change.resource.as_deref(),
        message: &change.message,
        file: change.place.as_ref().map(|place| place.file.as_str()),
        line: change.place.as_ref().map(|place| place.line),
        removed: change.place.as_ref().is_some_and(|place| place.is_then),
        also: change.also.iter().map(|at| ChangePlaceOut { file: &at.file, line: at.line }).collect(),
        invocations: change.only.iter().map(invocation).collect(),
    }
}

fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Access => "access",
        Topic::Data => "data",
        Topic::Start => "start",
        Topic::Run => "configuration",
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Opens => "opens",
        Effect::Closes => "closes",
        Effect::Adds => "adds",
        Effect::Drops => "drops",
        Effect::Moves => "moves",
        Effect::Changes => "changes",
    }
}
