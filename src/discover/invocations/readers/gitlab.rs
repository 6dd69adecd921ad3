//! GitLab pipelines: the scripts of jobs, with those that they extend and the files that they include.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::normalize;
use super::super::trace::{Site, Tracer, World};
use super::purpose_of_job;
use super::yaml::Yaml;
use crate::source::{FileId, NodeId};

/// How many files one pipeline includes.
const MAX_INCLUDES: usize = 32;
/// How deep jobs extend others.
const MAX_EXTENDS: usize = 8;

/// Keys at the top that are not jobs.
const NO_JOBS: [&str; 12] = [
    "image",
    "services",
    "stages",
    "variables",
    "before_script",
    "after_script",
    "cache",
    "include",
    "default",
    "workflow",
    "spec",
    "pages:deploy",
];

/// A pipeline with what it includes.
struct GitlabPipeline {
    files: Vec<Yaml>,
    /// Jobs by name: the file and the node. Later ones replace earlier ones.
    jobs: BTreeMap<String, (usize, NodeId)>,
    /// The variables of all jobs.
    world: World,
    /// What all jobs run before and after their own scripts: the file and the node.
    before: Option<(usize, NodeId)>,
    after: Option<(usize, NodeId)>,
    /// The scripts that jobs run: the file and the node.
    ran: RefCell<BTreeSet<(usize, NodeId)>>,
}

/// Reads `.gitlab-ci.yml`.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let pipeline = load(context, path, file);
    let (hidden, shown): (Vec<_>, Vec<_>) = pipeline.jobs.iter().partition(|(name, _)| name.starts_with('.'));
    for (name, (file, job)) in shown {
        pipeline.job(context, name, *file, *job);
    }
    // A hidden job is only run by others, which may be in another repository.
    for (name, (file, job)) in hidden {
        let own = pipeline.files.get(*file).and_then(|yaml| Some((*file, yaml.get(*job, &["script"])?)));
        if own.is_none_or(|(file, script)| !pipeline.ran.borrow().contains(&(file, script))) {
            pipeline.job(context, name, *file, *job);
        }
    }
}

fn load(context: &ReaderContext<'_>, path: &str, file: FileId) -> GitlabPipeline {
    let repository = context.repository;
    let mut files = Vec::new();
    let mut seen = BTreeSet::from([path.to_owned()]);
    let mut left = vec![file];
    while let Some(file) = left.pop() {
        let yaml = Yaml::from_file(repository.sources, file);
        let included = yaml.root().and_then(|root| yaml.get(root, &["include"]));
        for entry in yaml.many(included) {
            let local = yaml.text(entry).or_else(|| yaml.text_of(entry, "local")).unwrap_or("");
            if local.is_empty() || local.contains("://") || seen.len() > MAX_INCLUDES {
                continue;
            }
            let Some(path) = normalize(local).filter(|path| seen.insert(path.clone())) else { continue };
            left.extend(repository.load(&path));
        }
        files.push(yaml);
    }
    // What includes others wins over them.
    files.reverse();
    let mut jobs = BTreeMap::new();
    for (at, yaml) in files.iter().enumerate() {
        for (name, job) in yaml.root().map(|root| yaml.entries(root)).unwrap_or_default() {
            if !NO_JOBS.contains(&name) {
                jobs.insert(name.to_owned(), (at, job));
            }
        }
    }
    let global = |key: &str| {
        files.iter().enumerate().rev().find_map(|(at, yaml)| {
            let root = yaml.root()?;
            Some((at, yaml.get(root, &["default", key]).or_else(|| yaml.get(root, &[key]))?))
        })
    };
    let (before, after) = (global("before_script"), global("after_script"));
    let mut world = World::new();
    for yaml in &files {
        let variables = yaml.root().and_then(|root| yaml.get(root, &["variables"]));
        world = yaml.with_variables(world, variables, &|text| text.to_owned());
    }
    GitlabPipeline { files, jobs, world, before, after, ran: RefCell::default() }
}

/// How many jobs one may extend, those that these extend among them.
const MOST_EXTENDED: usize = 64;

impl GitlabPipeline {
    /// A job and those that it extends, itself first.
    fn line(&self, file: usize, job: NodeId, depth: usize) -> Vec<(usize, NodeId)> {
        let mut line = vec![(file, job)];
        let Some(yaml) = self.files.get(file).filter(|_| depth < MAX_EXTENDS) else { return line };
        let mut names: Vec<&str> =
            yaml.many(yaml.get(job, &["extends"])).into_iter().filter_map(|node| yaml.text(node)).collect();
        names.reverse();
        for (file, job) in names.into_iter().take(8).filter_map(|name| self.jobs.get(name)) {
            if line.len() >= MOST_EXTENDED {
                break;
            }
            line.extend(self.line(*file, *job, depth + 1));
        }
        line.truncate(MOST_EXTENDED);
        line
    }

