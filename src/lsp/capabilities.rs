//! What the server offers, and what it asks the editor to tell.

use gen_lsp_types::{
    ChangeNotifications, CodeActionKind, CodeActionOptions, CompletionOptions, DiagnosticOptions, DocumentLinkOptions,
    InitializeResult, RenameOptions, RenameProvider, Save, ServerCapabilities, ServerInfo, TextDocumentSync,
    TextDocumentSyncKind, TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use serde_json::{Value, json};

use super::actions::FIX_ALL;
use super::client::Client;
use super::diagnostics::SOURCE;
use super::settings::{EditorSettings, Feature};

/// The characters after which an editor asks for completions by itself.
const TRIGGERS: [&str; 9] = [":", " ", "-", "$", "{", "/", ".", "*", "["];

/// The answer to `initialize`.
pub(super) fn initialize_result(client: &Client, settings: &EditorSettings) -> InitializeResult {
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    InitializeResult {
        capabilities: capabilities(client, settings),
        server_info: Some(ServerInfo { name: SOURCE.to_owned(), version }),
    }
}

fn capabilities(client: &Client, settings: &EditorSettings) -> ServerCapabilities {
    let has = |feature: Feature| settings.has(feature);
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::Bool(true)),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::Custom(FIX_ALL.into())]),
        resolve_provider: Some(client.resolves_actions),
        ..CodeActionOptions::default()
    };
    let completion = CompletionOptions {
        trigger_characters: Some(TRIGGERS.iter().map(|one| (*one).to_owned()).collect()),
        ..CompletionOptions::default()
    };
    let diagnostics = DiagnosticOptions { inter_file_dependencies: true, ..DiagnosticOptions::default() };
    let rename = match client.prepares_rename {
        true => RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() }.into(),
        false => RenameProvider::Bool(true),
    };
    let folders = WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(ChangeNotifications::Bool(true)),
    };
    let pulls = client.pulls_diagnostics && has(Feature::Diagnostics);
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(sync)),
        code_action_provider: has(Feature::CodeActions).then(|| actions.into()),
        completion_provider: has(Feature::Completion).then_some(completion),
        hover_provider: has(Feature::Hover).then(|| true.into()),
        definition_provider: has(Feature::Navigation).then(|| true.into()),
        references_provider: has(Feature::Navigation).then(|| true.into()),
        document_highlight_provider: has(Feature::Navigation).then(|| true.into()),
        rename_provider: has(Feature::Rename).then_some(rename),
        document_symbol_provider: has(Feature::Symbols).then(|| true.into()),
        folding_range_provider: has(Feature::Folding).then(|| true.into()),
        document_link_provider: has(Feature::Links).then(DocumentLinkOptions::default),
        inlay_hint_provider: has(Feature::InlayHints).then(|| true.into()),
        diagnostic_provider: pulls.then(|| diagnostics.into()),
        workspace: Some(WorkspaceOptions { workspace_folders: Some(folders), ..WorkspaceOptions::default() }),
        ..ServerCapabilities::default()
    }
}

/// What the server registers for once it may, as far as the editor can: any file may be one that a project reads.
pub(super) fn registrations(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    if client.registers_watchers {
        let options = json!({"watchers": [{"globPattern": "**/*"}]});
        let method = "workspace/didChangeWatchedFiles";
        all.push(json!({"id": "files", "method": method, "registerOptions": options}));
    }
    if client.registers_configuration {
        let method = "workspace/didChangeConfiguration";
        all.push(json!({"id": "settings", "method": method, "registerOptions": {"section": SOURCE}}));
    }
    all
}
