//! Paths of files and directories.

use std::path::Path;

use gen_lsp_types::CompletionItemKind;

use super::candidate::CompletionCandidate;
use super::place::CompletionPlace;
use crate::discover::is_compose_name;
use crate::source::{DirectoryWalk, EntryKind, PathKind, normalize, relative};

/// How many entries are listed.
const MOST: usize = 200;

/// How deep Compose files are looked for.
const DEPTH: usize = 4;

/// What a path may lead to, besides a directory on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Directories,
    EnvFiles,
    Dockerfiles,
    Yaml,
    Anything,
}

/// Paths as values and items.
pub(super) fn values(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let path = place.path();
    match path.as_slice() {
        ["services", _, "env_file" | "label_file"] | ["services", _, "env_file" | "label_file", "[]"] => {
            listed(place, &place.directory(), Wanted::EnvFiles)
        }
        ["services", _, "env_file", "[]", "path"] | ["include", "[]", "env_file"] => {
            listed(place, &place.directory(), Wanted::EnvFiles)
        }
        ["services", _, "build"] | ["services", _, "build", "context"] => {
            listed(place, &place.directory(), Wanted::Directories)
        }
        ["services", name, "build", "dockerfile"] => {
            let context = place.text_at(&["services", name, "build", "context"]).unwrap_or_else(|| ".".to_owned());
            listed(place, &normalize(&place.directory().join(context)), Wanted::Dockerfiles)
        }
        ["services", name, "build", "target"] => stages(place, name),
        ["include", "[]"] | ["include", "[]", "path"] => compose_files(place),
        ["services", _, "extends", "file"] => listed(place, &place.directory(), Wanted::Yaml),
        ["secrets" | "configs", _, "file"] | ["services", _, "develop", "watch", "[]", "path"] => {
            listed(place, &place.directory(), Wanted::Anything)
        }
        ["services", _, "volumes", "[]"] if !place.typed.contains(':') => {
            listed(place, &place.directory(), Wanted::Anything)
        }
        ["services", _, "volumes", "[]", "source"] if place.beside("type").as_deref() == Some("bind") => {
            listed(place, &place.directory(), Wanted::Anything)
        }
        _ => Vec::new(),
    }
}

/// The entries of the directory that is typed so far, or of the base.
fn listed(place: &CompletionPlace<'_>, base: &Path, wanted: Wanted) -> Vec<CompletionCandidate> {
    let sources = &place.at.world.sources;
    let head = place.typed.rfind('/').and_then(|slash| place.typed.get(..=slash)).unwrap_or("");
    if head.starts_with('~') || head.contains('$') || head.starts_with('/') {
        return Vec::new();
    }
    let directory = normalize(&base.join(head));
    // Where a name alone would be that of a volume or an image, a path starts with a dot.
    let needs_dot = head.is_empty() && matches!(wanted, Wanted::Anything | Wanted::Directories);
    let prefix = if needs_dot { "./" } else { head };
    let entries = sources.entries(&directory);
    let mut found = Vec::new();
    for name in entries.names().take(MOST) {
        let is_directory = match entries.kind(name) {
            Some(EntryKind::Directory) => true,
            Some(EntryKind::File) => false,
            Some(EntryKind::Link) => sources.kind(&directory.join(name)) == PathKind::Directory,
            _ => continue,
        };
        if name == ".git" || !is_directory && !fits(name, wanted) || directory.join(name) == place.at.path() {
            continue;
        }
        let label = format!("{prefix}{name}");
        found.push(match is_directory {
            true => CompletionCandidate::new(label, CompletionItemKind::Folder),
            false => CompletionCandidate::new(label, CompletionItemKind::File),
        });
    }
    if wanted == Wanted::Directories && head.is_empty() {
        found.push(CompletionCandidate::new(".", CompletionItemKind::Folder).detail("The directory of this file"));
    }
    found
}

fn fits(name: &str, wanted: Wanted) -> bool {
    let lower = name.to_ascii_lowercase();
    match wanted {
        Wanted::Directories => false,
        Wanted::EnvFiles => lower.contains("env"),
        Wanted::Dockerfiles => lower.contains("dockerfile") || lower.contains("containerfile"),
        Wanted::Yaml => lower.ends_with(".yaml") || lower.ends_with(".yml"),
        Wanted::Anything => true,
    }
}

/// The Compose files below the directory.
fn compose_files(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let directory = place.directory();
    let sources = &place.at.world.sources;
    let walk = DirectoryWalk::new(sources, &directory, &directory).most_depth(DEPTH);
    let others = walk.map(|(path, _)| path).filter(|path| is_compose_name(path) && path != place.at.path());
    let shown = others.take(MOST).map(|path| relative(&directory, &path));
    shown.map(|path| CompletionCandidate::new(path, CompletionItemKind::File)).collect()
}

/// The stages of the Dockerfile of a service.
fn stages(place: &CompletionPlace<'_>, service: &str) -> Vec<CompletionCandidate> {
    let build = |key: &str| place.text_at(&["services", service, "build", key]);
    let context = normalize(&place.directory().join(build("context").unwrap_or_else(|| ".".to_owned())));
    let inline = build("dockerfile_inline");
    let path = context.join(build("dockerfile").unwrap_or_else(|| "Dockerfile".to_owned()));
    let sources = &place.at.world.sources;
    let text = inline.or_else(|| sources.load(&path).ok().map(|file| sources.file(file).text.clone()));
    let text = text.unwrap_or_default();
    let names = text.lines().filter_map(stage);
    names.map(|name| CompletionCandidate::new(name, CompletionItemKind::Value).detail("stage")).collect()
}

/// The name of a stage in `FROM image AS name`.
fn stage(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [from, .., as_word, name] if from.eq_ignore_ascii_case("FROM") && as_word.eq_ignore_ascii_case("AS") => {
            Some(name)
        }
        _ => None,
    }
}
