//! The files of a project as they are written over each other: what an override or a merge key leaves of the values below.

use crate::compose::Project;
use crate::source::{FileId, NodeId, Place, SourceDb};
use crate::yaml::{NodeKind, ScalarStyle, Tree, Trees};

/// How deep values are compared.
const DEPTH: usize = 8;

/// How many aliases and merge keys one look-up follows.
const MERGES: usize = 16;

/// Keys that the later file replaces whole (compose-go 2.9.1, `override/merge.go`): an empty value takes effect.
const REPLACED: [&str; 4] = ["command", "entrypoint", "test", "logging"];

/// A value of an override that is empty, so that what it is merged with stays.
#[derive(Debug)]
pub(crate) struct EmptyOverride {
    /// The keys that lead to it.
    pub(crate) path: Vec<String>,
    /// Its key.
    pub(crate) key: Place,
    /// What is written.
    pub(crate) value: Place,
    /// The key in the earlier file whose value stays.
    pub(crate) base: Place,
}

/// A section of services, or of a template, that takes the place of the one which a merge key adds.
#[derive(Debug)]
pub(crate) struct Replaced {
    /// The services or templates, and the key in each.
    pub(crate) services: Vec<(String, Place)>,
    /// The anchor whose section takes the place, where the service has none of its own.
    pub(crate) by: Option<String>,
    /// `environment` or `labels`.
    pub(crate) section: &'static str,
    /// The key in the anchor.
    pub(crate) base: Place,
    /// The name of the anchor.
    pub(crate) anchor: String,
    /// The entries of the anchor that are lost.
    pub(crate) lost: Vec<String>,
}

/// The trees that facts about files are read from.
#[derive(Clone, Copy)]
pub(crate) struct FactTrees<'a> {
    /// The files.
    pub(crate) sources: &'a SourceDb,
    /// Their trees.
    pub(crate) trees: &'a Trees,
}

/// The values of overrides that change nothing because they are empty.
pub(crate) fn empty_overrides(project: &Project, written: FactTrees<'_>) -> Vec<EmptyOverride> {
    let mut found = Vec::new();
    for (at, file) in project.files.iter().enumerate().skip(1) {
        let earlier = project.files.get(..at).unwrap_or_default();
        let parsed = written.trees.get(written.sources, *file);
        for root in &parsed.0.documents {
            let Some(services) = parsed.0.get(*root, "services") else { continue };
            let mut path = vec!["services".to_owned()];
            walk(&parsed.0, services, earlier, written, &mut path, &mut found);
        }
    }
    found
}

fn walk(
    tree: &Tree,
    mapping: NodeId,
    earlier: &[FileId],
    written: FactTrees<'_>,
    path: &mut Vec<String>,
    found: &mut Vec<EmptyOverride>,
) {
    // What an alias stands for is written elsewhere.
    let Some(NodeKind::Mapping(pairs, _)) = tree.node(mapping).map(|node| &node.kind) else { return };
    for pair in pairs {
        let Some(key) = tree.text(pair.key) else { continue };
        path.push(key.to_owned());
        let is_replaced = path.len() > 2 && REPLACED.contains(&key);
        if path.len() > 2 && is_empty(tree, pair.value) && !is_replaced {
            let base = earlier.iter().rev().find_map(|file| filled_key(*file, path, written));
            found.extend(base.map(|base| EmptyOverride {
                path: path.clone(),
                key: tree.place(pair.key),
                value: tree.place(pair.value),
                base,
            }));
        } else if path.len() < DEPTH {
            walk(tree, pair.value, earlier, written, path, found);
        }
        path.pop();
    }
}

/// Whether a value is an empty mapping or list, or a `null` that someone wrote, without a tag.
fn is_empty(tree: &Tree, value: NodeId) -> bool {
    let Some(node) = tree.node(value).filter(|node| node.tag().is_none()) else { return false };
    match &node.kind {
        NodeKind::Mapping(pairs, _) => pairs.is_empty(),
        NodeKind::Sequence(items, _) => items.is_empty(),
        // Nothing behind a key is left over, not meant.
        NodeKind::Scalar(text, ScalarStyle::Plain) => node.start < node.end && matches!(text.as_str(), "null" | "~"),
        _ => false,
    }
}

