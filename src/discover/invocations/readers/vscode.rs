//! Tasks of Visual Studio Code.

use std::rc::Rc;

use super::super::Purpose;
use super::super::command::Compose;
use super::super::context::ReaderContext;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::super::values::ROOT;
use super::yaml::Yaml;
use super::{purpose_of_name, template};
use crate::source::{FileId, NodeId};

/// Reads tasks.json; tasks run in the directory above `.vscode`.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let yaml = Yaml::from_json(context.repository.sources, file);
    let folder = split(split(path).0).0.to_owned();
    let Some(tasks) = yaml.root().and_then(|root| yaml.get(root, &["tasks"])) else { return };
    for task in yaml.items(tasks).into_iter().take(256) {
        Task { context, yaml: &yaml, folder: &folder, task }.read();
    }
}

/// A task.
struct Task<'t, 'a> {
    context: &'t ReaderContext<'a>,
    yaml: &'t Yaml,
    folder: &'t str,
    task: NodeId,
}

impl Task<'_, '_> {
    fn read(&self) {
        let label = self.yaml.text_of(self.task, "label").unwrap_or("");
        let site = Site::at(self.folder).with_purpose(purpose_of_name(label).unwrap_or(Purpose::Deploy));
        let tracer = Tracer::new(self.context, site);
        let mut world = World::new();
        if let Some(directory) = self.yaml.get(self.task, &["options", "cwd"]).and_then(|node| self.yaml.text(node)) {
            let target = tracer.change(&world, &self.expand(directory));
            world.go(target);
        }
        let variables = self.yaml.get(self.task, &["options", "env"]);
        let world = self.yaml.with_variables(world, variables, &|text| self.expand(text));
        if let Some(compose) = self.yaml.get(self.task, &["dockerCompose"]) {
            return self.compose(compose, &tracer, &world);
        }
        let Some(command) = self.yaml.get(self.task, &["command"]) else { return };
        let Some(fragment) = self.yaml.fragment(command) else { return };
        let mut text = template::replace(&fragment, ("${", "}"), &mut |name| self.variable(name));
        let at = fragment.locate(0) as usize;
        for argument in self.yaml.many(self.yaml.get(self.task, &["args"])) {
            let value = self.yaml.text(argument).or_else(|| self.yaml.text_of(argument, "value")).unwrap_or("");
            text.push_fixed(&format!(" '{}'", self.expand(value).replace('\'', "'\\''")), at);
        }
        tracer.text(&Rc::new(text), vec![world]);
    }

    fn compose(&self, compose: NodeId, tracer: &Tracer<'_>, world: &World) {
        let texts = |key: &str| -> Vec<String> {
            let items = self.yaml.many(self.yaml.get(compose, &[key]));
            items.into_iter().filter_map(|item| self.yaml.text(item)).map(|text| self.expand(text)).collect()
        };
        let command = Compose {
            files: texts("files"),
            env_files: texts("envFile"),
            profiles: texts("profiles"),
            name: texts("projectName").into_iter().next(),
            starts: self.yaml.get(compose, &["up"]).is_some(),
            ..Compose::default()
        };
        let at = self.yaml.start(compose);
        tracer.find_at(command, self.yaml.tree.file, (at, at + 1), world);
    }

    fn expand(&self, text: &str) -> String {
        template::replace_text(text, ("${", "}"), &mut |name| self.variable(name))
    }

    fn variable(&self, name: &str) -> String {
        match name {
            "workspaceFolder" | "workspaceRoot" | "cwd" => {
                format!("{ROOT}/{}", self.folder).trim_end_matches('/').to_owned()
            }
            _ => self.context.unset(name),
        }
    }
}
