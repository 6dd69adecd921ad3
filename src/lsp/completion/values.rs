//! Values and items: words of the specification, names, paths, images.

use gen_lsp_types::CompletionItemKind;

use super::candidate::CompletionCandidate;
use super::place::CompletionPlace;
use super::{images, names, paths};
use crate::compose::spec::schema::shape::{Scalars, TextRule};
use crate::lsp::words::words_at;

/// What may stand as the value of a key, or as an item.
pub(super) fn values(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let mut found = names::values(place);
    found.extend(images::values(place));
    found.extend(paths::values(place));
    found.extend(words(place));
    found
}

/// The words that the specification lists, or docker compose takes.
fn words(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let Some(found) = &place.found else { return Vec::new() };
    let known = words_at(&found.path());
    let word = |text: &str| {
        // What YAML takes for something else than text needs quotes.
        let written = if text == "no" { "\"no\"".to_owned() } else { text.to_owned() };
        let doc = known.iter().find(|(word, _)| *word == text).map(|(_, doc)| *doc);
        let one = CompletionCandidate::new(text, CompletionItemKind::EnumMember).writes(written);
        match doc {
            Some(doc) => one.detail(doc),
            None => one,
        }
    };
    let mut all: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    if let TextRule::Words(words) = found.shape.text {
        all.extend(words);
    }
    if found.shape.scalars.has(Scalars::BOOL) {
        all.extend(["true", "false"]);
    }
    let is_there = |word: &&str| place.cursor.siblings.iter().any(|there| there == word);
    let is_item = place.cursor.path.last().is_some_and(|last| last == "[]");
    all.into_iter().filter(|word| !(is_item && is_there(word))).map(word).collect()
}
