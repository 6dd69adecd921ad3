//! Output: a report as text for people, as lines, and as data for programs. All formats list the same findings.

mod changes;
mod checkstyle;
mod clean;
mod concise;
mod diff;
mod excerpt;
mod fixed;
mod github;
mod gitlab;
mod graph;
mod json;
mod junit;
mod markdown;
mod projects;
mod variables;
mod rdjson;
mod sarif;
mod statistics;
mod text;
mod view;
mod xml;

use std::io::{self, Write};
use std::path::PathBuf;

pub(crate) use changes::{ChangesFormat, render_changes};
pub(crate) use clean::{clean, guarded};
pub(crate) use diff::{ChangedFile, diff};
pub(crate) use fixed::fixed_summary;
pub(crate) use graph::{GraphFormat, render_graph};
pub(crate) use json::escaped as escaped_json;
pub(crate) use projects::{projects_json, projects_text};
pub(crate) use variables::{variables_json, variables_text};
pub(crate) use view::plural;

use crate::finding::{Finding, Severity};
use crate::report::Report;
use crate::source::relative;
use crate::source::{FileId, SourceDb};
use view::View;

/// Where the documents of the rules are published.
const DOCUMENTATION: &str = "https://plimsoll.dev/rules/";

/// The shape of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// Excerpts of the files, for people.
    Text,
    /// One line for each finding.
    Concise,
    /// One JSON document, described in `docs/output.md`.
    Json,
    /// The findings of the JSON document, one a line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// SARIF as GitHub's code scanning shows it: without suppressed findings, within its limits.
    CodeScanning,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// The Code Quality report of GitLab.
    Gitlab,
    /// JUnit XML, for the test reports of CI systems.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// The JSON of reviewdog.
    Rdjson,
    /// A comment on a pull request.
    Markdown,
}

impl Format {
    /// All of them.
    #[cfg_attr(
        not(feature = "testing"),
        expect(dead_code, reason = "only tests and the fuzzer go through all of them")
    )]
    pub const ALL: [Format; 12] = [
        Format::Text,
        Format::Concise,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::CodeScanning,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Checkstyle,
        Format::Rdjson,
        Format::Markdown,
    ];
}

/// How the output is made.
#[derive(Clone, Debug)]
pub struct RenderOptions {
    /// The working directory: paths are shown relative to it.
    pub(crate) base: PathBuf,
    /// Whether text and concise output are colored.
    pub(crate) color: bool,
    /// The width of the output in columns, for text: longer lines of files are cut.
    pub(crate) width: usize,
    /// Whether text is wrapped at that width, as it is on a terminal.
    pub(crate) wraps: bool,
    /// The lowest severity that text and concise list; machine formats list all.
    pub show: Severity,
    /// Whether names of rules are links that a terminal can follow.
    pub(crate) links: bool,
    /// Whether text ends with a line that sums up.
    pub summary: bool,
    /// Whether text says behind that line what can be fixed, and where to read on.
    pub(crate) hints: bool,
    /// Whether text, concise and JSON count the findings of each rule.
    pub(crate) statistics: bool,
    /// The lowest severity that makes the run fail; `None` where nothing does. JUnit calls those findings failures.
    pub(crate) fail_on: Option<Severity>,
}

impl RenderOptions {
    /// Plain output that is not wrapped, of errors and warnings, which make the run fail.
    pub fn new(base: PathBuf) -> RenderOptions {
        RenderOptions {
            base,
            color: false,
            width: 100,
            wraps: false,
            show: Severity::Warning,
            links: false,
            summary: true,
            hints: false,
            statistics: false,
            fail_on: Some(Severity::Warning),
        }
    }

    /// The path of a file as the output shows it.
    fn path(&self, sources: &SourceDb, file: FileId) -> String {
        relative(&self.base, &sources.path(file))
    }
}

/// The whole output for a report. It ends with a line break unless it is empty.
pub fn render(format: Format, report: &Report, sources: &SourceDb, options: &RenderOptions) -> String {
    let mut output = Vec::new();
    // Memory takes everything that is written.
    let _ = render_to(format, report, sources, options, &mut output);
    String::from_utf8(output).unwrap_or_default()
}

/// Writes the output for a report. The formats with all that is known of a finding are written as they are made: together
/// they would take more memory than the run.
///
/// # Errors
/// Those of the writer.
pub(crate) fn render_to(
    format: Format,
    report: &Report,
    sources: &SourceDb,
    options: &RenderOptions,
    to: &mut dyn Write,
) -> io::Result<()> {
    let view = View::new(report, sources, options);
    let text = match format {
        Format::Text => guarded(text::render(&view)),
        Format::Concise => guarded(concise::render(&view)),
        Format::Json => return json::write(&view, to),
        Format::Jsonl => return json::write_lines(&view, to),
        Format::Sarif => return sarif::write(&view, to),
        Format::CodeScanning => return sarif::write_for_code_scanning(&view, to),
        Format::Github => github::render(&view),
        Format::Gitlab => gitlab::render(&view),
        Format::Junit => xml::guarded(junit::render(&view)),
        Format::Checkstyle => xml::guarded(checkstyle::render(&view)),
        Format::Rdjson => rdjson::render(&view),
        Format::Markdown => guarded(markdown::render(&view)),
    };
    to.write_all(text.as_bytes())
}

/// The address of a rule's document.
pub(crate) fn rule_url(rule: &str) -> String {
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
    fn for_severity(severity: Severity) -> Paint {
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
