//! Whether `docker stack deploy` reads the files of a project.

use crate::compose::Project;
use crate::compose::value::{Data, Value};
use crate::model::Model;

/// Whether a project says things that only a swarm does.
pub(crate) fn is_for_swarm(model: &Model, project: &Project) -> bool {
    const ONLY_SWARM: [&str; 5] = ["mode", "endpoint_mode", "placement", "update_config", "rollback_config"];
    let overlay = model.networks.values().any(|one| one.driver.as_ref().is_some_and(|name| name.value == "overlay"));
    let services = project.root.get("services").and_then(Value::map);
    overlay
        || services.into_iter().flatten().any(|(_, entry)| {
            let deploy = entry.value.get("deploy");
            ONLY_SWARM
                .iter()
                .any(|key| deploy.is_some_and(|deploy| deploy.get(key).is_some_and(|value| !is_empty(value))))
        })
}

fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::Map(map) => map.is_empty(),
        Data::Text(text) => text.is_empty(),
        _ => false,
    }
}
