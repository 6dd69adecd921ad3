//! The typed model.
pub mod schema;
pub mod types;
pub use types::*;
