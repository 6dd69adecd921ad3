//! Env files in Compose's dialect, and the variables that reach a container.

use super::Rule;

mod unset_variable;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[rule!(MALFORMED_LINE), rule!(UNSET_VARIABLE, unset_variable::check)];
