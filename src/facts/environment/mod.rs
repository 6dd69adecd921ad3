//! Variables: which are set, and which are documented.

pub(crate) mod absent;
pub(crate) mod assigned;
pub(crate) mod dialects;
pub(crate) mod dollars;
pub(crate) mod env_examples;
pub(crate) mod files;
mod hashes;
pub(crate) mod lines;
pub(crate) mod made_elsewhere;
pub(crate) mod variables;
pub(crate) mod written;
