//! Variables of the project: where Compose files use them, and where env files set them.

use std::collections::BTreeSet;

use super::{EntityName, Kind, Occurrence, OccurrenceRole, Scope};
use crate::collections::HashSet;
use crate::lsp::world::EditorWorld;
use crate::source::FileId;
use crate::text::dotenv::{self, DotenvLine, KnownVariables};
use crate::workspace::LoadedProject;

/// Whether a text may be the name of a variable.
pub(in crate::lsp) fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Where the name is in `$NAME` or `${NAME…}`.
fn name_in_use(text: &str, name: &str) -> Option<usize> {
    let from = if text.starts_with("${") { 2 } else { text.starts_with('$').then_some(1)? };
    text.get(from..)?.starts_with(name).then_some(from)
}

/// The lines of an env file.
pub(in crate::lsp) fn env_lines(text: &str) -> Vec<DotenvLine> {
    let nothing = |_: &str| None;
    dotenv::parse(text, dotenv::EnvFileRole::Project, KnownVariables { first: &nothing, earlier: &nothing }).lines
}

/// Adds the variables of a project.
pub(super) fn add(world: &EditorWorld, loaded: &LoadedProject, found: &mut BTreeSet<Occurrence>) {
    let project = &loaded.project;
    for reference in &project.references {
        let file = world.sources.file(reference.place.span.file);
        let span = reference.place.span;
        let text = file.slice(span.start, span.end);
        let name = reference.name.as_str();
        let at = name_in_use(text, name).or_else(|| within(text, name));
        if let Some(at) = at {
            push(found, world, span.file, (span.start as usize + at, name), OccurrenceRole::Use);
        }
    }
    let own: HashSet<FileId> = project.environment.files.iter().copied().collect();
    for file in &own {
        for line in env_lines(&world.sources.file(*file).text) {
            if !line.key.is_empty() {
                push(found, world, *file, (line.key_span.0 as usize, &line.key), OccurrenceRole::Declaration);
            }
            uses(found, world, *file, &line, &HashSet::default());
        }
    }
    for file in project.env_files.iter().filter_map(|one| one.file).filter(|file| !own.contains(file)) {
        // What an env file of a service sets itself is no variable of the project.
        let mut set: HashSet<String> = HashSet::default();
        for line in env_lines(&world.sources.file(file).text) {
            uses(found, world, file, &line, &set);
            set.insert(line.key);
        }
    }
}

fn uses(
    found: &mut BTreeSet<Occurrence>,
    world: &EditorWorld,
    file: FileId,
    line: &DotenvLine,
    without: &HashSet<String>,
) {
    let source = world.sources.file(file);
    for usage in line.uses.iter().filter(|usage| !without.contains(&usage.name)) {
        let text = source.slice(usage.start, usage.end);
        if let Some(at) = name_in_use(text, &usage.name) {
            push(found, world, file, (usage.start as usize + at, &usage.name), OccurrenceRole::Use);
        }
    }
}

/// Where a variable is in a scalar whose parts cannot be told.
fn within(text: &str, name: &str) -> Option<usize> {
    for opening in ["${", "$"] {
        let mut from = 0;
        let written = format!("{opening}{name}");
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(&written)).map(|at| at + from) {
            let next = text.get(at + written.len()..).and_then(|rest| rest.chars().next());
            let is_escaped = text.get(..at).is_some_and(|before| before.ends_with('$'));
            if !is_escaped && !next.is_some_and(|one| one.is_ascii_alphanumeric() || one == '_') {
                return Some(at + opening.len());
            }
            from = at + written.len();
        }
    }
    None
}

fn push(
    found: &mut BTreeSet<Occurrence>,
    world: &EditorWorld,
    file: FileId,
    (at, name): (usize, &str),
    role: OccurrenceRole,
) {
    let stretch = (at as u32, (at + name.len()) as u32);
    let name = EntityName { kind: Kind::Variable, text: name.to_owned(), scope: Scope::Project };
    found.insert(Occurrence { path: world.sources.path(file).to_path_buf(), stretch, role, name });
}
