//! GitHub workflows and composite actions, and those of Gitea and Forgejo.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::Purpose;
use super::super::command::Compose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::{repository_name, split};
use super::super::trace::{Directory, Site, Tracer, World};
use super::super::values::{Choices, ROOT};
use super::yaml::Yaml;
use super::{purpose_of_job, template};
use crate::source::{FileId, NodeId};

/// How many combinations of a matrix are followed.
const MAX_COMBINATIONS: usize = 64;

/// What expressions know: `env.X`, `matrix.y`, `inputs.z`.
type ExpressionValues = BTreeMap<String, String>;

/// A job, or the steps of an action.
struct Job<'j, 'a> {
    context: &'j ReaderContext<'a>,
    yaml: &'j Yaml,
    purpose: Purpose,
    steps: Vec<NodeId>,
    /// The directory that steps run in unless they say otherwise.
    directory: Option<String>,
    variables: Vec<NodeId>,
    known: ExpressionValues,
    /// Whether it is an action.
    is_action: bool,
}

/// Reads a workflow.
pub(super) fn read_workflow(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let yaml = Yaml::from_file(context.repository.sources, file);
    let Some(root) = yaml.root() else { return };
    let Some(jobs) = yaml.get(root, &["jobs"]) else { return };
    for (name, job) in yaml.entries(jobs).into_iter().take(256) {
        if is_off(&yaml, job) {
            continue;
        }
        let directory =
            |node: NodeId| yaml.get(node, &["defaults", "run", "working-directory"]).and_then(|node| yaml.text(node));
        let names = [
            split(path).1,
            name,
            yaml.text_of(job, "name").unwrap_or(""),
            yaml.text_of(job, "environment").map_or("", |_| "deploy"),
        ];
        let variables: Vec<NodeId> = [root, job].into_iter().filter_map(|node| yaml.get(node, &["env"])).collect();
        for known in combinations(&yaml, job) {
            let job = Job {
                context,
                yaml: &yaml,
                purpose: purpose_of_job(&names),
                steps: yaml.many(yaml.get(job, &["steps"])),
                directory: directory(job).or_else(|| directory(root)).map(str::to_owned),
                variables: variables.clone(),
                known,
                is_action: false,
            };
            job.read();
        }
    }
}

/// Reads a composite action; its steps run at the root of the repository.
pub(super) fn read_action(context: &ReaderContext<'_>, file: FileId) {
    read_action_with(context, file, &ExpressionValues::new(), Purpose::Test);
}

/// The same with the inputs that a step gives it.
fn read_action_with(context: &ReaderContext<'_>, file: FileId, given: &ExpressionValues, purpose: Purpose) {
    let yaml = Yaml::from_file(context.repository.sources, file);
    let Some(root) = yaml.root() else { return };
    let mut known = ExpressionValues::new();
    for (name, input) in yaml.get(root, &["inputs"]).map(|inputs| yaml.entries(inputs)).unwrap_or_default() {
        if let Some(value) = yaml.text_of(input, "default") {
            known.insert(format!("inputs.{name}"), value.to_owned());
        }
    }
    known.extend(given.clone());
    let steps = yaml.many(yaml.get(root, &["runs", "steps"]));
    let job =
        Job { context, yaml: &yaml, purpose, steps, directory: None, variables: Vec::new(), known, is_action: true };
    job.read();
}

/// Whether a job or a step never runs.
fn is_off(yaml: &Yaml, node: NodeId) -> bool {
    let condition = yaml.text_of(node, "if").unwrap_or("");
    matches!(condition.trim().trim_start_matches("${{").trim_end_matches("}}").trim(), "false")
}

/// The values of the matrix, one set for each combination.
fn combinations(yaml: &Yaml, job: NodeId) -> Vec<ExpressionValues> {
    let Some(matrix) = yaml.get(job, &["strategy", "matrix"]) else { return vec![ExpressionValues::new()] };
    let mut all = vec![ExpressionValues::new()];
    let mut included = Vec::new();
    for (key, value) in yaml.entries(matrix) {
        let items = yaml.items(value);
        match key {
            "include" => included = items,
            "exclude" => {}
            _ if items.is_empty() => {}
            _ => {
                let values = items.iter().map(|item| values_of(yaml, &format!("matrix.{key}"), *item));
                let values: Vec<ExpressionValues> = values.collect();
                let products = all.iter().flat_map(|one| values.iter().map(move |value| join(one, value)));
                all = products.take(MAX_COMBINATIONS).collect();
            }
        }
    }
    for item in included {
        let extra = values_of(yaml, "matrix", item);
        let agrees =
            |one: &ExpressionValues| extra.iter().all(|(name, value)| one.get(name).is_none_or(|own| own == value));
        let has_own = |one: &ExpressionValues| extra.keys().any(|name| one.contains_key(name));
        if all.iter().any(|one| agrees(one) && has_own(one)) {
            for one in all.iter_mut().filter(|one| agrees(one)) {
                one.extend(extra.clone());
            }
        } else if all.first().is_some_and(ExpressionValues::is_empty) {
            all = vec![extra];
        } else {
            all.push(extra);
        }
    }
    all.truncate(MAX_COMBINATIONS);
    all
}

