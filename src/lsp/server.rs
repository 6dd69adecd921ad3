//! The life of the server: what is asked is answered in order, and what changes is judged once nothing waits.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gen_lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, PublishDiagnosticsParams, Uri, WorkspaceFolder,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::capabilities::{initialize_result, registrations};
use super::client::Client;
use super::diagnostics::{SOURCE, ToldDiagnostics};
use super::dispatch::{self, Cx};
use super::settings::{EditorSettings, Feature};
use super::transport::{EditorConnection, Incoming};
use super::uri::path_of;
use super::world::EditorWorld;
use crate::guard::{defect, guarded};

/// The exit codes that the protocol asks for.
const GOOD: u8 = 0;
const BAD: u8 = 1;

/// How far the editor has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Started,
    Running,
    ShutDown,
}

/// The server.
pub(super) struct LanguageServer<'a> {
    transport: EditorConnection<'a>,
    life: Life,
    client: Client,
    world: EditorWorld,
    told: ToldDiagnostics,
    /// The judgement that the editor was told of.
    told_of: u64,
    /// Whether the editor has asked for inlay hints, so that it may show old ones.
    shows_hints: bool,
    /// The settings that `initialize` brought: those that the editor gives later lie over them.
    initial: EditorSettings,
    /// The question about settings that waits for its answer.
    asked: Option<RequestId>,
}

impl<'a> LanguageServer<'a> {
    pub(super) fn new(transport: EditorConnection<'a>) -> LanguageServer<'a> {
        let client = Client::default();
        LanguageServer {
            transport,
            life: Life::Started,
            world: EditorWorld::new(client.encoding, EditorSettings::default(), Vec::new()),
            client,
            told: ToldDiagnostics::default(),
            told_of: 0,
            shows_hints: false,
            initial: EditorSettings::default(),
            asked: None,
        }
    }

    /// Runs until the editor says `exit` or is gone.
    pub(super) fn run(mut self) -> u8 {
        loop {
            if !self.transport.has_more() {
                self.refresh();
            }
            let Some(incoming) = self.transport.next() else {
                return if self.life == Life::ShutDown { GOOD } else { BAD };
            };
            match incoming {
                Incoming::Malformed => self.transport.answer_malformed(),
                Incoming::Message(Message::Request(request)) => self.request(request),
                Incoming::Message(Message::Response(response)) => self.response(response),
                Incoming::Message(Message::Notification(one)) if one.method == "exit" => {
                    return if self.life == Life::ShutDown { GOOD } else { BAD };
                }
                Incoming::Message(Message::Notification(one)) if self.life == Life::Running => {
                    // A defect loses one message, not the session.
                    let _ = guarded(|| self.notification(one));
                }
                Incoming::Message(Message::Notification(_)) => {}
            }
        }
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.transport.take_cancellation(&id) {
            return self.transport.answer(id, Err(error(ErrorCode::RequestCanceled, "cancelled")));
        }
        let result = match (self.life, method.as_str()) {
            (Life::Started, "initialize") => self.initialize(&params),
            (Life::Started, _) => Err(error(ErrorCode::ServerNotInitialized, "`initialize` comes first")),
            (Life::Running, "shutdown") => {
                self.life = Life::ShutDown;
                Ok(Value::Null)
            }
            (Life::Running, _) => self.ask(&method, params),
            (Life::ShutDown, _) => Err(error(ErrorCode::InvalidRequest, "the server has been shut down")),
        };
        self.transport.answer(id, result);
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        self.shows_hints |= method == "textDocument/inlayHint";
        let answer = guarded(|| {
            if dispatch::needs_judgement(method) {
                self.world.judge(&Arc::new(AtomicBool::new(false)));
            }
            dispatch::answer(method, params, Cx { world: &self.world, client: &self.client })
        });
        answer.unwrap_or_else(|| Err(error(ErrorCode::InternalError, &defect("answering this request"))))
    }

    fn initialize(&mut self, params: &Value) -> Result<Value, ResponseError> {
        self.client = Client::new(params.get("capabilities").unwrap_or(&Value::Null));
        self.initial = EditorSettings::default().with(params.get("initializationOptions").unwrap_or(&Value::Null));
        let folders = params.get("workspaceFolders").and_then(Value::as_array);
        let uris = folders.into_iter().flatten().filter_map(|folder| folder.get("uri")).chain(params.get("rootUri"));
        let mut paths: Vec<PathBuf> = uris.filter_map(|uri| path_of(&Uri(uri.as_str()?.to_owned()))).collect();
        paths.dedup();
        self.world = EditorWorld::new(self.client.encoding, self.initial.clone(), paths);
        self.life = Life::Running;
        let result = initialize_result(&self.client, &self.initial);
        serde_json::to_value(result).map_err(|_| error(ErrorCode::InternalError, "cannot write the capabilities"))
    }

    fn notification(&mut self, one: Notification) {
        match one.method.as_str() {
            "initialized" => self.initialized(),
            "textDocument/didOpen" => {
                let Some(DidOpenTextDocumentParams { text_document }) = read(one.params) else { return };
                self.world.open(text_document.uri, text_document.version, text_document.text);
            }
            "textDocument/didChange" => {
                let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(one.params) else {
                    return;
                };
                let uri = text_document.text_document_identifier.uri;
                self.world.change(&uri, text_document.version, content_changes);
            }
            "textDocument/didClose" => {
                let Some(DidCloseTextDocumentParams { text_document }) = read(one.params) else { return };
                self.close(&text_document.uri);
            }
            "textDocument/didSave" if !self.client.registers_watchers => self.world.saved(),
            "workspace/didChangeWatchedFiles" => {
                let Some(DidChangeWatchedFilesParams { changes }) = read(one.params) else { return };
                self.world.watched(&changes);
            }
            "workspace/didChangeWorkspaceFolders" => {
                let Some(DidChangeWorkspaceFoldersParams { event }) = read(one.params) else { return };
                let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
                    folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
                };
                self.world.set_folders(paths(&event.added), &paths(&event.removed));
            }
            "workspace/didChangeConfiguration" => match self.client.configuration {
                true => self.ask_for_settings(),
                false => {
                    let settings = self.initial.with(one.params.get("settings").unwrap_or(&Value::Null));
                    self.world.set_settings(settings);
                }
            },
            _ => {}
        }
    }

