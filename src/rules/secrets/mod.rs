//! Secrets that are missing or lie open.

use super::Rule;

mod unset_secret;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[rule!(UNSET_SECRET, unset_secret::check)];
