//! Env files that name Compose files: `COMPOSE_FILE` in a `.env` is a way to start its directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Purpose;
use super::command::Compose;
use super::context::{FoundCommand, ReaderContext};
use super::environment::{EnvFileVariables, dotenv_of};
use super::repository::below;
use super::resolve::{Direnv, resolve};

/// Each `.env` that names files is a way to start its directory. The directories where a file that it names is not there.
pub(super) fn dotenv_files(context: &ReaderContext<'_>, direnv: &Direnv) -> Vec<PathBuf> {
    let repository = context.repository;
    let mut dangling = Vec::new();
    for directory in repository.directories() {
        let Some(path) = dotenv_of(repository, directory) else { continue };
        let mut environment = EnvFileVariables::default();
        environment.read(repository, &[path]);
        let Some(span) = environment.get("COMPOSE_FILE").and_then(|_| environment.place("COMPOSE_FILE")) else {
            continue;
        };
        let found = FoundCommand {
            command: Compose { starts: true, ..Compose::default() },
            directories: vec![directory.to_owned()],
            environment: BTreeMap::new(),
            lacking: BTreeSet::new(),
            purpose: Purpose::Deploy,
            by_hand: false,
            in_document: false,
            span,
        };
        if resolve(context, &found, direnv).is_empty() && repository.is_file(&below(directory, ".env")) {
            dangling.push(repository.absolute(directory));
        }
        context.find(found);
    }
    dangling
}
