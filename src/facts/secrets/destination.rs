//! Where a secret that leaves a Compose file goes: the env file, its example, and the ignore file that keeps it out of git.

use std::path::PathBuf;

use super::secret_files::lines_of;
use crate::facts::Facts;
use crate::facts::environment::env_examples::example_for;
use crate::source::{FileId, InGit};

/// A file, which may not be there yet.
#[derive(Clone, Debug)]
pub(crate) struct TargetFile {
    /// Its path.
    pub(crate) path: PathBuf,
    /// The file, if it is there.
    pub(crate) file: Option<FileId>,
    /// The names that it sets.
    pub(crate) names: Vec<String>,
}

/// Where a secret goes.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// The env file.
    pub(crate) env_file: TargetFile,
    /// The example that stands in for it.
    pub(crate) example: TargetFile,
    /// The ignore file that must get a line, and that line.
    pub(crate) ignore: Option<(TargetFile, String)>,
}

/// Where the secrets of a project go; nothing where its env file is in the repository.
pub(crate) fn destination(facts: &Facts<'_>) -> Option<Destination> {
    let project = facts.project;
    let environment = &project.environment;
    let read = environment.files.last().map(|file| facts.sources.path(*file).to_path_buf());
    let absent = environment.outside.absent.last().cloned();
    let path = read.or(absent).unwrap_or_else(|| project.directory.join(".env"));
    let git = facts.sources.in_git(&path);
    if git == InGit::Tracked || !path.starts_with(&facts.root) {
        return None;
    }
    let own = environment.outside.examples.last().cloned();
    let example = own.or_else(|| example_for(&path, &Default::default(), facts.sources));
    let name = path.file_name()?.to_string_lossy().into_owned();
    let example = example.unwrap_or_else(|| path.with_file_name(format!("{name}.example")));
    let ignore = match git {
        InGit::Untracked => {
            let root = facts.sources.repository(path.parent()?)?;
            let target = target(facts, root.join(".gitignore"));
            Some((target, name))
        }
        InGit::Tracked | InGit::Ignored | InGit::Nowhere => None,
    };
    Some(Destination { env_file: target(facts, path), example: target(facts, example), ignore })
}

/// The ignore file that keeps a path out of git, and the line that does.
pub(crate) fn ignore_line(facts: &Facts<'_>, path: &std::path::Path) -> Option<(TargetFile, String)> {
    let root = facts.sources.repository(path.parent()?)?;
    let inside = path.strip_prefix(&root).ok()?;
    let line = format!("/{}", inside.to_string_lossy());
    let is_plain = line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    is_plain.then(|| (target(facts, root.join(".gitignore")), line))
}

fn target(facts: &Facts<'_>, path: PathBuf) -> TargetFile {
    let file = facts.sources.load(&path).ok();
    let names = file.map(|file| lines_of(facts, file).into_iter().map(|line| line.key).collect()).unwrap_or_default();
    TargetFile { path, file, names }
}
