//! A configuration file that a variable names and that is next to the project, but not in the container.

use crate::facts::storage::mounts::cover;
use crate::finding::{Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;

/// Ends of names of configuration files.
const ENDS: [&str; 10] = [".yml", ".yaml", ".json", ".toml", ".ini", ".conf", ".cfg", ".properties", ".xml", ".py"];

/// Words in the name of a variable that names a configuration.
const WORDS: [&str; 4] = ["CONFIG", "SETTINGS", "CONF", "CFG"];

/// Reports each such variable of a service that is not built here: a build may copy the file.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in
        cx.model.services.values().filter(|service| service.build.is_none() && service.volumes_from.is_empty())
    {
        for (name, variable) in &service.environment {
            let Some(value) = variable.value.as_ref().filter(|_| is_of_settings(name)) else { continue };
            let path = value.value.as_str();
            let is_file =
                path.starts_with('/') && ENDS.iter().any(|end| path.ends_with(end)) && !path.contains(['$', ' ', ',']);
            if !is_file || is_given(cx, service, path) {
                continue;
            }
            let Some(near) = path.rsplit('/').next().and_then(|file| cx.facts.file_nearby(file)) else { continue };
            let own = &service.name;
            let message = format!("`{name}` of `{own}` names `{path}`, but nothing mounts `{near}` there");
            let finding = Finding::new(rule::SETTINGS_NOT_MOUNTED, value.place, Subject::service(own), message)
                .evidence(name.clone())
                .help(format!("add `./{near}:{path}:ro` to the `volumes` of `{own}`"));
            findings.push(finding);
        }
    }
}

fn is_of_settings(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.split('_').any(|word| WORDS.contains(&word))
}

/// Whether something brings a file into the container.
fn is_given(cx: &Context<'_>, service: &Service, path: &str) -> bool {
    let is_config = service.configs.iter().chain(&service.secrets).any(|one| match &one.target {
        Some(target) => target.value == path,
        None => path.ends_with(&format!("/{}", one.source.value)),
    });
    is_config || cover(cx.model, service, path).is_some()
}
