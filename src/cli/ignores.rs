//! `check --add-ignores`: writes comments that suppress the findings.

use std::collections::BTreeMap;

use super::{BROKEN, CommandOutcome, FAILED};
use crate::finding::Finding;
use crate::render::{RenderOptions, clean, plural};
use crate::report::Report;
use crate::report::suppress::write::add_comments;
use crate::source::write::{may_replace, replace};
use crate::source::{FileId, SourceDb, relative};
use crate::workspace::{self, Request};

/// The family that no comment is written for.
const FAMILY: &str = "suppression";

/// Writes comments for the findings that would be listed, and says what was done. What no comment can suppress makes the
/// run fail as the finding would.
pub(super) fn add(
    report: &Report,
    sources: &SourceDb,
    request: &Request,
    options: &RenderOptions,
    reason: Option<&str>,
) -> Result<CommandOutcome, String> {
    if reason.is_some_and(|reason| reason.trim().is_empty() || reason.chars().any(char::is_control)) {
        return Err("the reason must be a single line".to_owned());
    }
    let mut by_file: BTreeMap<FileId, Vec<&Finding>> = BTreeMap::new();
    let is_own = |finding: &Finding| finding.rule.document().family == FAMILY;
    for finding in report.active().filter(|finding| finding.severity >= options.show && !is_own(finding)) {
        by_file.entry(finding.place.span.file).or_default().push(finding);
    }
    let mut answer = CommandOutcome::default();
    let mut done = (0, 0);
    for (file, findings) in by_file {
        let source = sources.file(file);
        let name = clean(&relative(&options.base, &source.path));
        let (commented, left) = add_comments(&source, &findings, reason.map(str::trim));
        for (line, rule) in left {
            answer.code = answer.code.max(FAILED);
            answer.errors.push_str(&format!("plimsoll: {name}:{line}: cannot suppress `{rule}` with a comment here\n"));
        }
        if commented.after == commented.before {
            continue;
        }
        let allowed = may_replace(&commented.path, &workspace::writable(sources, request));
        match allowed.and_then(|()| replace(&commented.path, &commented.before, &commented.after)) {
            Ok(()) => done = (done.0 + commented.count, done.1 + 1),
            Err(error) => {
                answer.code = BROKEN;
                answer.errors.push_str(&format!("plimsoll: {name}: skipped: {error}\n"));
            }
        }
    }
    answer.output = match done {
        (0, _) => "Nothing to suppress\n".to_owned(),
        (count, files) => format!("{} suppressed by comments in {}\n", plural(count, "finding"), plural(files, "file")),
    };
    Ok(answer)
}
