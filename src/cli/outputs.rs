//! The findings on standard output, and with `--output FORMAT=FILE` also in files.

use std::cell::Cell;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::arguments::OutputFile;
use super::{stages, unless_closed};
use crate::guard::{defect, guarded};
use crate::progress::Watch;
use crate::render::{Format, RenderOptions, render, render_to};
use crate::report::Report;
use crate::source::SourceDb;

/// A report that is written as the last thing that a command does.
pub(super) struct ReportOutput {
    pub(super) format: Format,
    pub(super) report: Report,
    pub(super) sources: SourceDb,
    pub(super) options: RenderOptions,
    /// The watch over the run, where its stages are told.
    pub(super) watch: Option<Arc<Watch>>,
    /// How long it took to write.
    pub(super) spent: Cell<Duration>,
}

impl ReportOutput {
    /// Writes the findings, and gives a line about a defect that ended this.
    ///
    /// # Errors
    /// Those of the writer, but for one that nobody reads.
    pub(super) fn write(&self, to: &mut dyn Write) -> io::Result<Option<String>> {
        let start = Instant::now();
        let written = guarded(|| {
            render_to(self.format, &self.report, &self.sources, &self.options, to).and_then(|()| to.flush())
        });
        self.spent.set(start.elapsed());
        match written {
            Some(written) => unless_closed(written).map(|()| None),
            None => Ok(Some(defect(&format!("writing {}", name(self.format))))),
        }
    }

    /// How long each stage took; nothing where nobody asked.
    pub(super) fn stages(&self) -> String {
        self.watch.as_ref().map_or_else(String::new, |watch| stages::table(watch, &self.report, self.spent.get()))
    }
}

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
fn rendered(format: Format, report: &Report, sources: &SourceDb, options: &RenderOptions) -> Result<String, String> {
    guarded(|| render(format, report, sources, options)).ok_or_else(|| defect(&format!("writing {}", name(format))))
}

fn name(format: Format) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
