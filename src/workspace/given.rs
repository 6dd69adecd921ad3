//! Files that a request names: the projects that use them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::invocations::Asked;
use super::projects::{ProjectOutcome, WorkspaceRun, loose_overlays};
use crate::compose::nearest;
use crate::compose::spec::schema::SERVICE_STRUCT;
use crate::discover::invocations::{COMPOSE_KEYS, Invocation, Invocations, MAKES_A_SERVICE};
use crate::discover::{self, RunSurroundings, is_compose_name};
use crate::finding::Finding;
use crate::source::{LoadError, NodeId, PathKind, normalize};
use crate::workspace::fragments::{Depth, words_of_missing};
use crate::yaml::Tree;

/// How many directories are looked into for projects that lack the same.
const MOST_NEARBY: usize = 24;

/// How much text of theirs, in bytes: who named one file is waiting.
const MOST_TEXT: usize = 128 * 1024;

/// How many of them for each word: one may hold it for another reason.
const FOR_EACH_WORD: usize = 5;

impl WorkspaceRun<'_> {
    /// The paths of the request, or the working directory.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let here = [PathBuf::from(".")];
        let paths = if self.request.paths.is_empty() { &here[..] } else { &self.request.paths };
        paths.iter().map(|path| normalize(&self.request.directory.join(path))).collect()
    }

    /// The files among paths that no project has read and that may be Compose files.
    pub(super) fn named_alone(&self, paths: &[PathBuf], outcomes: &[ProjectOutcome]) -> Vec<PathBuf> {
        let excluded = discover::Exclusion::new(&self.settings.exclude);
        let is_new = |path: &PathBuf| {
            self.sources.kind(path) != PathKind::Directory
                && discover::may_be_compose(path)
                && !excluded.matches(path)
                && !outcomes.iter().any(|outcome| outcome.is_project && outcome.read.contains(path))
        };
        let is_buffer = self.request.buffer.is_some();
        let is_judged = |path: &PathBuf| match is_buffer {
            true => self.is_of_compose(path),
            false => self.is_meant(path),
        };
        paths.iter().filter(|path| is_new(path) && is_judged(path)).cloned().collect()
    }

    /// Compose files below directories that no command and no configuration can name.
    pub(super) fn unnameable(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let unread = self.sources.unread().into_iter().filter(|(_, error)| *error == LoadError::PathNotUtf8);
        unread.map(|(path, _)| path).filter(|path| paths.iter().any(|above| path.starts_with(above))).collect()
    }

    /// Drops the projects that use no file of the request and are below none of its directories.
    pub(super) fn keep_asked(&self, outcomes: &mut Vec<ProjectOutcome>) {
        if self.request.paths.is_empty() {
            return;
        }
        let (files, directories) = self.files_and_directories();
        outcomes.retain(|outcome| {
            let below = |file: &PathBuf| directories.iter().any(|directory| file.starts_with(directory));
            outcome.entry.files.iter().any(below)
                || files.iter().any(|file| outcome.read.contains(file) || self.is_started_in(outcome, file))
        });
    }

    /// Whether a project is started by a command in this file.
    fn is_started_in(&self, outcome: &ProjectOutcome, file: &Path) -> bool {
        let mut places = outcome.invocation.iter().flat_map(|invocation| &invocation.written);
        places.any(|place| *self.sources.path(place.span.file) == *file)
    }

    /// The files of the request that no project has read. What is excluded nobody asked for.
    pub(super) fn unused(&self, outcomes: &[ProjectOutcome]) -> Vec<PathBuf> {
        if self.request.paths.is_empty() {
            return Vec::new();
        }
        let excluded = discover::Exclusion::new(&self.settings.exclude);
        let (mut files, _) = self.files_and_directories();
        let is_used =
            |file: &PathBuf| outcomes.iter().any(|one| one.read.contains(file) || self.is_started_in(one, file));
        files.retain(|file| !excluded.matches(file) && !is_used(file));
        files
    }

    /// What the projects near the files of a request are found to lack, where its own lack something: over all of them a
    /// run would know what nothing in the repository supplies.
    pub(super) fn missing_nearby(
        &self,
        outcomes: &[ProjectOutcome],
        all: &BTreeMap<PathBuf, Invocations>,
        around: &RunSurroundings,
    ) -> Vec<Finding> {
        let findings = outcomes.iter().flat_map(|outcome| &outcome.findings);
        let words: BTreeSet<String> = findings.flat_map(words_of_missing).map(str::to_owned).collect();
        let words: Vec<String> = words.into_iter().collect();
        let (files, _) = self.files_and_directories();
        if words.is_empty() {
            return Vec::new();
        }
        let judged = |path: &Path| outcomes.iter().any(|outcome| path.parent() == Some(&outcome.entry.directory));
        let near = files.iter().flat_map(|file| {
            let root = discover::repository(self.sources, file.parent().unwrap_or(file), &self.request.directory);
            discover::directories_mentioning(self.sources, file, &root, &words)
        });
        let others = near.filter(|beside| !beside.iter().any(|path| judged(path)));
        let loose = loose_overlays(all);
        let wanted: BTreeSet<PathBuf> = self.with_rare_words(others, &words).flatten().collect();
        let is_wanted = |invocation: &&Arc<Invocation>| invocation.files.iter().any(|file| wanted.contains(file));
        let projects = all.values().flat_map(|all| all.projects.values());
        let asked = projects.map(|invocations| invocations.iter().filter(is_wanted).collect::<Asked<'_>>());
        asked
            .filter(|asked| !asked.is_empty())
            .flat_map(|asked| self.project(&asked, &loose, Depth::Missing, around))
            .flat_map(|outcome| outcome.findings)
            .collect()
    }

    /// Of directories those that are needed to see each word a few times: a word that all of them hold hides no rarer one.
    fn with_rare_words<'w>(
        &'w self,
        directories: impl Iterator<Item = BTreeSet<PathBuf>> + 'w,
        words: &'w [String],
    ) -> impl Iterator<Item = BTreeSet<PathBuf>> + 'w {
        let mut seen = vec![0; words.len()];
        let mut text = 0;
        let needed = move |beside: &BTreeSet<PathBuf>| {
            let texts: Vec<_> = beside.iter().filter_map(|path| self.sources.load(path).ok()).collect();
            let holds = |word: &str| texts.iter().any(|file| self.sources.file(*file).text.contains(word));
            let held = words.iter().zip(&mut seen).filter(|(word, _)| holds(word));
            let counts: Vec<&mut usize> = held.map(|(_, count)| count).collect();
            let size: usize = texts.iter().map(|file| self.sources.file(*file).text.len()).sum();
            let is_needed = counts.iter().any(|count| **count < FOR_EACH_WORD) && text + size <= MOST_TEXT;
            text += if is_needed { size } else { 0 };
            counts.into_iter().filter(|_| is_needed).for_each(|count| *count += 1);
            is_needed
        };
        directories.filter(needed).take(MOST_NEARBY)
    }

    fn files_and_directories(&self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        self.paths().into_iter().partition(|path| self.sources.kind(path) != PathKind::Directory)
    }

    /// Whether a file that is named is meant to be a Compose file: it has a key of one, perhaps misspelt, or it is broken
    /// or empty. Where the name does not say so, what it holds must: a commit names whatever has changed.
    fn is_meant(&self, file: &Path) -> bool {
        let Ok(id) = self.sources.load(file) else { return true };
        let parsed = self.trees.get(self.sources, id);
        let tree = &parsed.0;
        if tree.documents.is_empty() && !tree.broken {
            return true;
        }
        if !is_compose_name(file) {
            return match tree.broken {
                true => self.sources.file(id).text.lines().any(|line| line.starts_with("services:")),
                false => tree.documents.iter().any(|root| is_mostly_compose(tree, *root)),
            };
        }
        let mut keys = tree.documents.iter().flat_map(|root| tree.pairs(*root)).filter_map(|pair| tree.text(pair.key));
        tree.broken || keys.any(|key| nearest_compose_key(key).is_some())
    }

    /// Whether what an editor holds is a Compose file. An editor asks about every YAML file: a name that says nothing
    /// leaves it to the text.
    fn is_of_compose(&self, path: &Path) -> bool {
        if is_compose_name(path) {
            return true;
        }
        let Ok(id) = self.sources.load(path) else { return false };
        let parsed = self.trees.get(self.sources, id);
        parsed.0.documents.iter().any(|root| has_services(&parsed.0, *root))
    }
}

