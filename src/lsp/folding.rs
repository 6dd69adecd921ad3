//! What can be folded: every entry of a mapping or list of more than one line, and comments.

use gen_lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

use super::dispatch::Cx;
use super::position::Page;
use crate::discover::may_be_compose;
use crate::source::NodeId;
use crate::yaml::{NodeKind, Tree};

/// The ranges of a YAML document that can be folded.
pub(super) fn ranges(cx: Cx<'_>, params: FoldingRangeParams) -> Option<Vec<FoldingRange>> {
    let document = cx.document(&params.text_document.uri).filter(|document| may_be_compose(&document.path))?;
    let parsed = cx.world.tree(&document.path)?;
    let page = document.page(cx.world.encoding);
    let mut folds = Vec::new();
    for node in &parsed.0.nodes {
        match &node.kind {
            NodeKind::Mapping(pairs, _) => {
                for pair in pairs {
                    let Some(key) = parsed.0.node(pair.key) else { continue };
                    let is_own = parsed.0.node(pair.value).is_some_and(|value| value.start >= key.start);
                    if is_own {
                        add(&mut folds, page, key.start, last_byte(&parsed.0, pair.value, page.text), None);
                    }
                }
            }
            NodeKind::Sequence(items, _) => {
                for item in items {
                    let Some(node) = parsed.0.node(*item) else { continue };
                    add(&mut folds, page, node.start, last_byte(&parsed.0, *item, page.text), None);
                }
            }
            _ => {}
        }
    }
    comments(&parsed.0, page, &mut folds);
    folds.sort_by_key(|fold| (fold.start_line, fold.end_line));
    folds.dedup_by_key(|fold| (fold.start_line, fold.end_line));
    Some(folds)
}

fn add(folds: &mut Vec<FoldingRange>, page: Page<'_>, start: u32, end: u32, kind: Option<FoldingRangeKind>) {
    let (start_line, end_line) = (page.position(start).line, page.position(end).line);
    if start_line < end_line {
        folds.push(FoldingRange { start_line, end_line, kind, ..FoldingRange::default() });
    }
}

/// Comments on lines of their own that follow each other.
fn comments(tree: &Tree, page: Page<'_>, folds: &mut Vec<FoldingRange>) {
    let alone = tree.comments.iter().filter(|comment| {
        let line = page.position(comment.start).line;
        page.line(line).trim_start().starts_with('#')
    });
    let mut run: Option<(u32, u32)> = None;
    for comment in alone {
        let line = page.position(comment.start).line;
        run = Some(match run {
            Some((first, last)) if last + 1 == line => (first, line),
            _ => {
                fold(run, folds);
                (line, line)
            }
        });
    }
    fold(run, folds);
}

fn fold(run: Option<(u32, u32)>, folds: &mut Vec<FoldingRange>) {
    if let Some((start_line, end_line)) = run.filter(|(first, last)| first < last) {
        let kind = Some(FoldingRangeKind::Comment);
        folds.push(FoldingRange { start_line, end_line, kind, ..FoldingRange::default() });
    }
}

/// The byte after the last one that belongs to a node, blank lines and comments behind it left out.
pub(super) fn last_byte(tree: &Tree, node: NodeId, text: &str) -> u32 {
    let Some(own) = tree.node(node) else { return 0 };
    match &own.kind {
        NodeKind::Mapping(pairs, false) => pairs.last().map_or(own.start, |pair| {
            let key = tree.node(pair.key).map_or(own.start, |key| key.end);
            last_byte(tree, pair.value, text).max(key)
        }),
        NodeKind::Sequence(items, false) => items.last().map_or(own.start, |item| last_byte(tree, *item, text)),
        _ => {
            let written = text.get(own.start as usize..own.end as usize).unwrap_or_default().trim_end();
            own.start + written.len() as u32
        }
    }
}
