//! What Compose itself rejects, or warns of.

use super::Rule;

/// The rules of this family.
pub const RULES: &[Rule] = &[
    rule!(YAML_SYNTAX),
    rule!(DUPLICATE_KEY),
    rule!(UNKNOWN_KEY),
    rule!(WRONG_TYPE),
    rule!(INVALID_VALUE),
    rule!(MISSING_KEY),
    rule!(CONFLICTING_KEYS),
    rule!(UNDEFINED_REFERENCE),
    rule!(DEPENDENCY_CYCLE),
    rule!(UNRESOLVED_INCLUDE),
    rule!(UNRESOLVED_EXTENDS),
    rule!(INVALID_INTERPOLATION),
    rule!(REQUIRED_VARIABLE),
    rule!(MISSING_ENV_FILE),
    rule!(DUPLICATE_MOUNT_TARGET),
    rule!(DUPLICATE_CONTAINER_NAME),
    rule!(INACTIVE_DEPENDENCY),
];
