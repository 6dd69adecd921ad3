//! `plimsoll projects`: how the projects of a repository are started.

use std::path::Path;

use super::arguments::{Projects, ProjectsFormat};
use super::{Answer, Surroundings, find_config};
use crate::render::{projects_json, projects_text};
use crate::source::{PathKind, SourceDb, normalize};
use crate::workspace::invocations_in;
use crate::yaml::Trees;

/// Lists the projects in a directory; all of its repository is searched for commands that start them.
pub(super) fn list(arguments: &Projects, surroundings: &Surroundings) -> Result<Answer, String> {
    let sources = SourceDb::new();
    let given = arguments.path.as_deref().unwrap_or(Path::new("."));
    let below = normalize(&surroundings.directory.join(given));
    match sources.kind(&below) {
        PathKind::Directory => {}
        PathKind::File => return Err(format!("{}: is not a directory", given.display())),
        PathKind::Missing => return Err(format!("{}: no such directory", given.display())),
    }
    let root = sources.repository(&below).unwrap_or_else(|| match below.starts_with(&surroundings.directory) {
        true => surroundings.directory.clone(),
        false => below.clone(),
    });
    sources.fence(std::slice::from_ref(&root));
    let config = find_config(&sources, &below)?;
    let all = invocations_in(&sources, &Trees::default(), &root, &config.unwrap_or_default());
    let output = match arguments.format {
        ProjectsFormat::Text => projects_text(&all, &sources, &below),
        ProjectsFormat::Json => projects_json(&all, &sources, &below),
    };
    Ok(Answer::output(output))
}
