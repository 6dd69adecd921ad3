//! The wire: one thread reads messages, the server writes them.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId, Response, ResponseError};
use serde::Serialize;
use serde_json::json;

/// How long nothing comes before the editor is asked something: it may be in the middle of a message.
const QUIET: Duration = Duration::from_millis(20);

/// What comes from the editor.
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// A message that is no JSON-RPC.
    Malformed,
}

/// The connection to the editor.
pub(super) struct EditorConnection<'a> {
    output: &'a mut dyn Write,
    input: Receiver<Incoming>,
    /// Read and not yet taken, the oldest first.
    waiting: VecDeque<Incoming>,
    is_closed: bool,
    /// Set while something waits that changes documents: what is being worked out is then out of date.
    outdated: Arc<AtomicBool>,
    /// Set while a part of a message has been read: an editor that is asked something then may answer in the middle of it.
    arriving: Arc<AtomicBool>,
    /// Questions that wait for the end of such a message.
    questions: VecDeque<Message>,
    next_id: i32,
}

impl<'a> EditorConnection<'a> {
    /// Starts to read standard input.
    pub(super) fn new(output: &'a mut dyn Write) -> EditorConnection<'a> {
        let (sender, input) = channel();
        let outdated = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&outdated);
        let arriving = Arc::new(AtomicBool::new(false));
        let begun = Arc::clone(&arriving);
        thread::spawn(move || {
            let mut stdin = BufReader::new(io::stdin());
            loop {
                // Waits for the first byte; an error is that of the message.
                begun.store(stdin.fill_buf().is_ok_and(|bytes| !bytes.is_empty()), Ordering::Release);
                let read = Message::read(&mut stdin);
                begun.store(false, Ordering::Release);
                let incoming = match read {
                    Ok(Some(message)) => Incoming::Message(message),
                    Err(error) if is_of_payload(&error) => Incoming::Malformed,
                    Ok(None) | Err(_) => return,
                };
                let is_edit = |method: &str| method == "textDocument/didChange";
                if matches!(&incoming, Incoming::Message(Message::Notification(one)) if is_edit(&one.method)) {
                    flag.store(true, Ordering::Relaxed);
                }
                if sender.send(incoming).is_err() {
                    return;
                }
            }
        });
        EditorConnection {
            output,
            input,
            waiting: VecDeque::new(),
            is_closed: false,
            outdated,
            arriving,
            questions: VecDeque::new(),
            next_id: 0,
        }
    }

    /// A flag that is set as soon as an edit waits to be taken.
    pub(super) fn outdated(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.outdated)
    }

    /// The next message; waits for one. Nothing once the editor is gone.
    pub(super) fn next(&mut self) -> Option<Incoming> {
        self.take_all();
        if self.waiting.is_empty() && !self.is_closed && !self.questions.is_empty() {
            match self.input.recv_timeout(QUIET) {
                Ok(incoming) => self.waiting.push_back(incoming),
                Err(RecvTimeoutError::Timeout) => self.ask_what_waits(),
                Err(RecvTimeoutError::Disconnected) => self.is_closed = true,
            }
        }
        if self.waiting.is_empty() && !self.is_closed {
            match self.input.recv() {
                Ok(incoming) => self.waiting.push_back(incoming),
                Err(_) => self.is_closed = true,
            }
        }
        self.waiting.pop_front()
    }

    /// Whether a message waits.
    pub(super) fn has_more(&mut self) -> bool {
        self.take_all();
        !self.waiting.is_empty()
    }

    /// Takes a cancellation of a request that waits; whether there is one.
    pub(super) fn take_cancellation(&mut self, id: &RequestId) -> bool {
        self.take_all();
        let is_it = |incoming: &Incoming| {
            let Incoming::Message(Message::Notification(one)) = incoming else { return false };
            one.method == "$/cancelRequest" && one.params.get("id") == serde_json::to_value(id).ok().as_ref()
        };
        let before = self.waiting.len();
        self.waiting.retain(|incoming| !is_it(incoming));
        self.waiting.len() < before
    }

    fn take_all(&mut self) {
        self.outdated.store(false, Ordering::Relaxed);
        loop {
            match self.input.try_recv() {
                Ok(incoming) => self.waiting.push_back(incoming),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.is_closed = true;
                    return;
                }
            }
        }
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, id: RequestId, result: Result<serde_json::Value, ResponseError>) {
        self.send(&Message::Response(Response { id, response_result: result }));
    }

    /// Says that a message could not be read. There is no id that the answer could be for.
    pub(super) fn answer_malformed(&mut self) {
        let error = json!({"code": lsp_server::ErrorCode::ParseError as i32, "message": "not a JSON-RPC message"});
        let text = json!({"jsonrpc": "2.0", "id": null, "error": error}).to_string();
        let written = write!(self.output, "Content-Length: {}\r\n\r\n{text}", text.len());
        self.is_closed |= written.and_then(|()| self.output.flush()).is_err();
    }

    /// Tells the editor something.
    pub(super) fn notify(&mut self, method: &str, params: impl Serialize) {
        let params = serde_json::to_value(params).unwrap_or_default();
        self.send(&Message::Notification(Notification { method: method.to_owned(), params }));
    }

    /// Asks the editor for something as soon as it is quiet, and gives the number of the question.
    pub(super) fn ask(&mut self, method: &str, params: impl Serialize) -> RequestId {
        self.next_id += 1;
        let id = RequestId::from(self.next_id);
        let params = serde_json::to_value(params).unwrap_or_default();
        self.questions.push_back(Message::Request(Request { id: id.clone(), method: method.to_owned(), params }));
        id
    }

    /// Sends the questions that wait, unless a message is only there in part.
    fn ask_what_waits(&mut self) {
        while !self.arriving.load(Ordering::Acquire) {
            let Some(question) = self.questions.pop_front() else { return };
            self.send(&question);
        }
    }

    /// An editor that does not read any longer is gone.
    fn send(&mut self, message: &Message) {
        self.is_closed |= message.write(&mut self.output).is_err();
    }
}

/// Whether a message was read to its end and is no JSON-RPC, so that the next one can be read. The words of other errors
/// are those of the header.
fn is_of_payload(error: &io::Error) -> bool {
    error.kind() == ErrorKind::InvalidData && error.to_string().starts_with("malformed LSP payload")
}