    fn job(&self, context: &ReaderContext<'_>, name: &str, file: usize, job: NodeId) {
        let line = self.line(file, job, 0);
        let place =
            |key: &str| line.iter().find_map(|(file, job)| Some((*file, self.files.get(*file)?.get(*job, &[key])?)));
        let find = |key: &str| place(key).and_then(|(file, node)| Some((self.files.get(file)?, node)));
        let mut world = self.world.clone();
        for (file, job) in line.iter().rev() {
            let Some(yaml) = self.files.get(*file) else { continue };
            world = yaml.with_variables(world, yaml.get(*job, &["variables"]), &|text| text.to_owned());
        }
        let stage = find("stage").and_then(|(yaml, node)| yaml.text(node)).unwrap_or("");
        let deploys = find("environment").map_or("", |_| "deploy");
        let mut site = Site::at("").with_purpose(purpose_of_job(&[name, stage, deploys]));
        site.by_hand = false;
        let tracer = Tracer::new(context, site);
        let worlds = match (find("parallel"), find("rules")) {
            (Some((yaml, parallel)), _) => matrix(yaml, parallel, &world),
            (None, Some((yaml, rules))) => by_rules(yaml, rules, &world),
            (None, None) => vec![world],
        };
        let mut running = worlds.clone();
        let before = place("before_script").or(self.before);
        for (file, scripts) in [before, place("script")].into_iter().flatten() {
            for script in self.scripts(file, scripts) {
                running = tracer.text(&script, running);
            }
        }
        // It runs in a shell of its own.
        let mut after = worlds;
        if let Some((file, scripts)) = place("after_script").or(self.after) {
            for script in self.scripts(file, scripts) {
                after = tracer.text(&script, after);
            }
        }
    }

    /// The scripts of a list, with those that `!reference [job, key]` takes from others.
    fn scripts(&self, file: usize, scripts: NodeId) -> Vec<Rc<Fragment>> {
        /// How many lists one takes from others, and lines.
        const MOST: usize = 1024;
        let mut found = Vec::new();
        let mut left = vec![(file, scripts, 0)];
        let mut seen = 0;
        while let Some((file, node, depth)) = left.pop().filter(|_| seen < MOST) {
            seen += 1;
            self.ran.borrow_mut().insert((file, node));
            let Some(yaml) = self.files.get(file) else { continue };
            if let Some(fragment) = yaml.fragment(node) {
                found.push(Rc::new(fragment));
                continue;
            }
            let items = yaml.items(node);
            let is_reference = yaml.tree.follow(node).is_some_and(|(_, node)| node.tag() == Some("!reference"));
            if !is_reference {
                left.extend(items.into_iter().rev().map(|item| (file, item, depth)));
            } else if let [name, keys @ ..] = items.as_slice()
                && depth < MAX_EXTENDS
                && let Some((file, job)) = yaml.text(*name).and_then(|name| self.jobs.get(name))
                && let Some(other) = self.files.get(*file)
            {
                let keys: Vec<&str> = keys.iter().filter_map(|key| yaml.text(*key)).collect();
                left.extend(other.get(*job, &keys).map(|node| (*file, node, depth + 1)));
            }
        }
        found
    }
}

/// The variables that rules of a job give it, one state for each rule that may add it to a pipeline.
fn by_rules(yaml: &Yaml, rules: NodeId, world: &World) -> Vec<World> {
    let rules = yaml.many(Some(rules)).into_iter().take(32).filter(|rule| yaml.text_of(*rule, "when") != Some("never"));
    let mut plain = false;
    let mut worlds = Vec::new();
    for rule in rules {
        match yaml.get(rule, &["variables"]) {
            Some(variables) => {
                worlds.push(yaml.with_variables(world.clone(), Some(variables), &|text| text.to_owned()));
            }
            None => plain = true,
        }
    }
    if plain || worlds.is_empty() {
        worlds.push(world.clone());
    }
    worlds
}

fn matrix(yaml: &Yaml, parallel: NodeId, world: &World) -> Vec<World> {
    let mut worlds = Vec::new();
    for item in yaml.many(yaml.get(parallel, &["matrix"])) {
        let mut own = vec![world.clone()];
        for (name, values) in yaml.entries(item) {
            let values: Vec<&str> = yaml.many(Some(values)).into_iter().filter_map(|node| yaml.text(node)).collect();
            let next = own.iter().flat_map(|world| values.iter().map(|value| world.clone().with(name, *value)));
            own = next.take(32).collect();
        }
        worlds.extend(own);
    }
    worlds.truncate(32);
    if worlds.is_empty() { vec![world.clone()] } else { worlds }
}
