//! Databases that an image has in itself.

use serde::Deserialize;

use super::TagRange;
use super::VariableSetting;

/// The file of an embedded database that holds the state of an image by default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sqlite {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// The file.
    pub(crate) path: String,
    /// Holds only for tags with this word.
    pub(crate) only: Option<String>,
    /// Holds only for tags without these.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// What reads it.
    #[serde(default)]
    pub(crate) engine: DatabaseEngine,
    /// The variable that moves the file.
    pub(crate) variable: Option<String>,
    /// Settings that put another database in its place: any of them does.
    #[serde(default)]
    pub(crate) replaced_by: Vec<VariableSetting>,
    /// First words of a command with which it is used, where the image has none of its own.
    #[serde(default)]
    pub(crate) commands: Vec<String>,
    /// Beginnings of options of the command that put another database in its place.
    #[serde(default)]
    pub(crate) replaced_flags: Vec<String>,
}

/// An embedded database.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DatabaseEngine {
    /// SQLite.
    #[default]
    Sqlite,
    /// H2, of Java.
    H2,
    /// bbolt, of Go: one file and no journal.
    Bolt,
}
