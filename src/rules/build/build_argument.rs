//! A build argument that does not reach what it is for.

use super::build_time::at_run_time;
use crate::app_config::dockerfile::outline::{DeclaredArgument, OutlinedStage};
use crate::collections::{HashMap, HashSet, IndexMap};
use crate::compose::nearest;
use crate::facts::repository::builds::OutlinedBuild;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::Place;

/// Arguments that every build knows (<https://docs.docker.com/build/building/variables/>), in capitals.
const PREDEFINED: [&str; 15] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SOURCE_DATE_EPOCH",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "DOCKER_BUILDKIT",
];

/// Reports arguments that nothing declares, those that are out of scope where they are used, and variables of the build
/// that only the container gets.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let outlines = cx.facts.outlines();
    findings.extend(undeclared(outlines));
    findings.extend(out_of_scope(outlines));
    findings.extend(of_another_stage(outlines));
    findings.extend(outlines.iter().filter_map(at_run_time));
}

/// Whether the frontend of Docker reads the file.
fn is_plain(one: &OutlinedBuild<'_>) -> bool {
    one.outline.is_plain()
}

/// Arguments that no `ARG` of the Dockerfiles that they are given to declares.
fn undeclared(outlines: &[OutlinedBuild<'_>]) -> Vec<Finding> {
    // Through an anchor several builds share their arguments: one that takes it is enough.
    let mut by_place: IndexMap<(Place, &str), Vec<&OutlinedBuild<'_>>> = IndexMap::default();
    for one in outlines {
        for (name, value) in &one.build.args {
            by_place.entry((value.place, name)).or_default().push(one);
        }
    }
    let is_known = |name: &str| {
        let upper = name.to_ascii_uppercase();
        PREDEFINED.contains(&upper.as_str()) || upper.starts_with("BUILDKIT_")
    };
    let mut found = Vec::new();
    // Those that nothing seems to want are told together.
    let mut unwanted: IndexMap<String, Vec<UnwantedArgument<'_>>> = IndexMap::default();
    for ((place, name), builds) in &by_place {
        let Some(one) = builds.first().filter(|_| !is_known(name)) else { continue };
        if builds.iter().any(|one| one.outline.declares(name) || !is_plain(one)) {
            continue;
        }
        let free: Vec<&str> = one
            .outline
            .arguments()
            .map(|argument| argument.name.as_str())
            .filter(|other| !one.build.args.contains_key(*other))
            .collect();
        let is_used = one.outline.stages.iter().flat_map(|stage| &stage.uses).any(|used| used.name == *name);
        let help = match nearest(name, &free) {
            Some(near) => format!("did you mean `{near}`?"),
            None if is_used => format!("add `ARG {name}` to the stage that uses it"),
            None => {
                let context = one.build.context.as_ref().map_or("", |context| context.value.as_str());
                unwanted.entry(format!("{context}/{}", one.dockerfile())).or_default().push((one, name, *place));
                continue;
            }
        };
        let message = format!("no `ARG` in `{}` declares `{name}`: the build ignores the argument", one.dockerfile());
        let subject = Subject::service(&one.service.name);
        found.push(Finding::new(rule::BUILD_ARGUMENT, *place, subject, message).evidence(*name).help(help));
    }
    found.extend(unwanted.values().filter_map(|all| ignored(all)));
    found
}

/// An argument that no `ARG` declares, the build, and where it is given.
type UnwantedArgument<'a> = (&'a OutlinedBuild<'a>, &'a str, Place);

