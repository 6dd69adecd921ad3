//! The project as docker compose sees it: files read, included, extended, interpolated and merged.

pub mod value;
pub mod template;