/// The key at a path of a file, if what it has is a mapping or list that is not empty.
fn filled_key(file: FileId, path: &[String], written: FactTrees<'_>) -> Option<Place> {
    let parsed = written.trees.get(written.sources, file);
    let tree = &parsed.0;
    parsed.0.documents.iter().find_map(|root| {
        let mut at = *root;
        let mut key = None;
        for step in path {
            let (found, value) = entry(tree, at, step)?;
            (key, at) = (Some(found), value);
        }
        let is_filled = match &tree.follow(at)?.1.kind {
            NodeKind::Mapping(pairs, _) => !pairs.is_empty(),
            NodeKind::Sequence(items, _) => !items.is_empty(),
            _ => false,
        };
        key.filter(|_| is_filled).map(|key| tree.place(key))
    })
}

/// A key of a mapping and its value, merge keys followed.
fn entry(tree: &Tree, mapping: NodeId, name: &str) -> Option<(NodeId, NodeId)> {
    let mut waiting = vec![mapping];
    for _ in 0..MERGES {
        let at = waiting.pop()?;
        let pairs = tree.pairs(at);
        if let Some(pair) = pairs.iter().rev().find(|pair| tree.text(pair.key) == Some(name)) {
            return Some((pair.key, pair.value));
        }
        waiting.extend(merged(tree, at).into_iter().rev());
    }
    None
}

/// The mappings that the merge keys of a mapping add.
fn merged(tree: &Tree, mapping: NodeId) -> Vec<NodeId> {
    let keys = tree.pairs(mapping).iter().filter(|pair| tree.text(pair.key) == Some("<<"));
    keys.flat_map(|pair| match tree.node(pair.value).map(|node| &node.kind) {
        Some(NodeKind::Sequence(items, _)) => items.clone(),
        _ => vec![pair.value],
    })
    .collect()
}

/// The sections of services that replace what a merge key adds, and lose all of it.
///
/// One that repeats an entry, or merges the anchor's, is written by someone who knows that it replaces.
pub(crate) fn replaced(project: &Project, written: FactTrees<'_>) -> Vec<Replaced> {
    let mut found = Vec::new();
    for file in &project.all_files {
        let parsed = written.trees.get(written.sources, *file);
        let tree = &parsed.0;
        let services = parsed.0.documents.iter().filter_map(|root| tree.get(*root, "services"));
        let services = services.flat_map(|services| tree.pairs(services));
        let roots = parsed.0.documents.iter().flat_map(|root| tree.pairs(*root));
        let templates = roots.filter(|pair| is_template(tree, pair.key, pair.value));
        for pair in templates.chain(services) {
            let Some(service) = tree.text(pair.key) else { continue };
            for section in ["environment", "labels"] {
                let one = replaced_section(tree, pair.value, section).or_else(|| outdone(tree, pair.value, section));
                let Some(LostSection { key, by, base, anchor, lost }) = one else { continue };
                let (own, base) = ((service.to_owned(), tree.place(key)), tree.place(base));
                match found.iter_mut().find(|known: &&mut Replaced| known.base == base && known.by == by) {
                    Some(known) => known.services.push(own),
                    None => found.push(Replaced { services: vec![own], by, section, base, anchor, lost }),
                }
            }
        }
    }
    found
}

/// Whether an extension is a template that services merge: a mapping with an anchor.
fn is_template(tree: &Tree, key: NodeId, value: NodeId) -> bool {
    tree.text(key).is_some_and(|key| key.starts_with("x-"))
        && tree.node(value).is_some_and(|node| node.anchor().is_some() && matches!(node.kind, NodeKind::Mapping(..)))
}

/// A section of an anchor that something takes the place of.
struct LostSection {
    /// Where that is written.
    key: NodeId,
    /// The anchor that it comes from, if it is not the service's own.
    by: Option<String>,
    /// The key in the anchor that loses.
    base: NodeId,
    /// Its name.
    anchor: String,
    /// Its entries.
    lost: Vec<String>,
}

/// The second of two anchors that one merge key lists, if both have the section and share nothing: the first one's counts.
fn outdone(tree: &Tree, service: NodeId, section: &str) -> Option<LostSection> {
    let NodeKind::Mapping(pairs, _) = &tree.node(service)?.kind else { return None };
    if pairs.iter().any(|pair| tree.text(pair.key) == Some(section)) {
        return None;
    }
    let key = pairs.iter().find(|pair| tree.text(pair.key) == Some("<<"))?.key;
    let having = merged(tree, service).into_iter().filter_map(|one| Some((one, entry(tree, one, section)?)));
    let [(first, (_, kept)), (second, (base, value))] = having.collect::<Vec<_>>().try_into().ok()?;
    let is_mapping =
        |node: NodeId| matches!(tree.follow(node).map(|(_, node)| &node.kind), Some(NodeKind::Mapping(..)));
    let anchor_of = |node: NodeId| Some(tree.follow(node)?.1.anchor()?.to_owned());
    let (kept_names, lost) = (names(tree, kept), names(tree, value));
    let is_told = lost.iter().any(|name| kept_names.contains(name)) || kept_names.is_empty() || lost.is_empty();
    let (by, anchor) = (anchor_of(first)?, anchor_of(second)?);
    (!is_told && is_mapping(value)).then_some(LostSection { key, by: Some(by), base, anchor, lost })
}

