//! Adds a tag in front of a value.

use super::{Edit, Files};
use crate::source::Place;
use crate::yaml::NodeKind;

/// Puts a tag (`!reset`, `!override`) in front of the value of a key. `None` where it has one, or an anchor, or is an alias.
pub(crate) fn tag(files: Files<'_>, key: Place, tag: &str) -> Option<Vec<Edit>> {
    let open = files.open(key.span.file)?;
    let path = open.path(key.node)?;
    let holder = path.last()?.holder;
    let value = open.pairs(holder).iter().find(|pair| pair.key == key.node)?.value;
    let node = open.node(value)?;
    let is_taken = node.tag().is_some() || node.anchor().is_some() || matches!(node.kind, NodeKind::Alias(_));
    if is_taken || open.is_shared(key.node, &path) {
        return None;
    }
    let colon = open.colon(key.node)?;
    Some(vec![open.insertion(colon + 1, format!(" {tag}"))])
}
