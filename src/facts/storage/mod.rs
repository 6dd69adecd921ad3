//! Where data is stored, and whether it outlives the container.

pub(crate) mod binds;
pub(crate) mod caches;
pub(crate) mod configured;
pub(crate) mod datastores;
pub(crate) mod frameworks;
pub(crate) mod hidden_programs;
pub(crate) mod image_paths;
pub(crate) mod mounts;
pub(crate) mod owners;
pub(crate) mod sqlite;
pub(crate) mod sqlite_files;

use crate::collections::HashSet;
use crate::model::Model;

/// The services of which others wait until they are done: they do not write next to them.
pub(crate) fn jobs(model: &Model) -> HashSet<&str> {
    let dependencies = model.services.values().flat_map(|service| &service.depends_on);
    let awaited = dependencies.filter(|(_, one)| one.condition.value == "service_completed_successfully");
    awaited.map(|(name, _)| name.as_str()).collect()
}
