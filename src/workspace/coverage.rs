//! Findings about Compose files that no invocation covers.

use std::path::{Path, PathBuf};

use super::projects::{ProjectOutcome, WorkspaceRun};
use crate::compose::ProjectEntry;
use crate::discover::invocations::{Invocations, NotJudged, Reason};
use crate::finding::{Finding, Subject, rule};
use crate::source::{FileId, NodeId, PathKind, Place, SourceDb, Span};

impl WorkspaceRun<'_> {
    /// The files that are asked about and that no invocation covers, each with what is said about it. What is named and
    /// judged alone is none of them.
    pub(super) fn left_out(&self, all: &Invocations, paths: &[PathBuf], alone: &[PathBuf]) -> Vec<ProjectOutcome> {
        let directories: Vec<&PathBuf> =
            paths.iter().filter(|path| self.sources.kind(path) == PathKind::Directory).collect();
        let is_asked =
            |file: &PathBuf| paths.contains(file) || directories.iter().any(|directory| file.starts_with(directory));
        let asked = all.not_judged.iter().filter(|left| is_asked(&left.file) && !alone.contains(&left.file));
        asked.filter_map(|left| self.left_out_one(left)).collect()
    }

    fn left_out_one(&self, left: &NotJudged) -> Option<ProjectOutcome> {
        let file = self.sources.load(&left.file).ok()?;
        let mut findings: Vec<Finding> = finding(self.sources, file, left).into_iter().collect();
        let entry = ProjectEntry::from_file(&left.file);
        self.suppressions.mark(&mut findings, &[(file, crate::report::suppress::CommentLanguage::Yaml)]);
        self.suppressions.mark_configured(&mut findings);
        Some(ProjectOutcome::not_judged(&entry, findings, file))
    }
}

/// The finding, at the start of the file; none where it is the file that is loaded once more (a symbolic link, a copy).
fn finding(sources: &SourceDb, file: FileId, left: &NotJudged) -> Option<Finding> {
    match &left.reason {
        Reason::Shadowed(winner) => shadowed(sources, file, winner),
        reason => Some(
            Finding::new(rule::NOT_JUDGED, start_of(file), Subject::Project, message(reason))
                .evidence(name(&left.file))
                .help("add the command that starts it to `projects` in plimsoll.yaml, or list the file in `exclude`"),
        ),
    }
}

fn message(reason: &Reason) -> &'static str {
    match reason {
        Reason::OverrideLeftOut => "this file is not checked: the commands that start its project do not load it",
        Reason::OverlayNotUsed => {
            "this file is not checked: commands use other overlays of this directory, but not this one"
        }
        Reason::TooMany => "this file is not checked: its project has too many invocations",
        Reason::Shadowed(_) | Reason::NothingStartsIt => {
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
        .evidence(name(&sources.file(file).path))
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
