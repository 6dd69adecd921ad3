//! Links: files that a Compose file names, and the pages of images.

mod files;
mod images;

use gen_lsp_types::{DocumentLink, DocumentLinkParams, Uri};

pub(super) use files::{LinkedFile, directory, files, stage_at};

use super::dispatch::Cx;
use super::uri::uri_of;
use crate::source::PathKind;

/// The links of a Compose file.
pub(super) fn links(cx: Cx<'_>, params: DocumentLinkParams) -> Option<Vec<DocumentLink>> {
    let document = cx.document(&params.text_document.uri).filter(|document| document.is_compose())?;
    let parsed = cx.world.tree(&document.path)?;
    let page = document.page(cx.world.encoding);
    let link = |stretch, target: Uri, tooltip: Option<String>| DocumentLink {
        range: page.range(stretch),
        target: Some(target),
        tooltip,
        ..DocumentLink::default()
    };
    let named = files(cx.world, &document.path);
    let there = named.into_iter().filter(|one| cx.world.sources.kind(&one.path) == PathKind::File);
    let mut found: Vec<DocumentLink> = there.map(|one| link(one.stretch, uri_of(&one.path), None)).collect();
    for (stretch, page, name) in images::pages(&parsed.0, &document.text) {
        found.push(link(stretch, page.into(), Some(format!("Open the page of {name}"))));
    }
    Some(found)
}
