//! `--output FORMAT=FILE`: writes the findings to files as well.

use clap::ValueEnum;

use super::arguments::OutputFile;
use crate::guard::{defect, guarded};
use crate::render::{Format, RenderOptions, render};
use crate::report::Report;
use crate::source::SourceDb;

/// Writes every file that is asked for, and gives a line for each that could not be written.
pub(super) fn write(
    outputs: &[OutputFile],
    report: &Report,
    sources: &SourceDb,
    options: &RenderOptions,
) -> Vec<String> {
    // A file is not a terminal.
    let options = RenderOptions { color: false, links: false, ..options.clone() };
    let mut failures = Vec::new();
    for output in outputs {
        let written = rendered(output.format, report, sources, &options).and_then(|text| {
            let written = sources.put(&options.base.join(&output.file), &text, &options.base);
            written.map_err(|error| format!("cannot write: {error}"))
        });
        failures.extend(written.err().map(|error| format!("{}: {error}", output.file.display())));
    }
    failures
}

/// The findings in a format. A defect in one must not cost the others.
pub(super) fn rendered(
    format: Format,
    report: &Report,
    sources: &SourceDb,
    options: &RenderOptions,
) -> Result<String, String> {
    let name = format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    guarded(|| render(format, report, sources, options)).ok_or_else(|| defect(&format!("writing {name}")))
}
