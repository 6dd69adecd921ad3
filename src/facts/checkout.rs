//! Facts about what services are built from, and about the repository around them.

use super::Facts;
use super::repository::builds::{MissingBuild, OutlinedBuild, missing, outlined};
use super::repository::generated_files::MOST_BYTES;
use crate::source::origin;

impl<'a> Facts<'a> {
    /// Contexts and Dockerfiles of services that are not there.
    pub(crate) fn missing_builds(&self) -> Vec<MissingBuild<'a>> {
        missing(self.model, self.sources, &self.root)
    }

    /// What the Dockerfiles of services declare.
    pub(crate) fn outlines(&self) -> &[OutlinedBuild<'a>] {
        self.once(&self.outlines, || outlined(self.model, self.sources, &self.root)).as_slice()
    }

    /// Whether another Compose file next to the project's gives services GPUs.
    pub(crate) fn are_gpus_nearby(&self) -> bool {
        let sources = self.sources.glancing();
        let directory = &self.project.directory;
        let is_compose = |name: &&str| {
            (name.ends_with(".yml") || name.ends_with(".yaml")) && (name.contains("compose") || name.contains("gpu"))
        };
        let entries = sources.entries(directory);
        let mut others = entries.names().filter(is_compose).map(|name| directory.join(name));
        others.any(|path| {
            let has = |words: &[&str]| sources.load_with(&path, words, MOST_BYTES).is_some();
            !self.is_own_file(&path) && has(&["gpu"]) && has(&["nvidia"])
        })
    }

    /// Whether an image is the repository's own: its name has that of the owner in it, or is that of the repository.
    pub(crate) fn is_own_image(&self, image: &str) -> bool {
        let Some(address) = origin(&self.root) else { return false };
        let lower = address.trim_end_matches(".git").to_ascii_lowercase();
        let mut parts = lower.rsplit(['/', ':']);
        let (name, owner) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let image = image.to_ascii_lowercase();
        let mut words = image.split('/');
        words.any(|word| !word.is_empty() && (word == owner || word == name))
    }

    /// Whether a command that is written starts the project.
    pub(crate) fn is_started_by_command(&self) -> bool {
        self.started_for.is_some()
    }

    /// Whether a command that is written deploys the project to a swarm.
    pub(crate) fn is_deployed_to_swarm(&self) -> bool {
        self.deployed_to_swarm
    }
}
