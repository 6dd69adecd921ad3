//! Which files make a project: what docker compose would load in a directory, and every project in a tree.

pub(crate) mod invocations;
mod near;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

pub(crate) use near::{directories_mentioning, files_near, may_be_compose};

use crate::budget::Budget;
use crate::compose::load::environment::Environment;
use crate::compose::{Outside, ProjectEntry};
use crate::config::Pattern;
use crate::source::Place;
use crate::source::{EntryKind, PathKind, SourceDb, normalize};

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

/// What surrounds a run: where it is, and the variables that no file sets.
#[derive(Clone, Debug)]
pub(crate) struct RunSurroundings {
    /// The working directory.
    pub(crate) directory: PathBuf,
    /// Variables of the process or the machine.
    pub(crate) variables: Vec<(String, String)>,
}

/// The project that docker compose would load with these options in this place; `None` where it finds no file.
pub(crate) fn selected(
    sources: &SourceDb,
    selection: &ProjectSelection,
    around: &RunSurroundings,
) -> Option<ProjectEntry> {
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
    Some(ProjectEntry {
        files,
        env_files,
        directory,
        name: selection.name.clone(),
        profiles: selection.profiles.clone(),
        variables: around.variables.clone(),
        outside: Outside::default(),
    })
}

impl RunSurroundings {
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
fn named_by_environment(
    sources: &SourceDb,
    env_files: &[Vec<PathBuf>],
    around: &RunSurroundings,
) -> Option<Vec<PathBuf>> {
    let mut environment = Environment::default();
    for (name, value) in &around.variables {
        environment.force(name, value.clone());
    }
    for group in env_files {
        // What is wrong with these files is reported when the project is loaded.
        environment.read(sources, group, Place::start(), &Budget::default());
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

/// The file that a plain `docker compose up` loads first in a directory.
pub(crate) fn base_of(sources: &SourceDb, directory: &Path) -> Option<PathBuf> {
    default_files(sources, directory)?.into_iter().next()
}

/// `PWD` is the directory that a person is in to start the project.
pub(crate) fn in_directory(around: &RunSurroundings, directory: &Path) -> Vec<(String, String)> {
    let mut variables = around.variables.clone();
    for (name, value) in &mut variables {
        if name == "PWD" {
            *value = directory.display().to_string();
        }
    }
    variables
}

/// A file as a project of its own, with the environment of its directory.
pub(crate) fn alone(sources: &SourceDb, file: &Path, around: &RunSurroundings) -> Option<ProjectEntry> {
    let directory = parent(file);
    let around = RunSurroundings { variables: in_directory(around, &directory), directory };
    let files = vec![file.to_path_buf()];
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
/// directory where the run is, if the project is below it, or else the project's own.
pub(crate) fn repository(sources: &SourceDb, directory: &Path, here: &Path) -> PathBuf {
    match sources.repository(directory) {
        Some(root) => root,
        None if directory.starts_with(here) => here.to_path_buf(),
        None => directory.to_path_buf(),
    }
}

/// Whether what has the name of a Compose file is to be judged. Through a link, docker compose loads it, too; where that
/// leads to another such file, it is judged there. That a file is a pipe is found when it is read.
pub(crate) fn is_file(sources: &SourceDb, path: &Path, kind: EntryKind) -> bool {
    match kind {
        EntryKind::File | EntryKind::Other => true,
        EntryKind::Directory => false,
        EntryKind::Link => match (sources.kind(path), sources.refusal(path)) {
            (PathKind::File, Some(refusal)) => {
                sources.note_unread(path, refusal);
                false
            }
            (PathKind::File, None) => !is_compose_name(&sources.leads_to(path)),
            _ => false,
        },
    }
}

/// Whether a file's name says that it is a Compose file: YAML, with `compose` as a word of its name. Workflows and pipelines
/// may be called like that, too.
pub fn is_compose_name(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let is_yaml = ["yml", "yaml"].iter().any(|yaml| ending.eq_ignore_ascii_case(yaml));
    let is_pipeline = |part: &OsStr| part == ".github" || part == ".circleci";
    let has = |wanted: &str| stem.split(['.', '-', '_', ' ']).any(|word| word.eq_ignore_ascii_case(wanted));
    // `rancher-compose.yml` has keys of Rancher alone.
    is_yaml && !has("rancher") && has("compose") && !path.iter().any(is_pipeline)
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
        check("rancher-compose.yml", false);
        check("composer.yaml", false);
        check("Docker-COMPOSE.YAML", true);
        check(".yml", false);
        check("compose.json", false);
        check(".github/workflows/docker-compose.yml", false);
    }
}
