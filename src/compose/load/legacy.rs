//! Old spellings that Compose still accepts and warns about; the project has them in their new form.

use crate::compose::value::Text;
use crate::source::Place;

/// An old way to say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `version` at top level.
    Version,
    /// `external: {name: …}`.
    ExternalName,
}

/// A place that is spelled in an old way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Legacy {
    /// Which way.
    pub(crate) spelling: Spelling,
    /// The key: `version`, or the `name` under `external`.
    pub(crate) key: Place,
    /// What it is about: `networks.proxy`.
    pub(crate) path: Vec<Text>,
}
