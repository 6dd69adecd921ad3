//! The project as docker compose sees it: files read, included, extended, interpolated and merged.

mod blanks;
mod causes;
#[cfg(test)]
mod decided;
pub(crate) mod check;
pub(crate) mod spec;
pub(crate) mod load;
pub(crate) mod problem;
pub(crate) mod value;

pub(crate) use crate::compose::load::interpolate::Reference;
pub(crate) use crate::text::nearest::nearest;
pub(crate) use load::{EnvFileExample, ServiceEnvFile};
pub use load::{Outside, Project, ProjectEntry, load};
