//! Reads env files statement by statement, as Compose does.

use super::escape::{self, Positions};
use super::{DotenvFile, DotenvLine, EnvFileRole, KnownVariables, LineProblem, ProblemKind, VariableUse};
use crate::collections::HashMap;
use crate::text::template;
use crate::text::template::TemplateProblem;

/// How many bytes of values one file may expand to; the variables used after that count as blank. Compose has no limit.
const MAX_EXPANDED_BYTES: usize = 16 * 1024 * 1024;

/// See [`super::parse`].
pub(super) fn read(text: &str, role: EnvFileRole, known: KnownVariables<'_>) -> DotenvFile {
    let mut reader = DotenvReader {
        text,
        at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        role,
        known,
        assigned: HashMap::default(),
        key: (0, 0),
        file: DotenvFile::default(),
    };
    while reader.skip_to_statement() {
        reader.statement();
    }
    reader.file
}

struct DotenvReader<'a> {
    text: &'a str,
    at: usize,
    role: EnvFileRole,
    known: KnownVariables<'a>,
    assigned: HashMap<String, String>,
    /// Where the name of the current statement is.
    key: (usize, usize),
    file: DotenvFile,
}

/// What ends a name.
enum Ending {
    Separator,
    LineBreak,
    EndOfFile,
    Unexpected(char),
}

