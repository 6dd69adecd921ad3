//! What the rest of the repository says about a project.

pub(crate) mod builds;
pub(crate) mod dev_servers;
pub(crate) mod generated_files;
pub(crate) mod namesakes;
pub(crate) mod nearby;
pub(crate) mod presentation;
pub(crate) mod purpose;
pub(crate) mod scripts;
pub(crate) mod swarm;
