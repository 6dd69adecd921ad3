//! `plimsoll projects`: how the projects of a repository are started.

use std::path::Path;

use super::arguments::{Projects, ProjectsFormat};
use super::{BROKEN, CLEAN, CommandOutcome, Surroundings, complaint, find_config};
use crate::render::{projects_json, projects_text};
use crate::source::{LoadError, PathKind, SourceDb, normalize, relative};
use crate::workspace::invocations_in;
use crate::yaml::Trees;

/// Lists the projects in a directory; all of its repository is searched for commands that start them.
pub(super) fn list(arguments: &Projects, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let given = arguments.path.as_deref().unwrap_or(Path::new("."));
    let below = normalize(&surroundings.directory.join(given));
    sources.enclose(&surroundings.directory, std::slice::from_ref(&below), &[]);
    match sources.kind(&below) {
        PathKind::Directory => {}
        PathKind::File => return Err(format!("{}: is not a directory", given.display())),
        PathKind::Outside => return Err(format!("{}: {}", given.display(), LoadError::Outside)),
        PathKind::Missing => return Err(format!("{}: no such directory", given.display())),
    }
    let root = sources.repository(&below).unwrap_or_else(|| match below.starts_with(&surroundings.directory) {
        true => surroundings.directory.clone(),
        false => below.clone(),
    });
    let config = find_config(&sources, &below)?;
    let all = invocations_in(&sources, &Trees::default(), &root, &config.unwrap_or_default());
    let output = match arguments.format {
        ProjectsFormat::Text => projects_text(&all, &sources, &below),
        ProjectsFormat::Json => projects_json(&all, &sources, &below),
    };
    // What could not be read may start more of them.
    let unread = sources.unread().into_iter().filter(|(path, _)| path.starts_with(&root));
    let lines = unread
        .map(|(path, error)| complaint(&format!("{}: not read: {error}", relative(&surroundings.directory, &path))));
    let errors: String = lines.collect();
    let code = if errors.is_empty() { CLEAN } else { BROKEN };
    Ok(CommandOutcome { output, errors, code, ..CommandOutcome::default() })
}
