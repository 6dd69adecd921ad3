//! The typed model.
pub mod lower;
pub mod schema;
pub mod types;
pub use lower::lower;
pub use types::*;
