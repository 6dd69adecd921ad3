//! `--output FORMAT=FILE`: the findings in files, beside what goes to standard output.

use super::arguments::Output;
use crate::render::{RenderOptions, render};
use crate::report::Report;
use crate::source::SourceDb;
use crate::source::write::put;

/// Writes every file that is asked for, and gives a line for each that could not be written.
pub(super) fn write(outputs: &[Output], report: &Report, sources: &SourceDb, options: &RenderOptions) -> Vec<String> {
    // A file is no terminal.
    let options = RenderOptions { color: false, links: false, ..options.clone() };
    let mut failures = Vec::new();
    for output in outputs {
        let text = render(output.format, report, sources, &options);
        if let Err(error) = put(&options.base.join(&output.file), &text) {
            failures.push(format!("{}: cannot write: {error}", output.file.display()));
        }
    }
    failures
}
