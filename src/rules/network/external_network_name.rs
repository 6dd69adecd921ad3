//! An external network whose name is not the one that the project which creates it gives it.

use crate::facts::repository::nearby::Made;
use crate::finding::{Finding, Subject, rule};
use crate::model::Network;
use crate::rules::Context;

/// Reports the name of the network.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let external: Vec<(&String, &Network)> = cx
        .model
        .networks
        .iter()
        .filter(|(_, network)| network.external && network.name.value.contains(['_', '-']))
        .collect();
    if external.is_empty() {
        return;
    }
    let made = cx.facts.networks_nearby();
    for (key, network) in external {
        let name = &network.name;
        let Some(meant) = meant(&name.value, &made).filter(|_| !name.is_interpolated()) else { continue };
        // The directory of a checkout is called as whoever makes it likes, and a stack as the command says.
        if meant.by_checkout || meant.by_stack || cx.facts.is_for_swarm() {
            continue;
        }
        let message = format!("the network is named `{}`, not `{}`", meant.name, name.value);
        let file = meant.file.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let directory =
            meant.file.parent().and_then(|parent| parent.file_name()).and_then(|name| name.to_str()).unwrap_or("");
        findings.push(
            Finding::new(rule::EXTERNAL_NETWORK_NAME, name.place, Subject::network(key), message)
                .evidence(name.value.clone())
                .help(format!("use `name: {}` here, or set a fixed `name:` in `{directory}/{file}`, which prefixes it with its project name", meant.name)),
        );
    }
}

/// The network that a name is meant for: `<project>_<key>` of a project that has another name, where nobody makes one of
/// this name.
fn meant<'a>(name: &str, made: &'a [Made]) -> Option<&'a Made> {
    if made.iter().any(|one| one.name == name) {
        return None;
    }
    let only = |is_meant: &dyn Fn(&Made) -> bool| {
        let mut candidates = made.iter().filter(|one| !one.named && is_meant(one));
        let first = candidates.next()?;
        candidates.next().is_none().then_some(first)
    };
    only(&|one| is_meant(name, one)).or_else(|| only(&|one| is_of_key(name, one)))
}

/// Whether a name ends with a key of several words: the directory of its project had another name once.
fn is_of_key(name: &str, made: &Made) -> bool {
    let project = name.strip_suffix(made.key.as_str()).and_then(|rest| rest.strip_suffix('_'));
    made.key.contains(['-', '_']) && project.is_some_and(|project| !project.is_empty() && !project.contains('_'))
}

/// Whether a name is that of the network's key, with the name of the directory before it: what the project would be called
/// without a `name:` of its own.
fn is_meant(name: &str, made: &Made) -> bool {
    let directory =
        made.file.parent().and_then(|parent| parent.file_name()).and_then(|name| name.to_str()).unwrap_or("");
    let Some(project) = name.strip_suffix(made.key.as_str()).and_then(|rest| rest.strip_suffix(['_', '-'])) else {
        return false;
    };
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', '.', ' '], "");
    plain(project) == plain(directory)
}
