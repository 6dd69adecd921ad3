//! What the editor can do, as it says itself. What it does not say, it cannot.

use serde_json::Value;

use super::position::Encoding;

/// The capabilities of the editor.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// It takes `documentChanges` with versions.
    pub(super) document_changes: bool,
    /// It can create files as part of an edit.
    pub(super) creates_files: bool,
    /// It asks for edits of a code action when one is chosen.
    pub(super) resolves_actions: bool,
    /// It asks for diagnostics.
    pub(super) pulls_diagnostics: bool,
    pub(super) refreshes_diagnostics: bool,
    pub(super) refreshes_hints: bool,
    /// It answers questions about its settings.
    pub(super) configuration: bool,
    pub(super) registers_watchers: bool,
    pub(super) registers_configuration: bool,
    pub(super) related: bool,
    pub(super) tags: bool,
    pub(super) code_descriptions: bool,
    pub(super) versions: bool,
    pub(super) definition_links: bool,
    pub(super) symbol_tree: bool,
    pub(super) markdown_hover: bool,
    pub(super) markdown_completion: bool,
    pub(super) prepares_rename: bool,
}

impl Client {
    /// Reads the `capabilities` of `initialize`.
    pub(super) fn new(capabilities: &Value) -> Client {
        let at = |path: &str| capabilities.pointer(path);
        let is = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let has = |path: &str| at(path).is_some_and(|value| !value.is_null());
        let list = |path: &str| -> Vec<&str> {
            at(path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let published = "/textDocument/publishDiagnostics";
        let pulled = "/textDocument/diagnostic";
        let either = |name: &str| is(&format!("{published}/{name}")) || is(&format!("{pulled}/{name}"));
        Client {
            encoding: Encoding::of(&list("/general/positionEncodings")),
            document_changes: is("/workspace/workspaceEdit/documentChanges"),
            creates_files: list("/workspace/workspaceEdit/resourceOperations").contains(&"create"),
            resolves_actions: list("/textDocument/codeAction/resolveSupport/properties").contains(&"edit")
                && is("/textDocument/codeAction/dataSupport"),
            pulls_diagnostics: has(pulled),
            refreshes_diagnostics: is("/workspace/diagnostics/refreshSupport"),
            refreshes_hints: is("/workspace/inlayHint/refreshSupport"),
            configuration: is("/workspace/configuration"),
            registers_watchers: is("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            registers_configuration: is("/workspace/didChangeConfiguration/dynamicRegistration"),
            related: either("relatedInformation"),
            tags: has(&format!("{published}/tagSupport")) || has(&format!("{pulled}/tagSupport")),
            code_descriptions: either("codeDescriptionSupport"),
            versions: is(&format!("{published}/versionSupport")),
            definition_links: is("/textDocument/definition/linkSupport"),
            symbol_tree: is("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            markdown_hover: list("/textDocument/hover/contentFormat").contains(&"markdown"),
            markdown_completion: list("/textDocument/completion/completionItem/documentationFormat")
                .contains(&"markdown"),
            prepares_rename: is("/textDocument/rename/prepareSupport"),
        }
    }
}
