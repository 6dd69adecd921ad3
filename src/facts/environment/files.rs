//! What env files do to each other: values that are replaced, derived from replaced ones, set twice, or never read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::env_examples::example_for;
use crate::collections::{HashSet, IndexMap};
use crate::compose::load::environment::{VariableState, line_place};
use crate::facts::Facts;
use crate::facts::secrets::secret_files::lines_of;
use crate::source::{FileId, PathKind, Place};
use crate::text::dotenv::{DotenvLine, is_placeholder};

/// A line that has no effect, or another one than it looks.
#[derive(Clone, Debug)]
pub(crate) struct ReplacedLine {
    /// The variable.
    pub(crate) name: String,
    /// The line that has the effect.
    pub(crate) by: Place,
    /// The line that lost it.
    pub(crate) line: Place,
    /// What happens.
    pub(crate) how: How,
}

/// What happens to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// A later file has nothing in its place.
    Blanked,
    /// A later file has a placeholder in its place.
    Placeholder,
    /// It was made from the value that this variable had before a later file gave it another.
    Stale(String),
    /// A later line of the same file has another value.
    Twice,
    /// A later line of the same file has the same value.
    Repeated,
    /// Both are left empty in an example, for somebody to fill in.
    Form,
}

/// The lines of the env files of a project that replace others.
pub(crate) fn replaced(facts: &Facts<'_>) -> Vec<ReplacedLine> {
    let mut found = Vec::new();
    let mut before: IndexMap<String, (FileId, DotenvLine)> = IndexMap::default();
    for file in facts.project.environment.files.iter().copied() {
        let lines = lines_of(facts, file);
        within(file, &lines, &mut found);
        for line in lines.iter().filter(|line| !line.bare) {
            if let Some((other, old)) = before.get(&line.key).filter(|(other, _)| *other != file)
                && let Some(how) = between(old, line)
            {
                found.push(ReplacedLine {
                    name: line.key.clone(),
                    by: place(file, line),
                    line: place(*other, old),
                    how,
                });
            }
        }
        for (name, (other, old)) in &before {
            let changed = old.uses.iter().find_map(|usage| {
                let new = lines.iter().rfind(|line| line.key == usage.name && !line.bare)?;
                let was = before.get(&usage.name).filter(|(place, _)| place == other)?;
                (was.1.value != new.value).then_some((usage.name.clone(), new))
            });
            let is_own = lines.iter().any(|line| line.key == *name);
            if let Some((used, new)) = changed.filter(|_| !is_own) {
                found.push(ReplacedLine {
                    name: name.clone(),
                    by: place(file, new),
                    line: place(*other, old),
                    how: How::Stale(used),
                });
            }
        }
        for line in lines.into_iter().filter(|line| !line.bare) {
            before.insert(line.key.clone(), (file, line));
        }
    }
    across(facts, &mut found);
    for file in of_services(facts) {
        within(file, &lines_of(facts, file), &mut found);
    }
    for file in examples(facts) {
        let start = found.len();
        within(file, &lines_of(facts, file), &mut found);
        // Whoever fills in the first of two empty lines has filled in nothing.
        for one in found.iter_mut().skip(start).filter(|one| one.how == How::Repeated && is_blank(facts, one.line)) {
            one.how = How::Form;
        }
    }
    found
}

/// The examples that stand in for env files which the project, or a service of it, lacks.
fn examples(facts: &Facts<'_>) -> Vec<FileId> {
    let absent = facts.project.env_files.iter().filter(|listed| listed.file.is_none());
    let of_services = absent.filter_map(|listed| example_for(&listed.path, &BTreeSet::new(), facts.sources));
    let all = facts.project.environment.outside.examples.iter().cloned().chain(of_services);
    let paths: BTreeSet<PathBuf> = all.collect();
    paths.iter().filter_map(|path| facts.sources.glancing().load(path).ok()).collect()
}

/// Whether a line gives a variable nothing.
fn is_blank(facts: &Facts<'_>, line: Place) -> bool {
    let file = facts.sources.file(line.span.file);
    let text = file.slice(line.span.start, line.span.end);
    text.split_once('=').is_some_and(|(_, value)| value.trim().trim_matches(['"', '\'']).is_empty())
}

