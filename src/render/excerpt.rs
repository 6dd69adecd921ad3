//! The lines of files that a finding is about, ready for a terminal: cleaned, masked, cut where they are very long.

use std::ops::Range;
use std::sync::Arc;

use super::clean;
use super::clean::{escape, is_hostile, names_command};
use super::view::View;
use crate::finding::Finding;
use crate::secrets::HiddenSpans;
use crate::source::{SourceDb, SourceFile, Span};

/// Lines shown above what is marked.
const LINES_BEFORE: u32 = 2;
/// Lines shown below what is marked.
const LINES_AFTER: u32 = 1;
/// So few lines between two excerpts are shown too, so that both become one.
const MOST_SKIPPED_LINES: u32 = 1;
/// A mark over more lines than this is drawn under its first line alone.
const MOST_MARKED_LINES: u32 = 8;
/// Labels shown; the rest is counted.
const MOST_LABELS: usize = 8;
/// A line longer than this is cut, in characters.
const LONGEST_LINE: usize = 400;
/// What is left of a line that is cut, in characters: at least this, or what the terminal has room for.
const LEAST_WINDOW: usize = 40;
/// Columns of the terminal that line numbers and the frame take.
const FRAME: usize = 12;

/// A stretch of one file in the text of an [`Excerpt`].
#[derive(Debug)]
pub(super) struct ExcerptPart {
    /// `path:line:column` of what is marked first.
    pub(super) name: String,
    /// The number of the first line in the file, from 1.
    pub(super) first_line: u32,
    /// The bytes in the text of the excerpt.
    pub(super) range: Range<usize>,
}

/// What is underlined.
#[derive(Debug)]
pub(super) struct Mark {
    /// The bytes in the text of the excerpt.
    pub(super) range: Range<usize>,
    /// The words next to it.
    pub(super) message: Option<String>,
    /// Whether it is the place of the finding itself.
    pub(super) primary: bool,
}

/// The lines of all files that a finding points at, one part after the other; the part of the finding itself first.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    /// All lines, each with a line break.
    pub(super) text: String,
    /// The parts, in the order of the text.
    pub(super) parts: Vec<ExcerptPart>,
    /// What is underlined, in the order of the text.
    pub(super) marks: Vec<Mark>,
    /// How many labels are left out.
    pub(super) hidden_labels: usize,
}

/// A mark in a file.
struct ExcerptMark {
    file: Arc<SourceFile>,
    span: Span,
    first_line: u32,
    last_line: u32,
    message: Option<String>,
    primary: bool,
}

/// Lines of one file that are shown together.
struct Cluster {
    first_line: u32,
    last_line: u32,
    wanted: Vec<ExcerptMark>,
}

/// The excerpt of a finding.
pub(super) fn excerpt(finding: &Finding, view: &View<'_>) -> Excerpt {
    let sources = view.sources;
    let mut excerpt = Excerpt::default();
    let mut primary = wanted(sources, finding.place.span, None, true);
    let mut labels = Vec::new();
    for label in &finding.labels {
        let message = clean(label.message.for_people());
        if label.place.span == finding.place.span && primary.message.is_none() {
            primary.message = Some(message);
        } else if labels.len() < MOST_LABELS {
            labels.push(wanted(sources, label.place.span, Some(message), false));
        } else {
            excerpt.hidden_labels += 1;
        }
    }
    for mut cluster in clusters(std::iter::once(primary).chain(labels)) {
        cluster.trim();
        excerpt.add(&cluster, view);
    }
    excerpt.marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
    excerpt
}