impl<'a> DotenvReader<'a> {
    /// Goes to the next byte that is neither blank nor in a comment; false at the end of the file.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let Some(found) = self.rest().find(|c: char| !c.is_whitespace()) else { return false };
            self.at += found;
            if !self.rest().starts_with('#') {
                return true;
            }
            self.at = self.line_end(self.at);
        }
    }

    fn statement(&mut self) {
        let export_at = self.at;
        let export = self.skip_export();
        let start = self.at;
        if start == self.text.len() {
            return self.problem(ProblemKind::ExportOfNothing, export_at, export_at + "export".len());
        }
        let (end, ending) = self.name_end();
        let name = self.slice(start, end).trim_end();
        self.key = (start, start + name.len());
        let key_span = span(start, start + name.len());
        let mut line = DotenvLine {
            key: name.to_owned(),
            key_span,
            value_span: (key_span.1, key_span.1),
            value: None,
            bare: false,
            quote: None,
            export,
            uses: Vec::new(),
            comment: None,
        };
        match ending {
            Ending::Unexpected(found) => {
                self.problem(ProblemKind::UnexpectedCharacter(found), end, end + found.len_utf8());
                self.at = self.line_end(end);
            }
            Ending::EndOfFile => {
                line.key = String::new();
                line.key_span.1 = line.key_span.0;
                self.assign(line, start);
            }
            Ending::Separator | Ending::LineBreak if name.contains(' ') => {
                self.problem(ProblemKind::KeyWithSpace, start, start + name.len());
                self.at = self.line_end(end);
            }
            Ending::LineBreak => {
                self.at = end + 1;
                self.bare(line);
            }
            Ending::Separator => self.assign(line, end + 1),
        }
    }

    /// Compose counts a line break as the blank behind `export`, but does not skip it: `export` alone on a line is a
    /// bare `KEY` without a name.
    fn skip_export(&mut self) -> bool {
        let Some(behind) = self.rest().strip_prefix("export") else { return false };
        if !behind.starts_with(['\t', '\n', '\u{c}', '\r', ' ']) {
            return false;
        }
        self.at = self.text.len() - behind.trim_start_matches(is_blank).len();
        true
    }

    fn name_end(&self) -> (usize, Ending) {
        for (offset, c) in self.rest().char_indices() {
            match c {
                '=' | ':' => return (self.at + offset, Ending::Separator),
                '\n' => return (self.at + offset, Ending::LineBreak),
                '_' | '.' | '-' | '[' | ']' => {}
                // Go's letters lack the combining vowel signs of some scripts and the circled letters.
                _ if is_blank(c) || c.is_alphanumeric() => {}
                _ => return (self.at + offset, Ending::Unexpected(c)),
            }
        }
        (self.text.len(), Ending::EndOfFile)
    }

    fn bare(&mut self, mut line: DotenvLine) {
        line.bare = true;
        line.value = match self.role {
            _ if self.exhausted() => None,
            EnvFileRole::Project => self.look_up(&line.key),
            EnvFileRole::Service => (self.known.first)(&line.key),
        };
        self.finish(line);
    }

    /// Reads the value whose separator ends at `behind`. What follows a closing quote on its line is the next statement.
    fn assign(&mut self, mut line: DotenvLine, behind: usize) {
        let start = self.text.len() - self.slice(behind, self.text.len()).trim_start_matches(is_blank).len();
        let quote = self.slice(start, self.text.len()).chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some(quote) = quote else { return self.assign_unquoted(line, behind, start) };
        let Some(close) = self.closing_quote(start, quote) else {
            let end = self.line_end(start);
            self.at = end;
            return self.problem(
                ProblemKind::UnterminatedQuote,
                start,
                start + self.slice(start, end).trim_end().len(),
            );
        };
        let inner = self.slice(start + 1, close);
        line.quote = Some(quote);
        line.value_span = span(start, close + 1);
        line.value = Some(if quote == '\'' {
            escape::single(inner)
        } else {
            let (text, positions) = escape::double_quoted(inner, start + 1);
            self.expand(&mut line, &text, &positions)
        });
        let end = self.line_end(close + 1);
        let rest = self.slice(close + 1, end);
        if rest.trim_start().starts_with('#') {
            line.comment = Some(span(end - rest.trim_start().len(), end - rest.len() + rest.trim_end().len()));
        }
        self.at = close + 1;
        self.finish(line);
    }

    /// Only a `#` behind a space starts a comment, and the blanks before the value are gone by then: `K= # c` has the
    /// value `# c`.
    fn assign_unquoted(&mut self, mut line: DotenvLine, behind: usize, start: usize) {
        let end = self.line_end(start);
        let raw = self.slice(start, end);
        let cut = raw.find(" #");
        let value = raw.get(..cut.unwrap_or(raw.len())).unwrap_or(raw).trim_end();
        line.value_span = if value.is_empty() { span(behind, behind) } else { span(start, start + value.len()) };
        line.comment = cut.map(|cut| span(start + cut + 1, start + raw.trim_end().len()));
        line.value = Some(self.expand(&mut line, value, &Positions::From(start)));
        self.at = end;
        self.finish(line);
    }

    /// A backslash takes the next byte with it, in both kinds of quotes.
    fn closing_quote(&self, start: usize, quote: char) -> Option<usize> {
        let mut characters = self.slice(start + 1, self.text.len()).char_indices();
        while let Some((offset, c)) = characters.next() {
            if c == quote {
                return Some(start + 1 + offset);
            }
            if c == '\\' {
                characters.next();
            }
        }
        None
    }

    fn expand(&mut self, line: &mut DotenvLine, value: &str, positions: &Positions) -> String {
        let exhausted = self.exhausted();
        self.file.is_cut |= exhausted && value.contains('$');
        let expansion =
            template::expand(value, &|name| if exhausted { Some(String::new()) } else { self.look_up(name) });
        self.file.is_cut |= expansion.is_cut;
        line.uses.extend(expansion.uses.into_iter().map(|it| VariableUse {
            name: it.name,
            start: positions.at(it.start) as u32,
            end: positions.at(it.end) as u32,
            operator: it.operator,
            outcome: it.outcome,
            effective: it.effective,
        }));
        for problem in expansion.problems {
            let (kind, start, end) = match problem {
                TemplateProblem::Invalid { start, end } => (ProblemKind::InvalidInterpolation, start, end),
                TemplateProblem::Required { name, start, end, .. } => {
                    let message = value.get(start..end).map(|raw| template::message_as_written(raw, &name));
                    (ProblemKind::Required { name, message: message.unwrap_or_default() }, start, end)
                }
            };
            self.problem(kind, positions.at(start), positions.at(end));
        }
        expansion.text
    }

    fn finish(&mut self, line: DotenvLine) {
        if let Some(value) = &line.value {
            self.file.expanded_bytes = self.file.expanded_bytes.saturating_add(value.len());
            self.assigned.insert(line.key.clone(), value.clone());
        }
        self.file.lines.push(line);
    }

    fn look_up(&self, name: &str) -> Option<String> {
        (self.known.first)(name).or_else(|| self.assigned.get(name).cloned()).or_else(|| (self.known.earlier)(name))
    }

    fn exhausted(&self) -> bool {
        self.file.expanded_bytes > MAX_EXPANDED_BYTES
    }

    fn problem(&mut self, kind: ProblemKind, start: usize, end: usize) {
        let (start, end) = span(start, end);
        let key = self.slice(self.key.0, self.key.1).to_owned();
        self.file.problems.push(LineProblem { kind, key, start, end });
    }

    fn rest(&self) -> &'a str {
        self.slice(self.at, self.text.len())
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// The byte of the line break that ends the line, or the end of the file.
    fn line_end(&self, from: usize) -> usize {
        self.slice(from, self.text.len()).find('\n').map_or(self.text.len(), |found| from + found)
    }
}

/// A blank as Compose's reader knows it: no line break, and none of Unicode's wider ones.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

fn span(start: usize, end: usize) -> (u32, u32) {
    (start as u32, end as u32)
}
