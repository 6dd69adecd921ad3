//! Secrets as files: which services are granted them, and which paths below `/run/secrets` they read.

use crate::compose::value::Value;
use crate::facts::Facts;
use crate::facts::images::launch;
use crate::facts::place::part_of;
use crate::facts::storage::mounts::cover;
use crate::model::{Service, Spanned};
use crate::source::Place;

/// Where Compose mounts secrets (<https://docs.docker.com/reference/compose-file/services/#secrets>).
pub(crate) const DIRECTORY: &str = "/run/secrets/";

/// A file below `/run/secrets` that a service reads.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// Its name there.
    pub(crate) name: String,
    /// The variable that names it; `None` for a word of the command.
    pub(crate) variable: Option<String>,
    /// The bytes that name it.
    pub(crate) place: Place,
}

/// The files below `/run/secrets` that a service names, each once.
pub(crate) fn reads(facts: &Facts<'_>, service: &Service) -> Vec<Read> {
    let mut found: Vec<Read> = Vec::new();
    let values = service.environment.iter().filter_map(|(name, variable)| Some((Some(name), variable.value.as_ref()?)));
    let words = launch(service).into_iter().map(|word| (None, word));
    let test = service.healthcheck.iter().flat_map(|check| &check.test).map(|word| (None, word));
    for (variable, value) in values.chain(words).chain(test) {
        for (start, name) in names_in(&value.value) {
            if found.iter().any(|one| one.name == name) {
                continue;
            }
            let place = part_of(value, start..start + DIRECTORY.len() + name.len(), facts.texts());
            found.push(Read { name: name.to_owned(), variable: variable.cloned(), place });
        }
    }
    found
}

/// The names behind `/run/secrets/` in a text, with the byte that the path starts at.
fn names_in(text: &str) -> Vec<(usize, &str)> {
    let of_path = |at: usize| {
        let rest = text.get(at + DIRECTORY.len()..)?;
        let end =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"._-".contains(letter)).unwrap_or(rest.len());
        let name = rest.get(..end)?;
        // A variable goes on, or a directory.
        let next = rest.get(end..).and_then(|rest| rest.chars().next());
        let is_whole = !name.is_empty() && !matches!(next, Some('$' | '{' | '/' | '*'));
        let is_start = !text
            .get(..at)
            .is_some_and(|before| before.ends_with(|last: char| last.is_alphanumeric() || "._-".contains(last)));
        (is_whole && is_start).then_some((at, name.trim_end_matches('.')))
    };
    text.match_indices(DIRECTORY).filter_map(|(at, _)| of_path(at)).collect()
}

/// Whether a file below `/run/secrets` is in the container.
pub(crate) fn is_there(facts: &Facts<'_>, service: &Service, name: &str) -> bool {
    let path = format!("{DIRECTORY}{name}");
    let is_target = |target: &Option<Spanned<String>>, source: &str| match target {
        Some(target) if target.value.starts_with('/') => target.value == path,
        Some(target) => target.value == name,
        None => source == name,
    };
    let is_granted = service.secrets.iter().any(|grant| is_target(&grant.target, &grant.source.value));
    let is_config = service.configs.iter().any(|one| one.target.as_ref().is_some_and(|target| target.value == path));
    is_granted || is_config || cover(facts.model, service, &path).is_some() || !service.volumes_from.is_empty()
}

/// The names of the secrets that the services of a project use, those of builds among them.
pub(crate) fn used(facts: &Facts<'_>) -> Vec<String> {
    let mut used = Vec::new();
    let services = facts.model.services.values().chain(facts.model.disabled.values());
    used.extend(services.flat_map(|service| &service.secrets).map(|grant| grant.source.value.clone()));
    let all = facts.project.root.get("services").and_then(Value::map);
    for entry in all.into_iter().flat_map(|map| map.iter().map(|(_, entry)| entry)) {
        let build = entry.value.get("build").and_then(|build| build.get("secrets")).and_then(Value::list);
        for item in build.into_iter().flatten() {
            used.extend(item.text().or_else(|| item.get("source").and_then(Value::text)).map(str::to_owned));
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        let check = |text: &str, expect: &[&str]| {
            let names: Vec<&str> = names_in(text).into_iter().map(|(_, name)| name).collect();
            assert_eq!(names, expect, "{text}");
        };
        check("/run/secrets/db", &["db"]);
        check("export A=$(cat /run/secrets/a_1) B=$(cat '/run/secrets/b.txt')", &["a_1", "b.txt"]);
        check("file:///run/secrets/x", &["x"]);
        check("/run/secrets/", &[]);
        check("/run/secrets/${NAME}", &[]);
        check("/run/secrets/a/b", &[]);
        check("/opt/run/secrets/a", &[]);
    }
}
