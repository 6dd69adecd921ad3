//! Env files: the variables that the projects which read the file use.

use std::collections::BTreeSet;

use gen_lsp_types::CompletionItemKind;

use super::candidate::CompletionCandidate;
use crate::lsp::dispatch::DocumentPlace;
use crate::lsp::hover::image_variables;
use crate::lsp::names::env_lines;

/// The names that may start the line of an env file, and where what is typed starts.
pub(super) fn complete(at: DocumentPlace<'_>) -> Option<(usize, Vec<CompletionCandidate>)> {
    let text = &at.document.text;
    let before = text.get(..at.offset)?;
    let line = before.rsplit('\n').next()?;
    if line.contains(['=', '#', ' ']) {
        return None;
    }
    let set: BTreeSet<String> = env_lines(text).into_iter().filter(|line| !line.bare).map(|line| line.key).collect();
    let mut found: BTreeSet<(String, &'static str)> = BTreeSet::new();
    for project in at.world.projects(at.path()) {
        let loaded = project.loaded(&at.world.sources);
        let sources = &at.world.sources;
        let is_here = |file: &crate::source::FileId| *sources.path(*file) == *at.path();
        if loaded.project.environment.files.iter().any(is_here) {
            let names = loaded.project.references.iter().map(|reference| reference.name.clone());
            found.extend(names.map(|name| (name, "used in this project")));
        }
        let readers = loaded.project.env_files.iter().filter(|one| one.file.as_ref().is_some_and(is_here));
        for reader in readers {
            let image = loaded.model.services.get(&reader.service).and_then(|service| service.image.as_ref());
            let known = image.and_then(|image| image.value.known);
            let names = known.map(|known| image_variables(known.image)).unwrap_or_default();
            found.extend(names.into_iter().map(|name| (name, "variable of the image")));
        }
    }
    let has_value = text.get(at.offset..).is_some_and(|rest| rest.starts_with('='));
    let behind = if has_value { "" } else { "=" };
    let new = found.into_iter().filter(|(name, _)| !set.contains(name));
    let candidates = new.map(|(name, detail)| {
        CompletionCandidate::new(name.as_str(), CompletionItemKind::Variable)
            .writes(format!("{name}{behind}"))
            .detail(detail)
    });
    Some((at.offset - line.len(), candidates.collect()))
}
