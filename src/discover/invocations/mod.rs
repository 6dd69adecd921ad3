//! How the projects of a repository are started: commands in its Makefiles, scripts, pipelines and documents, what a plain
//! `docker compose up` loads, and what file names suggest. Nothing is run.

mod collect;
mod command;
mod context;
mod directories;
mod dotenv_files;
mod environment;
mod files;
mod fragment;
mod looks;
mod parts;
mod readers;
mod repository;
mod resolve;
mod trace;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use collect::{Configured, Settings, discover};
pub(crate) use looks::{COMPOSE_KEYS, MAKES_A_SERVICE};

use crate::source::Place;

/// One way to start a project, and where that is written. Paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    /// The Compose files, in the order of merging; at least one.
    pub(crate) files: Vec<PathBuf>,
    /// The project directory.
    pub(crate) directory: PathBuf,
    /// The env files, in the order of reading. One outside of the repository is as it is written.
    pub(crate) env_files: Vec<PathBuf>,
    /// The variables that the command or its surroundings set; `None` where the value cannot be known.
    pub(crate) environment: BTreeMap<String, Option<String>>,
    /// Env files that a script sources before the command and that the repository lacks: what they set is not known.
    pub(crate) lacking: Vec<PathBuf>,
    /// Active profiles.
    pub(crate) profiles: BTreeSet<String>,
    /// The name that the command or an env file gives.
    pub(crate) name: Option<String>,
    /// What starts it.
    pub(crate) engine: Engine,
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// Whether that is written, or only follows from names.
    pub(crate) is_purpose_written: bool,
    /// Where it is written; empty for a default and for a guess.
    pub(crate) written: Vec<Place>,
    /// How certain it is.
    pub(crate) certainty: Certainty,
}

/// What starts a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Engine {
    /// `docker compose` and programs like it.
    #[default]
    Compose,
    /// `docker stack deploy`.
    Swarm,
}

/// How certain it is that a project is started like this, the most certain last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// A file next to another, matched by its name alone.
    Guessed,
    /// What a plain `docker compose up` loads.
    Default,
    /// A command in the repository.
    Written,
    /// An entry in `plimsoll.yaml`.
    Configured,
}

/// What a project is started for, the most serious last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// To test.
    Test,
    /// To develop.
    Develop,
    /// To run.
    #[default]
    Deploy,
}

/// All that is known about how the projects of a repository are started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Invocations {
    /// The root of the repository.
    pub(crate) root: PathBuf,
    /// By project directory, in order; each has at least one invocation.
    pub(crate) projects: BTreeMap<PathBuf, Vec<Arc<Invocation>>>,
    /// RepositoryFiles that others include or extend.
    pub(crate) parts: Vec<ProjectPart>,
    /// Compose files that no invocation covers.
    pub(crate) not_judged: Vec<NotJudged>,
    /// Directories whose `.env` names a file that is not there: docker compose starts nothing in them.
    pub(crate) dangling: Vec<PathBuf>,
    /// RepositoryFiles that may have more commands in them than were followed: they are too long, or branch too often.
    pub(crate) unfinished: Vec<PathBuf>,
}

impl Invocations {
    /// Those of all projects.
    pub(crate) fn invocations(&self) -> impl Iterator<Item = &Invocation> {
        self.projects.values().flatten().map(|one| &**one)
    }
}

/// A file that others use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProjectPart {
    /// The file.
    pub(crate) file: PathBuf,
    /// How it is used.
    pub(crate) role: PartRole,
    /// The files that use it.
    pub(crate) of: Vec<PathBuf>,
}

/// How a file is used by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PartRole {
    /// `include`
    Include,
    /// `extends`
    Extends,
}

/// A Compose file that no invocation covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotJudged {
    /// The file.
    pub(crate) file: PathBuf,
    /// Why.
    pub(crate) reason: Reason,
}

/// Why no invocation covers a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// docker compose loads this file of the same directory instead.
    Shadowed(PathBuf),
    /// Whoever starts the base names its files, and this override is not among them.
    OverrideLeftOut,
    /// Commands show how overlays in its directory are used, and none uses this one.
    OverlayNotUsed,
    /// No command starts it, and its name does not say what it belongs to.
    NothingStartsIt,
    /// Its project has more invocations than are judged.
    TooMany,
    /// It is in this directory with the work of others, and no command starts it.
    Vendored(PathBuf),
    /// It is in the directory of a forge or a pipeline, and no command starts it.
    InPipeline,
    /// It is kept in an archive, and no command starts it.
    Archived,
}

#[cfg(test)]
mod tests;
