//! MQTT brokers that let everybody in.

use std::path::{Path, PathBuf};

use crate::facts::Facts;
use crate::facts::images::known_image;
use crate::model::Service;

/// Whether a configuration of an MQTT broker of the project switches its login off, also one that is mounted from a wrong
/// directory.
pub(crate) fn has_open_one(facts: &Facts<'_>) -> bool {
    let is_broker = |service: &&Service| known_image(service).is_some_and(|known| known.image.name == "mosquitto");
    let sources = facts.sources.glancing();
    let is_open = |path: &PathBuf| {
        let text = sources.load(path).map(|id| sources.file(id));
        text.is_ok_and(|file| file.text.lines().any(|line| line.split_whitespace().eq(["allow_anonymous", "true"])))
    };
    facts.model.services.values().filter(is_broker).any(|service| configurations(facts, service).iter().any(is_open))
}

/// The files that a service mounts, or that are meant by its mounts.
fn configurations(facts: &Facts<'_>, service: &Service) -> Vec<PathBuf> {
    let mounted = service.mounts.iter().filter_map(|mount| Some(PathBuf::from(&mount.source.as_ref()?.value)));
    let inner = |path: PathBuf| [path.join("mosquitto.conf"), path];
    let meant = facts.missing_sources().iter().filter(|missing| missing.service.name == service.name);
    let meant = meant.filter_map(|missing| missing.elsewhere.as_ref().map(|one| &one.path).or(missing.near.as_ref()));
    let meant = meant.map(|path| crate::source::normalize(&facts.project.directory.join(Path::new(path))));
    mounted.flat_map(inner).chain(meant).collect()
}

#[cfg(test)]
mod tests {
    use super::has_open_one;
    use crate::facts::fixture::with_facts;

    #[test]
    fn only_a_configuration_says_so() {
        let text =
            "services:\n  mq: {image: 'eclipse-mosquitto:2', volumes: ['./m.conf:/mosquitto/config/mosquitto.conf']}\n";
        with_facts(text, |facts| assert!(!has_open_one(facts)));
    }
}
