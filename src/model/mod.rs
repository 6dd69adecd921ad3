//! The typed model.
pub(crate) mod built;
mod host_address;
pub(crate) mod configured;
pub(crate) mod lower;
pub(crate) mod stop;
#[expect(
    dead_code,
    reason = "keys on isolation, restart, logging and limits are for the security and lifecycle rules to come"
)]
pub(crate) mod types;
pub(crate) use built::*;
pub(crate) use configured::*;
pub(crate) use host_address::HostAddress;
pub use lower::lower;
pub(crate) use stop::StopSettings;
pub(crate) use types::*;
