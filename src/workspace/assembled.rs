//! Projects in pieces: what one of them lacks is in another, and a program puts them together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fragments::is_incompleteness;
use crate::app_config::repository_root;
use crate::collections::{HashMap, HashSet};
use crate::facts::repository::generated_files::MOST_BYTES;
use crate::finding::{Confidence, Finding, MissingKind, Severity, rule};
use crate::source::{FileId, PathKind, SourceDb};
use crate::yaml::{Parsed, Trees};

/// How many files are looked into.
const MOST: usize = 64;

/// How many names are looked for.
const MOST_NAMES: usize = 500;

/// How many directories upwards are looked into.
const UPWARDS: usize = 3;

/// Directories that people keep their programs in.
const FOR_PROGRAMS: [&str; 5] = ["scripts", "script", "bin", "tools", "hack"];

/// Endings of programs.
const PROGRAMS: [&str; 10] = ["py", "sh", "bash", "js", "mjs", "ts", "rb", "go", "php", "pl"];

/// What a program that puts YAML together calls.
const MERGING: [&str; 14] = [
    "yaml.safe_load",
    "yaml.load",
    "yaml.dump",
    "yaml.safe_dump",
    "ruamel",
    "yq ",
    "YAML.load",
    "YAML.parse",
    "yaml.parse",
    "js-yaml",
    "yaml.Unmarshal",
    "Yaml::parse",
    "yaml_parse",
    "yaml.NewDecoder",
];

/// A piece, as it is read.
type ReadPiece = (PathBuf, FileId, Arc<Parsed>);

/// The search for what the pieces of a project have.
struct Assembly<'a> {
    sources: &'a SourceDb,
    trees: &'a Trees,
    /// Files that lack something themselves.
    incomplete: HashSet<FileId>,
    pieces: HashMap<PathBuf, Vec<ReadPiece>>,
    programs: HashMap<PathBuf, Option<PathBuf>>,
}

/// Makes an info of a name that a piece lacks and another piece has, or that a program which puts such files together may
/// have. Of files that a written command starts, docker compose says the same.
pub(super) fn without_assembled(
    mut findings: Vec<Finding>,
    written: &HashSet<FileId>,
    sources: &SourceDb,
    trees: &Trees,
) -> Vec<Finding> {
    let lacks = |finding: &Finding| finding.rule == rule::UNDEFINED_REFERENCE && is_incompleteness(finding);
    if !findings.iter().any(|one| lacks(one) && one.severity > Severity::Info) {
        return findings;
    }
    let incomplete = findings.iter().filter(|one| lacks(one)).map(|one| one.place.span.file).collect();
    let mut assembly =
        Assembly { sources, trees, incomplete, pieces: HashMap::default(), programs: HashMap::default() };
    let is_meant =
        |one: &&mut Finding| lacks(one) && one.severity > Severity::Info && !written.contains(&one.place.span.file);
    for finding in findings.iter_mut().filter(is_meant).take(MOST_NAMES) {
        let file = finding.place.span.file;
        let Some(MissingKind::Name { kind, name }) = finding.missing.as_ref().map(|missing| missing.what.clone())
        else {
            continue;
        };
        if let Some(help) = assembly.supplied(file, kind, &name) {
            finding.severity = Severity::Info;
            finding.confidence = finding.confidence.min(Confidence::Medium);
            finding.help = Some(help.into());
        }
    }
    findings
}

