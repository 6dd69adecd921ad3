//! CircleCI: the `run` steps of jobs and of the commands that they use, with what the workflows give them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::context::ReaderContext;
use super::super::trace::{Site, Tracer, World};
use super::yaml::Yaml;
use super::{purpose_of_job, template};
use crate::source::{FileId, NodeId};

/// How deep commands use others.
const MAX_DEPTH: usize = 6;
/// How many ways to start one job are followed.
const MAX_USES: usize = 32;

/// The values of parameters.
type Parameters = BTreeMap<String, String>;

/// A configuration.
struct Circle<'c, 'a> {
    context: &'c ReaderContext<'a>,
    yaml: Yaml,
    /// The commands that a job uses.
    used: RefCell<BTreeSet<String>>,
}

/// Reads `.circleci/config.yml`.
pub(super) fn read(context: &ReaderContext<'_>, file: FileId) {
    let yaml = Yaml::from_file(context.repository.sources, file);
    let circle = Circle { context, yaml, used: RefCell::default() };
    let jobs = circle.section("jobs");
    for (name, job) in &jobs {
        for given in circle.uses(name) {
            circle.job(name, *job, &given);
        }
    }
    for (name, command) in circle.section("commands") {
        if !circle.used.borrow().contains(&name) {
            circle.job(&name, command, &Parameters::new());
        }
    }
}

impl Circle<'_, '_> {
    fn section(&self, name: &str) -> Vec<(String, NodeId)> {
        let section = self.yaml.root().and_then(|root| self.yaml.get(root, &[name]));
        let entries = section.map(|section| self.yaml.entries(section)).unwrap_or_default();
        entries.into_iter().take(512).map(|(name, node)| (name.to_owned(), node)).collect()
    }

    /// What workflows give a job, one set for each way to start it; nothing once where none does.
    fn uses(&self, job: &str) -> Vec<Parameters> {
        let mut uses = Vec::new();
        for (_, workflow) in self.section("workflows") {
            for entry in self.yaml.many(self.yaml.get(workflow, &["jobs"])).into_iter().take(256) {
                if self.yaml.text(entry) == Some(job) {
                    uses.push(Parameters::new());
                } else if let Some(given) = self.yaml.get(entry, &[job]) {
                    uses.extend(self.combinations(given));
                }
            }
        }
        uses.sort();
        uses.dedup();
        uses.truncate(MAX_USES);
        if uses.is_empty() { vec![Parameters::new()] } else { uses }
    }

    /// The parameters of a use, once for each combination of its matrix.
    fn combinations(&self, given: NodeId) -> Vec<Parameters> {
        let mut all = vec![self.texts(given)];
        let matrix = self.yaml.get(given, &["matrix", "parameters"]);
        for (name, values) in matrix.map(|matrix| self.yaml.entries(matrix)).unwrap_or_default() {
            let values = self.yaml.many(Some(values)).into_iter().filter_map(|value| self.yaml.text(value));
            let values: Vec<&str> = values.collect();
            let each = all.iter().flat_map(|one| {
                values.iter().map(|value| {
                    let mut one = one.clone();
                    one.insert(name.to_owned(), (*value).to_owned());
                    one
                })
            });
            all = each.take(MAX_USES).collect();
        }
        all
    }

    fn texts(&self, node: NodeId) -> Parameters {
        let entries = self.yaml.entries(node).into_iter().take(64);
        entries.filter_map(|(name, value)| Some((name.to_owned(), self.yaml.text(value)?.to_owned()))).collect()
    }

    fn value(&self, of: NodeId, given: &Parameters, name: &str) -> String {
        let parameter = name.strip_prefix("parameters.");
        let default = parameter.and_then(|name| self.yaml.get(of, &["parameters", name, "default"]));
        let given = parameter.and_then(|name| given.get(name).cloned());
        let default = default.and_then(|node| self.yaml.text(node)).map(str::to_owned);
        given.or(default).unwrap_or_else(|| self.context.unset(name))
    }

    fn job(&self, name: &str, job: NodeId, given: &Parameters) {
        let mut site = Site::at("").with_purpose(purpose_of_job(&[name]));
        site.by_hand = false;
        let tracer = Tracer::new(self.context, site);
        let expand = |text: &str| template::replace_text(text, ("<<", ">>"), &mut |name| self.value(job, given, name));
        let mut base = self.yaml.with_variables(World::new(), self.yaml.get(job, &["environment"]), &expand);
        if let Some(directory) = self.yaml.text_of(job, "working_directory") {
            let target = tracer.change(&base, &expand(directory));
            base.go(target);
        }
        self.steps(job, given, (&tracer, &base), 0);
    }

    /// The steps of a job or of a command.
    fn steps(&self, of: NodeId, given: &Parameters, (tracer, base): (&Tracer<'_>, &World), depth: usize) {
        let yaml = &self.yaml;
        let expand = |text: &str| template::replace_text(text, ("<<", ">>"), &mut |name| self.value(of, given, name));
        let mut steps: Vec<NodeId> = yaml.many(yaml.get(of, &["steps"]));
        let mut at = 0;
        while let Some(step) = steps.get(at).copied().filter(|_| at < 1024) {
            at += 1;
            for key in ["when", "unless"] {
                steps.extend(yaml.many(yaml.get(step, &[key, "steps"])));
            }
            if depth < MAX_DEPTH {
                self.command(step, &expand, (tracer, base), depth);
            }
            let Some(run) = yaml.get(step, &["run"]) else { continue };
            let script = if yaml.text(run).is_some() { Some(run) } else { yaml.get(run, &["command"]) };
            let Some(fragment) = script.and_then(|script| yaml.fragment(script)) else { continue };
            let mut world = yaml.with_variables(base.clone(), yaml.get(run, &["environment"]), &expand);
            if let Some(directory) = yaml.text_of(run, "working_directory") {
                let target = tracer.change(&world, &expand(directory));
                world.go(target);
            }
            let fragment = template::replace(&fragment, ("<<", ">>"), &mut |name| self.value(of, given, name));
            tracer.text(&Rc::new(fragment), vec![world]);
        }
    }

    /// A step that uses a command of the configuration.
    fn command(&self, step: NodeId, expand: &dyn Fn(&str) -> String, state: (&Tracer<'_>, &World), depth: usize) {
        let entry = self.yaml.entries(step).into_iter().next().map(|(name, given)| (name, Some(given)));
        let Some((name, given)) = self.yaml.text(step).map(|name| (name, None)).or(entry) else { return };
        let commands = self.yaml.root().and_then(|root| self.yaml.get(root, &["commands"]));
        let Some(command) = commands.and_then(|commands| self.yaml.get(commands, &[name])) else { return };
        // Each use counts: commands may use one another more than once.
        if !self.context.step(self.yaml.tree.file) {
            return;
        }
        self.used.borrow_mut().insert(name.to_owned());
        let given = given.map(|given| self.texts(given)).unwrap_or_default();
        let given = given.into_iter().map(|(name, value)| (name, expand(&value))).collect();
        self.steps(command, &given, state, depth + 1);
    }
}
