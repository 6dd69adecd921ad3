//! Ansible tasks: commands, and the modules that start Compose projects.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::Purpose;
use super::super::command::Compose;
use super::super::context::ReaderContext;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::super::values::{ROOT, has_hole};
use super::template;
use super::yaml::Yaml;
use crate::source::{FileId, NodeId};

/// How many tasks of a file are read.
const MAX_TASKS: usize = 2048;

/// Reads a playbook or a list of tasks.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let source = context.repository.sources.file(file);
    let mentions = ["docker_compose", "docker compose", "docker-compose", "docker stack deploy"];
    let is_listed = || source.text.contains("argv") && source.text.contains("compose");
    if !mentions.iter().any(|text| source.text.contains(text)) && !is_listed() || !source.text.contains("- ") {
        return;
    }
    let yaml = Yaml::from_file(context.repository.sources, file);
    let roots: Vec<NodeId> = yaml.roots().iter().flat_map(|root| yaml.items(*root)).collect();
    let mut tasks = Vec::new();
    let mut left = roots;
    left.reverse();
    while let Some(node) = left.pop().filter(|_| tasks.len() < MAX_TASKS) {
        for key in ["tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"] {
            left.extend(yaml.many(yaml.get(node, &[key])).into_iter().rev());
        }
        tasks.push(node);
    }
    let mut playbook = Playbook {
        context,
        yaml: &yaml,
        directory: split(path).0,
        made: Vec::new(),
        item: None,
        variables: variables(&yaml),
    };
    playbook.made = tasks.iter().filter_map(|task| playbook.destination(*task)).collect();
    for task in tasks {
        for item in items(&yaml, task) {
            playbook.item = item;
            playbook.task(task);
        }
    }
}

/// What the plays of a file set, where they agree.
fn variables(yaml: &Yaml) -> BTreeMap<String, Option<String>> {
    let plays = yaml.roots().iter().flat_map(|root| yaml.items(*root)).take(256);
    let sections = plays.filter_map(|play| yaml.get(play, &["vars"]));
    let mut all: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (name, value) in sections.flat_map(|section| yaml.entries(section)).take(1024) {
        let value = yaml.text(value).filter(|value| !value.contains("{{")).map(str::to_owned);
        let known = all.entry(name.to_owned()).or_insert_with(|| value.clone());
        if *known != value {
            *known = None;
        }
    }
    all
}

/// The values that a task is repeated with, or none once.
fn items(yaml: &Yaml, task: NodeId) -> Vec<Option<String>> {
    let list = ["loop", "with_items"].iter().find_map(|key| yaml.get(task, &[key]));
    let items = list.map(|list| yaml.items(list)).unwrap_or_default().into_iter();
    let items: Vec<Option<String>> =
        items.filter_map(|item| Some(Some(yaml.text(item)?.to_owned()))).take(64).collect();
    if items.is_empty() { vec![None] } else { items }
}

struct Playbook<'p, 'a> {
    context: &'p ReaderContext<'a>,
    yaml: &'p Yaml,
    directory: &'p str,
    /// Files on the target machine that tasks make from templates.
    made: Vec<String>,
    /// The value of `item` in a loop.
    item: Option<String>,
    /// What the plays set; nothing for what differs.
    variables: BTreeMap<String, Option<String>>,
}

impl Playbook<'_, '_> {
    /// A module of a task by its name without its collection.
    fn module(&self, task: NodeId, names: &[&str]) -> Option<NodeId> {
        let entries = self.yaml.entries(task).into_iter();
        let mut found = entries.filter(|(key, _)| names.contains(&key.rsplit('.').next().unwrap_or(key)));
        found.next().map(|(_, node)| node)
    }

    fn destination(&self, task: NodeId) -> Option<String> {
        let module = self.module(task, &["template", "get_url"])?;
        self.yaml.text_of(module, "dest").map(str::to_owned)
    }

