//! Which files make a project: what docker compose would load, and for a tree, every project in it.

pub(crate) mod invocations;
mod near;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

pub(crate) use near::{directories_mentioning, files_near, may_be_compose};

use crate::compose::Entry;
use crate::compose::load::environment::Environment;
use crate::config::Pattern;
use crate::finding::{Finding, Severity};
use crate::source::Place;
use crate::source::{EntryKind, NodeId, PathKind, SourceDb, Span, Walk, normalize};

/// The names that docker compose looks for, the one that wins first (compose-go 2.9.1, `DefaultFileNames`).
pub(crate) const BASE_NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The names that it merges over them (`DefaultOverrideFileNames`).
pub(crate) const OVERRIDE_NAMES: [&str; 4] =
    ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// What the command line says about one project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProjectSelection {
    /// `-f`, in order.
    pub(crate) files: Vec<PathBuf>,
    /// `--env-file`, in order.
    pub(crate) env_files: Vec<PathBuf>,
    /// `--profile`.
    pub(crate) profiles: Vec<String>,
    /// `--project-directory`.
    pub(crate) directory: Option<PathBuf>,
    /// `--project-name`.
    pub(crate) name: Option<String>,
}

/// What surrounds a run: where it stands, and the variables that no file sets.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// The working directory.
    pub(crate) directory: PathBuf,
    /// Variables of the process or the machine.
    pub(crate) variables: Vec<(String, String)>,
}

/// The project that docker compose would load with these options in this place; `None` where it finds no file.
pub(crate) fn selected(sources: &SourceDb, selection: &ProjectSelection, around: &Surroundings) -> Option<Entry> {
    let given: Vec<PathBuf> = selection.files.iter().map(|file| around.absolute(file)).collect();
    let first_directory = match (&selection.directory, given.first()) {
        (Some(directory), _) => around.absolute(directory),
        (None, Some(file)) => parent(file),
        (None, None) => around.directory.clone(),
    };
    let explicit: Vec<PathBuf> = selection.env_files.iter().map(|file| around.absolute(file)).collect();
    let mut env_files = if explicit.is_empty() { default_env(sources, &first_directory) } else { vec![explicit] };
    let files = if given.is_empty() {
        named_by_environment(sources, &env_files, around).or_else(|| found_upwards(sources, &first_directory))?
    } else {
        given
    };
    let directory = match &selection.directory {
        Some(_) => first_directory.clone(),
        None => files.first().map_or(first_directory.clone(), |file| parent(file)),
    };
    if selection.env_files.is_empty() && directory != first_directory {
        env_files.extend(default_env(sources, &directory));
    }
    Some(Entry {
        files,
        env_files,
        directory,
        name: selection.name.clone(),
        profiles: selection.profiles.clone(),
        variables: around.variables.clone(),
    })
}

impl Surroundings {
    fn absolute(&self, path: &Path) -> PathBuf {
        normalize(&self.directory.join(path))
    }
}

fn parent(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("/")).to_path_buf()
}

/// The `.env` of a directory, as a group of its own.
fn default_env(sources: &SourceDb, directory: &Path) -> Vec<Vec<PathBuf>> {
    let dotenv = directory.join(".env");
    match sources.kind(&dotenv) {
        PathKind::File => vec![vec![dotenv]],
        _ => Vec::new(),
    }
}

/// The files that `COMPOSE_FILE` names.
fn named_by_environment(sources: &SourceDb, env_files: &[Vec<PathBuf>], around: &Surroundings) -> Option<Vec<PathBuf>> {
    let mut environment = Environment::default();
    for (name, value) in &around.variables {
        environment.force(name, value.clone());
    }
    for group in env_files {
        // What is wrong with these files is reported when the project is loaded.
        environment.read(sources, group, Place::start());
    }
    let files = environment.value("COMPOSE_FILE")?;
    let separator = environment.value("COMPOSE_PATH_SEPARATOR").filter(|separator| !separator.is_empty());
    let separator = separator.as_deref().unwrap_or(":");
    Some(files.split(separator).map(|file| around.absolute(Path::new(file))).collect())
}

