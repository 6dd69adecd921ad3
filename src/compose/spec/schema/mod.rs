//! The Compose specification's schema as a table of our own, and the validator that holds a project against it.
//!
//! The table says what compose-go 2.9.1's `schema/compose-spec.json` says, which docker compose 2.40.3 enforces on the
//! merged project before short forms are spelled out, and the keys that came later. [`SchemaKey::since`] is the first docker
//! compose whose schema takes the key (compose-go as its `go.mod` names it), not before 2.0.0. `parity.rs` holds the
//! table against facts tried on docker compose itself.

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
pub(crate) mod shape;
pub(crate) mod suggest;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod violation;
mod walk;
mod words;

pub(crate) use forms::{forms, keys_at, reference_page};
pub(crate) use lookup::{FoundPlace, lookup, nearest_path, place_at};
pub(crate) use release::Release;
#[cfg(test)]
pub(crate) use resources::FILE as ROOT;
pub(crate) use service::SERVICE_STRUCT;
pub(crate) use shape::SchemaKey;
pub(crate) use violation::{UnknownKey, Violation};
pub(crate) use words::wanted;

use crate::compose::problem::Reported;
use crate::compose::value::Value;

/// Holds a merged project against the specification and gives every violation, in the order of the project.
///
/// The root is the whole project after interpolation, `extends`, `include` and merging, short forms as written.
pub(crate) fn validate(root: &Value) -> Vec<Reported> {
    walk::walk(root, &resources::FILE)
}
