//! Findings about Compose files that no invocation covers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::projects::{ProjectOutcome, WorkspaceRun};
use crate::collections::HashSet;
use crate::compose::ProjectEntry;
use crate::discover::invocations::{Invocations, NotJudged, Reason};
use crate::finding::{Finding, Subject, rule};
use crate::source::{FileId, NodeId, PathKind, Place, SourceDb, Span};
use crate::workspace::fragments::named_by_variable;

impl WorkspaceRun<'_> {
    /// The files that are asked about and that no invocation covers, each with what is said about it. What is named and
    /// judged alone is none of them.
    pub(super) fn left_out(&self, all: &Invocations, paths: &[PathBuf], alone: &[PathBuf]) -> Vec<ProjectOutcome> {
        let directories: Vec<&PathBuf> =
            paths.iter().filter(|path| self.sources.kind(path) == PathKind::Directory).collect();
        let is_asked =
            |file: &PathBuf| paths.contains(file) || directories.iter().any(|directory| file.starts_with(directory));
        let asked: Vec<&NotJudged> =
            all.not_judged.iter().filter(|left| is_asked(&left.file) && !alone.contains(&left.file)).collect();
        let mut vendored: BTreeMap<&Path, usize> = BTreeMap::new();
        for directory in asked.iter().filter_map(|left| vendor_directory(left)) {
            *vendored.entry(directory).or_default() += 1;
        }
        let mut outcomes = Vec::new();
        for left in asked {
            // Of a vendored directory, its first file speaks for all.
            let others = match vendor_directory(left) {
                Some(directory) => vendored.remove(directory),
                None => Some(1),
            };
            outcomes.extend(self.left_out_one(left, others));
        }
        outcomes
    }

    fn left_out_one(&self, left: &NotJudged, files: Option<usize>) -> Option<ProjectOutcome> {
        let file = self.sources.load(&left.file).ok()?;
        let found = files.and_then(|files| finding(self.sources, file, left, files));
        let mut findings: Vec<Finding> = found.into_iter().collect();
        let entry = ProjectEntry::from_file(&left.file);
        self.suppressions.mark(&mut findings, &[(file, crate::report::suppress::CommentLanguage::Yaml)]);
        self.suppressions.mark_configured(&mut findings);
        let mut outcome = ProjectOutcome::not_judged(&entry, findings, file);
        outcome.names_by_variable = named_by_variable(file, self.sources, self.trees);
        Some(outcome)
    }
}

/// The finding, at the start of the file; none where it is the file that is loaded once more (a symbolic link, a copy).
fn finding(sources: &SourceDb, file: FileId, left: &NotJudged, files: usize) -> Option<Finding> {
    match &left.reason {
        Reason::Shadowed(winner) => shadowed(sources, file, winner),
        Reason::Vendored(directory) => Some(
            Finding::new(rule::NOT_JUDGED, start_of(file), Subject::Project, vendored(directory, files))
                .evidence(name(directory))
                .help(
                    "add what you start from there to `projects` in plimsoll.yaml, or list the directory in `exclude`",
                ),
        ),
        reason => Some(
            Finding::new(rule::NOT_JUDGED, start_of(file), Subject::Project, message(reason))
                .evidence(name(&left.file))
                .help("add the command that starts it to `projects` in plimsoll.yaml, or list the file in `exclude`"),
        ),
    }
}

/// The directory of others that a file is in.
fn vendor_directory(left: &NotJudged) -> Option<&Path> {
    match &left.reason {
        Reason::Vendored(directory) => Some(directory),
        _ => None,
    }
}

fn vendored(directory: &Path, files: usize) -> String {
    let name = name(directory);
    match files {
        1 => format!("this file is not checked: it is in `{name}`, and no command in the repository starts it"),
        _ => format!("{files} Compose files in `{name}` are not checked: no command in the repository starts them"),
    }
}

fn message(reason: &Reason) -> &'static str {
    match reason {
        Reason::OverrideLeftOut => "this file is not checked: the commands that start its project do not load it",
        Reason::OverlayNotUsed => {
            "this file is not checked: commands use other overlays of this directory, but not this one"
        }
        Reason::Archived => {
            "this file is not checked: it has been put aside, and no command in the repository starts it"
        }
        Reason::TooMany => "this file is not checked: its project has too many invocations",
        Reason::Shadowed(_) | Reason::NothingStartsIt | Reason::Vendored(_) | Reason::InPipeline => {
            "this file is not checked: no command in the repository starts it"
        }
    }
}

fn shadowed(sources: &SourceDb, file: FileId, winner: &Path) -> Option<Finding> {
    let other = sources.load(winner).ok()?;
    if sources.file(file).text == sources.file(other).text {
        return None;
    }
    let message = format!("docker compose ignores this file and loads `{}`", name(winner));
    let finding = Finding::new(rule::SHADOWED_COMPOSE_FILE, start_of(file), Subject::Project, message)
        .evidence(name(&sources.path(file)))
        .label(start_of(other), "loaded instead")
        .help("remove one of them, or give this one a descriptive name and load it with `-f`");
    Some(finding)
}

fn start_of(file: FileId) -> Place {
    Place { span: Span { file, start: 0, end: 0 }, node: NodeId::new(0) }
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Files that another project includes, extends or lays over its base are judged there, not a second time alone.
pub(super) fn without_parts_of_others(outcomes: Vec<ProjectOutcome>) -> Vec<ProjectOutcome> {
    let mut parts: HashSet<FileId> = HashSet::default();
    for outcome in &outcomes {
        parts.extend(outcome.all_files.iter().filter(|file| !outcome.files.contains(file)));
    }
    outcomes
        .into_iter()
        .filter(|outcome| {
            let is_part = outcome.files.iter().any(|file| parts.contains(file)) && outcome.entry.files.len() == 1;
            !is_part || outcome.is_default && !outcome.incomplete
        })
        .collect()
}