/// The key of a Compose file that a key is, or that it is a slip of.
fn nearest_compose_key(key: &str) -> Option<&'static str> {
    COMPOSE_KEYS.into_iter().find(|name| *name == key).or_else(|| nearest(key, &COMPOSE_KEYS))
}

/// Whether a document is one of Compose by more than its name. `version`, `include`, `services` and `secrets` are keys of
/// many formats: pipelines, task runners, charts, the configuration of frameworks. What Compose has there is a mapping, a
/// service has a key of a service, and other keys are the smaller part.
fn is_mostly_compose(tree: &Tree, root: NodeId) -> bool {
    let (mut own, mut foreign, mut includes) = (0, 0, false);
    for pair in tree.pairs(root) {
        let Some(key) = tree.text(pair.key) else { return false };
        match nearest_compose_key(key) {
            Some("version") => {}
            Some("include") => includes = true,
            Some("services") if !holds_a_service(tree, pair.value) => return false,
            Some(_) => own += usize::from(!tree.pairs(pair.value).is_empty()),
            None if key == "name" || key.starts_with("x-") => {}
            None => foreign += 1,
        }
    }
    let has_services = own > 0 && tree.get(root, "services").is_some();
    own > foreign || own == foreign && (has_services || includes)
}

/// Whether one of these has a key that a service may have.
fn holds_a_service(tree: &Tree, services: NodeId) -> bool {
    let services = tree.pairs(services);
    let mut keys = services.iter().flat_map(|pair| tree.pairs(pair.value)).filter_map(|pair| tree.text(pair.key));
    keys.any(|key| SERVICE_STRUCT.key(key).is_some())
}

