//! GPUs, memory and processors.

use super::Rule;

mod gpu_overcommit;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[rule!(GPU_OVERCOMMIT, gpu_overcommit::check)];
