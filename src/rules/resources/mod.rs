//! GPUs, memory and processors.

use super::Rule;

/// The rules of this family.
pub const RULES: &[Rule] = &[rule!(GPU_OVERCOMMIT)];
