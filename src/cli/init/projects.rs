//! How projects are started, as the `projects` of a `plimsoll.yaml`. No secret is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::discover::invocations::{Certainty, Engine, Invocation, Invocations, Purpose};
use crate::render::clean;
use crate::secrets::{holds_secret, is_secret_name, masked};
use crate::source::{SourceDb, relative};
use crate::yaml::edit::in_flow;

/// Words before what was found.
const FOUND: &str = "# How the projects are started, as `plimsoll projects` found it: what is listed here replaces what is found for these\n# files. Remove an entry to have it found again, or correct it.\n";

/// Words before what only names suggest.
const GUESSED: &str = "  # Only the names of files suggest that some of these are started together. Keep what is, without `# `: an entry then\n  # replaces the guesses.\n";

/// The section for the projects below a directory, where the file will be, and a line for each of its entries; empty
/// where nothing is found.
pub(super) fn section(all: &Invocations, sources: &SourceDb, directory: &Path) -> (String, Vec<String>) {
    let projects = all.projects.iter().filter(|(project, _)| project.starts_with(directory));
    let shown = projects.flat_map(|(_, invocations)| invocations).filter(|one| is_nameable(one, sources, directory));
    let shown: Vec<&Invocation> = shown.map(|one| &**one).collect();
    // A guess rests on its base: who lists the base decides about the guess.
    let guesses = shown.iter().filter(|one| one.certainty == Certainty::Guessed && one.files.len() > 1);
    let bases: BTreeSet<&PathBuf> = guesses.filter_map(|one| one.files.first()).collect();
    let is_undecided = |one: &&&Invocation| one.files.iter().any(|file| bases.contains(file));
    let undecided: Vec<&Invocation> = shown.iter().filter(is_undecided).copied().collect();
    // A file that is guessed to be a project of its own needs no entry.
    let certain = shown.iter().filter(|one| !is_undecided(one) && one.certainty > Certainty::Guessed);
    let certain: Vec<&Invocation> = certain.copied().collect();
    if certain.is_empty() && undecided.is_empty() {
        return (String::new(), Vec::new());
    }
    let writer = Writer { sources, directory };
    let mut text = format!("{FOUND}projects:\n");
    certain.iter().for_each(|invocation| text.push_str(&writer.entry(invocation)));
    if !undecided.is_empty() {
        text.push_str(GUESSED);
    }
    for invocation in undecided {
        let entry = writer.entry(invocation);
        text.extend(entry.lines().map(|line| format!("  # {}\n", line.get(2..).unwrap_or_default())));
    }
    (text, certain.iter().map(|invocation| writer.line(invocation)).collect())
}

/// Whether a configuration can name the files as they are, without a secret in a path.
fn is_nameable(invocation: &Invocation, sources: &SourceDb, directory: &Path) -> bool {
    let names = invocation.files.iter().map(|file| relative(directory, file));
    let is_there = invocation.files.iter().all(|file| sources.refusal(file).is_none());
    is_there && names.into_iter().all(|name| masked(&name) == name)
}

struct Writer<'a> {
    sources: &'a SourceDb,
    directory: &'a Path,
}

impl Writer<'_> {
    fn entry(&self, invocation: &Invocation) -> String {
        let mut lines = vec![format!("files: {}", self.paths(&invocation.files))];
        let default = [invocation.directory.join(".env")];
        if invocation.env_files != default && !invocation.env_files.is_empty() {
            lines.push(format!("env_files: {}", self.paths(&invocation.env_files)));
        }
        let (set, provided) = variables(&invocation.environment);
        if !set.is_empty() {
            let set: Vec<String> = set.iter().map(|(name, value)| format!("{name}: {}", in_flow(value))).collect();
            lines.push(format!("environment: {{ {} }}", set.join(", ")));
        }
        if !provided.is_empty() {
            lines.push(format!("provided: [{}]", provided.join(", ")));
        }
        if !invocation.profiles.is_empty() {
            lines.push(format!("profiles: {}", list(invocation.profiles.iter().cloned())));
        }
        if let Some(name) = &invocation.name {
            lines.push(format!("name: {}", in_flow(name)));
        }
        if invocation.files.first().and_then(|file| file.parent()) != Some(&invocation.directory) {
            lines.push(format!("directory: {}", in_flow(&self.path(&invocation.directory))));
        }
        if invocation.engine == Engine::Swarm {
            lines.push("engine: swarm".to_owned());
        }
        if invocation.is_purpose_written {
            lines.push(format!("purpose: {}", purpose(invocation.purpose)));
        }
        format!("  # {}\n  - {}\n", self.origin(invocation), lines.join("\n    "))
    }

    /// What is listed, and where it is written: `compose.yaml, compose.prod.yaml (Makefile:3)`.
    fn line(&self, invocation: &Invocation) -> String {
        let files: Vec<String> = invocation.files.iter().map(|file| self.path(file)).collect();
        let profiles: Vec<&str> = invocation.profiles.iter().map(String::as_str).collect();
        let profiles = if profiles.is_empty() { String::new() } else { format!(", profile {}", profiles.join(", ")) };
        format!("{}{} ({})", clean(&masked(&files.join(", "))), clean(&masked(&profiles)), self.origin(invocation))
    }

    fn origin(&self, invocation: &Invocation) -> String {
        const MOST: usize = 3;
        let place = |place: &crate::source::Place| {
            let file = self.sources.file(place.span.file);
            format!("{}:{}", relative(self.directory, &file.path), file.position(place.span.start).line)
        };
        let mut places: Vec<String> = invocation.written.iter().take(MOST).map(place).collect();
        if invocation.written.len() > MOST {
            places.push(format!("{} more", invocation.written.len() - MOST));
        }
        let origin = match (invocation.certainty, places.is_empty()) {
            (Certainty::Guessed, _) => "guessed".to_owned(),
            (_, true) => "a plain `docker compose up`".to_owned(),
            (_, false) => places.join(", "),
        };
        clean(&masked(&origin))
    }

    fn paths(&self, paths: &[PathBuf]) -> String {
        list(paths.iter().map(|path| self.path(path)))
    }

    fn path(&self, path: &Path) -> String {
        if !path.is_absolute() {
            return path.to_string_lossy().into_owned();
        }
        let shown = relative(self.directory, path);
        if shown.is_empty() { ".".to_owned() } else { shown }
    }
}

fn list(texts: impl Iterator<Item = String>) -> String {
    format!("[{}]", texts.map(|text| in_flow(&text)).collect::<Vec<_>>().join(", "))
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Deploy => "deploy",
        Purpose::Develop => "develop",
        Purpose::Test => "test",
    }
}

/// The variables whose values may be written, and the names of the others.
fn variables(environment: &BTreeMap<String, Option<String>>) -> (Vec<(&str, &str)>, Vec<&str>) {
    let mut set = Vec::new();
    let mut provided = Vec::new();
    for (name, value) in environment {
        match value {
            // The directory of the caller is another one on each machine.
            Some(value) if name != "PWD" && !is_secret(name, value) => set.push((name.as_str(), value.as_str())),
            _ => provided.push(name.as_str()),
        }
    }
    (set, provided)
}

fn is_secret(name: &str, value: &str) -> bool {
    !value.is_empty() && (is_secret_name(name) || holds_secret(&format!("{name}={value}\n")) || masked(value) != value)
}
