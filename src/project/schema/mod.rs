//! The Compose specification's schema as a table of our own, and the validator that holds a project against it.
//!
//! The table says what compose-go 2.9.1's `schema/compose-spec.json` says, which docker compose 2.40.3 enforces on the
//! merged project before short forms are spelt out, and the keys that came later. [`Key::since`] is the first docker
//! compose whose schema takes the key (compose-go as its `go.mod` names it), not before 2.0.0. `parity.rs` holds the
//! table against facts tried on docker compose itself.

mod aliases;
mod build;
mod deploy;
mod forms;
mod lookup;
mod mend;
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

pub use forms::{forms, keys_at};
pub use lookup::{Found, lookup, nearest_path};
pub use release::Release;
pub use service::SERVICE_STRUCT;
pub use shape::{EntryStyle, Key, List, Mapping, Names, Scalars, Shape, Struct, Table, TextRule};

use crate::edits::Files;
use crate::finding::Finding;
use crate::project::value::Value;

/// A place that does not fit the specification.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// What is wrong: rule `unknown-key`, `wrong-type`, `invalid-value` or `missing-key`.
    pub finding: Finding,
    /// Whether docker compose 2.40.3 rejects the project for it; it ignores unknown keys in a few places.
    pub rejected: bool,
    /// Whether only the age of docker compose 2.40.3 is at fault: the specification of today knows the key. Such a
    /// finding is not meant for people.
    pub newer: bool,
}

/// Holds a merged project against the specification and gives every violation, in the order of the project.
///
/// The root is the whole project after interpolation, `extends`, `include` and merging, short forms as written.
pub fn validate(files: Files<'_>, root: &Value) -> Vec<Violation> {
    walk::walk(files, root, &resources::FILE)
}
