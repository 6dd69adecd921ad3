//! The typed model.
pub(crate) mod built;
pub(crate) mod lower;
pub(crate) mod types;
pub(crate) use built::*;
pub use lower::lower;
pub(crate) use types::*;
