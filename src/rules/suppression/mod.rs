//! Comments and entries of the configuration that keep findings from counting; [`crate::report::suppress`] reports them.

use super::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    rule!(MALFORMED_SUPPRESSION),
    rule!(UNKNOWN_RULE_NAME),
    rule!(UNUSED_SUPPRESSION),
    rule!(SUPPRESSION_WITHOUT_REASON),
];
