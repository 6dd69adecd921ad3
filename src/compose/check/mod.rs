//! What Compose rejects in a project that it could read: validation, consistency, cycles.

pub(crate) mod consistency;
pub(crate) mod cycles;
pub(crate) mod validate;