/// Whether a document has `services` that are all mappings, with an image, a build or a base for one of them at least.
fn has_services(tree: &Tree, root: NodeId) -> bool {
    let Some(services) = tree.get(root, "services") else { return false };
    let services = tree.pairs(services);
    let made = |service: NodeId| MAKES_A_SERVICE.iter().any(|key| tree.get(service, key).is_some());
    services.iter().all(|pair| !tree.pairs(pair.value).is_empty()) && services.iter().any(|pair| made(pair.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    #[test]
    fn what_a_file_of_another_name_holds() {
        let check = |text: &str, expect: bool| {
            let (tree, _) = parse(FileId::default(), text);
            assert_eq!(tree.documents.iter().any(|root| is_mostly_compose(&tree, *root)), expect, "{text}");
        };
        check("services: {a: {image: b}}", true);
        check("servces: {a: {image: b}}", true);
        check("services: {a: {restart: always}}\nvolumes: {}", true);
        check("name: a\nx-b: {}\nservices: {a: {build: .}}\nvolums: {}", true);
        check("volumes: {data: {}}", true);
        check("include: [a.yml, b.yml]", true);
        check("version: 2\nupdates: []", false);
        check("version: '3'\ntasks: {a: {cmds: [b]}}", false);
        check("include: [a.yml]\nservices: ['docker:dind']\nbuild: {script: [b]}", false);
        check("include: [a.yml]\nstages: [b]", false);
        check("parameters: {}\nservices: {_defaults: {autowire: true}, 'App\\': {resource: ../src}}", false);
        check("name: a\nservices: {a: {type: node}}", false);
        check("name: CI\non: push\njobs: {}", false);
        check("apiVersion: v2\nname: a\nversion: 1.0.0", false);
        check("image: {}\nsecrets: {}\ningress: {}", false);
    }
}