fn join(one: &ExpressionValues, other: &ExpressionValues) -> ExpressionValues {
    one.iter().chain(other).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn values_of(yaml: &Yaml, name: &str, node: NodeId) -> ExpressionValues {
    /// How many values one item of a matrix has.
    const MOST: usize = 256;
    let mut values = ExpressionValues::new();
    let mut left = vec![(name.to_owned(), node, 0)];
    while let Some((name, node, depth)) = left.pop().filter(|_| values.len() < MOST) {
        match yaml.text(node) {
            Some(text) => {
                values.insert(name, text.to_owned());
            }
            None if depth < 4 => {
                let entries = yaml.entries(node).into_iter().take(MOST);
                left.extend(entries.map(|(key, value)| (format!("{name}.{key}"), value, depth + 1)));
            }
            None => {}
        }
    }
    values
}

impl Job<'_, '_> {
    fn read(mut self) {
        let mut site = Site::at("").with_purpose(self.purpose);
        site.by_hand = false;
        let mut base = World::new();
        for node in self.variables.clone() {
            base = self.with_variables(base, Some(node));
        }
        for step in self.steps.clone().into_iter().take(512) {
            if is_off(self.yaml, step) {
                continue;
            }
            let uses = self.yaml.text_of(step, "uses").unwrap_or("");
            if uses.starts_with("actions/checkout") {
                self.checkout(step, &mut site, &mut base);
            }
            let outer = self.known.clone();
            let world = self.with_variables(base.clone(), self.yaml.get(step, &["env"]));
            let written = self.step(step, uses, &site, world);
            self.known = outer;
            for (name, value) in written {
                self.known.insert(format!("env.{name}"), value.clone());
                base = base.with(&name, value);
            }
        }
    }

    /// A checkout into a directory: of this repository, which is the root there, or of another one.
    fn checkout(&self, step: NodeId, site: &mut Site, base: &mut World) {
        let Some(with) = self.yaml.get(step, &["with"]) else { return };
        let path = self.yaml.text_of(with, "path").map(|path| self.expand(path));
        let path = path
            .as_deref()
            .map(|path| path.trim_start_matches("./").trim_end_matches('/'))
            .filter(|path| !path.is_empty());
        let other = self.yaml.text_of(with, "repository").filter(|name| !name.contains("github.repository"));
        let is_foreign = other.is_some_and(|name| !self.context.repository.is_own_name(repository_name(name)));
        match (path, is_foreign) {
            (Some(path), true) => base.clones_foreign(path),
            (None, true) => base.go(Directory::Elsewhere),
            (Some(path), false) => site.checkout = Some(path.to_owned()),
            (None, false) => base.go(Directory::Start),
        }
    }

    fn with_variables(&mut self, world: World, node: Option<NodeId>) -> World {
        let Some(node) = node else { return world };
        let mut world = world;
        for (name, value) in self.yaml.entries(node) {
            let Some(text) = self.yaml.text(value) else { continue };
            let text = self.expand(text);
            self.known.insert(format!("env.{name}"), text.clone());
            world = world.with(name, text);
        }
        world
    }

    /// Follows a step; gives what it sets for those behind it.
    fn step(&self, step: NodeId, uses: &str, site: &Site, mut world: World) -> Vec<(String, String)> {
        let tracer = Tracer::new(self.context, site.clone());
        let own = self.yaml.text_of(step, "working-directory").or(self.directory.as_deref());
        if let Some(directory) = own {
            let target = tracer.change(&world, &self.expand(directory));
            world.go(target);
        }
        if let Some(fragment) = self.yaml.get(step, &["run"]).and_then(|run| self.yaml.fragment(run)) {
            self.script(&tracer, &fragment, &world);
        }
        let with = self.yaml.get(step, &["with"]);
        self.action(with, uses, &tracer, &world);
        tracer.take_handed_on()
    }

    /// A step that uses an action.
    fn action(&self, with: Option<NodeId>, uses: &str, tracer: &Tracer<'_>, world: &World) {
        let Some(with) = with else { return };
        self.own_action(with, uses);
        if uses.contains("ssh") {
            // On the server a relative directory is one below the home of the user.
            let remote = World::new().in_directory(Directory::At(vec![String::new()]));
            for key in ["script", "command", "run"] {
                if let Some(fragment) = self.yaml.get(with, &[key]).and_then(|script| self.yaml.fragment(script)) {
                    self.script(tracer, &fragment, &remote);
                }
            }
        }
        let action = uses.split('@').next().unwrap_or("");
        if matches!(action, "hoverkraft-tech/compose-action" | "isbang/compose-action") {
            self.compose_action(with, tracer, world);
        }
    }

    /// A step that uses an action of this repository with inputs of its own. An action uses no others that do.
    fn own_action(&self, with: NodeId, uses: &str) {
        let Some(directory) = uses.strip_prefix("./").filter(|_| !self.is_action) else { return };
        let files = ["action.yml", "action.yaml"].map(|name| format!("{}/{name}", directory.trim_end_matches('/')));
        let repository = self.context.repository;
        let Some(file) = files.iter().find(|path| repository.is_file(path)).and_then(|path| repository.load(path))
        else {
            return;
        };
        let inputs = self.yaml.entries(with).into_iter().take(64);
        let given =
            inputs.filter_map(|(name, value)| Some((format!("inputs.{name}"), self.expand(self.yaml.text(value)?))));
        read_action_with(self.context, file, &given.collect(), self.purpose);
    }

    fn compose_action(&self, with: NodeId, tracer: &Tracer<'_>, world: &World) {
        let lines = |key: &str| -> Vec<String> {
            let text = self.yaml.text_of(with, key).unwrap_or("");
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| self.expand(line)).collect()
        };
        let mut world = world.clone();
        if let Some(directory) = self.yaml.text_of(with, "cwd") {
            let target = tracer.change(&world, &self.expand(directory));
            world.go(target);
        }
        let mut command = Compose { files: lines("compose-file"), starts: true, ..Compose::default() };
        let flags = lines("compose-flags").join(" ");
        let mut flags = flags.split_whitespace();
        while let Some(flag) = flags.next() {
            match flag {
                "--profile" => command.profiles.extend(flags.next().map(str::to_owned)),
                "--env-file" => command.env_files.extend(flags.next().map(str::to_owned)),
                "-p" | "--project-name" => command.name = flags.next().map(str::to_owned),
                _ => {}
            }
        }
        let at = self.yaml.key_start(with, "compose-file");
        tracer.find_at(command, self.yaml.tree.file, (at, at + 1), &world);
    }

    /// A script with its expressions replaced, in every way in which a conditional one may come out.
    fn script(&self, tracer: &Tracer<'_>, fragment: &Fragment, world: &World) {
        let mut choices = Choices::default();
        loop {
            let text =
                template::replace(fragment, ("${{", "}}"), &mut |expression| self.value(expression, &mut choices));
            tracer.script(&Rc::new(text), vec![world.clone()]);
            if !choices.next_round() {
                return;
            }
        }
    }

    fn expand(&self, text: &str) -> String {
        let mut choices = Choices::default();
        template::replace_text(text, ("${{", "}}"), &mut |expression| self.value(expression, &mut choices))
    }

    fn value(&self, expression: &str, choices: &mut Choices) -> String {
        if let Some(text) = template::literal(expression) {
            return text.to_owned();
        }
        // `a && 'x' || 'y'`, `inputs.x || 'y'`
        let alternatives: Vec<&str> = expression
            .split("||")
            .filter_map(|part| template::literal(part.rsplit("&&").next().unwrap_or(part)))
            .collect();
        if expression.contains("||") && !alternatives.is_empty() {
            let pick = choices.pick(alternatives.len());
            return alternatives.get(pick).copied().unwrap_or("").to_owned();
        }
        if let Some(value) = self.known.get(expression) {
            return value.clone();
        }
        match expression {
            "github.workspace" => ROOT.to_owned(),
            "github.event.repository.name" => match self.context.repository.names.first() {
                // A directory may have another name.
                Some(name) if name.bytes().all(is_of_repository) => name.clone(),
                _ => self.context.unset(expression),
            },
            _ => self.context.unset(expression),
        }
    }
}

/// Whether a byte may be in the name of a repository on GitHub.
fn is_of_repository(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
