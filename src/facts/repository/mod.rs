//! What the rest of the repository says about a project.

pub(crate) mod generated_files;
pub(crate) mod nearby;
pub(crate) mod presentation;
pub(crate) mod purpose;
