//! Traefik labels that one list of a service sets twice. Compose silently keeps the last one.

use std::collections::BTreeMap;

use crate::compose::Project;
use crate::source::Place;
use crate::source::SourceDb;
use crate::yaml::{NodeKind, Tree, Trees};

/// A label that is given twice with different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DuplicateLabel {
    /// The service.
    pub(crate) service: String,
    /// The label.
    pub(crate) name: String,
    /// The last value, as written.
    pub(crate) value: String,
    /// The item that has no effect.
    pub(crate) first: Place,
    /// The item that wins.
    pub(crate) last: Place,
}

/// The duplicates in the files of a project.
pub(crate) fn duplicate_labels(project: &Project, sources: &SourceDb, trees: &Trees) -> Vec<DuplicateLabel> {
    let mut found = Vec::new();
    for id in &project.files {
        let file = sources.file(*id);
        if !file.text.contains("traefik.") {
            continue;
        }
        let parsed = trees.get(sources, *id);
        let tree = &parsed.0;
        let services = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
        for pair in services.flat_map(|services| tree.pairs(services)) {
            let (Some(name), Some(labels)) = (tree.text(pair.key), tree.get(pair.value, "labels")) else { continue };
            if project.enabled.contains(name) {
                collect_from_service(name, tree, labels, &mut found);
            }
        }
    }
    found
}

fn collect_from_service(service: &str, tree: &Tree, labels: crate::source::NodeId, found: &mut Vec<DuplicateLabel>) {
    let Some((_, node)) = tree.follow(labels) else { return };
    let NodeKind::Sequence(items, _) = &node.kind else { return };
    let mut known: BTreeMap<&str, (&str, Place)> = BTreeMap::new();
    for item in items {
        let Some((name, value)) = tree.text(*item).and_then(|text| text.split_once('=')) else { continue };
        if !name.to_ascii_lowercase().starts_with("traefik.") {
            continue;
        }
        let place = tree.place(*item);
        if let Some((_, first)) = known.insert(name, (value, place)).filter(|(earlier, _)| *earlier != value) {
            let (service, name, value) = (service.to_owned(), name.to_owned(), value.to_owned());
            found.push(DuplicateLabel { service, name, value, first, last: place });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    #[test]
    fn the_last_item_wins() {
        let text = "services:\r\n  é:\r\n    image: x\r\n    labels:\r\n      - traefik.a=1\r\n      - traefik.b=1\r\n      - \"traefik.a=2\"\r\n      - traefik.b=1\r\n      - other=1\r\n      - other=2\r\n";
        with_sources(&[("compose.yaml", text)], &[], |sources, facts| {
            let slice = |place: crate::source::Place| {
                sources.file(place.span.file).slice(place.span.start, place.span.end).to_owned()
            };
            let found: Vec<_> = facts
                .duplicate_labels()
                .iter()
                .map(|one| (one.service.as_str(), slice(one.first), slice(one.last)))
                .collect();
            assert_eq!(found, [("é", "traefik.a=1".to_owned(), "\"traefik.a=2\"".to_owned())]);
        });
    }
}
