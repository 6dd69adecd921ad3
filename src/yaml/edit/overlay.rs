//! Moves edits of a Compose file into one that is read after it.

use super::insert::{add_entry, add_to_section, form};
use super::write::{Content, ScalarPosition, flat};
use super::{Edit, Files, all, applied};
use crate::source::{FileId, NodeId, Place};
use crate::yaml::{NodeKind, Pair, ResolvedScalar, ScalarStyle, Tree, parse, resolve_plain};

/// Edits of a file that an invocation reads last, which do there what the given edits of one file before it do: `!reset`
/// takes away a key that they remove, `!override` replaces a list or mapping that they change. `None` where they do more
/// than change keys of services and add entries at top level, or where the last file says something of such a key itself.
pub(crate) fn in_overlay(files: Files<'_>, overlay: FileId, edits: &[Edit]) -> Option<Vec<Edit>> {
    let base = edits.first()?.span.file;
    if base == overlay || edits.iter().any(|edit| edit.span.file != base) {
        return None;
    }
    let open = files.open(base)?;
    let text = applied(open.text(), edits.iter().collect())?;
    let (tree, problems) = parse(base, &text);
    if !problems.is_empty() {
        return None;
    }
    let before = FileVersion { tree: open.tree(), text: open.text() };
    let after = FileVersion { tree: &tree, text: &text };
    let mut moved = Vec::new();
    for section in changed(before, Some(before.root()?), after, after.root()?)? {
        for entry in changed(before, section.before, after, section.after?)? {
            moved.push(if section.key == "services" {
                let keys = changed(before, entry.before, after, entry.after?)?;
                add_to_service(files, overlay, &entry.key, &new_keys(files, overlay, after, &keys)?)
            } else if entry.before.is_none() {
                let content = after.content(entry.after?)?;
                add_to_section(files, root_of(files, overlay)?, &section.key, &entry.key, &content)
            } else {
                None
            });
        }
    }
    all(moved)
}

/// A text and its tree.
#[derive(Clone, Copy)]
struct FileVersion<'a> {
    tree: &'a Tree,
    text: &'a str,
}

/// A key of a mapping whose value is not what it was.
struct ChangedKey {
    key: String,
    before: Option<NodeId>,
    after: Option<NodeId>,
}

impl<'a> FileVersion<'a> {
    fn root(self) -> Option<NodeId> {
        match self.tree.documents.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    fn written(self, id: NodeId) -> Option<&'a str> {
        let node = self.tree.node(id)?;
        self.text.get(node.start as usize..node.end as usize)
    }

    /// The entries of a mapping; `None` where it is none, or where a merge key brings more.
    fn entries(self, id: NodeId) -> Option<Vec<(&'a str, NodeId)>> {
        let node = self.tree.node(id)?;
        let NodeKind::Mapping(pairs, _) = &node.kind else { return None };
        let entry = |pair: &Pair| Some((self.tree.text(pair.key)?, pair.value));
        pairs.iter().map(entry).collect()
    }

    /// A value to write elsewhere; `None` where it has a tag or an anchor, or refers to one.
    fn content(self, id: NodeId) -> Option<Content> {
        let node = self.tree.node(id)?;
        if node.tag().is_some() || node.anchor().is_some() {
            return None;
        }
        match &node.kind {
            NodeKind::Scalar(text, ScalarStyle::Plain) if resolve_plain(text) != ResolvedScalar::Text => {
                Some(if text.is_empty() { Content::Empty } else { Content::Word(text.to_string()) })
            }
            NodeKind::Scalar(_, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
                if !self.written(id)?.contains('\n') =>
            {
                self.written(id).map(|written| Content::Word(written.to_owned()))
            }
            NodeKind::Scalar(text, _) => Some(Content::text(text.to_string())),
            NodeKind::Sequence(items, _) => {
                items.iter().map(|item| self.content(*item)).collect::<Option<_>>().map(Content::List)
            }
            NodeKind::Mapping(..) => {
                let entries = self.entries(id)?;
                let entry = |(key, value): (&str, NodeId)| Some((key.to_owned(), self.content(value)?));
                entries.into_iter().map(entry).collect::<Option<_>>().map(Content::Map)
            }
            _ => None,
        }
    }
}

/// The keys of a mapping whose values are written otherwise than before. Values that are written in the same way are not
/// looked into, so that anchors elsewhere are no hindrance.
fn changed(
    before: FileVersion<'_>,
    old: Option<NodeId>,
    after: FileVersion<'_>,
    new: NodeId,
) -> Option<Vec<ChangedKey>> {
    let old = old.map_or(Some(Vec::new()), |old| before.entries(old))?;
    let new = after.entries(new)?;
    let find = |entries: &[(&str, NodeId)], key: &str| entries.iter().find(|(own, _)| *own == key).map(|(_, id)| *id);
    let mut keys: Vec<&str> = old.iter().chain(&new).map(|(key, _)| *key).collect();
    keys.sort_unstable();
    keys.dedup();
    let differs = |key: &&str| {
        let (old, new) = (find(&old, key), find(&new, key));
        old.and_then(|id| before.written(id)) != new.and_then(|id| after.written(id))
    };
    let change = |key: &str| ChangedKey { key: key.to_owned(), before: find(&old, key), after: find(&new, key) };
    Some(keys.into_iter().filter(differs).map(change).collect())
}

/// What the last file has to say for keys of a service.
fn new_keys(
    files: Files<'_>,
    overlay: FileId,
    after: FileVersion<'_>,
    keys: &[ChangedKey],
) -> Option<Vec<(String, Content)>> {
    let style = form(&files.open(overlay)?, root_of(files, overlay)?);
    let content = |one: &ChangedKey| {
        let Some(new) = one.after else { return Some(Content::Word("!reset null".to_owned())) };
        let content = after.content(new)?;
        let is_collection = matches!(content, Content::List(_) | Content::Map(_));
        let replaces = is_collection && one.before.is_some();
        Some(if replaces {
            Content::Word(format!("!override {}", flat(&content, style, ScalarPosition::Block)))
        } else {
            content
        })
    };
    keys.iter().map(|one| Some((one.key.clone(), content(one)?))).collect()
}

/// Adds keys to a service, which comes with them where a file does not have it.
fn add_to_service(files: Files<'_>, overlay: FileId, service: &str, keys: &[(String, Content)]) -> Option<Vec<Edit>> {
    let open = files.open(overlay)?;
    let root = root_of(files, overlay)?;
    let tree = open.tree();
    let services = tree.get(root.node, "services");
    let own =
        services.and_then(|services| tree.pairs(services).iter().find(|pair| tree.text(pair.key) == Some(service)));
    match own {
        Some(own) => all(keys.iter().map(|(key, content)| add_entry(files, tree.place(own.key), key, content))),
        None => add_to_section(files, root, "services", service, &Content::Map(keys.to_vec())),
    }
}

fn root_of(files: Files<'_>, file: FileId) -> Option<Place> {
    let open = files.open(file)?;
    match open.tree().documents.as_slice() {
        [only] => Some(open.tree().place(*only)),
        _ => None,
    }
}
