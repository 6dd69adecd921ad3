//! tox.ini, and the tasks that tools keep in pyproject.toml.

use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::super::values::{ROOT, without_marks};
use super::{purpose_of_name, template};
use crate::source::FileId;

/// Reads the commands of tox.ini, which run in its directory.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let directory = split(path).0;
    let tracer = Tracer::new(context, Site { by_hand: false, ..Site::at(directory).with_purpose(Purpose::Test) });
    let mut base = World::new();
    let mut key = String::new();
    let mut at = 0;
    let mut commands: Vec<Fragment> = Vec::new();
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) || trimmed.is_empty() {
            continue;
        }
        if trimmed.starts_with('[') {
            flush(context, &tracer, directory, &mut commands, &base);
            base = World::new();
            key.clear();
            continue;
        }
        let mut value = (line, start);
        if !line.starts_with([' ', '\t'])
            && let Some((name, behind)) = line.split_once('=')
        {
            name.trim().clone_into(&mut key);
            value = (behind, start + name.len() + 1);
        }
        match key.as_str() {
            "setenv" | "set_env" => {
                if let Some((name, text)) = value.0.trim().split_once('=') {
                    base = base.with(name.trim(), text.trim());
                }
            }
            "changedir" | "change_dir" if !value.0.trim().is_empty() => {
                let target = tracer.change(&World::new(), &expand(context, directory, value.0.trim()));
                base.go(target);
            }
            key if key.starts_with("commands") => {
                if let Some(before) = commands.last_mut().filter(|before| before.text.ends_with("\\\n")) {
                    before.push(value.0, value.1);
                } else {
                    let stripped = value.0.trim_start().trim_start_matches(['-', '!', ' ']);
                    commands.push(Fragment::from_text(file, stripped, value.1 + (value.0.len() - stripped.len())));
                }
            }
            _ => {}
        }
    }
    flush(context, &tracer, directory, &mut commands, &base);
}

fn flush(
    context: &ReaderContext<'_>,
    tracer: &Tracer<'_>,
    directory: &str,
    commands: &mut Vec<Fragment>,
    world: &World,
) {
    for command in commands.drain(..) {
        let command = template::replace(&command, ("{", "}"), &mut |name| substitution(context, directory, name));
        tracer.text(&Rc::new(command), vec![world.clone()]);
    }
}

fn expand(context: &ReaderContext<'_>, directory: &str, text: &str) -> String {
    template::replace_text(text, ("{", "}"), &mut |name| substitution(context, directory, name))
}

/// `{toxinidir}`, `{env:NAME:default}`, `{posargs}`.
fn substitution(context: &ReaderContext<'_>, directory: &str, name: &str) -> String {
    match name {
        "toxinidir" | "tox_root" => format!("{ROOT}/{directory}").trim_end_matches('/').to_owned(),
        _ => match name.strip_prefix("env:").and_then(|rest| rest.split_once(':')) {
            Some((_, default)) => default.to_owned(),
            None => context.unset(name),
        },
    }
}

/// Tables of pyproject.toml whose values are commands.
const TASKS: [&[&str]; 6] = [
    &["tool", "taskipy", "tasks"],
    &["tool", "poe", "tasks"],
    &["tool", "pdm", "scripts"],
    &["tool", "rye", "scripts"],
    &["tool", "pixi", "tasks"],
    &["tool", "hatch", "envs", "*", "scripts"],
];

/// Reads the tasks of pyproject.toml.
pub(super) fn read_pyproject(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let Ok(document) = toml::de::DeTable::parse(&text) else { return };
    for names in TASKS {
        let mut tables = vec![document.get_ref()];
        for name in names {
            let inner = tables.into_iter().flat_map(|table| {
                let chosen = table.iter().filter(|(key, _)| *name == "*" || key.get_ref() == *name);
                chosen.filter_map(|(_, value)| value.get_ref().as_table())
            });
            tables = inner.collect();
        }
        for (name, value) in tables.into_iter().flat_map(|table| table.iter()).take(512) {
            let purpose = purpose_of_name(name.get_ref()).unwrap_or(Purpose::Deploy);
            let tracer = Tracer::new(context, Site::at(split(path).0).with_purpose(purpose));
            task(&tracer, file, &text, value, 0);
        }
    }
}

type ToxValue<'t> = toml::Spanned<toml::de::DeValue<'t>>;

/// A task: a command, a list of them, or a table with one under a key.
fn task(tracer: &Tracer<'_>, file: FileId, text: &str, value: &ToxValue<'_>, depth: usize) {
    if depth > 3 {
        return;
    }
    if let Some(command) = value.get_ref().as_str() {
        let span = value.span();
        let written = text.get(span.clone()).unwrap_or("");
        let quotes = written.len() - written.trim_start_matches(['"', '\'']).len();
        let fragment = Rc::new(Fragment::from_text(file, command, span.start + quotes));
        tracer.text(&fragment, vec![World::new()]);
    } else if let Some(items) = value.get_ref().as_array() {
        for item in items.iter().take(64) {
            task(tracer, file, text, item, depth + 1);
        }
    } else if let Some(table) = value.get_ref().as_table() {
        for (_, value) in table.iter().filter(|(key, _)| {
            matches!(key.get_ref().as_ref(), "cmd" | "shell" | "sequence" | "composite" | "chain" | "parallel")
        }) {
            task(tracer, file, text, value, depth + 1);
        }
    }
}