    fn initialized(&mut self) {
        let registrations = registrations(&self.client);
        if !registrations.is_empty() {
            self.transport.ask("client/registerCapability", json!({"registrations": registrations}));
        }
        if self.client.configuration {
            self.ask_for_settings();
        }
    }

    fn ask_for_settings(&mut self) {
        let params = json!({"items": [{"section": SOURCE}]});
        self.asked = Some(self.transport.ask("workspace/configuration", params));
    }

    fn response(&mut self, response: Response) {
        if self.asked.as_ref() != Some(&response.id) {
            return;
        }
        self.asked = None;
        let Ok(result) = response.response_result else { return };
        let settings = self.initial.with(result.get(0).unwrap_or(&Value::Null));
        self.world.set_settings(settings);
    }

    fn close(&mut self, uri: &Uri) {
        let Some(path) = self.world.close(uri) else { return };
        if self.told.forget(&path) {
            let params = PublishDiagnosticsParams { uri: uri.clone(), version: None, diagnostics: Vec::new() };
            self.transport.notify("textDocument/publishDiagnostics", params);
        }
    }

    /// Judges what has changed and tells what is new. An edit that comes meanwhile ends it.
    fn refresh(&mut self) {
        if self.life != Life::Running || self.world.judgement() == Some(self.told_of) {
            return;
        }
        let outdated = self.transport.outdated();
        let world = &mut self.world;
        match guarded(|| world.judge(&outdated)) {
            Some(true) => {}
            Some(false) => return,
            None => self.world.give_up(),
        }
        self.told_of = self.world.judgement().unwrap_or_default();
        let are_shown = self.world.settings.has(Feature::Diagnostics);
        for params in self.told.news(&self.world, &self.client, are_shown) {
            self.transport.notify("textDocument/publishDiagnostics", params);
        }
        if self.client.pulls_diagnostics && self.client.refreshes_diagnostics {
            self.transport.ask("workspace/diagnostic/refresh", Value::Null);
        }
        if self.client.refreshes_hints && std::mem::take(&mut self.shows_hints) {
            self.transport.ask("workspace/inlayHint/refresh", Value::Null);
        }
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

/// An error of the protocol.
pub(super) fn error(code: ErrorCode, message: &str) -> ResponseError {
    ResponseError { code: code as i32, message: message.to_owned(), data: None }
}