/// The default files of a directory, or of the nearest one above it that has some.
fn found_upwards(sources: &SourceDb, directory: &Path) -> Option<Vec<PathBuf>> {
    directory.ancestors().find_map(|directory| default_files(sources, directory))
}

/// The base file of a directory and its override.
fn default_files(sources: &SourceDb, directory: &Path) -> Option<Vec<PathBuf>> {
    let first = |names: &[&str]| {
        names.iter().map(|name| directory.join(name)).find(|path| sources.kind(path) == PathKind::File)
    };
    let base = first(&BASE_NAMES)?;
    Some(std::iter::once(base).chain(first(&OVERRIDE_NAMES)).collect())
}

/// The Compose files of one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// The directory.
    pub(crate) directory: PathBuf,
    /// The project that `docker compose` without options loads there.
    pub(crate) default: Option<Entry>,
    /// Other Compose files, each a project of its own or laid over the default one.
    pub(crate) others: Vec<PathBuf>,
    /// Those of them that have a name that Compose looks for, and lose against another.
    pub(crate) shadowed: Vec<Shadowed>,
}

/// A file that docker compose passes over, since another one in its directory goes before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shadowed {
    /// The file.
    pub(crate) file: PathBuf,
    /// The one that is loaded.
    pub(crate) winner: PathBuf,
}

impl Shadowed {
    /// The finding, at the start of the file; none where it is the other one once more (a symbolic link, a copy).
    pub(crate) fn finding(&self, sources: &SourceDb) -> Option<Finding> {
        let (file, winner) = (sources.load(&self.file).ok()?, sources.load(&self.winner).ok()?);
        if sources.file(file).text == sources.file(winner).text {
            return None;
        }
        let name = |path: &Path| path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let start = |file| Place { span: Span { file, start: 0, end: 0 }, node: NodeId::new(0) };
        let message = format!("docker compose ignores this file and loads `{}`", name(&self.winner));
        let finding = Finding::new("shadowed-compose-file", Severity::Warning, start(file), "", message)
            .evidence(name(&self.file))
            .label(start(winner), "loaded instead")
            .help("remove one of them, or give this one a descriptive name and load it with `-f`");
        Some(finding)
    }
}

/// Compose files by the directories that they stand in.
pub(crate) fn groups(
    sources: &SourceDb,
    found: impl IntoIterator<Item = PathBuf>,
    around: &Surroundings,
) -> Vec<Group> {
    let mut by_directory: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for file in found {
        by_directory.entry(parent(&file)).or_default().insert(file);
    }
    by_directory.into_iter().map(|(directory, files)| group(sources, directory, &files, around)).collect()
}

fn group(sources: &SourceDb, directory: PathBuf, files: &BTreeSet<PathBuf>, around: &Surroundings) -> Group {
    let around = Surroundings { directory: directory.clone(), variables: in_directory(around, &directory) };
    let has_default = default_files(sources, &directory).is_some()
        || sources.kind(&directory.join(".env")) == PathKind::File && files.iter().any(|file| is_compose_name(file));
    let default = has_default
        .then(|| selected(sources, &ProjectSelection::default(), &around))
        .flatten()
        .filter(|entry| entry.files.iter().any(|file| files.contains(file)));
    let shadowed = shadowed(sources, &directory, files, &around);
    let taken = |file: &PathBuf| default.as_ref().is_some_and(|entry: &Entry| entry.files.contains(file));
    let others = files.iter().filter(|file| !taken(file)).cloned().collect();
    Group { directory, default, others, shadowed }
}

/// The files of a directory that lose against another of the default names. docker compose says so and loads the first;
/// where `COMPOSE_FILE` names the files, there is nothing to lose.
fn shadowed(sources: &SourceDb, directory: &Path, files: &BTreeSet<PathBuf>, around: &Surroundings) -> Vec<Shadowed> {
    let present = |names: [&str; 4]| -> Vec<PathBuf> {
        names.iter().map(|name| directory.join(name)).filter(|path| sources.kind(path) == PathKind::File).collect()
    };
    let bases = present(BASE_NAMES);
    let overrides = if bases.is_empty() { Vec::new() } else { present(OVERRIDE_NAMES) };
    if bases.len() < 2 && overrides.len() < 2
        || named_by_environment(sources, &default_env(sources, directory), around).is_some()
    {
        return Vec::new();
    }
    let losers = |names: Vec<PathBuf>| {
        let mut names = names.into_iter();
        let winner = names.next().unwrap_or_default();
        names.map(move |file| Shadowed { file, winner: winner.clone() })
    };
    losers(bases).chain(losers(overrides)).filter(|one| files.contains(&one.file)).collect()
}

