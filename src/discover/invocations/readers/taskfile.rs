//! Taskfiles: commands of tasks, with variables in double braces.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::environment::variables_of;
use super::super::fragment::Fragment;
use super::super::repository::{below, normalize, split};
use super::super::trace::{Site, Tracer, World};
use super::super::values::{Hole, ROOT};
use super::yaml::Yaml;
use super::{purpose_of_name, template};
use crate::source::{FileId, NodeId};

/// How many files one Taskfile includes, and how deep.
const MAX_INCLUDES: usize = 32;
/// How many variants of a task are followed.
const MAX_CALLS: usize = 16;

/// Values of variables.
type Values = BTreeMap<String, String>;

/// Where a Taskfile is included from.
struct Included {
    path: String,
    file: FileId,
    /// Where its tasks run.
    directory: String,
    variables: Values,
    environment: Vec<(String, String)>,
}

/// Reads a Taskfile, whose tasks run in its directory, and those that it includes.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let directory = split(path).0.to_owned();
    let first = Included { path: path.to_owned(), file, directory, variables: Values::new(), environment: Vec::new() };
    let mut left = vec![first];
    let mut seen = BTreeSet::new();
    while let Some(included) = left.pop() {
        if seen.len() < MAX_INCLUDES && seen.insert((included.path.clone(), included.directory.clone())) {
            let yaml = Yaml::from_file(context.repository.sources, included.file);
            let taskfile = Taskfile { context, yaml: &yaml, included: &included };
            left.extend(taskfile.read());
        }
    }
}

struct Taskfile<'t, 'a> {
    context: &'t ReaderContext<'a>,
    yaml: &'t Yaml,
    included: &'t Included,
}

impl Taskfile<'_, '_> {
    fn read(&self) -> Vec<Included> {
        let Some(root) = self.yaml.root() else { return Vec::new() };
        let mut values = self.variables(self.yaml.get(root, &["vars"]), &self.included.variables);
        values.extend(self.included.variables.clone());
        let mut environment = self.included.environment.clone();
        environment.extend(self.dotenv(root, &values));
        environment.extend(
            self.variables(self.yaml.get(root, &["env"]), &values)
                .into_iter()
                .filter(|(name, _)| self.yaml.get(root, &["env", name]).is_some()),
        );
        let calls = self.calls(root, &values);
        for (name, task) in self.yaml.get(root, &["tasks"]).map(|tasks| self.yaml.entries(tasks)).unwrap_or_default() {
            let mut variants = calls.get(name).cloned().unwrap_or_default();
            if variants.is_empty() || !name.starts_with('_') {
                variants.push(Values::new());
            }
            for variant in variants.iter().take(MAX_CALLS) {
                let mut all = values.clone();
                all.extend(variant.clone());
                self.task(name, task, &all, variant, &environment);
            }
        }
        self.includes(root, &values, &environment)
    }

    /// What the env files of `dotenv` set; the first that sets a variable wins.
    fn dotenv(&self, node: NodeId, values: &Values) -> Vec<(String, String)> {
        let paths =
            self.yaml.many(self.yaml.get(node, &["dotenv"])).into_iter().filter_map(|path| self.yaml.text(path));
        let paths: Vec<String> =
            paths.filter_map(|path| normalize(&below(&self.included.directory, &self.expand(path, values)))).collect();
        paths.iter().rev().flat_map(|path| variables_of(self.context.repository, path)).collect()
    }

    /// The variables that other tasks call tasks with.
    fn calls(&self, root: NodeId, values: &Values) -> BTreeMap<String, Vec<Values>> {
        let mut calls: BTreeMap<String, Vec<Values>> = BTreeMap::new();
        for (_, task) in self.yaml.get(root, &["tasks"]).map(|tasks| self.yaml.entries(tasks)).unwrap_or_default() {
            for key in ["cmds", "deps"] {
                for command in self.yaml.many(self.yaml.get(task, &[key])) {
                    let Some(name) = self.yaml.text_of(command, "task") else { continue };
                    let Some(given) = self.yaml.get(command, &["vars"]) else { continue };
                    let own = self.variables(Some(given), values);
                    let named = own.into_iter().filter(|(name, _)| self.yaml.get(given, &[name]).is_some());
                    calls.entry(name.trim_start_matches(':').to_owned()).or_default().push(named.collect());
                }
            }
        }
        calls
    }

    /// The values of `vars` or `env`, over those that are known already.
    fn variables(&self, node: Option<NodeId>, known: &Values) -> Values {
        if !self.context.copy(self.included.file, known.len()) {
            return Values::new();
        }
        let mut values = known.clone();
        for (name, value) in node.map(|node| self.yaml.entries(node)).unwrap_or_default() {
            let text = match self.yaml.text(value) {
                Some(text) => self.expand(text, &values),
                None => match self.yaml.text_of(value, "sh") {
                    Some(script) => self.context.hole(Hole::Computed(script.to_owned())),
                    None => self.context.unset(name),
                },
            };
            values.insert(name.to_owned(), text);
        }
        values
    }

