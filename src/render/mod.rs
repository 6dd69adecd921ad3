//! Output: a report as text for people, as lines, and as data for programs. All formats list the same findings.

mod clean;
mod concise;
mod excerpt;
mod graph;
mod json;
mod mask;
mod text;

use std::path::PathBuf;

pub use clean::clean;
pub use graph::{GraphFormat, render_graph};

use crate::finding::{Finding, Severity};
use crate::report::Report;
use crate::source::relative;
use crate::source::{FileId, SourceDb};

/// Where the documents of the rules are published.
const DOCUMENTATION: &str = "https://plimsoll.dev/rules/";

/// The shape of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excerpts of the files, for people.
    Text,
    /// One line for each finding.
    Concise,
    /// One JSON document, described in `docs/output.md`.
    Json,
}

/// How the output is made.
#[derive(Clone, Debug)]
pub struct RenderOptions {
    /// The working directory: paths are shown relative to it.
    pub base: PathBuf,
    /// Whether text and concise output are coloured.
    pub color: bool,
    /// The width of the terminal in columns, for text.
    pub width: usize,
    /// The lowest severity that text and concise list; machine formats list all.
    pub show: Severity,
    /// Whether names of rules are links that a terminal can follow.
    pub links: bool,
    /// Whether text ends with a line that sums up.
    pub summary: bool,
}

impl RenderOptions {
    /// Plain output, 100 columns wide, of errors and warnings.
    pub fn new(base: PathBuf) -> RenderOptions {
        RenderOptions { base, color: false, width: 100, show: Severity::Warning, links: false, summary: true }
    }

    /// The path of a file as the output shows it.
    fn path(&self, sources: &SourceDb, file: FileId) -> String {
        relative(&self.base, &sources.file(file).path)
    }
}

/// The whole output for a report. It ends with a line break unless it is empty.
pub fn render(format: Format, report: &Report, sources: &SourceDb, options: &RenderOptions) -> String {
    match format {
        Format::Text => text::render(report, sources, options),
        Format::Concise => concise::render(report, sources, options),
        Format::Json => json::render(report, sources, options),
    }
}

/// The address of a rule's document.
pub fn rule_url(rule: &str) -> String {
    format!("{DOCUMENTATION}{rule}")
}

fn shown<'a>(report: &'a Report, options: &RenderOptions) -> impl Iterator<Item = &'a Finding> {
    let lowest = options.show;
    report.active().filter(move |finding| finding.severity >= lowest)
}

/// A colour of the terminal's own palette, so that it suits light and dark backgrounds.
#[derive(Clone, Copy)]
enum Paint {
    Bold,
    Dim,
    Red,
    Yellow,
    Cyan,
    Green,
}

impl Paint {
    fn of(severity: Severity) -> Paint {
        match severity {
            Severity::Error => Paint::Red,
            Severity::Warning => Paint::Yellow,
            Severity::Info => Paint::Cyan,
        }
    }

    /// The text in this colour, or as it is where colours are off.
    fn on(self, text: &str, options: &RenderOptions) -> String {
        if !options.color {
            return text.to_owned();
        }
        let code = match self {
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Red => "1;31",
            Paint::Yellow => "1;33",
            Paint::Cyan => "1;36",
            Paint::Green => "1;32",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The name of a rule, as a link to its document where the terminal follows links.
fn rule_link(rule: &str, options: &RenderOptions) -> String {
    if !options.links {
        return rule.to_owned();
    }
    format!("\u{1b}]8;;{}\u{1b}\\{rule}\u{1b}]8;;\u{1b}\\", rule_url(rule))
}

#[cfg(test)]
mod tests;
