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
pub(crate) mod volume_owners;

use crate::collections::HashSet;
use crate::model::Model;

/// The services of which others wait until they are done: they do not write next to them.
pub(crate) fn jobs(model: &Model) -> HashSet<&str> {
    let dependencies = model.services.values().flat_map(|service| &service.depends_on);
    let awaited = dependencies.filter(|(_, one)| one.condition.value == "service_completed_successfully");
    awaited.map(|(name, _)| name.as_str()).collect()
}

impl<'a> super::Facts<'a> {
    /// Named volumes that Docker creates as root, in services that run as somebody else.
    pub(crate) fn root_owned_volumes(&self) -> Vec<volume_owners::RootOwnedVolume<'a>> {
        volume_owners::root_owned(self.model, self.sources, &self.root)
    }

    /// Working directories that a bind hides.
    pub(crate) fn hidden_directories(&self) -> Vec<hidden_programs::HiddenDirectory<'a>> {
        hidden_programs::hidden_directories(self.model, self.sources)
    }
}
