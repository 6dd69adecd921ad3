//! The typed model.
pub mod built;
pub mod lower;
pub mod types;
pub use built::*;
pub use lower::lower;
pub use types::*;
