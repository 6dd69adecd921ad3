//! Keys under `deploy` that only a swarm honors.

use crate::compose::value::{Data, Value};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::Place;

/// Keys that `docker compose up` ignores (docker compose 2.40.3, `pkg/compose/create.go`), the ones first whose absence
/// changes where or how the containers run.
const IGNORED: [&[&str]; 10] = [
    &["placement"],
    &["mode"],
    &["endpoint_mode"],
    &["resources", "reservations", "generic_resources"],
    &["restart_policy", "delay"],
    &["restart_policy", "window"],
    &["resources", "reservations", "cpus"],
    &["update_config"],
    &["rollback_config"],
    &["labels"],
];

/// How many of them change where or how the containers run.
const MATTERING: usize = 4;

/// Reports all keys of a project together.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Such keys are there for a swarm, unless a command says that Docker Compose starts the project.
    let may_be_for_swarm = cx.facts.is_for_swarm() && !cx.facts.is_started_by_command();
    if cx.fragment || may_be_for_swarm || is_for_swarm(cx) {
        return;
    }
    let services = cx.project.root.get("services").and_then(Value::map).into_iter().flatten();
    let mut found: Vec<(usize, &str, Place)> = Vec::new();
    for (name, entry) in services {
        let Some(deploy) = entry.value.get("deploy") else { continue };
        let is_active = cx.model.services.contains_key(name.as_str()) || cx.model.disabled.contains_key(name.as_str());
        for (at, path) in IGNORED.iter().enumerate().filter(|_| is_active) {
            if let Some(place) = key_at(deploy, path).filter(|place| !found.iter().any(|(_, _, known)| known == place))
            {
                found.push((at, name.as_str(), place));
            }
        }
    }
    found.sort_by_key(|(at, _, _)| *at);
    let Some((first, service, place)) = found.first() else { return };
    let mut keys: Vec<String> = found.iter().map(|(at, _, _)| name_of(*at)).collect();
    keys.dedup();
    let message = format!("`docker compose up` ignores {}: only a swarm honors it", and_list(&keys));
    let message = if keys.len() > 1 { message.replace("honors it", "honors them") } else { message };
    let severity = if *first < MATTERING { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(rule::IGNORED_DEPLOY_KEY, *place, Subject::service(*service), message)
        .severity(severity)
        .evidence("deploy")
        .help(help(*first));
    for (at, service, place) in found.iter().skip(1).take(LABELS) {
        finding = finding.label(*place, format!("`{}` of `{service}`", name_of(*at)));
    }
    findings.push(finding);
}

/// Whether somebody deploys the files to a swarm: a command or a text says so, or a network of it is used.
fn is_for_swarm(cx: &Context<'_>) -> bool {
    let overlay = cx.model.networks.values().any(|one| one.driver.as_ref().is_some_and(|name| name.value == "overlay"));
    overlay
        || cx.facts.is_deployed_to_swarm()
        || ["swarm", "stack"].iter().any(|word| cx.facts.is_named(word))
        || cx.facts.is_in_scripts(&[
            "docker stack",
            "docker service",
            "swarm",
            "Swarm",
            "portainer",
            "Portainer",
            "dokploy",
        ])
}

fn name_of(at: usize) -> String {
    let path = IGNORED.get(at).copied().unwrap_or_default();
    format!("deploy.{}", path.join("."))
}

/// The key at the end of a path, where it has a value that is not that of `docker compose up`.
fn key_at(deploy: &Value, path: &[&str]) -> Option<Place> {
    let (last, above) = path.split_last()?;
    let parent = above.iter().try_fold(deploy, |value, key| value.get(key))?;
    let entry = parent.map()?.get(last)?;
    let is_usual = match &entry.value.data {
        Data::Null => true,
        Data::Map(map) => map.is_empty(),
        Data::List(items) => items.is_empty(),
        Data::Text(text) => text.is_empty() || *last == "mode" && text.as_str() == "replicated",
        _ => false,
    };
    (!is_usual).then_some(entry.key)
}

fn help(first: usize) -> &'static str {
    match IGNORED.get(first).copied().unwrap_or_default() {
        ["placement" | "mode" | "endpoint_mode"] => "remove it, or start the project with `docker stack deploy`",
        ["restart_policy", _] => {
            "remove it: Docker waits longer and longer by itself before it starts a container again"
        }
        ["resources", _, "generic_resources"] => "reserve GPUs under `devices`, which `docker compose up` honors",
        ["resources", ..] => "remove it: there are only limits for CPUs, under `deploy.resources.limits`",
        ["labels"] => "move the labels to `labels` of the service, next to `deploy`",
        _ => "remove it, or start the project with `docker stack deploy`",
    }
}
