//! Keys of the specification.

use super::Note;
use crate::compose::spec::schema::{FoundPlace, Release, forms, keys_at, place_at, reference_page};
use crate::lsp::spot::TreeSpot;
use crate::lsp::words::words_at;
use crate::yaml::Tree;

/// What the specification says about a key.
pub(super) fn key(tree: &Tree, spot: &TreeSpot) -> Option<Note> {
    let node = tree.node(spot.node)?;
    let stretch = (node.start, node.end);
    let path = spot.words();
    if path.last() == Some(&"<<") {
        let text = "**<<**\n\nMerges the mappings of aliases: keys that are written here win".to_owned();
        return Some(Note { text, stretch });
    }
    let found = place_at(&path)?;
    found.key?;
    Some(Note { text: text(&found), stretch })
}

/// The documentation of a place in Markdown.
pub(in crate::lsp) fn text(found: &FoundPlace) -> String {
    let name = found.segments().last().copied().unwrap_or_default();
    let mut lines = vec![format!("**{name}**")];
    if let Some(key) = found.key {
        lines.push(key.doc.to_owned());
    }
    let mut facts: Vec<String> =
        forms(found.shape).into_iter().map(|(heading, fact)| format!("- {heading}: {fact}")).collect();
    facts.extend(words_at(&found.path()).iter().map(|(word, doc)| format!("- `{word}`: {doc}")));
    if let Some(keys) = keys_at(found.shape) {
        let names: Vec<String> = keys.keys.iter().map(|key| format!("`{}`", key.name)).collect();
        facts.push(format!("- keys: {}", names.join(", ")));
    }
    lines.push(facts.join("\n"));
    lines.extend(found.since.map(since));
    lines.extend(found.key.and_then(|key| key.deprecated).map(|instead| format!("Deprecated: {instead}")));
    lines.push(format!("[Reference]({})", reference_page(found.segments())));
    lines.join("\n\n")
}

fn since(release: Release) -> String {
    format!("Since docker compose {release}")
}
