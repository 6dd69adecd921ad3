//! Where data is stored, and whether it outlives the container.

pub(crate) mod binds;
pub(crate) mod datastores;
pub(crate) mod frameworks;
pub(crate) mod image_paths;
pub(crate) mod mounts;
pub(crate) mod owners;
pub(crate) mod sqlite;
pub(crate) mod sqlite_files;
