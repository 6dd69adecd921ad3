//! `plimsoll baseline`, and what `check --baseline` and `check --since` compare with.

use std::path::Path;

use serde::Serialize;

use super::arguments::BaselineArguments as Arguments;
use super::{CommandOutcome, Surroundings, WantedRequest, request, start_of};
use crate::render::escaped_json;
use crate::report::KnownFinding;
use crate::report::baseline::{Baseline, Earlier, VERSION};
use crate::report::suppress::Honoured;
use crate::since::Before;
use crate::source::{LoadError, PathKind, SourceDb, normalize};
use crate::workspace;
use crate::workspace::{Request, Selection};

#[derive(Serialize)]
struct KnownFindingOut<'a> {
    file: &'a str,
    rule: &'a str,
    resource: &'a str,
    fingerprint: &'a str,
}

/// Writes the findings of a run down.
pub(super) fn write(arguments: Arguments, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let wanted = WantedRequest {
        project: arguments.project,
        paths: arguments.paths,
        configuration: arguments.configuration,
        baseline: None,
        // The same file, whoever writes it.
        committed: true,
    };
    let mut request = request(&sources, wanted, surroundings)?;
    request.selection = Selection {
        strict: arguments.strict,
        style: arguments.style,
        preview: arguments.preview,
        ..Selection::default()
    };
    let path = normalize(&surroundings.directory.join(&arguments.output));
    let directory = path.parent().unwrap_or(Path::new("/"));
    let report = workspace::check(&sources, &request);
    if let Some(failure) = report.failures.first() {
        return Err(format!("baseline not written: {failure}"));
    }
    let baseline = Baseline::from_report(&report, &sources, directory);
    let shown = arguments.output.display();
    let written = sources.put(&path, &text(&baseline), &surroundings.directory);
    written.map_err(|error| format!("{shown}: {error}"))?;
    let count = baseline.findings.len();
    let findings = if count == 1 { "finding" } else { "findings" };
    Ok(CommandOutcome::output(format!("{count} {findings} written to {}\n", crate::render::clean(&shown.to_string()))))
}

/// One finding on each line, so that a change of the file shows what has changed.
fn text(baseline: &Baseline) -> String {
    let entry = |known: &KnownFinding| {
        let out = KnownFindingOut {
            file: &known.file,
            rule: &known.rule,
            resource: &known.resource,
            fingerprint: &known.fingerprint,
        };
        // Serialization only fails on maps whose keys are not text and on foreign errors: these types have neither.
        format!("    {}", escaped_json(serde_json::to_string(&out).unwrap_or_default()))
    };
    let entries: Vec<String> = baseline.findings.iter().map(entry).collect();
    let findings = if entries.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", entries.join(",\n")) };
    format!("{{\n  \"version\": {VERSION},\n  \"findings\": {findings}\n}}\n")
}

/// Reads the baseline that `--baseline` names.
pub(super) fn read(path: Option<&Path>, sources: &SourceDb, request: &Request) -> Result<Option<Baseline>, String> {
    let Some(given) = path else { return Ok(None) };
    let path = normalize(&request.directory.join(given));
    let loaded = sources.load(&path);
    if loaded == Err(LoadError::Missing) && matches!(request.suppressions, Honoured::Reviewed(_)) {
        // There was none then, so nothing is known.
        return Ok(None);
    }
    let file = loaded.map_err(|error| match error {
        LoadError::Missing => format!("{}: no such file; run `plimsoll baseline` to create it", given.display()),
        error => format!("{}: {error}", given.display()),
    })?;
    let directory = path.parent().unwrap_or(Path::new("/"));
    let baseline = Baseline::read(directory, &sources.file(file).text);
    baseline.map(Some).map_err(|error| format!("{}: {error}", given.display()))
}

/// What the files had at the revision that `--since` names.
pub(super) fn earlier(revision: Option<&str>, request: &Request) -> Result<Option<Earlier>, String> {
    let Some(revision) = revision else { return Ok(None) };
    let start = start_of(request);
    let sources = SourceDb::new();
    let directory = start.ancestors().find(|directory| sources.kind(directory) == PathKind::Directory);
    let before = Before::new(directory.unwrap_or(&request.directory), revision)?;
    before.findings(request, &start).map(Some)
}
