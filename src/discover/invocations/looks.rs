//! Which files are Compose files.

use std::collections::BTreeSet;
use std::path::Path;

use super::repository::Repository;
use crate::discover::is_compose_name;
use crate::source::NodeId;
use crate::yaml::{NodeKind, Tree};

/// The longest file that is looked into.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// What every file with services has in it.
pub(super) const SERVICES: &str = "services:";

/// Whether a file is a Compose file, by its name or by what is in it.
pub(super) fn is_compose_file(repository: &Repository<'_>, path: &str) -> bool {
    has_compose_name(path) && !is_of_another_schema(repository, path) || has_services(repository, path)
}

/// Whether the name of a file says so.
pub(super) fn has_compose_name(path: &str) -> bool {
    is_compose_name(Path::new(path))
}

/// Whether a name is that of an overlay: a default name with a word in it.
pub(super) fn is_overlay(name: &str) -> bool {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name);
    let behind = stem.strip_prefix("docker-compose").or_else(|| stem.strip_prefix("compose"));
    behind.is_some_and(|behind| behind.starts_with(['.', '-', '_']) && behind.len() > 1)
}

/// Whether a file is in the directory of a forge or a pipeline, whose YAML may be called anything.
pub(super) fn is_pipeline(path: &str) -> bool {
    path.starts_with(".github/") || path.contains("/.github/") || path.starts_with(".circleci/")
}

/// The keys at the top of a Compose file.
pub(crate) const COMPOSE_KEYS: [&str; 8] =
    ["services", "include", "networks", "volumes", "configs", "secrets", "models", "version"];

/// The keys of which a service needs one to be started.
pub(crate) const MAKES_A_SERVICE: [&str; 3] = ["image", "build", "extends"];

/// Whether a file that has the name of a Compose file is one by what it holds: a key of Compose at the top, or YAML that
/// cannot be read. A template of one that is not YAML yet (`{{ name }}`, `{% if %}`) is none.
pub(super) fn holds_compose(repository: &Repository<'_>, path: &str) -> bool {
    let Some(file) = repository.load(path) else { return true };
    let parsed = repository.trees.get(repository.sources, file);
    let tree = &parsed.0;
    let text = &repository.sources.file(file).text;
    if tree.broken {
        return !text.contains("{{") && !text.contains("{%");
    }
    tree.documents.iter().any(|root| COMPOSE_KEYS.iter().any(|key| tree.get(*root, key).is_some()))
        && !is_of_another_schema(repository, path)
}

/// Whether a file that has the name of a Compose file is YAML of something else: a list, or a mapping with neither services
/// nor includes most of whose keys Compose does not know and nothing in which looks like a service.
pub(super) fn is_of_another_schema(repository: &Repository<'_>, path: &str) -> bool {
    let Some(file) = repository.load(path) else { return false };
    let parsed = repository.trees.get(repository.sources, file);
    let tree = &parsed.0;
    !tree.broken && !tree.documents.is_empty() && tree.documents.iter().all(|root| is_foreign(tree, *root))
}

fn is_foreign(tree: &Tree, root: NodeId) -> bool {
    let Some((_, node)) = tree.follow(root) else { return false };
    match &node.kind {
        NodeKind::Sequence(..) => return true,
        NodeKind::Mapping(..) => {}
        _ => return false,
    }
    let pairs = tree.pairs(root);
    let names: Vec<&str> = pairs.iter().filter_map(|pair| tree.text(pair.key)).collect();
    if names.iter().any(|name| matches!(*name, "services" | "include")) {
        return false;
    }
    let is_known = |name: &&&str| COMPOSE_KEYS.contains(*name) || **name == "name" || name.starts_with("x-");
    let known = names.iter().filter(is_known).count();
    let is_service = |node: NodeId| MAKES_A_SERVICE.iter().any(|key| tree.get(node, key).is_some());
    // Services at the top, or below a key that was meant to be `services`.
    let has_service = |node: NodeId| is_service(node) || tree.pairs(node).iter().any(|pair| is_service(pair.value));
    names.len() > 2 * known && !pairs.iter().any(|pair| has_service(pair.value))
}

/// Whether a Compose file needs no other: each of its services has an image, a build or a base.
pub(super) fn is_whole(repository: &Repository<'_>, path: &str) -> bool {
    let Some(file) = repository.load(path) else { return false };
    let parsed = repository.trees.get(repository.sources, file);
    let tree = &parsed.0;
    let Some(services) = tree.documents.first().and_then(|root| tree.get(*root, "services")) else { return false };
    let has = |service| MAKES_A_SERVICE.iter().any(|key| tree.get(service, key).is_some());
    let services = tree.pairs(services);
    !services.is_empty() && services.iter().all(|pair| has(pair.value))
}

/// Whether a Compose file is a sketch that people complete: it is not valid YAML, and a line such as `...` marks what is left out.
pub(super) fn is_sketch(repository: &Repository<'_>, path: &str) -> bool {
    let Some(file) = repository.load(path) else { return false };
    let is_gap = |line: &str| line.starts_with([' ', '\t']) && matches!(line.trim(), "..." | "…" | "[...]");
    let has_gap = repository.sources.file(file).text.lines().any(is_gap);
    has_gap && repository.trees.get(repository.sources, file).0.broken
}

/// The services of a Compose file that have an image, a build or a base.
pub(super) fn made(repository: &Repository<'_>, path: &str) -> BTreeSet<String> {
    services(repository, path, true)
}

/// The services of a Compose file that have none of these.
pub(super) fn unmade(repository: &Repository<'_>, path: &str) -> BTreeSet<String> {
    services(repository, path, false)
}

fn services(repository: &Repository<'_>, path: &str, are_made: bool) -> BTreeSet<String> {
    let Some(file) = repository.load(path) else { return BTreeSet::new() };
    let parsed = repository.trees.get(repository.sources, file);
    let tree = &parsed.0;
    let Some(services) = tree.documents.first().and_then(|root| tree.get(*root, "services")) else {
        return BTreeSet::new();
    };
    let is_made = |service| MAKES_A_SERVICE.iter().any(|key| tree.get(service, key).is_some());
    let named = tree.pairs(services).iter().filter(|pair| is_made(pair.value) == are_made);
    named.filter_map(|pair| tree.text(pair.key)).map(str::to_owned).collect()
}

/// Whether a YAML file has services with an image, a build or a base.
fn has_services(repository: &Repository<'_>, path: &str) -> bool {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    if !is_yaml || repository.is_of_others(path) {
        return false;
    }
    let (path, sources) = (repository.absolute(path), repository.sources);
    let Some(file) = sources.take(&path, sources.seek(&path, &[SERVICES], MAX_BYTES)) else { return false };
    let source = repository.sources.file(file);
    let text = &source.text;
    if !text.starts_with("services:") && !text.contains("\nservices:") {
        return false;
    }
    let parsed = repository.trees.get(repository.sources, file);
    let tree = &parsed.0;
    let Some(services) = tree.documents.first().and_then(|root| tree.get(*root, "services")) else { return false };
    tree.pairs(services).iter().any(|pair| {
        let is_mapping = tree.follow(pair.value).is_some_and(|(_, node)| matches!(node.kind, NodeKind::Mapping(..)));
        is_mapping && MAKES_A_SERVICE.iter().any(|key| tree.get(pair.value, key).is_some())
    })
}
