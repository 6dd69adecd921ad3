//! Services by the names of their hosts: in URLs and variables, in env files, in configurations of proxies.

use std::collections::BTreeSet;

use super::{EntityName, Kind, Occurrence, OccurrenceRole, Scope};
use crate::facts::network::peers::Meaning;
use crate::lsp::world::{EditorProject, EditorWorld};
use crate::source::Place;

/// Adds the hosts of a project that are services of it. A container's name or an alias is another name.
pub(super) fn add(world: &EditorWorld, project: &EditorProject, found: &mut BTreeSet<Occurrence>) {
    let loaded = project.loaded(&world.sources);
    let facts = loaded.facts(&world.sources, &project.memory);
    let model = &loaded.model;
    let is_service = |host: &str| model.services.contains_key(host) || model.disabled.contains_key(host);
    for service in model.services.keys() {
        for reference in facts.hosts(service).iter().filter(|one| is_service(&one.host)) {
            push(world, reference.place, &reference.host, found);
        }
    }
    for peer in facts.peers().iter().filter(|peer| peer.of_proxy || peer.of_scrape) {
        let is_named =
            matches!(&peer.meaning, Meaning::Service(name) | Meaning::Unreachable(name) if *name == peer.host);
        if is_named {
            push(world, peer.place, &peer.host, found);
        }
    }
}

fn push(world: &EditorWorld, place: Place, host: &str, found: &mut BTreeSet<Occurrence>) {
    let span = place.span;
    let file = world.sources.file(span.file);
    let Some(at) = start_of_host(file.slice(span.start, span.end), host) else { return };
    let start = span.start + at as u32;
    found.insert(Occurrence {
        path: file.path.clone(),
        stretch: (start, start + host.len() as u32),
        role: OccurrenceRole::Use,
        name: EntityName { kind: Kind::Service, text: host.to_owned(), scope: Scope::Project },
    });
}

/// Where a host is in a text that holds it: all of it, or behind a scheme and before a port.
fn start_of_host(text: &str, host: &str) -> Option<usize> {
    let is_end =
        |rest: &str| !rest.starts_with(|one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.'));
    let from = text.find("://").map_or(0, |at| at + 3);
    let from = text.get(from..)?.split('/').next()?.rfind('@').map_or(from, |at| from + at + 1);
    let rest = text.get(from..)?.strip_prefix(host)?;
    is_end(rest).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_where_they_start() {
        for (text, expect) in [
            ("db", Some(0)),
            ("db:5432", Some(0)),
            ("postgres://db@db:5432/db", Some(14)),
            ("http://db/", Some(7)),
            ("database", None),
            ("${DB_HOST}", None),
        ] {
            assert_eq!(start_of_host(text, "db"), expect, "{text}");
        }
    }
}
