//! The texts that are open in the editor.

use std::path::{Path, PathBuf};

use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::position::{Encoding, Lines, Page};
use super::repair::read;
use super::skeleton::skeleton;
use super::uri::path_of;
use crate::discover::{is_compose_name, may_be_compose};
use crate::source::MAX_FILE_BYTES;
use crate::yaml::Parsed;

/// Where buffers are that were never saved.
const UNSAVED: &str = "/untitled";

/// A text that is open.
#[derive(Clone, Debug)]
pub(super) struct OpenDocument {
    /// As the editor calls it.
    pub(super) uri: Uri,
    /// Where it would be, for a buffer that was never saved.
    pub(super) path: PathBuf,
    pub(super) version: i32,
    pub(super) text: String,
    pub(super) lines: Lines,
    /// The text without the lines that break its syntax, of the same length: what still holds.
    pub(super) repaired: Option<String>,
    /// What it says about which files go together.
    pub(super) skeleton: Vec<String>,
    /// The tree of what is analysed, until somebody takes it.
    parsed: Option<Parsed>,
}

impl OpenDocument {
    /// A document; none where it is no file and no unsaved buffer.
    pub(super) fn open(uri: Uri, version: i32, text: String) -> Option<OpenDocument> {
        let path = match uri.0.split_once(':')? {
            ("file", _) => path_of(&uri)?,
            ("untitled", name) => unsaved(name, &text),
            _ => return None,
        };
        let (lines, skeleton) = (Lines::new(""), Vec::new());
        let text_before = String::new();
        let mut document =
            OpenDocument { uri, path, version, text: text_before, lines, repaired: None, skeleton, parsed: None };
        document.set(text, None);
        Some(document)
    }

    /// Applies changes in their order, each to what the one before has made.
    pub(super) fn change(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        let mut text = std::mem::take(&mut self.text);
        let mut near = None;
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    text = whole.text;
                    near = None;
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let lines = Lines::new(&text);
                    let page = Page { text: &text, lines: &lines, encoding };
                    let (one, other) = (page.offset(part.range.start), page.offset(part.range.end));
                    text.replace_range(one.min(other)..one.max(other), &part.text);
                    near = Some(one.min(other) + part.text.len());
                }
            }
        }
        self.set(text, near);
    }

    /// Takes a text; `near` is where it was edited last.
    fn set(&mut self, text: String, near: Option<usize>) {
        self.lines = Lines::new(&text);
        let is_yaml = may_be_compose(&self.path) && text.len() as u64 <= MAX_FILE_BYTES;
        (self.repaired, self.skeleton, self.parsed) = (None, Vec::new(), None);
        if is_yaml {
            let reading = read(&text, near);
            self.skeleton = skeleton(&reading.parsed.0);
            (self.repaired, self.parsed) = (reading.repaired, Some(reading.parsed));
        }
        self.text = text;
    }

    /// What is analysed: the text, or what still holds of it.
    pub(super) fn sound(&self) -> &str {
        self.repaired.as_deref().unwrap_or(&self.text)
    }

    /// The tree of what is analysed, for the first who asks.
    pub(super) fn take_parsed(&mut self) -> Option<Parsed> {
        self.parsed.take()
    }

    pub(super) fn page(&self, encoding: Encoding) -> Page<'_> {
        Page { text: &self.text, lines: &self.lines, encoding }
    }

    /// Whether it is a Compose file, by its name or else by what it says.
    pub(super) fn is_compose(&self) -> bool {
        is_compose_name(&self.path) || may_be_compose(&self.path) && says_services(&self.text)
    }
}

/// The path of a buffer that was never saved, in a directory of its own: it is a Compose file if it says so.
fn unsaved(name: &str, text: &str) -> PathBuf {
    let plain: String = name.chars().map(|one| if one.is_alphanumeric() || one == '-' { one } else { '_' }).collect();
    let directory = Path::new(UNSAVED).join(plain);
    directory.join(if says_services(text) { "compose.yaml" } else { "text" })
}

fn says_services(text: &str) -> bool {
    text.lines().any(|line| line.strip_prefix("services").is_some_and(|rest| rest.trim_start().starts_with(':')))
}

#[cfg(test)]
mod tests {
    use gen_lsp_types::{Position, Range, TextDocumentContentChangePartial};

    use super::*;

    fn part(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let place = |(line, character)| Position { line, character };
        let range = Range { start: place(from), end: place(to) };
        TextDocumentContentChangePartial { range, text: text.to_owned(), ..Default::default() }.into()
    }

    #[test]
    fn changes_follow_each_other() {
        let uri = Uri("file:///p/compose.yaml".to_owned());
        let mut document = OpenDocument::open(uri, 1, "# 🚢 a\nservices: {}\n".to_owned()).unwrap();
        document.change(vec![part((0, 5), (0, 6), "bc"), part((0, 6), (0, 7), "d\n")], Encoding::Utf16);
        assert_eq!(document.text, "# 🚢 bd\n\nservices: {}\n");
        document.change(vec![part((90, 0), (99, 5), "x")], Encoding::Utf16);
        assert_eq!(document.text, "# 🚢 bd\n\nservices: {}\nx");
        assert!(document.is_compose());
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let open = |uri: &str, text: &str| OpenDocument::open(Uri(uri.to_owned()), 1, text.to_owned());
        assert!(open("git:/code/compose.yaml?HEAD", "services: {}").is_none());
        assert!(open("untitled:Untitled-1", "services:\n").unwrap().is_compose());
        assert!(!open("untitled:Untitled-1", "hello").unwrap().is_compose());
        assert!(!open("file:///p/deployment.yaml", "kind: Deployment").unwrap().is_compose());
    }
}