fn replaced_section(tree: &Tree, service: NodeId, section: &str) -> Option<LostSection> {
    // What an alias stands for is written elsewhere.
    let NodeKind::Mapping(pairs, _) = &tree.node(service)?.kind else { return None };
    let own = pairs.iter().rev().find(|pair| tree.text(pair.key) == Some(section))?;
    let (NodeKind::Mapping(..) | NodeKind::Sequence(..)) = &tree.node(own.value)?.kind else { return None };
    let kept = names(tree, own.value);
    let template = merged(tree, service).into_iter().find(|template| entry(tree, *template, section).is_some())?;
    let (base, value) = entry(tree, template, section)?;
    let anchor = tree.follow(template)?.1.anchor()?.to_owned();
    let lost = names(tree, value);
    let is_told = lost.iter().any(|name| kept.contains(name)) || kept.is_empty() || lost.is_empty();
    let is_lost = !is_told && merged(tree, own.value).is_empty();
    is_lost.then_some(LostSection { key: own.key, by: None, base, anchor, lost })
}

/// The names in a mapping, or in a list of `NAME=value`.
fn names(tree: &Tree, section: NodeId) -> Vec<String> {
    let of_item = |item: &NodeId| Some(tree.text(*item)?.split('=').next()?.to_owned());
    match tree.follow(section).map(|(_, node)| &node.kind) {
        Some(NodeKind::Sequence(items, _)) => items.iter().filter_map(of_item).collect(),
        Some(NodeKind::Mapping(pairs, _)) => {
            let own = pairs.iter().filter_map(|pair| tree.text(pair.key)).filter(|name| *name != "<<");
            own.map(str::to_owned).chain(merged(tree, section).iter().flat_map(|one| plain_names(tree, *one))).collect()
        }
        _ => Vec::new(),
    }
}

fn plain_names(tree: &Tree, mapping: NodeId) -> Vec<String> {
    tree.pairs(mapping).iter().filter_map(|pair| tree.text(pair.key)).map(str::to_owned).collect()
}

/// The key of a section of a service in a file, where it is written there.
pub(crate) fn section_key(file: FileId, service: &str, section: &str, written: FactTrees<'_>) -> Option<Place> {
    let parsed = written.trees.get(written.sources, file);
    let tree = &parsed.0;
    let services = tree.documents.iter().find_map(|root| tree.get(*root, "services"))?;
    let service = tree.get(services, service)?;
    let pair = tree.pairs(service).iter().rev().find(|pair| tree.text(pair.key) == Some(section))?;
    Some(tree.place(pair.key))
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_facts;

    fn lost(text: &str) -> Vec<(Vec<String>, Vec<String>)> {
        let mut found = Vec::new();
        with_facts(text, |facts| {
            let all = facts.replaced_sections().into_iter();
            found = all.map(|one| (one.services.into_iter().map(|(name, _)| name).collect(), one.lost)).collect();
        });
        found
    }

    #[test]
    fn a_section_replaces_that_of_the_anchor() {
        let text = "x-a: &a {environment: {A: 1, B: 2}}\nservices:\n  a: {<<: *a, image: i, environment: [C=3]}\n";
        assert_eq!(lost(text), [(vec!["a".to_owned()], vec!["A".to_owned(), "B".to_owned()])]);
        let twice = format!("{text}  b: {{<<: [*a], image: i, environment: {{D: 4}}}}\n");
        assert_eq!(lost(&twice).len(), 1);
        assert_eq!(lost(&twice)[0].0, ["a", "b"]);
    }

    #[test]
    fn a_section_that_shares_or_merges_loses_nothing() {
        for service in [
            "{<<: *a, image: i}",
            "{<<: *a, image: i, environment: {A: 3, C: 3}}",
            "{<<: *a, image: i, environment: {<<: *e, C: 3}}",
            "{<<: *a, image: i, environment: {}}",
            "{image: i, environment: {C: 3}}",
            "{<<: *a, image: i, labels: {C: 3}}",
        ] {
            let text = format!("x-a: &a {{environment: &e {{A: 1}}}}\nservices:\n  a: {service}\n");
            assert!(lost(&text).is_empty(), "{service}");
        }
    }
}
