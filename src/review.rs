//! `check --config-from`: the configuration, baseline and suppressions of a reviewed revision.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::collections::HashMap;
use crate::config::{self, Config, FILE_NAMES, loosened};
use crate::report::reviewed::Reviewed;
use crate::rules;
use crate::source::git::{Git, GitChange};
use crate::source::{PathKind, SourceDb, normalize, relative};
use crate::workspace;
use crate::workspace::Request;
use crate::yaml::Trees;

/// The files of a revision. The configuration and the baseline of it are laid over those of the working tree.
///
/// # Errors
/// In words for people: no git, no repository, no such revision, or a mistake in the configuration of the revision.
pub(crate) fn reviewed(
    sources: &SourceDb,
    request: &Request,
    start: &Path,
    revision: &str,
    baseline: Option<&Path>,
) -> Result<Reviewed, String> {
    let directory = start.ancestors().find(|directory| sources.kind(directory) == PathKind::Directory);
    let git = Git::at(directory.unwrap_or(&request.directory))?;
    let changes = git.changes(&git.commit(revision)?)?;
    let then = SourceDb::new();
    for (path, change) in &changes {
        lay(&then, path, change);
    }
    workspace::enclose(&then, request);
    let noting = then.noting();
    let config = config::find(&noting, start, rules::options).map_err(|errors| format!("at `{revision}`: {errors}"))?;
    let baseline = baseline.map(|path| normalize(&request.directory.join(path)));
    let mut settings: BTreeSet<PathBuf> = noting.into_loaded().iter().map(Path::to_path_buf).collect();
    settings.extend(baseline.clone());
    if let Some(linked) = settings.iter().find(|path| then.kind(path) == PathKind::File && then.is_linked(path)) {
        let name = relative(&request.directory, linked);
        return Err(format!("{name}: a symbolic link leads to it, so what it was at `{revision}` is not known"));
    }
    let is_setting = |path: &PathBuf| is_configuration(path) || settings.contains(path);
    let changed: Vec<&(PathBuf, GitChange)> = changes
        .iter()
        .filter(|(path, change)| match change {
            GitChange::Renamed(from, _) => is_setting(path) || is_setting(from),
            _ => is_setting(path),
        })
        .collect();
    let mut reviewed =
        Reviewed { sources: then, trees: Trees::default(), revision: revision.to_owned(), ..Reviewed::default() };
    if !changed.is_empty() {
        let name = |path: &Path| relative(&request.directory, path);
        reviewed.notes = notes(&reviewed, config.as_ref(), config::find(sources, start, rules::options), &name);
    }
    if let Some((path, _)) = changed.iter().find(|(path, _)| Some(path) == baseline.as_ref()) {
        let name = relative(&request.directory, path);
        reviewed.notes.push(format!("{name}: not as at `{revision}`, whose findings are the known ones"));
    }
    for (path, change) in changed {
        lay(sources, path, change);
    }
    reviewed.renamed = renamed(changes);
    Ok(reviewed)
}

/// Makes a path as it was before a change.
fn lay(sources: &SourceDb, path: &Path, change: &GitChange) {
    match change {
        GitChange::Added => sources.hide(path),
        GitChange::Modified(text) | GitChange::Deleted(text) => sources.lay(path, text.clone()),
        GitChange::Renamed(from, text) => {
            sources.hide(path);
            sources.lay(from, text.clone());
        }
    }
}

fn renamed(changes: Vec<(PathBuf, GitChange)>) -> HashMap<PathBuf, PathBuf> {
    let pairs = changes.into_iter().filter_map(|(path, change)| match change {
        GitChange::Renamed(from, _) => Some((path, from)),
        _ => None,
    });
    pairs.collect()
}

fn is_configuration(path: &Path) -> bool {
    FILE_NAMES.iter().any(|name| path.file_name() == Some(name.as_ref()))
}

fn notes(
    reviewed: &Reviewed,
    then: Option<&Config>,
    now: Result<Option<Config>, config::ConfigErrors>,
    name: &dyn Fn(&Path) -> String,
) -> Vec<String> {
    let none = Config::default();
    match now {
        Ok(now) => {
            let now = now.unwrap_or_default();
            let file = if now.path.as_os_str().is_empty() {
                FILE_NAMES.first().unwrap_or(&"").to_string()
            } else {
                name(&now.path)
            };
            let clauses = loosened(then.unwrap_or(&none), &now).into_iter();
            clauses.map(|clause| reviewed.note(&format!("{file}: {clause}"))).collect()
        }
        Err(errors) => errors.to_string().lines().map(|line| reviewed.note(line)).collect(),
    }
}
