//! The lines of a Caddyfile: words, blocks, and the environment in them.

use crate::app_config::word::ConfigWord;
use crate::budget::Meter;

/// The words of a line and the block that it opens.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaddyLine {
    /// Its words, the brace that opens a block left out.
    pub(crate) words: Vec<ConfigWord>,
    /// Whether it opens a block.
    pub(crate) opens: bool,
    /// The lines of the block.
    pub(crate) block: Vec<CaddyLine>,
}

impl CaddyLine {
    /// The first word.
    pub(crate) fn name(&self) -> &str {
        self.words.first().map_or("", |word| word.text.as_str())
    }
}

/// The lines of a Caddyfile with their blocks.
pub(crate) fn tree(text: &str, lookup: &dyn Fn(&str) -> Option<String>, meter: Meter<'_>) -> Vec<CaddyLine> {
    let mut open: Vec<CaddyLine> = Vec::new();
    let mut lines: Vec<CaddyLine> = Vec::new();
    for mut line in rows(text, lookup) {
        if line.words.first().is_some_and(|word| is_bare(word, "}")) {
            close(&mut open, &mut lines);
            continue;
        }
        let opens = line.words.last().is_some_and(|word| is_bare(word, "{"));
        if opens && !meter.allows_depth(open.len()) {
            break;
        }
        if opens {
            line.words.pop();
            line.opens = true;
            open.push(line);
        } else {
            place(&mut open, &mut lines, line);
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut lines);
    }
    lines
}

fn is_bare(word: &ConfigWord, text: &str) -> bool {
    word.exact && word.text == text && word.span.len() == 1
}

fn close(open: &mut Vec<CaddyLine>, lines: &mut Vec<CaddyLine>) {
    if let Some(done) = open.pop() {
        place(open, lines, done);
    }
}

fn place(open: &mut [CaddyLine], lines: &mut Vec<CaddyLine>, line: CaddyLine) {
    match open.last_mut() {
        Some(parent) => parent.block.push(line),
        None => lines.push(line),
    }
}

/// The words of each line that has some. A comma at the end of a line, or a backslash, joins the next line to it; the
/// text of a heredoc is passed over.
fn rows(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<CaddyLine> {
    let mut rows: Vec<CaddyLine> = Vec::new();
    let mut row = CaddyLine::default();
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut unended = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        if first == '\n' {
            if !row.words.last().is_some_and(|word| word.text.ends_with(',')) && !row.words.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            at += 1;
        } else if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
            at += rest.find('\n').unwrap_or(0) + 1;
        } else if first.is_whitespace() {
            at += first.len_utf8();
        } else if first == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let (word, next) = word(text, at, first);
            // Each that has no end takes a look at all of the rest.
            let behind = if unended < MOST_UNENDED { heredoc(text, &word) } else { Heredoc::None };
            unended += usize::from(behind == Heredoc::Unended);
            at = if let Heredoc::Until(end) = behind { end } else { next };
            row.words.push(resolved(word, lookup));
        }
    }
    if !row.words.is_empty() {
        rows.push(row);
    }
    rows
}

fn word(text: &str, at: usize, first: char) -> (ConfigWord, usize) {
    let rest = text.get(at..).unwrap_or("");
    if matches!(first, '"' | '`') {
        let inside = rest.get(1..).unwrap_or("");
        let mut escaped = false;
        let close = inside.char_indices().find(|(_, c)| {
            let closes = *c == first && !escaped;
            escaped = first == '"' && *c == '\\' && !escaped;
            closes
        });
        let length = close.map_or(inside.len(), |(offset, _)| offset);
        let content = inside.get(..length).unwrap_or("");
        let end = (at + 1 + length + 1).min(text.len());
        let exact = !(first == '"' && content.contains('\\'));
        return (ConfigWord::new(content.replace("\\\"", "\""), at..end, at + 1, exact), end);
    }
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let content = rest.get(..length).unwrap_or("").to_owned();
    (ConfigWord::new(content, at..at + length, at, true), at + length)
}

/// How many heredocs without an end are looked for.
const MOST_UNENDED: usize = 16;

/// A heredoc (`<<END … END`) that a word opens.
#[derive(PartialEq)]
enum Heredoc {
    /// It opens none.
    None,
    /// One that does not end.
    Unended,
    /// The byte after it.
    Until(usize),
}

fn heredoc(text: &str, word: &ConfigWord) -> Heredoc {
    let marker = word.text.strip_prefix("<<").filter(|marker| !marker.is_empty() && word.exact);
    let Some(marker) = marker else { return Heredoc::None };
    let mut at = word.span.end;
    for line in text.get(at..).unwrap_or("").split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start().starts_with(marker) {
            return Heredoc::Until(at + indent + marker.len());
        }
        at += line.len();
    }
    Heredoc::Unended
}

/// Replaces `{$NAME}`, `{$NAME:default}` and `{env.NAME}`; a variable that is not set is nothing.
fn resolved(word: ConfigWord, lookup: &dyn Fn(&str) -> Option<String>) -> ConfigWord {
    let mut text = String::new();
    let mut environment = Vec::new();
    let mut is_resolved = false;
    let mut gap = false;
    let mut rest = word.text.as_str();
    while let Some((before, from)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) {
        if !from.starts_with("{$") && !from.starts_with("{env.") {
            let (brace, tail) = from.split_at_checked(1).unwrap_or((from, ""));
            text.push_str(before);
            text.push_str(brace);
            rest = tail;
            continue;
        }
        let Some((inside, tail)) = from.split_once('}') else { break };
        is_resolved = true;
        text.push_str(before);
        let (name, default) = match inside.strip_prefix("{$") {
            Some(inside) => inside.split_once(':').unwrap_or((inside, "")),
            None => (inside.strip_prefix("{env.").unwrap_or(inside), ""),
        };
        let is_unknown = |value: &String| value.starts_with("{$") && !default.is_empty();
        match lookup(name).filter(|value| !value.is_empty() && !is_unknown(value)) {
            Some(value) => {
                text.push_str(&value);
                environment.push(name.to_owned());
            }
            None => {
                gap |= default.is_empty();
                text.push_str(default);
            }
        }
        rest = tail;
    }
    if !is_resolved {
        return word;
    }
    text.push_str(rest);
    ConfigWord { text, exact: false, environment, gap, ..word }
}