    fn task(&self, name: &str, task: NodeId, values: &Values, given: &Values, environment: &[(String, String)]) {
        let mut values = self.variables(self.yaml.get(task, &["vars"]), values);
        values.extend(given.clone());
        let site = Site::at(&self.included.directory).with_purpose(purpose_of_name(name).unwrap_or(Purpose::Deploy));
        let tracer = Tracer::new(self.context, site);
        let own = self.dotenv(task, &values);
        let mut world =
            environment.iter().chain(&own).fold(World::new(), |world, (name, value)| world.with(name, value.clone()));
        world = self.yaml.with_variables(world, self.yaml.get(task, &["env"]), &|text| self.expand(text, &values));
        if let Some(directory) = self.yaml.text_of(task, "dir") {
            let target = tracer.change(&world, &self.expand(directory, &values));
            world.go(target);
        }
        let is_list = self.yaml.text(task).is_some() || !self.yaml.items(task).is_empty();
        let commands = match is_list {
            true => self.yaml.many(Some(task)),
            false => {
                let single = self.yaml.get(task, &["cmd"]);
                self.yaml.many(self.yaml.get(task, &["cmds"])).into_iter().chain(single).collect()
            }
        };
        for command in commands.into_iter().take(256) {
            self.command(&tracer, command, &values, &world);
        }
    }

    fn command(&self, tracer: &Tracer<'_>, command: NodeId, values: &Values, world: &World) {
        let script = match self.yaml.text(command) {
            Some(_) => Some(command),
            None => self.yaml.get(command, &["cmd"]).or_else(|| self.yaml.get(command, &["defer"])),
        };
        let Some(fragment) = script.and_then(|script| self.yaml.fragment(script)) else { return };
        let items = match self.yaml.get(command, &["for"]) {
            Some(items) => {
                let texts = self.yaml.items(items).into_iter().filter_map(|item| self.yaml.text(item));
                texts.take(MAX_CALLS).map(str::to_owned).collect()
            }
            None => vec![String::new()],
        };
        for item in items {
            let mut values = values.clone();
            if !item.is_empty() {
                values.insert("ITEM".to_owned(), item);
            }
            let expanded: Fragment =
                template::replace(&fragment, ("{{", "}}"), &mut |expression| self.value(expression, &values));
            tracer.text(&Rc::new(expanded), vec![world.clone()]);
        }
    }

    fn expand(&self, text: &str, values: &Values) -> String {
        template::replace_text(text, ("{{", "}}"), &mut |expression| self.value(expression, values))
    }

    fn value(&self, expression: &str, values: &Values) -> String {
        let expression = expression.trim_matches('-').trim();
        let name = expression.split_whitespace().find_map(|word| word.strip_prefix('.'));
        let name = name.map(|name| name.trim_end_matches(')'));
        if let Some(value) = name.and_then(|name| values.get(name)) {
            return value.clone();
        }
        let at = |directory: &str| format!("{ROOT}/{directory}").trim_end_matches('/').to_owned();
        match name {
            Some("ROOT_DIR" | "USER_WORKING_DIR") => at(&self.included.directory),
            Some("TASKFILE_DIR") => at(split(&self.included.path).0),
            Some("CLI_ARGS") => self.context.hole(Hole::Arguments),
            _ => match (template::default_of(expression), name) {
                (Some(default), _) => default.to_owned(),
                (None, Some(name)) => self.context.unset(name),
                (None, None) => self.context.computed(expression),
            },
        }
    }

    fn includes(&self, root: NodeId, values: &Values, environment: &[(String, String)]) -> Vec<Included> {
        let mut found = Vec::new();
        let repository = self.context.repository;
        let here = split(&self.included.path).0;
        for (_, include) in self.yaml.get(root, &["includes"]).map(|node| self.yaml.entries(node)).unwrap_or_default() {
            let target = self.yaml.text(include).or_else(|| self.yaml.text_of(include, "taskfile")).unwrap_or("");
            let Some(target) = normalize(&below(here, &self.expand(target, values))) else { continue };
            let names = ["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"];
            let inside = names.iter().map(|name| below(&target, name));
            let Some(path) = std::iter::once(target.clone()).chain(inside).find(|path| repository.is_file(path)) else {
                continue;
            };
            let directory = match self.yaml.text_of(include, "dir") {
                Some(directory) => normalize(&below(&self.included.directory, &self.expand(directory, values))),
                None => Some(self.included.directory.clone()),
            };
            let variables = self.variables(self.yaml.get(include, &["vars"]), values);
            if let (Some(file), Some(directory)) = (repository.load(&path), directory) {
                found.push(Included { path, file, directory, variables, environment: environment.to_vec() });
            }
        }
        found
    }
}
