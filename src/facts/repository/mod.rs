//! What the rest of the repository says about a project.

pub(crate) mod builds;
pub(crate) mod copies;
pub(crate) mod dev_servers;
pub(crate) mod developers;
pub(crate) mod docker_clients;
pub(crate) mod generated_files;
pub(crate) mod namesakes;
pub(crate) mod home;
pub(crate) mod instructions;
pub(crate) mod nearby;
pub(crate) mod presentation;
pub(crate) mod purpose;
pub(crate) mod scripts;
pub(crate) mod swarm;

use std::path::PathBuf;

use self::developers::DeveloperSign;
use self::purpose::{FilePurpose, is_of_framework, purpose, purpose_by_default};
use super::{Facts, network};
use crate::model::Service;
use crate::source::FileId;

/// What is asked about the purpose of a project.
impl Facts<'_> {
    /// What the project is for: as it is stated, or else by what its services run and mount.
    pub(crate) fn purpose(&self) -> FilePurpose {
        match self.stated_purpose() {
            FilePurpose::Any if self.developer_sign() != DeveloperSign::None => FilePurpose::Development,
            purpose => purpose,
        }
    }

    /// The same, where a server for developers says nothing: that may be the mistake.
    pub(crate) fn purpose_beside_servers(&self) -> FilePurpose {
        match self.stated_purpose() {
            FilePurpose::Any if self.developer_sign() == DeveloperSign::Other => FilePurpose::Development,
            purpose => purpose,
        }
    }

    /// What the project is for: as it is started, or else by the path of its last file in the repository.
    fn stated_purpose(&self) -> FilePurpose {
        let path = self.project.files.last().map(|file| self.path_in_repository(*file)).unwrap_or_default();
        let purpose = match self.started_for {
            None => purpose_by_default(&path),
            // A script for tests may look like any other.
            Some(FilePurpose::Any) => purpose(&path),
            Some(FilePurpose::Development) if purpose(&path) == FilePurpose::Test => FilePurpose::Test,
            Some(purpose) => purpose,
        };
        let is_of_framework = || self.project.files.iter().any(|file| is_of_framework(&self.sources.file(*file).text));
        let is_local = || is_of_framework() || network::advertised::is_local(self.model);
        let purpose = if purpose == FilePurpose::Any && is_local() { FilePurpose::Development } else { purpose };
        match purpose {
            FilePurpose::Any | FilePurpose::Development if self.is_to_be_tried() => FilePurpose::Example,
            purpose => purpose,
        }
    }

    /// Whether the project is the container in which somebody develops: made anew at any time.
    pub(crate) fn is_devcontainer(&self) -> bool {
        let is_in_one = |file: &FileId| self.sources.path(*file).iter().any(|part| part == ".devcontainer");
        self.project.files.last().is_some_and(is_in_one)
    }

    /// Whether what the project makes is thrown away: it is for tests, or there to be tried.
    pub(crate) fn is_thrown_away(&self) -> bool {
        matches!(self.purpose(), FilePurpose::Test | FilePurpose::Example)
    }

    /// Whether the texts of the project say that it is there to be read or tried.
    fn is_to_be_tried(&self) -> bool {
        *self.once(&self.is_to_be_tried, || {
            let comments = self.comments_at_top();
            presentation::is_to_be_tried(&self.project.directory, &self.root, &comments, self.sources)
        })
    }

    /// What says that only developers start the project.
    fn developer_sign(&self) -> DeveloperSign {
        *self.once(&self.developer_sign, || match self.deployed_to_swarm {
            true => DeveloperSign::None,
            false => self.of_setup(developers::sign),
        })
    }

    /// Whether something says that the project is deployed, so that others reach what it publishes.
    pub(crate) fn is_deployed(&self) -> bool {
        self.is_for_swarm() || self.of_setup(developers::is_deployed)
    }

    /// Whether the path of one of its files says so.
    pub(crate) fn is_named_deployed(&self) -> bool {
        self.of_setup(developers::is_named_deployed)
    }

    fn of_setup<T>(&self, ask: impl FnOnce(&developers::Setup<'_>) -> T) -> T {
        let files: Vec<PathBuf> =
            self.project.files.iter().map(|file| self.sources.path(*file).to_path_buf()).collect();
        ask(&developers::Setup {
            model: self.model,
            files: &files,
            comments: &self.comments_at_top(),
            readme: presentation::readme(&self.project.directory, self.sources),
            root: &self.root,
            sources: self.sources,
        })
    }

    /// Whether the project runs at somebody's home, where only those who live there reach it.
    pub(crate) fn is_at_home(&self) -> bool {
        *self.once(&self.is_at_home, || home::is_at_home(self.model, &self.root, self.sources))
    }

    /// Whether a service is made to use Docker.
    pub(crate) fn is_docker_client(&self, service: &Service) -> bool {
        docker_clients::is_client(service, &self.root, self.sources)
    }

    /// What comments at the top of the Compose files say.
    pub(crate) fn comments_at_top(&self) -> Vec<String> {
        let at_top = |text: &str| {
            let lines = text.lines().map(str::trim);
            let comments = lines.take_while(|line| line.is_empty() || line.starts_with('#') || *line == "---");
            comments.collect::<Vec<_>>().join("\n")
        };
        self.project.files.iter().map(|file| at_top(&self.sources.file(*file).text)).collect()
    }
}
