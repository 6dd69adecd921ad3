//! The Compose specification's schema as a table of our own, and the validator that holds a project against it.
//!
//! The table says what compose-go 2.9.1's `schema/compose-spec.json` says, which docker compose 2.40.3 enforces on the
//! merged project before short forms are spelt out, and the keys that came later. [`Key::since`] is the first docker
//! compose whose schema takes the key (compose-go as its `go.mod` names it), not before 2.0.0. `parity.rs` holds the
//! table against facts tried on docker compose itself.

pub(crate) mod quick_fix;
mod aliases;
mod build;
mod deploy;
mod forms;
mod lookup;
#[cfg(test)]
mod parity;
mod release;
mod repeats;
mod resources;
mod service;
mod service_parts;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;
mod walk;
mod words;

pub(crate) use forms::{forms, keys_at};
pub(crate) use lookup::{Found, lookup, nearest_path};
pub(crate) use release::Release;
pub(crate) use service::SERVICE_STRUCT;
pub(crate) use shape::Key;

use crate::compose::value::Value;
use crate::finding::Finding;
use crate::yaml::edit::Files;

/// A place that does not fit the specification.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Violation {
    /// What is wrong: rule `unknown-key`, `wrong-type`, `invalid-value` or `missing-key`.
    pub(crate) finding: Finding,
    /// Whether docker compose 2.40.3 rejects the project for it; it ignores unknown keys in a few places.
    pub(crate) rejected: bool,
    /// Whether only the age of docker compose 2.40.3 is at fault: the specification of today knows the key. Such a
    /// finding is not meant for people.
    pub(crate) newer: bool,
}

/// Holds a merged project against the specification and gives every violation, in the order of the project.
///
/// The root is the whole project after interpolation, `extends`, `include` and merging, short forms as written.
pub(crate) fn validate(files: Files<'_>, root: &Value) -> Vec<Violation> {
    walk::walk(files, root, &resources::FILE)
}
