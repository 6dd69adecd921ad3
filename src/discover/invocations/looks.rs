//! Which files are Compose files.

use std::path::Path;

use super::repository::Repository;
use crate::discover::is_compose_name;
use crate::yaml::{NodeKind, parse};

/// The longest file that is looked into.
const MAX_BYTES: usize = 1024 * 1024;

/// Whether a file is a Compose file, by its name or by what is in it.
pub(super) fn is_compose_file(repository: &Repository<'_>, path: &str) -> bool {
    hfor_compose_name(path) || has_services(repository, path)
}

/// Whether the name of a file says so. Workflows may be called like that, too.
pub(super) fn hfor_compose_name(path: &str) -> bool {
    is_compose_name(Path::new(path)) && !is_pipeline(path)
}

fn is_pipeline(path: &str) -> bool {
    path.starts_with(".github/") || path.contains("/.github/") || path.starts_with(".circleci/")
}

/// Whether a YAML file has services with an image, a build or a base.
fn has_services(repository: &Repository<'_>, path: &str) -> bool {
    if !path.ends_with(".yaml") && !path.ends_with(".yml") || is_pipeline(path) {
        return false;
    }
    let Some(file) = repository.sources.load_with(&repository.absolute(path), &["services:"], MAX_BYTES) else {
        return false;
    };
    let source = repository.sources.file(file);
    let text = &source.text;
    if !text.starts_with("services:") && !text.contains("\nservices:") {
        return false;
    }
    let (tree, _) = parse(file, text);
    let Some(services) = tree.documents.first().and_then(|root| tree.get(*root, "services")) else { return false };
    tree.pairs(services).iter().any(|pair| {
        let is_mapping = tree.follow(pair.value).is_some_and(|(_, node)| matches!(node.kind, NodeKind::Mapping(..)));
        is_mapping && ["image", "build", "extends"].iter().any(|key| tree.get(pair.value, key).is_some())
    })
}
