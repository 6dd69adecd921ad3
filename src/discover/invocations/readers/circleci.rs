//! CircleCI: the `run` steps of jobs and of commands.

use std::rc::Rc;

use super::super::context::ReaderContext;
use super::super::trace::{Site, Tracer, World};
use super::yaml::Yaml;
use super::{purpose_of_job, template};
use crate::source::{FileId, NodeId};

/// Reads `.circleci/config.yml`.
pub(super) fn read(context: &ReaderContext<'_>, file: FileId) {
    let yaml = Yaml::from_file(context.repository.sources, file);
    let Some(root) = yaml.root() else { return };
    for section in ["jobs", "commands"] {
        let Some(section) = yaml.get(root, &[section]) else { continue };
        for (name, job) in yaml.entries(section).into_iter().take(512) {
            self::job(context, &yaml, name, job);
        }
    }
}

fn job(context: &ReaderContext<'_>, yaml: &Yaml, name: &str, job: NodeId) {
    let mut site = Site::at("").with_purpose(purpose_of_job(&[name]));
    site.by_hand = false;
    let tracer = Tracer::new(context, site);
    let value = |name: &str| {
        let default = name.strip_prefix("parameters.").and_then(|name| yaml.get(job, &["parameters", name, "default"]));
        default.and_then(|node| yaml.text(node)).map_or_else(|| context.unset(name), str::to_owned)
    };
    let expand = |text: &str| template::replace_text(text, ("<<", ">>"), &mut |name| value(name));
    let mut base = yaml.with_variables(World::new(), yaml.get(job, &["environment"]), &expand);
    if let Some(directory) = yaml.text_of(job, "working_directory") {
        let target = tracer.change(&base, &expand(directory));
        base.go(target);
    }
    let mut steps: Vec<NodeId> = yaml.many(yaml.get(job, &["steps"]));
    let mut at = 0;
    while let Some(step) = steps.get(at).copied().filter(|_| at < 1024) {
        at += 1;
        for key in ["when", "unless"] {
            steps.extend(yaml.many(yaml.get(step, &[key, "steps"])));
        }
        let Some(run) = yaml.get(step, &["run"]) else { continue };
        let script = if yaml.text(run).is_some() { Some(run) } else { yaml.get(run, &["command"]) };
        let Some(fragment) = script.and_then(|script| yaml.fragment(script)) else { continue };
        let mut world = yaml.with_variables(base.clone(), yaml.get(run, &["environment"]), &expand);
        if let Some(directory) = yaml.text_of(run, "working_directory") {
            let target = tracer.change(&world, &expand(directory));
            world.go(target);
        }
        let fragment = template::replace(&fragment, ("<<", ">>"), &mut |name| value(name));
        tracer.text(&Rc::new(fragment), vec![world]);
    }
}
