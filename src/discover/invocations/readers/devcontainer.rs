//! devcontainer.json: `dockerComposeFile`.

use super::super::Purpose;
use super::super::command::Compose;
use super::super::context::ReaderContext;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::yaml::Yaml;
use crate::source::FileId;

/// Reads the files of a devcontainer, relative to its own directory.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let yaml = Yaml::from_json(context.repository.sources, file);
    let Some(root) = yaml.root() else { return };
    let Some(node) = yaml.get(root, &["dockerComposeFile"]) else { return };
    let files: Option<Vec<String>> =
        yaml.many(Some(node)).into_iter().map(|item| Some(yaml.text(item)?.to_owned())).collect();
    let Some(files) = files.filter(|files| !files.is_empty()) else { return };
    let at = yaml.key_start(root, "dockerComposeFile");
    let mut site = Site::at(split(path).0).with_purpose(Purpose::Develop);
    site.by_hand = false;
    let tracer = Tracer::new(context, site);
    let command = Compose { files, starts: true, ..Compose::default() };
    tracer.find_at(command, file, (at, at + 17), &World::new());
}
