//! What is stored, where, and whether it is still there tomorrow.

use super::Rule;

mod datastore_at_wrong_path;
mod datastore_without_volume;
mod in_memory_database;
mod sqlite_without_volume;

/// The rules of this family.
pub const RULES: &[Rule] = &[
    rule!(SQLITE_WITHOUT_VOLUME, sqlite_without_volume::check),
    rule!(IN_MEMORY_DATABASE, in_memory_database::check),
    rule!(DATASTORE_WITHOUT_VOLUME, datastore_without_volume::check),
    rule!(DATASTORE_AT_WRONG_PATH, datastore_at_wrong_path::check),
];