fn ignored(all: &[UnwantedArgument<'_>]) -> Option<Finding> {
    let [(one, name, place), others @ ..] = all else { return None };
    let mut names: Vec<&str> = Vec::new();
    for (_, name, _) in all {
        if !names.contains(name) && names.len() < LABELS {
            names.push(name);
        }
    }
    let word = if names.len() == 1 { "argument" } else { "arguments" };
    let message =
        format!("no `ARG` in `{}` declares {}: the build ignores the {word}", one.dockerfile(), and_list(&names));
    let mut finding = Finding::new(rule::BUILD_ARGUMENT, *place, Subject::service(&one.service.name), message)
        .severity(Severity::Info)
        .evidence(*name)
        .help("remove what the Dockerfile does not use, or declare it with `ARG` in the stage that needs it");
    for (_, other, place) in others.iter().take(LABELS) {
        finding = finding.label(*place, format!("`{other}`"));
    }
    Some(finding)
}

/// Arguments before the first stage that a stage uses and does not declare.
fn out_of_scope(outlines: &[OutlinedBuild<'_>]) -> Vec<Finding> {
    let mut seen: HashSet<Place> = HashSet::default();
    let mut found = Vec::new();
    for one in outlines.iter().filter(|one| is_plain(one)) {
        let globals: HashMap<&str, Place> =
            one.outline.globals.iter().map(|argument| (argument.name.as_str(), one.place(&argument.span))).collect();
        let mut by_name: IndexMap<&str, Vec<Place>> = IndexMap::default();
        for stage in &one.outline.stages {
            for used in stage.uses.iter().filter(|used| !may_be_of_base(&used.name, &stage.base)) {
                if globals.contains_key(used.name.as_str()) {
                    by_name.entry(&used.name).or_default().push(one.place(&used.span));
                }
            }
        }
        for (name, places) in by_name {
            let [place, others @ ..] = places.as_slice() else { continue };
            let Some(declared) = globals.get(name).filter(|_| seen.insert(*place)) else { continue };
            let message =
                format!("`{name}` is empty in this stage: an `ARG` before the first `FROM` only holds in `FROM` lines");
            let mut finding = Finding::new(rule::BUILD_ARGUMENT, *place, Subject::service(&one.service.name), message)
                .evidence(name)
                .label(*declared, "declared here")
                .help(format!("repeat `ARG {name}`, without a value, in the stage after `FROM`"));
            for other in others.iter().take(LABELS) {
                finding = finding.label(*other, "also used here");
            }
            found.push(finding);
        }
    }
    found
}

/// Arguments that a build is given, and that a stage uses without the `ARG` that another stage has.
fn of_another_stage(outlines: &[OutlinedBuild<'_>]) -> Vec<Finding> {
    let mut seen: HashSet<Place> = HashSet::default();
    let mut found = Vec::new();
    for one in outlines.iter().filter(|one| is_plain(one)) {
        let arguments = one.outline.stages.iter().flat_map(|stage| &stage.arguments).rev();
        // The first of each name.
        let arguments: HashMap<&str, &DeclaredArgument> =
            arguments.map(|argument| (argument.name.as_str(), argument)).collect();
        let has = |stage: &OutlinedStage, name: &str| {
            stage.arguments.iter().any(|one| one.name == name) || stage.environment.iter().any(|one| one == name)
        };
        for (index, stage) in one.outline.stages.iter().enumerate() {
            let is_given = |name: &str| one.build.args.contains_key(name) && !may_be_of_base(name, &stage.base);
            let chain = one.outline.chain(index);
            for used in stage.uses.iter().filter(|used| is_given(&used.name)) {
                let name = used.name.as_str();
                let Some(other) = arguments.get(name) else { continue };
                let is_global = || one.outline.globals.iter().any(|argument| argument.name == name);
                if chain.iter().any(|stage| has(stage, name)) || is_global() {
                    continue;
                }
                let place = one.place(&used.span);
                let is_first = seen.insert(one.place(&other.span)) && seen.insert(place);
                if !is_first {
                    continue;
                }
                let message = format!("`{name}` is empty in this stage: its `ARG` only holds in the stage it is in");
                let finding = Finding::new(rule::BUILD_ARGUMENT, place, Subject::service(&one.service.name), message)
                    .evidence(name)
                    .label(one.place(&other.span), "declared here")
                    .help(format!("repeat `ARG {name}` in this stage, after `FROM`"));
                found.push(finding);
            }
        }
    }
    found
}

/// Whether the base image may set a variable: `PYTHON_VERSION` of `python`.
fn may_be_of_base(name: &str, base: &str) -> bool {
    let stem = name.split('_').next().unwrap_or("").to_ascii_lowercase();
    let base = base.to_ascii_lowercase();
    // A variable may name the base.
    let is_open = base.contains('$') && name.ends_with("_VERSION");
    stem.len() > 1 && base.split(['/', ':', '-', '.']).any(|word| word.starts_with(stem.as_str())) || is_open
}
