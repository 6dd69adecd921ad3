//! Names and every place where they are written: services, volumes, variables, anchors, in all files of a project.

mod compose;
mod hosts;
mod variables;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::issues::FileRange;
use super::world::{EditorProject, EditorWorld};
pub(super) use variables::{env_lines, is_variable_name};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Service,
    Network,
    Volume,
    Secret,
    Config,
    Model,
    Profile,
    Anchor,
    Variable,
}

impl Kind {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Service => "service",
            Kind::Network => "network",
            Kind::Volume => "volume",
            Kind::Secret => "secret",
            Kind::Config => "config",
            Kind::Model => "model",
            Kind::Profile => "profile",
            Kind::Anchor => "anchor",
            Kind::Variable => "variable",
        }
    }
}

/// Where a name means the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// In all files that are merged.
    Project,
    /// In a file that others extend.
    File(PathBuf),
    /// From one anchor to the next of the same name: the file and the node.
    Node(PathBuf, usize),
}

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntityName {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) scope: Scope,
}

/// Whether a place makes a name or uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OccurrenceRole {
    Declaration,
    Use,
}

/// A place where a name is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    pub(super) path: PathBuf,
    pub(super) stretch: FileRange,
    pub(super) role: OccurrenceRole,
    pub(super) name: EntityName,
}

impl Occurrence {
    pub(super) fn is_at(&self, path: &Path, offset: usize) -> bool {
        self.path == path && self.stretch.0 as usize <= offset && offset <= self.stretch.1 as usize
    }
}

/// All names in the projects that read a file, or in the file alone where none does.
pub(super) fn occurrences(world: &EditorWorld, path: &Path) -> BTreeSet<Occurrence> {
    let projects = world.projects(path);
    let mut found: BTreeSet<Occurrence> = BTreeSet::new();
    for project in &projects {
        found.extend(of_project(world, project));
    }
    if projects.is_empty() {
        compose::add(world, path, &Scope::Project, &mut found);
    }
    found
}

/// All names in a project.
pub(super) fn of_project(world: &EditorWorld, project: &EditorProject) -> BTreeSet<Occurrence> {
    let loaded = project.loaded(&world.sources);
    let mut found = BTreeSet::new();
    let files: Vec<PathBuf> =
        loaded.project.all_files.iter().map(|file| world.sources.path(*file).to_path_buf()).collect();
    let entry = &project.opened.entry;
    let merged = compose::merged(world, &entry.files, &entry.directory);
    for path in &files {
        let scope = if merged.contains(path) { Scope::Project } else { Scope::File(path.clone()) };
        compose::add(world, path, &scope, &mut found);
    }
    variables::add(world, loaded, &mut found);
    hosts::add(world, project, &mut found);
    found
}

/// The name at a place.
pub(super) fn name_at<'o>(all: &'o BTreeSet<Occurrence>, path: &Path, offset: usize) -> Option<&'o Occurrence> {
    all.iter().filter(|one| one.is_at(path, offset)).min_by_key(|one| one.stretch.1 - one.stretch.0)
}
