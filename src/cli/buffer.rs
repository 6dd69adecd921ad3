//! Files that are named: the unsaved text of an editor (`check --stdin-filename FILE -`), a configuration, what no
//! project uses.

use std::path::{Path, PathBuf};

use super::arguments::CheckArguments;
use crate::config;
use crate::source::{PathKind, SourceDb, normalize, relative, standard_input};
use crate::workspace::Request;

/// What stands for standard input on the command line.
const STANDARD_INPUT: &str = "-";

/// How many files that no project uses are named.
const NAMED: usize = 3;

/// The file whose unsaved text standard input is, laid over it, and the paths of the request.
pub(super) fn asked(
    sources: &SourceDb,
    arguments: &CheckArguments,
    directory: &Path,
) -> Result<(Option<PathBuf>, Vec<PathBuf>), String> {
    let buffer = lay(sources, arguments, directory)?;
    let paths = match &buffer {
        Some(path) => vec![path.clone()],
        None => paths(sources, &arguments.paths, directory),
    };
    Ok((buffer, paths))
}

/// Lays standard input over the file that it is the text of, and gives the path of that file; `None` where the command
/// line does not ask for it.
fn lay(sources: &SourceDb, arguments: &CheckArguments, directory: &Path) -> Result<Option<PathBuf>, String> {
    let is_input = |path: &PathBuf| path == Path::new(STANDARD_INPUT);
    let Some(name) = &arguments.stdin_filename else {
        return match arguments.paths.iter().any(is_input) {
            true => Err("`-` reads standard input: pass the name of the file with --stdin-filename".to_owned()),
            false => Ok(None),
        };
    };
    if !matches!(arguments.paths.as_slice(), [only] if is_input(only)) {
        return Err("--stdin-filename requires `-` as the only path".to_owned());
    }
    let path = normalize(&directory.join(name));
    if sources.kind(&path) == PathKind::Directory {
        return Err(format!("{}: is a directory", name.display()));
    }
    let text = standard_input().map_err(|error| format!("standard input: {error}"))?;
    sources.overlay(&path, text);
    Ok(Some(path))
}

/// The paths of a request. A configuration stands for the directory that it is about.
fn paths(sources: &SourceDb, given: &[PathBuf], directory: &Path) -> Vec<PathBuf> {
    let about = |path: &PathBuf| {
        let is_configuration = config::FILE_NAMES.iter().any(|name| path.file_name() == Some(name.as_ref()));
        let path = normalize(&directory.join(path));
        let about = path.parent().filter(|_| is_configuration && sources.kind(&path) == PathKind::File);
        about.map(Path::to_path_buf)
    };
    given.iter().map(|path| about(path).unwrap_or_else(|| path.clone())).collect()
}

/// What is said of files that no project uses; nothing to an editor, which asks about every file.
pub(super) fn unused(files: &[PathBuf], request: &Request) -> Option<String> {
    if files.is_empty() || request.buffer.is_some() {
        return None;
    }
    let named: Vec<String> = files.iter().take(NAMED).map(|path| relative(&request.directory, path)).collect();
    let others = match files.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("no project uses {}{others}", named.join(", ")))
}
