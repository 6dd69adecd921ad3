//! What is stored, where, and whether it is still there tomorrow.

use super::Rule;

mod unused_volume;
mod sqlite_single_file_mount;
mod sqlite_shared;
mod sqlite_read_only;
mod shared_data_directory;
mod missing_bind_source;
mod hidden_dependencies;
mod data_moved_off_volume;
mod datastore_at_wrong_path;
mod datastore_without_volume;
mod in_memory_database;
mod sqlite_without_volume;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    rule!(SQLITE_WITHOUT_VOLUME, sqlite_without_volume::check),
    rule!(IN_MEMORY_DATABASE, in_memory_database::check),
    rule!(DATASTORE_WITHOUT_VOLUME, datastore_without_volume::check),
    rule!(DATASTORE_AT_WRONG_PATH, datastore_at_wrong_path::check),
    rule!(DATA_MOVED_OFF_VOLUME, data_moved_off_volume::check),
    rule!(HIDDEN_DEPENDENCIES, hidden_dependencies::check),
    rule!(MISSING_BIND_SOURCE, missing_bind_source::check),
    rule!(SHARED_DATA_DIRECTORY, shared_data_directory::check),
    rule!(SQLITE_READ_ONLY, sqlite_read_only::check),
    rule!(SQLITE_SHARED, sqlite_shared::check),
    rule!(SQLITE_SINGLE_FILE_MOUNT, sqlite_single_file_mount::check),
    rule!(UNUSED_VOLUME, unused_volume::check),
];
