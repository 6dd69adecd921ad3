//! Examples that stand in for env files which services read and the checkout lacks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compose::load::environment::env_problems;
use crate::compose::problem::{EnvLineFlaw, Problem, Reported};
use crate::compose::{EnvFileExample, Project};
use crate::facts::environment::env_examples::example_of;
use crate::source::{FileId, SourceDb};
use crate::text::dotenv::{self, DotenvFile, EnvFileRole, KnownVariables};

/// Adds to each `env_file` that is not there what its example shows, and reports what docker compose could not read in a
/// copy of an example.
pub(super) fn stand_in(project: &mut Project, sources: &SourceDb, reported: &mut Vec<Reported>) {
    let mut known: BTreeMap<PathBuf, Option<Arc<EnvFileExample>>> = BTreeMap::new();
    let mut files = std::mem::take(&mut project.env_files);
    for listed in files.iter_mut().filter(|listed| listed.file.is_none() && !listed.is_raw) {
        let read = || example(project, &listed.path, sources).map(Arc::new);
        listed.example = known.entry(listed.path.clone()).or_insert_with(read).clone();
    }
    project.env_files = files;
    let of_project = project.environment.outside.examples.iter().filter_map(|path| sources.load(path).ok());
    let of_services = known.values().flatten().map(|example| example.file);
    let mut examples: Vec<FileId> = of_project.chain(of_services).collect();
    examples.sort_unstable();
    examples.dedup();
    for file in examples.into_iter().filter(|file| !project.environment.files.contains(file)) {
        let problems = env_problems(file, &parsed(project, file, sources));
        // What an example demands, somebody fills in.
        let is_demand = |one: &Reported| matches!(&one.problem, Problem::EnvLine(line) if matches!(line.flaw, EnvLineFlaw::Required { .. }));
        reported.extend(problems.into_iter().filter(|one| !is_demand(one)));
    }
}

/// The example of an env file. That of the project's own `.env` serves interpolation, too.
fn example(project: &Project, path: &Path, sources: &SourceDb) -> Option<EnvFileExample> {
    let outside = &project.environment.outside;
    let is_own = |example: &&PathBuf| outside.absent.iter().any(|one| one == path) && example.parent() == path.parent();
    let of_project = outside.examples.iter().find(is_own).cloned();
    let file = sources.load(&of_project.or_else(|| example_of(path, sources))?).ok()?;
    Some(EnvFileExample { file, lines: parsed(project, file, sources).lines })
}

fn parsed(project: &Project, file: FileId, sources: &SourceDb) -> DotenvFile {
    let first =
        |name: &str| project.environment.setting(name).filter(|one| !one.is_assumed).map(|one| one.value.clone());
    let known = KnownVariables { first: &first, earlier: &|_| None };
    dotenv::parse(&sources.file(file).text, EnvFileRole::Service, known)
}
