//! The typed model: what would run, short and long syntax made one. A model is made by [`lower`](crate::model::lower).

// mod lower;
pub mod schema;
pub mod types;

// pub use lower::lower;
pub use types::*;
