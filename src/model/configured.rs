//! What the configuration of a server says, for the services of a model.

use super::types::Spanned;
use crate::source::Place;

/// What the configuration of a server says.
#[derive(Clone, Debug)]
pub(crate) struct ServerConfiguration {
    /// Who reads it, in words.
    pub(crate) program: &'static str,
    /// What in the Compose file brings it.
    pub(crate) given: Place,
    /// Where the server listens.
    pub(crate) listeners: Vec<ConfiguredListener>,
    /// Whether these are all that there are.
    pub(crate) all: bool,
    /// Whether it asks clients who they are; `None` where it does not say.
    pub(crate) login: Option<bool>,
    /// The address that it tells others to reach it by.
    pub(crate) announces: Option<Spanned<String>>,
    /// The directory that it names for the data.
    pub(crate) data: Option<Spanned<String>>,
    /// The size of the buffers that it reserves.
    pub(crate) memory: Option<Spanned<String>>,
}

/// A port of a server by its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfiguredListener {
    /// The port that the image listens on for this unless its configuration names another.
    pub(crate) usual: u16,
    /// The port.
    pub(crate) port: u16,
    /// Whether only the container itself can connect.
    pub(crate) local: bool,
    /// Where that is written; what brings the file, where nothing in it says so.
    pub(crate) place: Place,
    /// Whether the file says it.
    pub(crate) written: bool,
}
