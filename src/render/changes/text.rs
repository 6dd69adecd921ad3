//! Changes for people: by project and topic, those with a risk first.

use textwrap::{Options, WordSeparator, WordSplitter};

use super::super::{Paint, RenderOptions, clean};
use super::{by_topic, findings, heading, message, only, places, title, together};
use crate::changes::{DeploymentChange, DeploymentDiff};

/// Narrower than this, nothing is wrapped.
const LEAST_WIDTH: usize = 40;

pub(super) fn render(diff: &DeploymentDiff, options: &RenderOptions) -> String {
    let mut output = String::new();
    for project in &diff.projects {
        output.push_str(&Paint::Bold.on(&clean(&project.title), options));
        output.push('\n');
        for (topic, changes) in by_topic(&project.changes) {
            output.push_str(&format!("  {}\n", Paint::Dim.on(title(topic), options)));
            for alike in together(&changes) {
                output.push_str(&line(&alike, options));
            }
        }
        output.push('\n');
    }
    if options.summary {
        let mut summary = sentence(&clean(&heading(diff)));
        if let Some(findings) = findings(diff) {
            summary.push_str(&format!("\n{}", sentence(&clean(&findings))));
        }
        output.push_str(&format!("{summary}\n"));
    }
    output
}

/// A clause with a capital letter.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn line(alike: &[&DeploymentChange], options: &RenderOptions) -> String {
    let Some(change) = alike.first() else { return String::new() };
    let sign = if change.is_risky { Paint::Yellow.on("▲", options) } else { Paint::Dim.on("·", options) };
    let notes: Vec<String> = only(change).into_iter().chain(places(change, str::to_owned)).collect();
    let message = clean(&message(alike));
    let plain = if notes.is_empty() { message } else { format!("{message} ({})", clean(&notes.join("; "))) };
    if !options.wraps || options.width < LEAST_WIDTH {
        return format!("    {sign} {plain}\n");
    }
    let shape = Options::new(options.width.saturating_sub(6))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    let lines: Vec<_> = textwrap::wrap(&plain, shape);
    format!("    {sign} {}\n", lines.join("\n      "))
}
