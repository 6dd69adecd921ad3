//! Env files that are named and that no project reads: each is judged on its own, as docker compose would read it.

use std::path::{Path, PathBuf};

use super::projects::{ProjectOutcome, WorkspaceRun};
use crate::compose::{Outside, ProjectEntry};
use crate::facts::environment::env_examples::is_example;
use crate::source::PathKind;

impl WorkspaceRun<'_> {
    /// The env files among paths that none of the projects reads.
    pub(super) fn env_files_alone(&self, paths: &[PathBuf], outcomes: &[ProjectOutcome]) -> Vec<ProjectOutcome> {
        let is_read = |path: &PathBuf| outcomes.iter().any(|outcome| outcome.read.contains(path));
        let is_alone =
            |path: &&PathBuf| is_env_file(path) && self.sources.kind(path) == PathKind::File && !is_read(path);
        paths.iter().filter(is_alone).filter_map(|path| self.env_file_alone(path)).collect()
    }

    fn env_file_alone(&self, path: &Path) -> Option<ProjectOutcome> {
        let file = self.sources.load(path).ok()?;
        let entry = ProjectEntry {
            files: Vec::new(),
            env_files: vec![vec![path.to_path_buf()]],
            directory: path.parent()?.to_path_buf(),
            name: None,
            profiles: Vec::new(),
            variables: Vec::new(),
            outside: Outside::default(),
        };
        let mut outcome = self.alone(&entry);
        // That there is no Compose file is no finding.
        outcome.findings.retain(|finding| finding.place.span.file == file);
        Some(outcome)
    }
}

/// Whether a file is an env file by its name: `.env`, `web.env`, `.env.production`, `.env.example`.
fn is_env_file(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    name == ".env" || name.ends_with(".env") || name.starts_with(".env.") || is_example(name)
}
