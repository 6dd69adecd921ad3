//! Settings files of web frameworks, as far as they are literal: where they put an SQLite database.

pub(crate) mod django;
pub(crate) mod rails;

use std::ops::Range;

/// A database file that a settings file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseFile {
    /// The path: absolute, or from the directory of the application.
    pub(crate) path: String,
    /// How many directories the application's is above the settings file, where the file says so.
    pub(crate) levels: Option<usize>,
    /// Where the path is written.
    pub(crate) span: Range<usize>,
}
