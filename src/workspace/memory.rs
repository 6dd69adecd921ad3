//! What is kept from one run to the next where an editor changes files in between.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use crate::app_config::builds::read_builds;
use crate::app_config::servers::read_servers;
use crate::collections::HashMap;
use crate::compose::problem::Reported;
use crate::compose::value::provenance::Texts;
use crate::compose::{Outside, Project, ProjectEntry, load};
use crate::discover;
use crate::discover::invocations::{Invocation, Invocations};
use crate::facts::Facts;
use crate::model::{Model, lower};
use crate::secrets::{KnownSecrets, Masks};
use crate::source::{FileId, LoadedPaths, SourceDb};
use crate::workspace::masking;
use crate::workspace::projects::{ProjectOutcome, WorkspaceRun};
use crate::yaml::Trees;

/// Trees, what is hidden, and how projects are started. All of it is a value of the files as they are: whoever changes one
/// says what is to be forgotten.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// The trees of all files.
    pub(crate) trees: Arc<Trees>,
    /// What must not be shown of them.
    pub(crate) masks: Arc<Masks>,
    invocations: RwLock<HashMap<PathBuf, Arc<Discovered>>>,
}

/// How the projects of a repository are started, and the files that say so.
#[derive(Debug)]
struct Discovered {
    invocations: Invocations,
    read: LoadedPaths,
}

impl Memory {
    /// An empty memory for files whose trees another one has, too.
    pub(crate) fn with_trees(trees: Arc<Trees>) -> Memory {
        Memory { trees, ..Memory::default() }
    }

    /// Forgets a text that is gone.
    pub(crate) fn forget(&self, file: FileId) {
        self.trees.forget(file);
        self.masks.forget(file);
    }

    /// Forgets how projects are started.
    pub(crate) fn forget_invocations(&self) {
        self.invocations.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether a file was read to find out how projects are started.
    pub(crate) fn says_how_to_start(&self, path: &Path) -> bool {
        let known = self.invocations.read().unwrap_or_else(PoisonError::into_inner);
        known.values().any(|found| found.read.contains(path))
    }

    /// How the projects of a repository are started.
    pub(super) fn invocations(
        &self,
        sources: &SourceDb,
        root: &Path,
        find: impl FnOnce(&SourceDb) -> Invocations,
    ) -> Invocations {
        let known = self.invocations.read().unwrap_or_else(PoisonError::into_inner).get(root).cloned();
        if let Some(known) = known {
            return known.invocations.clone();
        }
        let noting = sources.noting();
        let invocations = find(&noting);
        let found = Discovered { invocations: invocations.clone(), read: noting.into_loaded() };
        self.invocations.write().unwrap_or_else(PoisonError::into_inner).insert(root.to_path_buf(), Arc::new(found));
        invocations
    }
}

/// A project that was judged: what it was loaded from.
#[derive(Clone, Debug)]
pub(crate) struct OpenedProject {
    /// Its files and variables.
    pub(crate) entry: ProjectEntry,
    /// How it is started; `None` where nothing says so.
    pub(crate) invocation: Option<Arc<Invocation>>,
    /// Every file that was read for it.
    pub(crate) read: LoadedPaths,
    /// The directory that paths are named from: that of its repository.
    pub(crate) root: PathBuf,
}

/// A project, loaded once more to look things up in it.
pub(crate) struct LoadedProject {
    /// As docker compose sees it.
    pub(crate) project: Project,
    /// Its services, typed.
    pub(crate) model: Model,
    /// How it is started.
    pub(crate) invocation: Option<Arc<Invocation>>,
    /// What is wrong with it, as far as docker compose says.
    pub(crate) problems: Vec<Reported>,
    /// What must not be shown of it.
    pub(crate) secrets: KnownSecrets,
    root: PathBuf,
}

impl OpenedProject {
    /// The project of an outcome; `None` where none was loaded.
    pub(super) fn of(outcome: &ProjectOutcome, run: &WorkspaceRun<'_>) -> Option<OpenedProject> {
        let root = || discover::repository(run.sources, &outcome.entry.directory, &run.request.directory);
        outcome.is_project.then(|| OpenedProject {
            entry: outcome.entry.clone(),
            invocation: outcome.invocation.clone(),
            read: outcome.read.clone(),
            root: root(),
        })
    }

    /// Loads the project.
    pub(crate) fn load(&self, sources: &SourceDb, memory: &Memory) -> LoadedProject {
        let (project, problems) = load(sources, &memory.trees, &self.entry);
        let mut model = lower(&project, &Texts::new(sources));
        read_builds(&mut model, sources, &self.root);
        read_servers(&mut model, sources);
        let files = masking::MaskedFiles { sources, trees: &memory.trees, masks: &memory.masks };
        let secrets = masking::known(&project, std::iter::empty(), files);
        let (invocation, root) = (self.invocation.clone(), self.root.clone());
        LoadedProject { project, model, invocation, problems, secrets, root }
    }
}

impl LoadedProject {
    /// A project without a file in a directory, to compare one with that was not there.
    pub(crate) fn empty(sources: &SourceDb, directory: &Path) -> LoadedProject {
        let entry = ProjectEntry {
            files: Vec::new(),
            env_files: Vec::new(),
            directory: directory.to_path_buf(),
            name: None,
            profiles: Vec::new(),
            variables: Vec::new(),
            outside: Outside::default(),
        };
        let opened =
            OpenedProject { entry, invocation: None, read: LoadedPaths::default(), root: directory.to_path_buf() };
        opened.load(sources, &Memory::default())
    }

    /// Its facts.
    pub(crate) fn facts<'a>(&'a self, sources: &'a SourceDb, memory: &'a Memory) -> Facts<'a> {
        Facts::new(&self.model, &self.project, sources, &memory.trees, self.root.clone())
    }
}
