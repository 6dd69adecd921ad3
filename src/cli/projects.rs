//! `plimsoll projects`: how the projects of a repository are started.

use std::path::Path;

use super::arguments::{Projects, ProjectsFormat};
use super::{Answer, Surroundings, find_config, names};
use crate::config::Config;
use crate::discover::invocations::{Configured, discover};
use crate::render::{projects_json, projects_text};
use crate::rules::Document;
use crate::source::Place;
use crate::source::{NodeId, PathKind, SourceDb, Span, normalize};
use crate::yaml::{NodeKind, parse};

/// Lists the projects in a directory; all of its repository is searched for commands that start them.
pub(super) fn list(
    arguments: &Projects,
    surroundings: &Surroundings,
    documents: &[&'static Document],
) -> Result<Answer, String> {
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
    let config = find_config(&sources, &below, &names(documents))?;
    let configured = config.map(|config| configured(&sources, &config)).unwrap_or_default();
    let all = discover(&sources, &root, &configured);
    let output = match arguments.format {
        ProjectsFormat::Text => projects_text(&all, &sources, &below),
        ProjectsFormat::Json => projects_json(&all, &sources, &below),
    };
    Ok(Answer::output(output))
}

/// The projects of a configuration, each with where it is named.
fn configured(sources: &SourceDb, config: &Config) -> Vec<Configured> {
    let places = places(sources, &config.path);
    let projects = config.projects.iter().enumerate();
    projects
        .map(|(at, project)| Configured {
            files: project.files.clone(),
            env_files: project.env_files.clone(),
            profiles: project.profiles.clone(),
            name: project.name.clone(),
            directory: project.directory.clone(),
            place: places.get(at).copied().unwrap_or_else(|| start_of(sources, &config.path)),
        })
        .collect()
}

/// The places of the items of `projects`.
fn places(sources: &SourceDb, path: &Path) -> Vec<Place> {
    let Ok(file) = sources.load(path) else { return Vec::new() };
    let (tree, _) = parse(file, &sources.file(file).text);
    let projects = tree.documents.first().and_then(|root| tree.get(*root, "projects"));
    match projects.and_then(|node| tree.follow(node)).map(|(_, node)| &node.kind) {
        Some(NodeKind::Sequence(items, _)) => items.iter().map(|item| tree.place(*item)).collect(),
        _ => Vec::new(),
    }
}

fn start_of(sources: &SourceDb, path: &Path) -> Place {
    let file = sources.load(path).unwrap_or_default();
    Place { span: Span { file, start: 0, end: 0 }, node: NodeId::new(0) }
}