fn wanted(sources: &SourceDb, span: Span, message: Option<String>, primary: bool) -> ExcerptMark {
    let file = sources.file(span.file);
    let start = span.start.min(file.text.len() as u32);
    let marked = file.slice(start, span.end.min(file.text.len() as u32));
    let end = start + marked.trim_end().len() as u32;
    let first_line = file.position(start).line;
    let last_line = file.position(end).line;
    if last_line - first_line < MOST_MARKED_LINES {
        return ExcerptMark { file, span: Span { start, end, ..span }, first_line, last_line, message, primary };
    }
    let first = file.slice(start, file.line_start(first_line + 1)).trim_end().len() as u32;
    let message = message.or_else(|| Some(format!("from here to line {last_line}")));
    let span = Span { start, end: start + first, ..span };
    ExcerptMark { file, span, first_line, last_line: first_line, message, primary }
}

/// Puts marks together whose lines touch; the cluster of the first mark stays first, the others keep their order.
fn clusters(wanted: impl Iterator<Item = ExcerptMark>) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for mark in wanted {
        let mut cluster = Cluster {
            first_line: mark.first_line.saturating_sub(LINES_BEFORE).max(1),
            last_line: (mark.last_line + LINES_AFTER).min(last_written_line(&mark.file)).max(mark.last_line),
            wanted: vec![mark],
        };
        let mut at = 0;
        let mut home = None;
        while let Some(other) = clusters.get(at) {
            if !touch(other, &cluster) {
                at += 1;
                continue;
            }
            let other = clusters.remove(at);
            home = home.or(Some(at));
            cluster.first_line = cluster.first_line.min(other.first_line);
            cluster.last_line = cluster.last_line.max(other.last_line);
            cluster.wanted.extend(other.wanted);
        }
        clusters.insert(home.unwrap_or(clusters.len()), cluster);
    }
    clusters
}

fn touch(one: &Cluster, other: &Cluster) -> bool {
    let file = |cluster: &Cluster| cluster.wanted.first().map(|mark| mark.span.file);
    let reach = |cluster: &Cluster| cluster.last_line + 1 + MOST_SKIPPED_LINES;
    file(one) == file(other) && one.first_line <= reach(other) && other.first_line <= reach(one)
}

impl Cluster {
    /// Leaves out empty lines above and below what is marked.
    fn trim(&mut self) {
        let first_marked = self.wanted.iter().map(|mark| mark.first_line).min().unwrap_or(self.first_line);
        let last_marked = self.wanted.iter().map(|mark| mark.last_line).max().unwrap_or(self.last_line);
        let Some(file) = self.wanted.first().map(|mark| &mark.file) else { return };
        let empty = |number: u32| line_text(file, number).trim().is_empty();
        let first = (self.first_line..first_marked).find(|number| !empty(*number));
        let last = (last_marked + 1..=self.last_line).rev().find(|number| !empty(*number));
        self.first_line = first.unwrap_or(first_marked);
        self.last_line = last.unwrap_or(last_marked);
    }
}

/// The last line that has text; a line break at the end of the file opens no line worth showing.
fn last_written_line(file: &SourceFile) -> u32 {
    let count = file.line_count();
    if count > 1 && file.line_start(count) as usize == file.text.len() { count - 1 } else { count }
}

impl Excerpt {
    fn add(&mut self, cluster: &Cluster, view: &View<'_>) {
        let first = cluster.wanted.iter().find(|mark| mark.primary);
        let Some(first) = first.or_else(|| cluster.wanted.iter().min_by_key(|mark| mark.span.start)) else { return };
        let file = &first.file;
        let at = file.position(first.span.start);
        let path = clean(&view.path(first.span));
        let masked = view.hidden(first.span.file);
        let part_start = self.text.len();
        let lines: Vec<ExcerptLine> = (cluster.first_line..=cluster.last_line)
            .map(|number| ExcerptLine::new(number, cluster, &masked, view.options.width))
            .collect();
        let mut starts = Vec::with_capacity(lines.len());
        for line in &lines {
            starts.push(self.text.len());
            self.text.push_str(&line.shown);
            self.text.push('\n');
        }
        let place = |byte: u32, number: u32| {
            let index = number.saturating_sub(cluster.first_line) as usize;
            let (line, start) = lines.get(index).zip(starts.get(index))?;
            Some(start + line.place(byte.saturating_sub(line.start) as usize))
        };
        for mark in &cluster.wanted {
            let start = place(mark.span.start, mark.first_line);
            let Some((start, end)) = start.zip(place(mark.span.end, mark.last_line)) else { continue };
            let range = start..end.max(start);
            self.marks.push(Mark { range, message: mark.message.clone(), primary: mark.primary });
        }
        self.parts.push(ExcerptPart {
            name: format!("{path}:{}:{}", at.line, at.column),
            first_line: cluster.first_line,
            range: part_start..self.text.len(),
        });
    }
}

