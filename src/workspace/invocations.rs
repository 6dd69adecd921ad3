//! The invocations that a request is about, as entries to load.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::outside::outside;
use super::projects::WorkspaceRun;
use crate::compose::{Outside, ProjectEntry};
use crate::config::{Config, StartedFor};
use crate::discover::invocations::{Configured, Engine, Invocation, Invocations, Purpose, Settings, discover};
use crate::discover::{self, Exclusion, RunSurroundings};
use crate::guard::{defect, guarded};
use crate::progress::Stage;
use crate::source::{LoadError, NodeId, PathKind, Place, SourceDb, Span};
use crate::threads::side_by_side;
use crate::yaml::{NodeKind, Trees};

/// How the projects of a repository are started, as far as its files and a configuration say.
pub(crate) fn invocations_in(sources: &SourceDb, trees: &Trees, root: &Path, config: &Config) -> Invocations {
    let excluded = Exclusion::new(&config.exclude);
    let projects = configured(sources, trees, config);
    discover(sources, trees, root, &Settings { projects: &projects, excluded: &excluded })
}

/// The projects of a configuration, each with where it is named.
fn configured(sources: &SourceDb, trees: &Trees, config: &Config) -> Vec<Configured> {
    if config.projects.is_empty() {
        return Vec::new();
    }
    let file = sources.load(&config.path).unwrap_or_default();
    let start = Place { span: Span { file, start: 0, end: 0 }, node: NodeId::new(0) };
    let parsed = trees.get(sources, file);
    let tree = &parsed.0;
    let named = tree.documents.first().and_then(|root| tree.get(*root, "projects"));
    let places: Vec<Place> = match named.and_then(|node| tree.follow(node)).map(|(_, node)| &node.kind) {
        Some(NodeKind::Sequence(items, _)) => items.iter().map(|item| tree.place(*item)).collect(),
        _ => Vec::new(),
    };
    let projects = config.projects.iter().enumerate();
    projects
        .map(|(at, project)| Configured {
            files: project.files.clone(),
            env_files: project.env_files.clone(),
            profiles: project.profiles.clone(),
            name: project.name.clone(),
            directory: project.directory.clone(),
            environment: project.environment.clone(),
            engine: if project.is_swarm { Engine::Swarm } else { Engine::Compose },
            purpose: project.purpose.map(|purpose| match purpose {
                StartedFor::Deployment => Purpose::Deploy,
                StartedFor::Development => Purpose::Develop,
                StartedFor::Tests => Purpose::Test,
            }),
            place: places.get(at).copied().unwrap_or(start),
        })
        .collect()
}

/// The invocations of one project that a request is about, in order.
pub(super) type Asked<'i> = Vec<&'i Arc<Invocation>>;

