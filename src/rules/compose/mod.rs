//! What Compose itself rejects, or warns of, and what it takes although Docker then refuses it.

use super::Rule;

mod address;
mod conflicting_keys;
mod invalid_value;
mod legacy_external_name;
mod legacy_links;
mod missing_key;
mod no_active_service;
mod obsolete_version;
mod swarm;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    rule!(YAML_SYNTAX),
    rule!(DUPLICATE_KEY),
    rule!(UNKNOWN_KEY),
    rule!(WRONG_TYPE),
    rule!(INVALID_VALUE, invalid_value::check),
    rule!(MISSING_KEY, missing_key::check),
    rule!(CONFLICTING_KEYS, conflicting_keys::check),
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
    rule!(NO_ACTIVE_SERVICE, no_active_service::check),
    rule!(OBSOLETE_VERSION, obsolete_version::check),
    rule!(LEGACY_EXTERNAL_NAME, legacy_external_name::check),
    rule!(LEGACY_LINKS, legacy_links::check),
    rule!(SHADOWED_COMPOSE_FILE),
];
