//! What a Compose file says about which files go together.

use crate::discover::invocations::MAKES_A_SERVICE;
use crate::source::NodeId;
use crate::yaml::{NodeKind, Tree};

/// The parts of a file that decide about projects: while they stay the same, so does how projects are started.
pub(super) fn skeleton(tree: &Tree) -> Vec<String> {
    let mut found = vec![tree.broken.to_string()];
    for root in &tree.documents {
        for pair in tree.pairs(*root) {
            let key = tree.text(pair.key).unwrap_or_default();
            found.push(key.to_owned());
            match key {
                "services" => {
                    for service in tree.pairs(pair.value) {
                        let made = MAKES_A_SERVICE.iter().any(|key| tree.get(service.value, key).is_some());
                        found.push(format!("{} {made}", tree.text(service.key).unwrap_or_default()));
                        if let Some(base) = tree.get(service.value, "extends") {
                            texts(tree, base, &mut found, 0);
                        }
                    }
                }
                "include" => texts(tree, pair.value, &mut found, 0),
                "name" => found.extend(tree.text(pair.value).map(str::to_owned)),
                _ => {}
            }
        }
    }
    found
}

/// The texts of a node and of what is in it.
fn texts(tree: &Tree, node: NodeId, found: &mut Vec<String>, depth: usize) {
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        return;
    }
    match tree.follow(node).map(|(_, node)| &node.kind) {
        Some(NodeKind::Scalar(text, _)) => found.push(text.to_string()),
        Some(NodeKind::Sequence(items, _)) => items.iter().for_each(|item| texts(tree, *item, found, depth + 1)),
        Some(NodeKind::Mapping(pairs, _)) => {
            for pair in pairs {
                texts(tree, pair.key, found, depth + 1);
                texts(tree, pair.value, found, depth + 1);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    fn of(text: &str) -> Vec<String> {
        skeleton(&parse(FileId::default(), text).0)
    }

    #[test]
    fn only_what_decides_about_projects_counts() {
        let base = "services:\n  a:\n    image: x\n    ports: [80]\n";
        assert_eq!(of(base), of("services:\n  a:\n    image: y\n    ports: [81]\n"));
        for other in ["services:\n  b:\n    image: x\n", "include: [c.yaml]\nservices:\n  a:\n    image: x\n"] {
            assert_ne!(of(base), of(other), "{other}");
        }
    }
}
