//! Who can reach whom, and who should not.

use super::Rule;

/// The rules of this family.
pub const RULES: &[Rule] = &[
    rule!(EXPOSED_DATASTORE),
    rule!(PROXIED_PORT_PUBLISHED),
    rule!(UNSHARED_NETWORK),
    rule!(UNKNOWN_HOST),
    rule!(LOOPBACK_HOST),
];
