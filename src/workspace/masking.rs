//! Masks secrets in the words of findings before they leave a run.

use super::as_written::Uses;
use crate::compose::Project;
use crate::compose::load::interpolate::OF_PROJECT;
use crate::compose::value::Value;
use crate::finding::Finding;
use crate::graph::Graph;
use crate::secrets::{KnownSecrets, Masks, masked};
use crate::source::{FileId, SourceDb};
use crate::yaml::Trees;

/// The files of a run, for what they hide.
#[derive(Clone, Copy)]
pub(super) struct MaskedFiles<'a> {
    pub(super) sources: &'a SourceDb,
    pub(super) trees: &'a Trees,
    pub(super) masks: &'a Masks,
}

/// Masks the words of a project's findings. Evidence and resources become parts of fingerprints, so they are masked too.
pub(super) fn mask_findings(findings: &mut [Finding], project: &Project, files: MaskedFiles<'_>) {
    if findings.is_empty() {
        return;
    }
    let pointed = findings.iter().flat_map(|finding| {
        let labels = finding.labels.iter().map(|label| label.place.span.file);
        labels.chain([finding.place.span.file])
    });
    let known = known(project, pointed, files);
    let uses = Uses::new(project);
    for finding in findings {
        if !uses.are_none() {
            uses.write(finding);
        }
        mask(finding, &|text| known.masked(text));
    }
}

/// Masks the words of a finding that belongs to no project by their shape alone.
pub(super) fn mask_shapes(finding: &mut Finding) {
    mask(finding, &|text| match masked(text) {
        std::borrow::Cow::Owned(masked) => Some(masked),
        std::borrow::Cow::Borrowed(_) => None,
    });
}

/// Masks the names in a graph.
pub(super) fn mask_graph(graph: &mut Graph, project: &Project, files: MaskedFiles<'_>) {
    let known = known(project, std::iter::empty(), files);
    for text in graph.words() {
        if let Some(masked) = known.masked(text) {
            *text = masked;
        }
    }
}

fn mask(finding: &mut Finding, masked: &dyn Fn(&str) -> Option<String>) {
    finding.wordings().for_each(|wording| wording.rewrite(masked));
    for text in finding.subject.names().iter_mut().chain(&mut finding.evidence) {
        if let Some(masked) = masked(text) {
            *text = masked;
        }
    }
}

/// The secrets of a project: those in its files and in its variables.
pub(super) fn secrets_of(project: &Project, files: MaskedFiles<'_>) -> KnownSecrets {
    known(project, std::iter::empty(), files)
}

/// The secrets of a project: those in its files, in others that findings point at, and in its variables.
pub(super) fn known(project: &Project, more: impl Iterator<Item = FileId>, files: MaskedFiles<'_>) -> KnownSecrets {
    let mut known = KnownSecrets::default();
    let of_services = project.env_files.iter().filter_map(|one| one.file);
    let own = project.all_files.iter().copied().chain(project.environment.files.iter().copied()).chain(of_services);
    let mut all: Vec<FileId> = own.chain(more).collect();
    all.sort_unstable();
    all.dedup();
    for file in all {
        for value in &files.masks.hidden_in(files.sources, files.trees, file).values {
            known.add(value);
        }
    }
    let variables = project.environment.all().into_iter().filter(|(name, _)| !OF_PROJECT.contains(name));
    for (name, setting) in variables {
        known.add_variable(name, &setting.value);
    }
    let names = ["services", "volumes", "networks", "configs", "secrets"].into_iter();
    let sections = names.filter_map(|name| project.root.get(name).and_then(Value::map));
    known.spare(sections.flatten().map(|(name, _)| name.as_str()));
    known.sorted()
}
