//! Facts about what services are built from, and about the repository around them.

use std::path::Path;

use super::Facts;
use super::repository::builds::{MissingBuild, OutlinedBuild, missing, outlined};
use super::repository::copies::{MissingCopy, missing_copies};
use super::repository::generated_files::MOST_BYTES;
use crate::model::{Mount, MountKind, Service};
use crate::source::{PathKind, origin};

/// How many files of a directory that is mounted are looked into.
const MOST_FILES: usize = 64;

impl<'a> Facts<'a> {
    /// Contexts and Dockerfiles of services that are not there.
    pub(crate) fn missing_builds(&self) -> Vec<MissingBuild<'a>> {
        missing(self.model, self.sources, &self.root)
    }

    /// Sources that Dockerfiles copy and that their build contexts lack.
    pub(crate) fn missing_copies(&self) -> Vec<MissingCopy<'a>> {
        missing_copies(self)
    }

    /// What the Dockerfiles of services declare.
    pub(crate) fn outlines(&self) -> &[OutlinedBuild<'a>] {
        self.once(&self.outlines, || outlined(self.model, self.sources, &self.root)).as_slice()
    }

    /// Whether a relative path leads a mount out of the repository: what is there depends on where that is.
    pub(crate) fn leaves_repository(&self, mount: &Mount) -> bool {
        let Some(source) = &mount.source else { return false };
        let span = source.place.span;
        let file = self.sources.file(span.file);
        let written = file.slice(span.start, span.end).trim_start_matches(['"', '\'', '-', ' ']);
        written.starts_with('.') && !Path::new(&source.value).starts_with(&self.root)
    }

    /// Whether a file that a service mounts, or one in a directory that it mounts, has a word.
    pub(crate) fn is_named_in_mounts(&self, service: &Service, word: &str) -> bool {
        let has = |path: &Path| self.sources.load_with(path, &[word], MOST_BYTES).is_some();
        service.mounts.iter().any(|mount| {
            let MountKind::Bind(source) = &mount.kind else { return false };
            let path = Path::new(source);
            match self.sources.kind(path) {
                PathKind::File => has(path),
                PathKind::Directory => {
                    let entries = self.sources.entries(path);
                    entries.names().take(MOST_FILES).any(|name| has(&path.join(name)))
                }
                PathKind::Missing | PathKind::Outside => false,
            }
        })
    }

    /// Whether the settings of a Spring application next to the project have a text: what they quote keeps its quotes.
    pub(crate) fn is_in_application_settings(&self, text: &str) -> bool {
        let directory = &self.project.directory;
        let below = self.sources.entries(directory);
        let directories = below.names().take(MOST_FILES).map(|name| directory.join(name));
        let has = |at: &Path| {
            let path = at.join("src/main/resources/application.properties");
            self.sources.load_with(&path, &[text], MOST_BYTES).is_some()
        };
        has(directory) || directories.into_iter().any(|at| has(&at))
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
