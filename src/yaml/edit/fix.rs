//! What an edit is: bytes that replace others, and what becomes of the meaning.

use std::path::PathBuf;

use crate::source::Span;
use crate::text::wording::Wording;

/// Whether an edit keeps what the person meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// The same meaning, or what the person clearly meant.
    Safe,
    /// Right in form, but behavior may change.
    Unsafe,
    /// Only shown, never applied: a person has to see to it.
    Display,
}

impl Safety {
    /// The word that people read and write: `safe`, `unsafe`, `display`.
    pub fn name(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
            Safety::Display => "display",
        }
    }
}

/// A replacement of bytes in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; empty to insert.
    pub span: Span,
    /// What comes in their stead.
    pub(crate) text: String,
}

/// A file that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its path, absolute.
    pub path: PathBuf,
    /// What it says.
    pub(crate) text: String,
}

/// Edits that belong together, all or none.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub struct Fix {
    /// Whether behavior may change.
    pub safety: Safety,
    /// What it does: one clause, imperative.
    pub title: Wording,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
    /// Files to create; nothing is applied where one of them exists.
    pub creates: Vec<NewFile>,
}