/// A line of a file as it is shown.
#[derive(Default)]
struct ExcerptLine {
    /// Its first byte in the file.
    start: u32,
    shown: String,
    /// For the start of every character of the file's line that is shown, and for its end: the byte in the line, and
    /// the byte in `shown`.
    places: Vec<(usize, usize)>,
}

impl ExcerptLine {
    fn new(number: u32, cluster: &Cluster, masked: &HiddenSpans, width: usize) -> ExcerptLine {
        let Some(file) = cluster.wanted.first().map(|mark| &mark.file) else { return ExcerptLine::default() };
        let start = file.line_start(number);
        let text = line_text(file, number);
        let marked = cluster.wanted.iter().filter(|mark| mark.first_line == number).map(|mark| mark.span.start).min();
        let mark = marked.map_or(0, |byte| byte.saturating_sub(start) as usize);
        let window = window(text, mark, width.saturating_sub(FRAME).max(LEAST_WINDOW));
        let indent = text.len() - text.trim_start().len();
        let mut shown = String::new();
        let mut places = Vec::new();
        if window.start > 0 {
            shown.push('…');
        }
        let inside = text.get(window.clone()).unwrap_or("");
        for (offset, character) in inside.char_indices() {
            let at = window.start + offset;
            places.push((at, shown.len()));
            // A byte order mark is no part of the text.
            if character == '\u{feff}' && start as usize + at == 0 {
                continue;
            }
            if at >= indent && masked.hides(start as usize + at) {
                shown.push('•');
            } else if is_hostile(character) && character != '\t' || ends_command_mark(text, at) {
                shown.push_str(&escape(character));
            } else {
                shown.push(character);
            }
        }
        places.push((window.end, shown.len()));
        if window.end < text.len() {
            shown.push('…');
        }
        ExcerptLine { start, shown, places }
    }

    /// The byte in `shown` for a byte of the line; what is cut off counts as the nearest end.
    fn place(&self, byte: usize) -> usize {
        let after = self.places.partition_point(|(at, _)| *at < byte);
        self.places.get(after).or_else(|| self.places.last()).map_or(0, |(_, shown)| *shown)
    }
}

/// Whether a byte is the second `#` of what a CI runner would take for a command.
fn ends_command_mark(text: &str, at: usize) -> bool {
    let is_mark = text.get(..=at).is_some_and(|before| before.ends_with("##"));
    is_mark && names_command(text.get(at + 1..).unwrap_or(""))
}

/// The text of a line without its line break.
fn line_text(file: &SourceFile, number: u32) -> &str {
    let text = file.slice(file.line_start(number), file.line_start(number + 1));
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// The bytes of a line that are shown: all of it, or some way around a mark where it is very long.
fn window(text: &str, mark: usize, length: usize) -> Range<usize> {
    if text.chars().nth(LONGEST_LINE).is_none() {
        return 0..text.len();
    }
    let before = text.get(..mark).unwrap_or("");
    let start = before.char_indices().rev().nth(length / 3).map_or(0, |(at, _)| at);
    let rest = text.get(start..).unwrap_or("");
    let end = rest.char_indices().nth(length).map_or(text.len(), |(at, _)| start + at);
    start..end
}
