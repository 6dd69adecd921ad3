//! Releases of docker compose.

use std::fmt;

/// A release of docker compose, such as 2.40.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release {
    /// The first number.
    pub(crate) major: u16,
    /// The second.
    pub(crate) minor: u16,
    /// The third.
    pub(crate) patch: u16,
}

impl Release {
    /// The release that the loader is compared with.
    pub(crate) const REFERENCE: Release = Release { major: 2, minor: 40, patch: 3 };
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
