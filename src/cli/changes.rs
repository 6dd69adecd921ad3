//! `plimsoll diff`: what a change does to what would run.

use super::arguments::DiffArguments;
use super::{
    BROKEN, CLEAN, CommandOutcome, FAILED, Surroundings, WantedRequest, check, complaint, progress, request, start_of,
};
use crate::changes::compare;
use crate::render::{RenderOptions, render_changes};
use crate::since::Before;
use crate::source::{PathKind, SourceDb};

/// Compares the working tree with a revision.
pub(super) fn list(arguments: DiffArguments, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let wanted = WantedRequest {
        project: arguments.project,
        paths: arguments.paths,
        configuration: arguments.configuration,
        baseline: None,
        committed: arguments.committed,
    };
    let request = request(&sources, wanted, surroundings)?;
    check::only_one_project(&sources, &request)?;
    let start = start_of(&request);
    let directory = start.ancestors().find(|directory| sources.kind(directory) == PathKind::Directory);
    let before = Before::new(directory.unwrap_or(&request.directory), &arguments.revision)?;
    let seen = surroundings.error_terminal.then_some(&*request.watch);
    let diff = progress::during(seen, || compare(&before, &sources, &request, &start))?;
    let options = RenderOptions {
        color: surroundings.color(arguments.color),
        width: check::width(surroundings),
        wraps: surroundings.width.is_some(),
        ..RenderOptions::new(request.directory.clone())
    };
    let output = render_changes(arguments.format, &diff, &options);
    let errors = diff.failures.iter().map(|line| complaint(line)).collect();
    let code = match (diff.failures.is_empty(), arguments.exit_code && !diff.projects.is_empty()) {
        (false, _) => BROKEN,
        (true, true) => FAILED,
        (true, false) => CLEAN,
    };
    Ok(CommandOutcome { output, errors, code, ..CommandOutcome::default() })
}
