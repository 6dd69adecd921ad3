//! From the method of a request to what answers it.

use std::path::Path;

use gen_lsp_types::{TextDocumentIdentifier, TextDocumentPositionParams, Uri};
use lsp_server::{ErrorCode, ResponseError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use super::documents::OpenDocument;
use super::position::Page;
use super::server::error;
use super::settings::Feature;
use super::world::EditorWorld;
use super::{actions, completion, diagnostics, folding, hints, hover, links, navigation, outline};

/// What a request is answered from.
#[derive(Clone, Copy)]
pub(super) struct Cx<'a> {
    pub(super) world: &'a EditorWorld,
    pub(super) client: &'a Client,
}

/// A place in a document that a request is about.
#[derive(Clone, Copy)]
pub(super) struct DocumentPlace<'a> {
    pub(super) world: &'a EditorWorld,
    pub(super) client: &'a Client,
    pub(super) document: &'a OpenDocument,
    pub(super) offset: usize,
}

impl<'a> Cx<'a> {
    pub(super) fn document(self, uri: &Uri) -> Option<&'a OpenDocument> {
        self.world.document(uri)
    }

    /// A place in an open document.
    pub(super) fn at(self, params: &TextDocumentPositionParams) -> Option<DocumentPlace<'a>> {
        let document = self.document(&params.text_document.uri)?;
        let offset = document.page(self.world.encoding).offset(params.position);
        Some(DocumentPlace { world: self.world, client: self.client, document, offset })
    }
}

impl<'a> DocumentPlace<'a> {
    pub(super) fn page(self) -> Page<'a> {
        self.document.page(self.world.encoding)
    }

    pub(super) fn path(self) -> &'a Path {
        &self.document.path
    }
}

/// Whether an answer depends on more than the text of one document.
pub(super) fn needs_judgement(method: &str) -> bool {
    let is_about_files = method.starts_with("textDocument/") || method == "codeAction/resolve";
    is_about_files && !matches!(method, "textDocument/documentSymbol" | "textDocument/foldingRange")
}

/// What a handler gives.
pub(super) type RequestResult<T> = Result<T, ResponseError>;

/// Answers a request.
pub(super) fn answer(method: &str, params: Value, cx: Cx<'_>) -> RequestResult<Value> {
    use Feature::{CodeActions, Completion, Folding, Hover, InlayHints, Links, Navigation, Rename, Symbols};
    match method {
        "textDocument/hover" => on(Hover, cx, params, |params| hover::hover(cx, params)),
        "textDocument/completion" => on(Completion, cx, params, |params| completion::complete(cx, params)),
        "textDocument/definition" => on(Navigation, cx, params, |params| navigation::definition(cx, params)),
        "textDocument/references" => on(Navigation, cx, params, |params| navigation::references(cx, params)),
        "textDocument/documentHighlight" => on(Navigation, cx, params, |params| navigation::highlight(cx, params)),
        "textDocument/prepareRename" => on(Rename, cx, params, |params| navigation::prepare_rename(cx, params)),
        "textDocument/rename" => tried(Rename, cx, params, |params| navigation::rename(cx, params)),
        "textDocument/codeAction" => on(CodeActions, cx, params, |params| actions::actions(cx, params)),
        "codeAction/resolve" => on(CodeActions, cx, params, |action| actions::resolve(cx, action)),
        "textDocument/documentSymbol" => on(Symbols, cx, params, |params| outline::symbols(cx, params)),
        "textDocument/foldingRange" => on(Folding, cx, params, |params| folding::ranges(cx, params)),
        "textDocument/documentLink" => on(Links, cx, params, |params| links::links(cx, params)),
        "textDocument/inlayHint" => on(InlayHints, cx, params, |params| hints::hints(cx, params)),
        "textDocument/diagnostic" => on(Feature::Diagnostics, cx, params, |params: Pull| {
            let document = cx.document(&params.text_document.uri);
            let items = document.map(|document| diagnostics::of_file(cx.world, &document.path, cx.client));
            Some(serde_json::json!({"kind": "full", "items": items.unwrap_or_default()}))
        }),
        _ => Err(error(ErrorCode::MethodNotFound, "unknown method")),
    }
}

/// The part of the parameters of `textDocument/diagnostic` that counts.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pull {
    text_document: TextDocumentIdentifier,
}

/// Answers if the feature is on: nothing comes of one that is off.
fn on<P: DeserializeOwned, R: Serialize>(
    feature: Feature,
    cx: Cx<'_>,
    params: Value,
    handle: impl FnOnce(P) -> Option<R>,
) -> RequestResult<Value> {
    tried(feature, cx, params, |params| Ok(handle(params)))
}

fn tried<P: DeserializeOwned, R: Serialize>(
    feature: Feature,
    cx: Cx<'_>,
    params: Value,
    handle: impl FnOnce(P) -> RequestResult<Option<R>>,
) -> RequestResult<Value> {
    // The words of the error could hold what is in a document.
    let params = serde_json::from_value(params).map_err(|_| error(ErrorCode::InvalidParams, "invalid parameters"))?;
    if !cx.world.settings.has(feature) {
        return Ok(Value::Null);
    }
    match handle(params)? {
        Some(result) => {
            serde_json::to_value(result).map_err(|_| error(ErrorCode::InternalError, "cannot write the answer"))
        }
        None => Ok(Value::Null),
    }
}
