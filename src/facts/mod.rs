//! Facts about a project that several rules need, worked out when first asked for.

pub mod gpus;
pub mod listen;
pub mod mounts;
pub mod published;
pub mod reach;

use std::cell::OnceCell;

use crate::model::{Model, Mount, Service};
use crate::project::Project;

/// The facts of one project.
pub struct Facts<'a> {
    /// The model.
    pub model: &'a Model,
    /// The project that the model was made from.
    pub project: &'a Project,
    reach: OnceCell<reach::Reach<'a>>,
    published: OnceCell<Vec<published::Published<'a>>>,
    gpus: OnceCell<Vec<gpus::GpuClaim<'a>>>,
}

impl<'a> Facts<'a> {
    /// Facts that nobody has asked for yet.
    pub fn new(model: &'a Model, project: &'a Project) -> Facts<'a> {
        Facts { model, project, reach: OnceCell::new(), published: OnceCell::new(), gpus: OnceCell::new() }
    }

    /// Who can reach whom, by which name.
    pub fn reach(&self) -> &reach::Reach<'a> {
        self.reach.get_or_init(|| reach::Reach::new(self.model))
    }

    /// The published ports of active services.
    pub fn published(&self) -> &[published::Published<'a>] {
        self.published.get_or_init(|| published::published(self.model, self.project))
    }

    /// The GPUs that active services ask for.
    pub fn gpus(&self) -> &[gpus::GpuClaim<'a>] {
        self.gpus.get_or_init(|| gpus::claims(self.model))
    }

    /// The mount that holds a path of a service's container; see [`mounts::cover`].
    pub fn cover(&self, service: &'a Service, path: &str) -> Option<&'a Mount> {
        mounts::cover(self.model, service, path)
    }

    /// Whether what is written to a mount outlives the container; see [`mounts::is_persistent`].
    pub fn is_persistent(&self, mount: &Mount) -> bool {
        mounts::is_persistent(self.model, mount)
    }
}

#[cfg(test)]
pub mod fixture {
    //! Projects made from text, for the tests of facts and of the model.

    use std::path::{Path, PathBuf};

    use super::Facts;
    use crate::model::lower;
    use crate::project::texts::Texts;
    use crate::project::trees::Trees;
    use crate::project::{Entry, load};
    use crate::source::SourceDb;

    /// Loads a Compose file and hands its facts over.
    pub fn with_facts(text: &str, act: impl FnOnce(&Facts<'_>)) {
        with_facts_and(text, &[], act);
    }

    /// As [`with_facts`], with variables.
    pub fn with_facts_and(text: &str, variables: &[(&str, &str)], act: impl FnOnce(&Facts<'_>)) {
        with_sources(&[("compose.yaml", text)], variables, |_, facts| act(facts));
    }

    /// Loads the first of several files, with the others beside it.
    pub fn with_sources(files: &[(&str, &str)], variables: &[(&str, &str)], act: impl FnOnce(&SourceDb, &Facts<'_>)) {
        let directory = Path::new("/plimsoll-test/shop");
        let sources = SourceDb::new();
        for (name, text) in files {
            sources.overlay(&directory.join(name), (*text).to_owned());
        }
        let entry = Entry {
            files: vec![directory.join(files[0].0)],
            env_files: Vec::new(),
            directory: PathBuf::from(directory),
            name: None,
            profiles: Vec::new(),
            variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        let (project, _) = load(&sources, &Trees::default(), &entry);
        let model = lower(&project, &Texts::new(&sources));
        act(&sources, &Facts::new(&model, &project));
    }
}
