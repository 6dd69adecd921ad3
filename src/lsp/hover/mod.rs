//! What is shown where the pointer rests: keys, names, variables, images, ports and findings.

mod images;
mod keys;
mod names;
mod ports;
mod services;
pub(super) mod values;

pub(super) use images::{about as about_image, variables as image_variables};
pub(super) use keys::text as key_text;

use gen_lsp_types::{Hover, HoverParams, MarkupContent, MarkupKind};

use super::dispatch::{Cx, DocumentPlace};
use super::issues::FileRange;
use super::names::{name_at, occurrences};
use super::spot::{TreeSpot, spot};
use crate::render::rule_url;
use crate::yaml::Tree;

/// Text in Markdown, and what it is about.
pub(super) struct Note {
    pub(super) text: String,
    pub(super) stretch: FileRange,
}

/// What is shown at a place.
pub(super) fn hover(cx: Cx<'_>, params: HoverParams) -> Option<Hover> {
    let at = cx.at(&params.text_document_position_params)?;
    let note = note(at)?;
    let (kind, value) = match at.client.markdown_hover {
        true => (MarkupKind::Markdown, note.text),
        false => (MarkupKind::PlainText, note.text.replace(['`', '*'], "")),
    };
    let contents = MarkupContent { kind, value }.into();
    Some(Hover { contents, range: Some(at.page().range(note.stretch)) })
}

fn note(at: DocumentPlace<'_>) -> Option<Note> {
    let parsed = at.document.is_compose().then(|| at.world.tree(at.path())).flatten();
    let spot = parsed.as_ref().and_then(|parsed| spot(&parsed.0, at.offset));
    if parsed.is_some() && spot.is_none() {
        return None;
    }
    let own = values::variable(at).or_else(|| {
        let all = occurrences(at.world, at.path());
        let here = name_at(&all, at.path(), at.offset)?;
        names::name(at, here)
    });
    let tree = parsed.as_ref().map(|parsed| &parsed.0);
    let own = own.or_else(|| of_spot(at, tree?, spot.as_ref()?));
    with_findings(at, own)
}

/// What the specification and the model say about a place in a Compose file.
fn of_spot(at: DocumentPlace<'_>, tree: &Tree, spot: &TreeSpot) -> Option<Note> {
    let words = spot.words();
    if spot.is_key() {
        return keys::key(tree, spot);
    }
    match words.as_slice() {
        ["services", _, "image"] => images::image(at),
        ["services", _, "ports", ..] => ports::port(at),
        _ => None,
    }
}

/// With what was found at the place.
fn with_findings(at: DocumentPlace<'_>, own: Option<Note>) -> Option<Note> {
    let offset = at.offset as u32;
    let is_here = |stretch: FileRange| stretch.0 <= offset && offset <= stretch.1;
    let here = at.world.issues().iter().filter(|issue| issue.path == at.path() && is_here(issue.stretch));
    let findings: Vec<_> = here.filter(|issue| is_short(at, issue.stretch)).collect();
    let stretch = own.as_ref().map(|note| note.stretch).or_else(|| findings.first().map(|issue| issue.stretch))?;
    let mut texts: Vec<String> = own.map(|note| note.text).into_iter().collect();
    let mut seen = Vec::new();
    for issue in findings {
        let document = issue.finding.rule.document();
        if !seen.contains(&document.name) {
            seen.push(document.name);
            texts.push(format!("[`{}`]({}): {}", document.name, rule_url(document.name), document.summary));
        }
    }
    Some(Note { text: texts.join("\n\n---\n\n"), stretch })
}

/// Whether a finding is about one line: one about a whole service says nothing of each key in it.
fn is_short(at: DocumentPlace<'_>, stretch: FileRange) -> bool {
    at.page().position(stretch.0).line == at.page().position(stretch.1).line
}
