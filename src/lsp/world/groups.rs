//! Open documents by the configuration that holds for them: each group is one run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::{EditorProject, EditorWorld, configuration};
use crate::config::{ConfigError, Date, find_path};
use crate::lsp::issues::ConfigurationMistake;
use crate::source::days_since_1970;
use crate::workspace::{Memory, Request, Selection};

/// Documents that are judged together.
pub(super) struct Group {
    pub(super) paths: Vec<PathBuf>,
    pub(super) request: Request,
    pub(super) memory: Rc<Memory>,
    pub(super) projects: Vec<EditorProject>,
    /// What is wrong with its configuration.
    pub(super) mistakes: Vec<ConfigurationMistake>,
    key: Key,
}

/// The directory that paths are named from, and the configuration.
type Key = (PathBuf, Option<PathBuf>);

/// The groups of what is open. The memory of a group that was there before goes on, unless its configuration has changed.
pub(super) fn groups(world: &mut EditorWorld) -> Vec<Group> {
    let before = std::mem::take(&mut world.groups);
    let mut paths: BTreeMap<Key, Vec<PathBuf>> = BTreeMap::new();
    for path in world.documents.keys() {
        let key = (directory(world, path), find_path(&world.sources, path));
        paths.entry(key).or_default().push(path.clone());
    }
    let mut before: Vec<Group> = before;
    let world = &*world;
    let made = paths.into_iter().map(|(key, paths)| {
        let known = before.iter().position(|group| group.key == key).map(|at| before.swap_remove(at));
        let (config, errors) = match &key.1 {
            Some(path) => configuration(&world.sources, path),
            None => (None, Vec::new()),
        };
        let is_same = known.as_ref().is_some_and(|group| group.request.config == config);
        let memory = match known {
            Some(group) if is_same => group.memory,
            _ => Rc::new(Memory::with_trees(Arc::clone(&world.trees))),
        };
        let settings = &world.settings;
        let selection = Selection {
            strict: settings.strict,
            style: settings.style,
            preview: settings.preview,
            ..Selection::default()
        };
        let request = Request {
            directory: key.0.clone(),
            buffer: paths.first().cloned(),
            paths: paths.clone(),
            config,
            selection,
            today: Some(Date::from_days(days_since_1970())),
            ..Request::default()
        };
        let mistakes = errors.iter().filter_map(|error| mistake(world, error)).collect();
        Group { paths, request, memory, projects: Vec::new(), mistakes, key }
    });
    made.collect()
}

/// Where paths are named from: the folder of the workspace that a file is in, or else its repository or directory.
fn directory(world: &EditorWorld, path: &Path) -> PathBuf {
    let around = world.folders.iter().filter(|folder| path.starts_with(folder));
    let folder = around.max_by_key(|folder| folder.components().count()).cloned();
    let own = path.parent().unwrap_or(path);
    folder.or_else(|| world.sources.repository(own)).unwrap_or_else(|| own.to_path_buf())
}

/// A mistake in a configuration, where it is.
fn mistake(world: &EditorWorld, error: &ConfigError) -> Option<ConfigurationMistake> {
    let file = world.sources.load(&error.path).ok()?;
    let source = world.sources.file(file);
    let (line, column) = error.at.unwrap_or((1, 1));
    let start = source.line_start(u32::try_from(line).ok()?);
    let text = source.text.get(start as usize..)?.lines().next().unwrap_or_default();
    let skipped = text.char_indices().nth(usize::try_from(column).ok()?.saturating_sub(1));
    let from = skipped.map_or(text.len(), |(at, _)| at);
    let stretch = (start + from as u32, start + text.trim_end().len() as u32);
    Some(ConfigurationMistake { path: error.path.clone(), stretch, message: error.message.clone() })
}
