//! Configurations that may put the data of a server elsewhere.

use std::path::Path;

use super::datastores::Unkept;
use super::mounts::is_inside;
use crate::catalogue::schema::Moving;
use crate::model::{Mount, MountKind, Service};
use crate::source::SourceDb;

/// Whether the configuration of a server that keeps nothing moves its data, or is brought by a mount and not here to say so.
pub(crate) fn may_move(unkept: &Unkept<'_>, sources: &SourceDb) -> bool {
    let data = unkept.image.data.iter().filter(|data| data.path == unkept.path);
    data.flat_map(|data| &data.moved_in).any(|moving| moves(unkept.service, &unkept.path, moving, sources))
}

fn moves(service: &Service, path: &str, moving: &Moving, sources: &SourceDb) -> bool {
    let brings = |mount: &&Mount| is_inside(&moving.file, &mount.target.value);
    let Some(mount) = service.mounts.iter().rev().find(brings) else { return false };
    let MountKind::Bind(source) = &mount.kind else { return true };
    let rest = moving.file.strip_prefix(mount.target.value.trim_end_matches('/')).unwrap_or("");
    let file = Path::new(source).join(rest.trim_start_matches('/'));
    let file = if rest.is_empty() { Path::new(source) } else { &file };
    let Ok(id) = sources.load(file) else { return true };
    let text = sources.file(id);
    let set = |line: &str| {
        let value = line.trim().strip_prefix(moving.setting.as_str())?.trim_start();
        Some(value.strip_prefix(['=', ':']).unwrap_or(value).trim().trim_end_matches('/').to_owned())
    };
    text.text.lines().filter_map(set).any(|value| value != path)
}
