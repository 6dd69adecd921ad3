//! Variables: which are set, and which are documented.

pub(crate) mod env_examples;
pub(crate) mod variables;
