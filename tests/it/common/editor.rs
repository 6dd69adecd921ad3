//! An editor that talks to the language server: as little of one as the tests need.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::program;

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// An editor with a server.
pub struct Editor {
    folder: PathBuf,
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    next: i64,
    versions: BTreeMap<String, i64>,
    /// The last diagnostics of each file, by its path in the folder.
    pub published: BTreeMap<String, Vec<Value>>,
    /// All that the server has said.
    pub said: Vec<Value>,
}

impl Editor {
    /// Starts a server in a folder, with an editor that can do the usual things.
    pub fn start(folder: &Path) -> Editor {
        Editor::start_with(folder, json!({}))
    }

    /// The same with options.
    pub fn start_with(folder: &Path, options: Value) -> Editor {
        let mut command = program(folder);
        let mut child = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, receiver) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut editor = Editor {
            folder: folder.to_path_buf(),
            child,
            input,
            output: receiver,
            next: 0,
            versions: BTreeMap::new(),
            published: BTreeMap::new(),
            said: Vec::new(),
        };
        let edits = json!({"documentChanges": true, "resourceOperations": ["create"]});
        let capabilities = json!({
            "workspace": {"workspaceEdit": edits},
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true},
                "codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}},
                "hover": {"contentFormat": ["markdown"]},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            },
        });
        let root = editor.uri("");
        let folders = json!([{"uri": root.trim_end_matches('/'), "name": "folder"}]);
        let params = json!({"processId": null, "capabilities": capabilities, "workspaceFolders": folders,
            "rootUri": null, "initializationOptions": options});
        editor.request("initialize", params);
        editor.notify("initialized", json!({}));
        editor
    }

    pub fn uri(&self, file: &str) -> String {
        format!("file://{}", self.folder.join(file).display())
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    /// Asks for something, and gives the whole answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.message();
            if message.get("id") == Some(&json!(id)) && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// Asks for something, and gives the result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn message(&mut self) -> Value {
        let message = self.output.recv_timeout(PATIENCE).unwrap();
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap().to_owned();
            let name = uri.strip_prefix(&self.uri("")).unwrap_or(&uri).to_owned();
            self.published.insert(name, message["params"]["diagnostics"].as_array().unwrap().clone());
        }
        self.said.push(message.clone());
        message
    }

    /// Opens a file as it is on disk.
    pub fn open(&mut self, file: &str) {
        let text = std::fs::read_to_string(self.folder.join(file)).unwrap();
        self.open_text(file, &text);
    }

    /// Opens a file with another text.
    pub fn open_text(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.uri(file), "languageId": "yaml", "version": 1, "text": text});
        self.versions.insert(file.to_owned(), 1);
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces the text of an open file.
    pub fn change(&mut self, file: &str, text: &str) {
        let version = self.versions.get_mut(file).unwrap();
        *version += 1;
        let document = json!({"uri": format!("file://{}", self.folder.join(file).display()), "version": *version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    pub fn close(&mut self, file: &str) {
        let document = json!({"uri": self.uri(file)});
        self.notify("textDocument/didClose", json!({"textDocument": document}));
    }

    /// Waits until everything that was sent is judged: requests that need it are answered afterwards.
    pub fn settle(&mut self) {
        // What waits is judged once nothing more comes: after the first answer the server is left alone for a moment.
        self.ask("editor/ping", json!(null));
        thread::sleep(Duration::from_millis(50));
        self.ask("editor/ping", json!(null));
    }

    /// `rule line` of each diagnostic of a file, lines counted from 1.
    pub fn diagnostics(&self, file: &str) -> Vec<String> {
        let all = self.published.get(file).cloned().unwrap_or_default();
        let mut found: Vec<String> = all
            .iter()
            .map(|one| {
                let line = one["range"]["start"]["line"].as_u64().unwrap() + 1;
                format!("{} {line}", one["code"].as_str().unwrap())
            })
            .collect();
        found.sort();
        found
    }

    /// Parameters for the place of a text in a file on disk: its last byte but `back`.
    pub fn at(&self, text: &str, file: &str, needle: &str) -> Value {
        let byte = text.find(needle).unwrap() + needle.len() - 1;
        let before = text.get(..byte).unwrap();
        let line = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        json!({"textDocument": {"uri": self.uri(file)}, "position": {"line": line, "character": column}})
    }

    /// The resident memory of the server, in KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Ends the session as an editor does, and gives the exit code.
    pub fn stop(mut self) -> i32 {
        assert_eq!(self.request("shutdown", json!(null)), json!(null));
        self.notify("exit", json!(null));
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