fn of_services(facts: &Facts<'_>) -> Vec<FileId> {
    let mut files: Vec<FileId> = Vec::new();
    for file in facts.project.env_files.iter().filter_map(|listed| listed.file) {
        if !files.contains(&file) && !facts.project.environment.files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// Values that a later env file of a service takes away.
fn across(facts: &Facts<'_>, found: &mut Vec<ReplacedLine>) {
    let mut lists: BTreeSet<Vec<FileId>> = BTreeSet::new();
    for service in facts.model.services.values() {
        let listed = facts.project.env_files.iter().filter(|one| one.service == service.name);
        let files: Vec<FileId> = listed.filter_map(|one| one.file).collect();
        if files.len() > 1 {
            lists.insert(files);
        }
    }
    let mut seen: HashSet<Place> = found.iter().map(|one| one.by).collect();
    for files in &lists {
        let mut before: IndexMap<String, (FileId, DotenvLine)> = IndexMap::default();
        for file in files {
            for line in lines_of(facts, *file).into_iter().filter(|line| !line.bare) {
                let old = before.get(&line.key).filter(|(other, _)| other != file);
                let old = old.filter(|(_, old)| !old.value.as_deref().is_some_and(is_switch));
                let how = old.and_then(|(other, old)| Some((*other, old, between(old, &line)?)));
                if let Some((other, old, how)) = how {
                    let (by, name) = (place(*file, &line), line.key.clone());
                    if seen.insert(by) {
                        found.push(ReplacedLine { name, by, line: place(other, old), how });
                    }
                }
                before.insert(line.key.clone(), (*file, line));
            }
        }
    }
}

/// Whether a value switches something on or off: a later file blanks it on purpose.
fn is_switch(value: &str) -> bool {
    ["true", "false", "yes", "no", "on", "off", "1", "0"].iter().any(|one| value.eq_ignore_ascii_case(one))
}

/// Names that one file sets twice.
fn within(file: FileId, lines: &[DotenvLine], found: &mut Vec<ReplacedLine>) {
    let mut last: IndexMap<&str, &DotenvLine> = IndexMap::default();
    for line in lines.iter().filter(|line| !line.bare && !line.key.is_empty()) {
        if let Some(old) = last.insert(&line.key, line) {
            // A value that builds on the one before replaces it on purpose.
            if line.uses.iter().any(|usage| usage.name == line.key) {
                continue;
            }
            let how = if old.value == line.value { How::Repeated } else { How::Twice };
            found.push(ReplacedLine { name: line.key.clone(), by: place(file, line), line: place(file, old), how });
        }
    }
}

/// What a later file does to a real value.
fn between(old: &DotenvLine, new: &DotenvLine) -> Option<How> {
    let real = old.value.as_deref().filter(|value| !value.is_empty() && !is_placeholder(value))?;
    match new.value.as_deref() {
        Some("") => Some(How::Blanked),
        Some(value) if is_placeholder(value) && value != real => Some(How::Placeholder),
        _ => None,
    }
}

fn place(file: FileId, line: &DotenvLine) -> Place {
    line_place(file, 0, line.key_span.0, line.value_span.1)
}

/// An env file that sets variables which the project lacks, and that docker compose does not read.
#[derive(Clone, Debug)]
pub(crate) struct NotLoaded {
    /// Its path.
    pub(crate) path: PathBuf,
    /// The lines for variables that are not set, by name.
    pub(crate) lines: Vec<(String, Place)>,
    /// Whether it would be read if no `--env-file` was given.
    pub(crate) is_default: bool,
}

/// How many variables the env file of another project has to set to be meant for this one, too.
const FEWEST_SHARED: usize = 3;

/// The env file near a project that sets what it lacks.
pub(crate) fn not_loaded(facts: &Facts<'_>) -> Option<NotLoaded> {
    let unset: Vec<&str> =
        facts.blanks().iter().filter(|blank| blank.emptied.is_none()).map(|blank| blank.name).collect();
    if unset.is_empty() {
        return None;
    }
    let directory = &facts.project.directory;
    let above = directory.ancestors().skip(1).take(3).take_while(|above| above.starts_with(&facts.root));
    let of_files = facts.project.files.iter().filter_map(|file| facts.sources.path(*file).parent().map(PathBuf::from));
    let mut seen: Vec<PathBuf> = Vec::new();
    for near in [directory.clone()].into_iter().chain(of_files).chain(above.map(PathBuf::from)) {
        let path = near.join(".env");
        if seen.contains(&path) || facts.sources.kind(&path) != PathKind::File {
            continue;
        }
        seen.push(path.clone());
        let Ok(file) = facts.sources.glancing().load(&path) else { continue };
        if facts.project.environment.files.contains(&file) {
            continue;
        }
        let sets = |line: &DotenvLine| {
            unset.contains(&line.key.as_str()) && line.value.as_deref().is_some_and(|value| !value.is_empty())
        };
        let lines = lines_of(facts, file).into_iter().filter(|line| sets(line));
        let lines: Vec<(String, Place)> = lines.map(|line| (line.key.clone(), place(file, &line))).collect();
        // Next to another project, it is that one's, unless it has most of what this one lacks.
        let is_of_other = near != *directory && facts.has_project(&near);
        let is_own = !is_of_other || lines.len() >= FEWEST_SHARED && 2 * lines.len() >= unset.len();
        if !lines.is_empty() && is_own {
            return Some(NotLoaded { is_default: near == *directory, path, lines });
        }
    }
    None
}

/// The lines of the project's env file that nothing in it uses.
pub(crate) fn unused(facts: &Facts<'_>) -> Vec<(String, Place)> {
    let environment = &facts.project.environment;
    let [file] = environment.files.as_slice() else { return Vec::new() };
    // A container that gets the file, or the directory that it is in, may read it.
    let path = facts.sources.path(*file).to_path_buf();
    let is_given = facts.project.env_files.iter().any(|listed| listed.file == Some(*file));
    let services = || facts.model.services.values().chain(facts.model.disabled.values());
    let is_mounted = services()
        .flat_map(|service| &service.mounts)
        .any(|mount| mount.source.as_ref().is_some_and(|source| path.starts_with(&source.value)));
    let is_built = services()
        .filter_map(|service| service.build.as_ref()?.context.as_ref())
        .any(|context| path.starts_with(&context.value));
    if is_given || is_mounted || is_built {
        return Vec::new();
    }
    let lines = lines_of(facts, *file);
    let is_used = |name: &str| {
        facts.project.references.iter().any(|one| one.name == name)
            || services().any(|service| service.environment.contains_key(name))
            || lines.iter().any(|line| line.uses.iter().any(|usage| usage.name == name))
            || environment.state(name) == VariableState::Unset
    };
    let is_of_docker =
        |name: &str| name.starts_with("COMPOSE_") || name.starts_with("DOCKER_") || name.starts_with("BUILDKIT_");
    let unused = lines.iter().filter(|line| !line.key.is_empty() && !is_of_docker(&line.key) && !is_used(&line.key));
    unused.map(|line| (line.key.clone(), place(*file, line))).collect()
}
