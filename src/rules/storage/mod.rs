//! What is kept, and what is lost.

use super::Rule;

/// The rules of this family.
pub const RULES: &[Rule] = &[
    rule!(SQLITE_WITHOUT_VOLUME),
    rule!(IN_MEMORY_DATABASE),
    rule!(DATASTORE_WITHOUT_VOLUME),
    rule!(DATASTORE_AT_WRONG_PATH),
];
