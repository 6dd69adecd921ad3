//! The typed model.
pub mod lower;
pub mod types;
pub use lower::lower;
pub use types::*;