impl Assembly<'_> {
    /// What has a name that a file lacks, in words.
    fn supplied(&mut self, file: FileId, kind: &str, name: &str) -> Option<String> {
        let path = self.sources.path(file).to_path_buf();
        let directory = path.parent()?.to_path_buf();
        let root = repository_root(self.sources, &directory);
        if is_to_be_pasted(&self.sources.file(file).text) {
            return Some("define it where this is pasted".to_owned());
        }
        // What lies at the root is the project itself.
        if directory == root {
            return None;
        }
        let section = format!("{kind}s");
        let pieces = self.pieces(&directory, &root);
        let others: Vec<&ReadPiece> = pieces.iter().filter(|(_, other, _)| *other != file).collect();
        let is_piece = |one: &&&ReadPiece| {
            let (_, id, parsed) = one;
            let tree = &parsed.0;
            let has_services = tree.documents.iter().any(|root| tree.get(*root, "services").is_some());
            !has_services || self.incomplete.contains(id)
        };
        let has = |one: &&&ReadPiece| {
            let tree = &one.2.0;
            let sections = tree.documents.iter().filter_map(|root| tree.get(*root, &section));
            sections.into_iter().any(|section| tree.get(section, name).is_some())
        };
        let called = |path: &Path| crate::source::relative(&directory, path);
        if let Some((piece, ..)) = others.iter().filter(is_piece).find(has) {
            return Some(format!("define it here as well if this file is started alone: `{}` has it", called(piece)));
        }
        if others.is_empty() {
            return None;
        }
        let program = self.program(&directory, &root)?;
        Some(format!(
            "define it here, unless what puts these files together does: `{}` reads and writes such files",
            called(&program)
        ))
    }

    /// The YAML files with parts of projects in a directory, above it and beside it.
    fn pieces(&mut self, directory: &Path, root: &Path) -> Vec<ReadPiece> {
        if let Some(known) = self.pieces.get(directory) {
            return known.clone();
        }
        let sources = self.sources.glancing();
        let above: Vec<&Path> = above(directory, root).collect();
        let beside = directory.parent().filter(|outer| outer.starts_with(root)).into_iter().flat_map(|outer| {
            let names: Vec<PathBuf> = sources.entries(outer).names().map(|name| outer.join(name)).collect();
            names.into_iter().filter(|path| path != directory && sources.kind(path) == PathKind::Directory).take(MOST)
        });
        let directories = above.iter().map(|path| path.to_path_buf()).chain(beside);
        let files = directories.flat_map(|directory| {
            let entries = sources.entries(&directory);
            let is_yaml = |name: &&str| name.ends_with(".yml") || name.ends_with(".yaml");
            entries.names().filter(is_yaml).take(MOST).map(|name| directory.join(name)).collect::<Vec<_>>()
        });
        let read = |path: PathBuf| {
            let file = sources.load(&path).ok()?;
            let parsed = self.trees.get(&sources, file);
            let tree = &parsed.0;
            let has = |key: &str| tree.documents.iter().any(|root| tree.get(*root, key).is_some());
            ["services", "networks", "volumes", "secrets", "configs"]
                .into_iter()
                .any(has)
                .then_some((path, file, parsed))
        };
        let found: Vec<ReadPiece> = files.take(2 * MOST).filter_map(read).collect();
        self.pieces.insert(directory.to_path_buf(), found.clone());
        found
    }

    /// A program in the repository that reads and writes Compose files.
    fn program(&mut self, directory: &Path, root: &Path) -> Option<PathBuf> {
        if let Some(known) = self.programs.get(directory) {
            return known.clone();
        }
        let sources = self.sources.glancing();
        let inner = above(directory, root).flat_map(|one| {
            std::iter::once(one.to_path_buf()).chain(FOR_PROGRAMS.into_iter().map(|name| one.join(name)))
        });
        let files = inner.flat_map(|directory| {
            let above = directory.file_name().and_then(|name| name.to_str()).unwrap_or("");
            let is_program = |name: &&str| match name.rsplit_once('.') {
                Some((_, ending)) => PROGRAMS.contains(&ending),
                None => FOR_PROGRAMS.contains(&above),
            };
            let entries = sources.entries(&directory);
            entries.names().filter(is_program).map(|name| directory.join(name)).collect::<Vec<_>>()
        });
        let merges = |path: &PathBuf| {
            let file = sources.load_with(path, &["compose"], MOST_BYTES).map(|id| sources.file(id));
            file.is_some_and(|file| MERGING.iter().any(|call| file.text.contains(call)))
        };
        let found = files.take(MOST).find(merges);
        self.programs.insert(directory.to_path_buf(), found.clone());
        found
    }
}

/// Whether the comment at the top of a file tells to put what is in it into another Compose file.
fn is_to_be_pasted(text: &str) -> bool {
    const TELLING: [&str; 8] =
        ["add this", "add these", "add the following", "paste", "copy this", "copy these", "merge this", "append"];
    let lines = text.lines().map(str::trim);
    let comments = lines.take_while(|line| line.is_empty() || line.starts_with('#') || *line == "---");
    let head = comments.collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    head.contains("compose") && TELLING.iter().any(|words| head.contains(words))
}

/// A directory and those above it in the repository, the nearest first.
fn above<'p>(directory: &'p Path, root: &'p Path) -> impl Iterator<Item = &'p Path> {
    directory.ancestors().take_while(move |above| above.starts_with(root)).take(UPWARDS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_tell_to_paste() {
        assert!(is_to_be_pasted("# Add these services to your\n# docker-compose.yml\nservices: {}\n"));
        assert!(!is_to_be_pasted("# docker compose up\nservices: {} # paste\n"));
    }
}
