//! The outline of a Compose file: its sections, what is in them, and the keys of each.

use gen_lsp_types::{
    BaseSymbolInformation, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation,
    SymbolKind,
};

use super::dispatch::Cx;
use super::documents::OpenDocument;
use super::folding::last_byte;
use super::position::Page;
use crate::source::NodeId;
use crate::yaml::{NodeKind, Tree};

/// How deep the outline goes: `services`, a service, its keys.
const DEEPEST: usize = 3;

/// The symbols of a document.
pub(super) fn symbols(cx: Cx<'_>, params: DocumentSymbolParams) -> Option<DocumentSymbolResponse> {
    let document = cx.document(&params.text_document.uri).filter(|document| document.is_compose())?;
    let parsed = cx.world.tree(&document.path)?;
    let outline = Outline { tree: &parsed.0, document, page: document.page(cx.world.encoding) };
    let symbols: Vec<DocumentSymbol> = parsed.0.documents.iter().flat_map(|root| outline.below(*root, &[])).collect();
    if cx.client.symbol_tree {
        return Some(symbols.into());
    }
    let mut flat = Vec::new();
    flatten(symbols, None, document, &mut flat);
    Some(flat.into())
}

struct Outline<'a> {
    tree: &'a Tree,
    document: &'a OpenDocument,
    page: Page<'a>,
}

impl Outline<'_> {
    /// The entries of a mapping or a list.
    fn below(&self, node: NodeId, above: &[&str]) -> Vec<DocumentSymbol> {
        if above.len() >= DEEPEST {
            return Vec::new();
        }
        match self.tree.node(node).map(|node| &node.kind) {
            Some(NodeKind::Mapping(pairs, _)) => {
                let entries = pairs.iter().filter_map(|pair| {
                    let name = self.tree.text(pair.key).filter(|name| !name.is_empty())?;
                    let path: Vec<&str> = above.iter().copied().chain([name]).collect();
                    Some(self.symbol(name, kind(&path), pair.key, Some(pair.value), &path))
                });
                entries.collect()
            }
            Some(NodeKind::Sequence(items, _)) if above == ["include"] => {
                let named = items.iter().filter_map(|item| {
                    let name = self.tree.text(*item).or_else(|| self.tree.text(self.tree.get(*item, "path")?))?;
                    Some(self.symbol(name, SymbolKind::File, *item, None, &[]))
                });
                named.collect()
            }
            _ => Vec::new(),
        }
    }

    fn symbol(
        &self,
        name: &str,
        kind: SymbolKind,
        key: NodeId,
        value: Option<NodeId>,
        path: &[&str],
    ) -> DocumentSymbol {
        let (start, end) = self.tree.node(key).map_or((0, 0), |node| (node.start, node.end));
        let children = value.map(|value| self.below(value, path)).unwrap_or_default();
        let last = value.map_or(end, |value| last_byte(self.tree, value, &self.document.text).max(end));
        let detail = value.and_then(|value| self.detail(value, path));
        let (whole, own) = (self.page.range((start, last)), self.page.range((start, end)));
        let children = (!children.is_empty()).then_some(children);
        DocumentSymbol::new(name.to_owned(), detail, kind, None, None, whole, own, children)
    }

    /// The image of a service.
    fn detail(&self, value: NodeId, path: &[&str]) -> Option<String> {
        let ["services", _] = path else { return None };
        self.tree.get(value, "image").and_then(|image| self.tree.text(image)).map(str::to_owned)
    }
}

fn kind(path: &[&str]) -> SymbolKind {
    match path {
        ["services", _] => SymbolKind::Class,
        ["networks", _] => SymbolKind::Interface,
        ["volumes", _] => SymbolKind::Struct,
        ["secrets" | "configs", _] => SymbolKind::Key,
        ["models", _] => SymbolKind::Object,
        [_] => SymbolKind::Namespace,
        _ => SymbolKind::Property,
    }
}

/// The same as a list, for editors that show no tree.
fn flatten(
    symbols: Vec<DocumentSymbol>,
    above: Option<&str>,
    document: &OpenDocument,
    flat: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        let location = Location { uri: document.uri.clone(), range: symbol.range };
        let base = BaseSymbolInformation::new(symbol.name.clone(), symbol.kind, None, above.map(str::to_owned));
        flat.push(SymbolInformation::new(None, location, base));
        flatten(symbol.children.unwrap_or_default(), Some(&symbol.name), document, flat);
    }
}