impl WorkspaceRun<'_> {
    /// How the projects of the repositories that paths are in are started, by repository.
    pub(super) fn repositories(&self, paths: &[PathBuf]) -> BTreeMap<PathBuf, Invocations> {
        let roots: BTreeSet<PathBuf> = paths.iter().map(|path| self.root_of(path)).collect();
        let roots: Vec<PathBuf> = roots.into_iter().collect();
        let found = match roots.as_slice() {
            // Threads cost more to start than a small repository takes, and a large one starts them itself.
            [only] => vec![self.repository(only)],
            all => side_by_side(all, |root| vec![self.repository(root)]),
        };
        roots.into_iter().zip(found).collect()
    }

    fn repository(&self, root: &Path) -> Invocations {
        let find = |sources: &SourceDb| invocations_in(sources, self.trees, root, self.settings);
        let known = || self.memory.invocations(self.sources, root, find);
        self.request.watch.time(Stage::Discover, || guarded(known)).unwrap_or_else(|| {
            self.sources.note_unread(root, LoadError::Io(defect("looking for projects")));
            Invocations { root: root.to_path_buf(), ..Invocations::default() }
        })
    }

    /// The repository of a path; outside of any, the directory itself.
    pub(super) fn root_of(&self, path: &Path) -> PathBuf {
        // Nothing may be there: the directory above it may be the root of the machine's files.
        let is_file = self.sources.kind(path) == PathKind::File;
        let directory = if is_file { path.parent().unwrap_or(path) } else { path };
        // What git ignores is not part of a repository: it is judged by itself where somebody names it.
        let own = self.sources.repository(directory).filter(|root| !self.sources.is_ignored(directory, root));
        own.unwrap_or_else(|| directory.to_path_buf())
    }

    /// The invocations that paths are about: those with a file below a directory, and those that may read a file or are
    /// written in it.
    pub(super) fn asked<'i>(&self, all: &'i Invocations, paths: &[PathBuf]) -> Vec<Asked<'i>> {
        let own: Vec<&PathBuf> = paths.iter().filter(|path| path.starts_with(&all.root)).collect();
        let (files, directories): (Vec<&PathBuf>, Vec<&PathBuf>) =
            own.into_iter().partition(|path| self.sources.kind(path) != PathKind::Directory);
        let near: BTreeSet<PathBuf> =
            files.iter().flat_map(|file| discover::files_near(self.sources, file, &all.root)).collect();
        let users = users(all, &files);
        let is_asked = |invocation: &&Arc<Invocation>| {
            let used = |file: &PathBuf| {
                directories.iter().any(|directory| file.starts_with(directory))
                    || near.contains(file)
                    || users.contains(file)
            };
            let is_written = |place: &Place| {
                let path = self.sources.path(place.span.file);
                files.iter().any(|file| **file == *path)
            };
            invocation.files.iter().any(used)
                || invocation.env_files.iter().any(|file| files.contains(&file))
                || invocation.written.iter().any(is_written)
        };
        let projects = all.projects.values();
        let asked = projects.map(|invocations| invocations.iter().filter(is_asked).collect::<Asked<'_>>());
        asked.filter(|asked| !asked.is_empty()).collect()
    }
}

/// Files, and the files that include or extend them.
fn users(all: &Invocations, files: &[&PathBuf]) -> BTreeSet<PathBuf> {
    let mut users: BTreeSet<PathBuf> = files.iter().map(|file| (*file).clone()).collect();
    loop {
        let known = users.len();
        for part in all.parts.iter().filter(|part| users.contains(&part.file)).collect::<Vec<_>>() {
            users.extend(part.of.iter().cloned());
        }
        if users.len() == known {
            return users;
        }
    }
}

/// What docker compose loads for an invocation.
pub(super) fn entry_of(sources: &SourceDb, invocation: &Invocation, around: &RunSurroundings) -> ProjectEntry {
    let mut variables = discover::in_directory(around, &invocation.directory);
    for (name, value) in &invocation.environment {
        let Some(value) = value else { continue };
        variables.retain(|(known, _)| known != name);
        variables.push((name.clone(), value.clone()));
    }
    let unknown = invocation.environment.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.clone());
    let entry = ProjectEntry {
        files: invocation.files.clone(),
        env_files: env_files(sources, invocation),
        directory: invocation.directory.clone(),
        name: invocation.name.clone(),
        profiles: invocation.profiles.iter().cloned().collect(),
        variables,
        outside: Outside::default(),
    };
    let outside = match invocation.engine {
        Engine::Swarm => Outside { may_set_others: true, ..Outside::default() },
        Engine::Compose => outside(sources, &entry, &invocation.env_files, &invocation.lacking, unknown.collect()),
    };
    ProjectEntry { outside, ..entry }
}

/// The env files in groups: of those that options name a later one wins, of those that docker compose reads by itself an
/// earlier one. A written one that is not there is what the deployment has.
fn env_files(sources: &SourceDb, invocation: &Invocation) -> Vec<Vec<PathBuf>> {
    if invocation.engine == Engine::Swarm {
        return Vec::new();
    }
    let is_there = |file: &&PathBuf| sources.kind(file) == PathKind::File;
    let is_default = |file: &PathBuf| file.ends_with(".env");
    let all = &invocation.env_files;
    if all.iter().all(is_default) {
        return all.iter().filter(is_there).map(|file| vec![file.clone()]).collect();
    }
    let named: Vec<PathBuf> = all.iter().filter(is_there).cloned().collect();
    if named.is_empty() { Vec::new() } else { vec![named] }
}
