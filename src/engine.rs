//! The whole program on one screen: what is asked for, and the stages that answer it.

use std::path::PathBuf;

use crate::config::Config;
use crate::finding::Finding;
use crate::report::Report;
use crate::source::SourceDb;

/// What a run is asked to do. Paths may be relative to `directory`.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The working directory, absolute.
    pub directory: PathBuf,
    /// Files and directories to search for projects; empty for the working directory.
    pub paths: Vec<PathBuf>,
    /// `-f`: the Compose files of one project, in the order of merging; empty to search.
    pub files: Vec<PathBuf>,
    /// `--env-file`, in the order of reading; empty for `.env`.
    pub env_files: Vec<PathBuf>,
    /// `--profile`: active profiles.
    pub profiles: Vec<String>,
    /// `--project-directory`.
    pub project_directory: Option<PathBuf>,
    /// `--project-name`.
    pub project_name: Option<String>,
    /// Whether variables of the process's environment count.
    pub use_environment: bool,
    /// What `plimsoll.yaml` says, where there is one.
    pub config: Option<Config>,
    /// Which rules run.
    pub selection: Selection,
}

/// Which rules run, as the command line says; names of rules that exist. It goes before what the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; empty for those of the sets.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// Whether the strict set runs too.
    pub strict: bool,
    /// Whether the set on style runs too.
    pub style: bool,
}

/// A resolved project.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// What `docker compose config --format json` would print; `None` where Compose would reject the project.
    pub json: Option<String>,
    /// What is wrong with the files.
    pub findings: Vec<Finding>,
}

/// Finds the projects that are asked for and runs the rules over them.
pub fn check(_sources: &SourceDb, _request: &Request) -> Report {
    // integrator: discover, load, lower, run the rules, settle.
    Report::default()
}

/// Resolves the one project that is asked for; with `origins`, every value says where it is written.
pub fn resolve(_sources: &SourceDb, _request: &Request, _origins: bool) -> Resolved {
    // integrator: discover, load, print.
    Resolved::default()
}
