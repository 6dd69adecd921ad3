//! Services, as all files together make them.

use std::collections::BTreeSet;

use super::ports::who;
use crate::facts::Facts;
use crate::facts::network::peers::Meaning;
use crate::facts::network::published::Published;
use crate::model::{Mount, MountKind, Service};
use crate::source::relative;

/// A service in Markdown.
pub(super) fn text(facts: &Facts<'_>, service: &Service) -> String {
    let mut lines = vec![format!("**{}** (service)", service.name)];
    let mut facts_of = vec![];
    match (&service.image, &service.build) {
        (Some(image), _) => facts_of.push(format!("image `{}`", image.value.text)),
        (None, Some(build)) => {
            let context = build.context.as_ref().map(|context| context.value.as_str()).unwrap_or(".");
            let shown = relative(&facts.project.directory, std::path::Path::new(context));
            facts_of.push(format!("built from `{}`", if shown.is_empty() { "." } else { shown.as_str() }));
        }
        (None, None) => {}
    }
    let own = facts.published().iter().filter(|one| one.service.name == service.name && one.in_effect);
    facts_of.extend(own.map(port));
    facts_of.extend(service.mounts.iter().map(|mount| mounted(facts, mount)));
    facts_of.extend(service.depends_on.iter().map(|(name, one)| match one.condition.value.as_str() {
        "service_healthy" => format!("starts after `{name}` is healthy"),
        "service_completed_successfully" => format!("starts after `{name}` has completed"),
        _ => format!("starts after `{name}`"),
    }));
    let networks: Vec<String> = service.networks.keys().map(|name| format!("`{name}`")).collect();
    if !networks.is_empty() {
        facts_of.push(format!("networks: {}", networks.join(", ")));
    }
    if !service.profiles.is_empty() {
        let names: Vec<String> = service.profiles.iter().map(|one| format!("`{}`", one.value)).collect();
        facts_of.push(format!("profiles: {}", names.join(", ")));
    }
    facts_of.extend(reached_by(facts, service));
    lines.push(facts_of.iter().map(|fact| format!("- {fact}")).collect::<Vec<_>>().join("\n"));
    lines.join("\n\n")
}

fn port(published: &Published<'_>) -> String {
    let port = published.port;
    let host = match port.published {
        Some((first, last)) if first == last => format!("`{first}`"),
        Some((first, last)) => format!("`{first}-{last}`"),
        None => "a random port".to_owned(),
    };
    format!("publishes {host} → `{}`. {}", port.target, who(published))
}

fn mounted(facts: &Facts<'_>, mount: &Mount) -> String {
    let target = &mount.target.value;
    let what = match &mount.kind {
        MountKind::Volume(name) => format!("volume `{name}`"),
        MountKind::Bind(path) => {
            format!("`{}` of the host", relative(&facts.project.directory, std::path::Path::new(path)))
        }
        MountKind::Anonymous => "an anonymous volume".to_owned(),
        MountKind::Tmpfs => "memory (tmpfs)".to_owned(),
        MountKind::Unknown => "a source that is not known".to_owned(),
        MountKind::Other(kind) => kind.clone(),
    };
    let mode = if mount.read_only { " (read-only)" } else { "" };
    format!("mounts {what} at `{target}`{mode}")
}

/// The services that name it as a peer.
fn reached_by(facts: &Facts<'_>, service: &Service) -> Option<String> {
    let names = |peer: &&crate::facts::network::peers::Peer| {
        matches!(&peer.meaning, Meaning::Service(name) if *name == service.name) && peer.service != service.name
    };
    let all: BTreeSet<String> = facts.peers().iter().filter(names).map(|peer| format!("`{}`", peer.service)).collect();
    (!all.is_empty()).then(|| format!("used by {}", all.into_iter().collect::<Vec<_>>().join(", ")))
}