/// `PWD` is the directory that a person stands in to start the project.
fn in_directory(around: &Surroundings, directory: &Path) -> Vec<(String, String)> {
    let mut variables = around.variables.clone();
    for (name, value) in &mut variables {
        if name == "PWD" {
            *value = directory.display().to_string();
        }
    }
    variables
}

/// A file as a project of its own, with the environment of its directory.
pub(crate) fn alone(sources: &SourceDb, file: &Path, around: &Surroundings) -> Option<Entry> {
    over(sources, &[], file, around)
}

/// A file laid over others.
pub(crate) fn over(sources: &SourceDb, below: &[PathBuf], file: &Path, around: &Surroundings) -> Option<Entry> {
    let directory = parent(file);
    let around = Surroundings { variables: in_directory(around, &directory), directory };
    let files = below.iter().cloned().chain([file.to_path_buf()]).collect();
    selected(sources, &ProjectSelection { files, ..ProjectSelection::default() }, &around)
}

/// The `exclude` patterns of a configuration, or the paths of a suppression.
#[derive(Debug)]
pub(crate) struct Exclusion(Vec<Gitignore>);

impl Exclusion {
    /// Patterns, those of each directory together; one that cannot be read excludes nothing.
    pub(crate) fn new(patterns: &[Pattern]) -> Exclusion {
        let same = |one: &Pattern, other: &Pattern| one.directory == other.directory;
        let groups = patterns.chunk_by(same).filter_map(|group| {
            let mut builder = GitignoreBuilder::new(&group.first()?.directory);
            for pattern in group {
                // The configuration was checked when it was read.
                let _ = builder.add_line(None, &pattern.text);
            }
            builder.build().ok()
        });
        Exclusion(groups.collect())
    }

    /// Whether a file is excluded.
    pub(crate) fn matches(&self, path: &Path) -> bool {
        self.0.iter().any(|patterns| {
            path.starts_with(patterns.path()) && patterns.matched_path_or_any_parents(path, false).is_ignore()
        })
    }
}

/// The root of the repository that a directory is in: the nearest one above it with `.git`. Without one it is the
/// directory where the run stands, if the project is below it, or else the project's own.
pub(crate) fn repository(sources: &SourceDb, directory: &Path, here: &Path) -> PathBuf {
    match sources.repository(directory) {
        Some(root) => root,
        None if directory.starts_with(here) => here.to_path_buf(),
        None => directory.to_path_buf(),
    }
}

/// The Compose files below a directory; what git ignores and `.git` are passed over. `here` is the directory where the run
/// stands.
pub(crate) fn files_below(sources: &SourceDb, directory: &Path, here: &Path) -> Vec<PathBuf> {
    let files = Walk::new(sources, directory, here).filter(|(_, kind)| *kind == EntryKind::File);
    let found = files.map(|(path, _)| path).filter(|path| is_compose_name(path)).collect();
    sources.as_laid(found, directory).into_iter().filter(|path| is_compose_name(path)).collect()
}

/// Whether a file's name says that it is a Compose file: YAML, with `compose` as a word of its name.
pub fn is_compose_name(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let name = name.to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else { return false };
    stem.split(['.', '-', '_', ' ']).any(|word| word == "compose")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_compose_files() {
        let check = |name: &str, expect: bool| assert_eq!(is_compose_name(Path::new(name)), expect, "{name}");
        check("compose.yaml", true);
        check("docker-compose.prod.yml", true);
        check("docker-compose-gpu.yaml", true);
        check("dev.compose.yml", true);
        check("docker_compose.yml", true);
        check("decompose.yml", false);
        check("composer.yaml", false);
        check("compose.json", false);
    }
}
