//! Azure pipelines: `script` and `bash` steps, and the DockerCompose task.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::command::Compose;
use super::super::context::ReaderContext;
use super::super::trace::{Site, Tracer, World};
use super::super::values::ROOT;
use super::yaml::Yaml;
use super::{purpose_of_job, template};
use crate::source::{FileId, NodeId};

/// How many entries of a matrix are followed.
const MAX_ENTRIES: usize = 32;

/// Reads a pipeline or a template of one.
pub(super) fn read(context: &ReaderContext<'_>, file: FileId) {
    let yaml = Yaml::from_file(context.repository.sources, file);
    let Some(root) = yaml.root() else { return };
    let mut left: Vec<(NodeId, BTreeMap<String, String>, String)> = vec![(root, BTreeMap::new(), String::new())];
    let mut seen = 0;
    while let Some((node, mut variables, name)) = left.pop().filter(|_| seen < 20_000) {
        seen += 1;
        if is_off(&yaml, node) {
            continue;
        }
        for item in yaml.items(node) {
            left.push((item, variables.clone(), name.clone()));
        }
        variables.extend(variables_of(&yaml, node));
        let own = ["job", "stage", "deployment"].iter().filter_map(|key| yaml.text_of(node, key));
        let name = own.fold(name, |all, own| format!("{all} {own}"));
        let matrix = yaml.get(node, &["strategy", "matrix"]).map(|matrix| yaml.entries(matrix)).unwrap_or_default();
        if let Some(steps) = yaml.get(node, &["steps"]).filter(|_| !matrix.is_empty()) {
            // The job runs once for each entry of its matrix.
            for (_, values) in matrix.into_iter().take(MAX_ENTRIES) {
                let values = yaml.entries(values).into_iter();
                let own = values.filter_map(|(name, value)| Some((name.to_owned(), yaml.text(value)?.to_owned())));
                let variables = variables.clone().into_iter().chain(own).collect();
                left.push((steps, variables, name.clone()));
            }
            continue;
        }
        step(context, &yaml, node, &variables, &name);
        for (key, value) in yaml.entries(node) {
            if matches!(key, "stages" | "jobs" | "steps" | "strategy" | "runOnce" | "deploy" | "extends" | "parameters")
            {
                left.push((value, variables.clone(), name.clone()));
            }
        }
    }
}

/// Whether a step, a job or a stage never runs.
fn is_off(yaml: &Yaml, node: NodeId) -> bool {
    let is_false = |key: &str| yaml.text_of(node, key).is_some_and(|text| text.trim().eq_ignore_ascii_case("false"));
    is_false("enabled") || is_false("condition")
}

fn variables_of(yaml: &Yaml, node: NodeId) -> BTreeMap<String, String> {
    let Some(variables) = yaml.get(node, &["variables"]) else { return BTreeMap::new() };
    let listed = yaml
        .items(variables)
        .into_iter()
        .filter_map(|item| Some((yaml.text_of(item, "name")?.to_owned(), yaml.text_of(item, "value")?.to_owned())));
    let named = yaml
        .entries(variables)
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), yaml.text(value)?.to_owned())));
    named.chain(listed).collect()
}

fn step(context: &ReaderContext<'_>, yaml: &Yaml, node: NodeId, variables: &BTreeMap<String, String>, name: &str) {
    let mut site = Site::at("").with_purpose(purpose_of_job(&[name]));
    site.by_hand = false;
    let tracer = Tracer::new(context, site);
    let mut expand = |name: &str| match variables.get(name) {
        Some(value) => value.clone(),
        None if name.starts_with("Build.SourcesDirectory") || name.starts_with("System.DefaultWorkingDirectory") => {
            ROOT.to_owned()
        }
        None => format!("$({name})"),
    };
    let mut world = variables.iter().fold(World::new(), |world, (name, value)| {
        world.with(&name.to_ascii_uppercase().replace('.', "_"), value.clone())
    });
    if let Some(directory) = yaml.text_of(node, "workingDirectory") {
        let target = tracer.change(&world, &template::replace_text(directory, ("$(", ")"), &mut expand));
        world.go(target);
    }
    let mut world = yaml.with_variables(world, yaml.get(node, &["env"]), &|text| text.to_owned());
    for key in ["script", "bash"] {
        let Some(fragment) = yaml.get(node, &[key]).and_then(|script| yaml.fragment(script)) else { continue };
        let fragment = template::replace(&fragment, ("${{", "}}"), &mut |name| context.unset(name));
        let fragment = template::replace(&fragment, ("$(", ")"), &mut expand);
        tracer.text(&Rc::new(fragment), vec![world.clone()]);
    }
    let Some(task) = yaml.text_of(node, "task").filter(|task| task.starts_with("DockerCompose@")) else { return };
    let Some(inputs) = yaml.get(node, &["inputs"]).filter(|_| !task.is_empty()) else { return };
    if let Some(directory) = yaml.text_of(inputs, "cwd") {
        let target = tracer.change(&world, &template::replace_text(directory, ("$(", ")"), &mut expand));
        world.go(target);
    }
    let mut files = Vec::new();
    for key in ["dockerComposeFile", "additionalDockerComposeFiles"] {
        let named = yaml.text_of(inputs, key).unwrap_or("").lines().map(str::trim).filter(|file| !file.is_empty());
        files
            .extend(named.map(|file| template::replace_text(file.trim_start_matches("**/"), ("$(", ")"), &mut expand)));
    }
    let name = yaml.text_of(inputs, "projectName").filter(|name| !name.contains("$(")).map(str::to_owned);
    let at = yaml.start(inputs);
    tracer.find_at(Compose { files, name, starts: true, ..Compose::default() }, yaml.tree.file, (at, at + 1), &world);
}
