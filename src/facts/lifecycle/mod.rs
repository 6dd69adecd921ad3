//! What a container runs, step by step; what its healthcheck needs; what ends by itself.

pub(crate) mod jobs;
pub(crate) mod ports;
pub(crate) mod probe;
pub(crate) mod programs;
pub(crate) mod scripts;
pub(crate) mod steps;

use std::path::Path;

use crate::budget::{BYTES_OF_A_STEP, Limit};
use crate::compose::load::environment::line_place;
use crate::facts::Facts;
use crate::facts::repository::namesakes::{self, Namesake};
use crate::model::Service;
use crate::source::{PathKind, Place};

impl Facts<'_> {
    /// The text at a place of a file.
    pub(crate) fn text_at(&self, place: Place) -> String {
        self.sources.file(place.span.file).slice(place.span.start, place.span.end).to_owned()
    }

    /// The file of the repository that a service's container has at a path.
    pub(crate) fn file_in(&self, service: &Service, path: &str) -> Option<scripts::ContainerFile> {
        scripts::file_at(service, path, self.sources, &self.root)
    }

    /// The text of a script of the repository, and a place that is all of it.
    pub(crate) fn text_of_script(&self, path: &Path) -> Option<(Place, String)> {
        let id = self.sources.load_noted(path)?;
        let text = &self.sources.file(id).text;
        let is_script = text.starts_with("#!") && text.lines().next().is_some_and(|line| line.ends_with("sh"));
        let place = line_place(id, 0, 0, text.lines().next().map_or(0, str::len) as u32);
        // Each service that runs it reads it again.
        let budget = &self.model.budget;
        (is_script && budget.spend(Limit::Steps, text.len() / BYTES_OF_A_STEP, place))
            .then(|| (place, text.to_string()))
    }

    /// Whether git keeps a file as executable; `None` where it does not track it.
    pub(crate) fn is_executable_in_git(&self, path: &Path) -> Option<bool> {
        self.sources.is_executable_in_git(path)
    }

    /// A path of the repository as people write it.
    pub(crate) fn path_shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned()
    }

    /// The library that schedules jobs inside of an application, by the requirements in the directory that it is built
    /// from, and where it is listed. None where another service of the project runs the scheduler.
    pub(crate) fn scheduler_of(&self, service: &Service) -> Option<(&'static str, Place)> {
        const FILES: [&str; 5] =
            ["requirements.txt", "pyproject.toml", "Pipfile", "requirements/base.txt", "requirements/production.txt"];
        let context = service.build.as_ref()?.context.as_ref()?;
        let directory = Path::new(&context.value);
        let is_elsewhere = self.model.services.values().any(|other| {
            let words = crate::facts::images::launch(other);
            other.name.contains("schedul") || words.iter().any(|word| word.value.contains("schedul"))
        });
        if is_elsewhere || !directory.starts_with(&self.root) {
            return None;
        }
        FILES.iter().find_map(|name| {
            let path = directory.join(name);
            // Nothing else is judged by this file: whether it can be read is not plimsoll's to say.
            let is_file = self.sources.kind(&path) == PathKind::File;
            let id = is_file.then(|| self.sources.glancing().load(&path).ok()).flatten()?;
            let file = self.sources.file(id);
            let lower = file.text.to_ascii_lowercase();
            let at = lower.find("apscheduler")?;
            let end = at + "apscheduler".len();
            Some(("APScheduler", line_place(id, 0, at as u32, end as u32)))
        })
    }

    /// The projects of the repository that have the name of this one, because neither has one of its own.
    pub(crate) fn namesakes(&self) -> Vec<Namesake> {
        let directory = &self.project.directory;
        let last = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_named = || {
            let files = self.project.files.iter().map(|file| self.sources.path(*file).to_path_buf());
            files.into_iter().any(|file| namesakes::is_named(&file, self.sources, self.trees))
        };
        if self.model.name != last || *directory == self.root || is_named() {
            return Vec::new();
        }
        namesakes::namesakes(directory, &self.root, self.sources, self.trees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_sources;

    #[test]
    fn what_scripts_cost_is_counted_for_each_reader() {
        let files =
            [("compose.yaml", "services: {a: {image: 'x:1'}}\n"), ("up.sh", "#!/bin/sh\nalembic upgrade head\n")];
        with_sources(&files, &[], |_, facts| {
            let path = Path::new("/plimsoll-test/shop/up.sh");
            assert!(facts.text_of_script(path).is_some_and(|(_, text)| text.contains("alembic")));
            let budget = &facts.model.budget;
            let before = budget.spent(Limit::Steps);
            facts.text_of_script(path);
            assert!(budget.spent(Limit::Steps) > before);
            budget.spend(Limit::Steps, Limit::Steps.most() as usize, Place::start());
            assert!(facts.text_of_script(path).is_none());
        });
    }
}
