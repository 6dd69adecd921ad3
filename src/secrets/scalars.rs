//! Scalars as they are written: the text that YAML makes of them, and where each byte of it is in the file.

use std::ops::Range;

use crate::yaml::{Node, ScalarStyle};

/// The text of a scalar, and the bytes of the file for each of its bytes.
#[derive(Debug)]
pub(super) struct Scalar {
    pub(super) text: String,
    places: Vec<Range<usize>>,
}

impl Scalar {
    /// The scalar that a node is, read leniently: what is hidden needs no exact blanks.
    pub(super) fn from_node(node: &Node, style: ScalarStyle, file: &str) -> Scalar {
        let (start, end) = (node.start as usize, node.end as usize);
        let raw = file.get(start..end).unwrap_or("");
        let mut scalar = Scalar { text: String::with_capacity(raw.len()), places: Vec::with_capacity(raw.len()) };
        let inner = |raw: &str, by: usize| raw.get(by..raw.len().saturating_sub(by).max(by)).map(str::len).unwrap_or(0);
        match style {
            ScalarStyle::Plain => scalar.folded(raw, start),
            ScalarStyle::SingleQuoted => {
                let length = inner(raw, 1);
                scalar.single(raw.get(1..1 + length).unwrap_or(""), start + 1);
            }
            ScalarStyle::DoubleQuoted => {
                let length = inner(raw, 1);
                scalar.double_quoted(raw.get(1..1 + length).unwrap_or(""), start + 1);
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The first line is read with its indentation.
                let above = file.get(..start).unwrap_or("");
                let line = above.rfind('\n').map_or(0, |at| at + 1);
                let is_blank = above.get(line..).is_some_and(|lead| lead.trim().is_empty());
                let start = if is_blank && !raw.starts_with(['|', '>']) { line } else { start };
                scalar.block(file.get(start..end).unwrap_or(""), start, style);
            }
        }
        scalar
    }

    /// What stands in for a node that is not a scalar.
    pub(super) fn none() -> Scalar {
        Scalar { text: String::new(), places: Vec::new() }
    }

    /// A stretch of the text as bytes of the file.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.places.get(range.start).map_or(0, |place| place.start);
        let last = range.end.checked_sub(1).and_then(|at| self.places.get(at)).map_or(first, |place| place.end);
        first..last.max(first)
    }

    /// A character that is written as something else, of so many bytes.
    fn push(&mut self, letter: char, place: usize, length: usize) {
        self.text.push(letter);
        self.places.extend(std::iter::repeat_n(place..place + length, letter.len_utf8()));
    }

    /// A character that stands for itself.
    fn keep(&mut self, letter: char, place: usize) {
        self.text.push(letter);
        self.places.extend(std::iter::repeat_n(place..place + letter.len_utf8(), letter.len_utf8()));
    }

    /// Plain text: a line break and the blanks around it are a blank.
    fn folded(&mut self, raw: &str, start: usize) {
        self.with_folds(raw, start, |_, _| None);
    }

    /// In single quotes, two of them are one.
    fn single(&mut self, raw: &str, start: usize) {
        self.with_folds(raw, start, |rest, _| rest.starts_with("''").then_some(('\'', 2)));
    }

    /// In double quotes, with escapes.
    fn double_quoted(&mut self, raw: &str, start: usize) {
        self.with_folds(raw, start, |rest, _| {
            let escaped = rest.strip_prefix('\\')?.chars().next()?;
            let code = |digits: usize| {
                let text = rest.get(2..2 + digits)?;
                char::from_u32(u32::from_str_radix(text, 16).ok()?).map(|letter| (letter, 2 + digits))
            };
            match escaped {
                'n' => Some(('\n', 2)),
                't' => Some(('\t', 2)),
                'r' => Some(('\r', 2)),
                '0' => Some(('\0', 2)),
                'x' => code(2),
                'u' => code(4),
                'U' => code(8),
                '\r' | '\n' => Some(('\u{200b}', 1 + rest.get(1..)?.len() - rest.get(1..)?.trim_start().len())),
                other => Some((other, 1 + other.len_utf8())),
            }
        });
    }

    /// Walks over a text; `escape` gives what a stretch stands for and how many bytes it takes.
    fn with_folds(&mut self, raw: &str, start: usize, escape: impl Fn(&str, usize) -> Option<(char, usize)>) {
        let mut at = 0;
        while let Some(letter) = raw.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = raw.get(at..).unwrap_or("");
            if let Some((made, length)) = escape(rest, at) {
                if made != '\u{200b}' {
                    self.push(made, start + at, length);
                }
                at += length;
            } else if letter == '\n' || letter == '\r' {
                let blank = rest.len() - rest.trim_start().len();
                self.push(' ', start + at, blank.max(1));
                at += blank.max(1);
            } else {
                self.keep(letter, start + at);
                at += letter.len_utf8();
            }
        }
    }

    /// A block: without its first line and its indentation; folded lines are one line.
    fn block(&mut self, raw: &str, start: usize, style: ScalarStyle) {
        let head = if raw.starts_with(['|', '>']) { raw.find('\n').map_or(raw.len(), |at| at + 1) } else { 0 };
        let body = raw.get(head..).unwrap_or("");
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let least = body.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
        let mut at = start + head;
        for line in body.split_inclusive('\n') {
            let skipped = least.min(indent(line));
            let text = line.get(skipped..).unwrap_or("");
            for (offset, letter) in text.char_indices() {
                let place = at + skipped + offset;
                match letter {
                    '\n' if style == ScalarStyle::Folded && !text.trim().is_empty() => self.push(' ', place, 1),
                    other => self.keep(other, place),
                }
            }
            at += line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceDb};
    use crate::yaml::{NodeKind, parse};

    fn scalar(file: &str) -> (Scalar, String) {
        let id: FileId = SourceDb::new().overlay(std::path::Path::new("/x.yaml"), file.to_owned());
        let (tree, _) = parse(id, file);
        let node = tree.nodes.last().unwrap();
        let NodeKind::Scalar(text, style) = &node.kind else { panic!("no scalar: {file}") };
        (Scalar::from_node(node, *style, file), text.to_string())
    }

    fn check(file: &str, wanted: &str, expect: &str) {
        let (scalar, text) = scalar(file);
        assert_eq!(scalar.text.trim_end(), text.trim_end(), "{file}");
        let at = scalar.text.find(wanted).unwrap();
        assert_eq!(file.get(scalar.place(&(at..at + wanted.len()))).unwrap(), expect, "{file}");
    }

    #[test]
    fn bytes_of_the_text_lead_to_the_file() {
        check("a: xé y\n", "é y", "é y");
        check("a: 'it''s b'\n", "s b", "s b");
        check("a: 'it''s b'\n", "it's b", "it''s b");
        check("a: \"x=\\\"b c\\\" \\u00e9d\"\n", "b c", "b c");
        check("a: \"x=\\\"b c\\\" \\u00e9d\"\n", "éd", "\\u00e9d");
        check("a: \"b\n  c\\\n  d\"\n", "b c", "b\n  c");
        check("a: |\n  b\n    c\n  d\n", "  c\nd", "  c\n  d");
        check("a: >-\n  b\n  c\n", "b c", "b\n  c");
    }
}
