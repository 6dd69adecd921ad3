//! Old spellings that Compose still takes, and warns of; the project has them in their new form.

use crate::finding::Place;

/// An old way to say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `version` at top level.
    Version,
    /// `external: {name: …}`.
    ExternalName,
}

/// A place that is spelt in an old way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legacy {
    /// Which way.
    pub spelling: Spelling,
    /// The key: `version`, or the `name` under `external`.
    pub key: Place,
    /// What it is about: `networks.proxy`.
    pub resource: String,
}