    fn task(&self, task: NodeId) {
        let mut site = Site::at_or_above(self.directory).with_purpose(Purpose::Deploy);
        site.by_hand = false;
        let tracer = Tracer::new(self.context, site);
        let expand = |text: &str| template::replace_text(text, ("{{", "}}"), &mut |name| self.value(name));
        let world = self.yaml.with_variables(World::new(), self.yaml.get(task, &["environment"]), &expand);
        if let Some(module) = self.module(task, &["command", "shell", "raw"]) {
            self.command(task, module, &tracer, world.clone());
        }
        if let Some(module) = self.module(task, &["docker_compose", "docker_compose_v2", "docker_compose_v2_run"]) {
            self.compose(module, &tracer, world.clone());
        }
        if let Some(module) = self.module(task, &["docker_stack"]) {
            let files: Vec<String> = self.texts(module, "compose");
            if !files.is_empty() && self.yaml.text_of(module, "state") != Some("absent") {
                let name = self.yaml.text_of(module, "name").map(expand);
                let command = Compose { swarm: true, files, name, starts: true, ..Compose::default() };
                let at = self.yaml.start(module);
                tracer.find_at(command, self.yaml.tree.file, (at, at + 1), &world);
            }
        }
    }

    fn command(&self, task: NodeId, module: NodeId, tracer: &Tracer<'_>, mut world: World) {
        let script = match self.yaml.text(module) {
            Some(_) => Some(module),
            None => self.yaml.get(module, &["cmd"]),
        };
        let directory = [self.yaml.get(module, &["chdir"]), self.yaml.get(task, &["args", "chdir"])];
        if let Some(directory) = directory.into_iter().flatten().find_map(|node| self.yaml.text(node)) {
            let target = tracer.change(&world, &self.expand(directory));
            world.go(target);
        }
        if let Some(fragment) = script.and_then(|script| self.yaml.fragment(script)) {
            // `command: … chdir=x`
            if let Some(directory) = fragment.text.split_whitespace().find_map(|word| word.strip_prefix("chdir=")) {
                let target = tracer.change(&world, &self.expand(directory));
                world.go(target);
            }
            let text = template::replace(&fragment, ("{{", "}}"), &mut |name| self.value(name));
            tracer.text(&Rc::new(text), vec![world]);
            return;
        }
        let words: Vec<String> = self.texts(module, "argv");
        if !words.is_empty() {
            let text =
                words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect::<Vec<_>>().join(" ");
            let mut fragment = super::super::fragment::Fragment::new(self.yaml.tree.file);
            fragment.push_fixed(&text, self.yaml.start(module) as usize);
            tracer.text(&Rc::new(fragment), vec![world]);
        }
    }

    fn compose(&self, module: NodeId, tracer: &Tracer<'_>, mut world: World) {
        let Some(directory) = self.yaml.text_of(module, "project_src").map(|text| self.expand(text)) else { return };
        let is_made = |path: &String| path.strip_prefix(&*directory).is_some_and(|rest| rest.starts_with('/'));
        if has_hole(&directory) || self.made.iter().any(is_made) {
            return;
        }
        let target = tracer.change(&world, &directory);
        world.go(target);
        let command = Compose {
            files: self.texts(module, "files"),
            env_files: self.texts(module, "env_files"),
            profiles: self.texts(module, "profiles"),
            name: self.yaml.text_of(module, "project_name").map(|text| self.expand(text)),
            starts: !matches!(self.yaml.text_of(module, "state"), Some("absent" | "stopped")),
            ..Compose::default()
        };
        let at = self.yaml.key_start(module, "project_src");
        tracer.find_at(command, self.yaml.tree.file, (at, at + 11), &world);
    }

    fn texts(&self, node: NodeId, key: &str) -> Vec<String> {
        let items = self.yaml.many(self.yaml.get(node, &[key]));
        items.into_iter().filter_map(|item| self.yaml.text(item)).map(|text| self.expand(text)).collect()
    }

    fn expand(&self, text: &str) -> String {
        template::replace_text(text, ("{{", "}}"), &mut |name| self.value(name))
    }

    fn value(&self, expression: &str) -> String {
        match expression {
            "playbook_dir" => format!("{ROOT}/{}", self.directory).trim_end_matches('/').to_owned(),
            // The directory above `tasks`.
            "role_path" => format!("{ROOT}/{}", split(self.directory).0).trim_end_matches('/').to_owned(),
            "item" if self.item.is_some() => self.item.clone().unwrap_or_default(),
            _ if self.variables.get(expression).is_some_and(Option::is_some) => {
                self.variables.get(expression).cloned().flatten().unwrap_or_default()
            }
            _ => match template::default_of(expression) {
                Some(default) => default.to_owned(),
                None => self.context.unset(expression),
            },
        }
    }
}
