//! The typed model.
pub(crate) mod built;
pub(crate) mod lower;
#[expect(
    dead_code,
    reason = "keys on isolation, restart, logging and limits are for the security and lifecycle rules to come"
)]
pub(crate) mod types;
pub(crate) use built::*;
pub use lower::lower;
pub(crate) use types::*;
