//! Secrets that are missing or lie open.

use super::Rule;

/// The rules of this family.
pub const RULES: &[Rule] = &[rule!(UNSET_SECRET)];
