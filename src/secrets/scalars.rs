//! Scalars as they are written: the text that YAML makes of them, and where each byte of it is in the file.

use std::borrow::Cow;
use std::ops::Range;

use crate::yaml::{Node, ScalarStyle};

/// The text of a scalar, and the bytes of the file for each of its bytes.
#[derive(Debug)]
pub(super) struct Scalar<'a> {
    pub(super) text: Cow<'a, str>,
    places: ScalarPlaces,
}

/// The bytes of a file that the bytes of a text are made of.
#[derive(Debug)]
enum ScalarPlaces {
    /// From this one on, they are the same.
    From(usize),
    Pieces(Vec<Piece>),
}

/// A stretch of a text that is in the file as it is, or one character that is written as something else.
#[derive(Debug)]
struct Piece {
    /// Its first byte in the text.
    at: usize,
    /// Its first byte in the file.
    place: usize,
    /// How many bytes of the file stand for the character; `None` for a stretch.
    written: Option<usize>,
}

impl<'a> Scalar<'a> {
    /// The scalar that a node is, read leniently: what is hidden needs no exact blanks.
    pub(super) fn from_node(node: &Node, style: ScalarStyle, file: &'a str) -> Scalar<'a> {
        let (start, end) = (node.start as usize, node.end as usize);
        let raw = file.get(start..end).unwrap_or("");
        let (special, quote): (&[char], usize) = match style {
            ScalarStyle::Plain => (&['\n', '\r'], 0),
            ScalarStyle::SingleQuoted => (&['\n', '\r', '\''], 1),
            ScalarStyle::DoubleQuoted => (&['\n', '\r', '\\'], 1),
            ScalarStyle::Literal | ScalarStyle::Folded => return Scalar::made(style, raw, start..end, file),
        };
        let inner = raw.get(quote..raw.len().saturating_sub(quote).max(quote)).unwrap_or("");
        match inner.contains(special) {
            true => Scalar::made(style, inner, start + quote..end, file),
            false => Scalar { text: Cow::Borrowed(inner), places: ScalarPlaces::From(start + quote) },
        }
    }

    fn made(style: ScalarStyle, raw: &str, place: Range<usize>, file: &str) -> Scalar<'a> {
        let Range { start, end } = place;
        let mut scalar = BuiltText { text: String::with_capacity(raw.len()), pieces: Vec::new() };
        match style {
            ScalarStyle::Plain => scalar.folded(raw, start),
            ScalarStyle::SingleQuoted => scalar.single(raw, start),
            ScalarStyle::DoubleQuoted => scalar.double_quoted(raw, start),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The first line is read with its indentation.
                let above = file.get(..start).unwrap_or("");
                let line = above.rfind('\n').map_or(0, |at| at + 1);
                let is_blank = above.get(line..).is_some_and(|lead| lead.trim().is_empty());
                let start = if is_blank && !raw.starts_with(['|', '>']) { line } else { start };
                scalar.block(file.get(start..end).unwrap_or(""), start, style);
            }
        }
        Scalar { text: Cow::Owned(scalar.text), places: ScalarPlaces::Pieces(scalar.pieces) }
    }

    /// What stands in for a node that is not a scalar.
    pub(super) fn none() -> Scalar<'a> {
        Scalar { text: Cow::Borrowed(""), places: ScalarPlaces::From(0) }
    }

    /// A stretch of the text as bytes of the file.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let pieces = match &self.places {
            ScalarPlaces::From(start) => return start + range.start..start + range.end,
            ScalarPlaces::Pieces(pieces) => pieces,
        };
        let piece_at = |at: usize| pieces.get(pieces.partition_point(|piece| piece.at <= at).checked_sub(1)?);
        let first = piece_at(range.start).map_or(0, |piece| match piece.written {
            Some(_) => piece.place,
            None => piece.place + (range.start - piece.at),
        });
        let last = range.end.checked_sub(1).and_then(piece_at).map_or(first, |piece| match piece.written {
            Some(length) => piece.place + length,
            None => piece.place + (range.end - piece.at),
        });
        first..last.max(first)
    }
}

/// A scalar that is not in the file as it is.
struct BuiltText {
    text: String,
    pieces: Vec<Piece>,
}

impl BuiltText {
    /// A character that is written as something else, of so many bytes.
    fn push(&mut self, letter: char, place: usize, length: usize) {
        self.pieces.push(Piece { at: self.text.len(), place, written: Some(length) });
        self.text.push(letter);
    }

    /// Text that stands for itself.
    fn keep(&mut self, text: &str, place: usize) {
        if !text.is_empty() {
            self.pieces.push(Piece { at: self.text.len(), place, written: None });
            self.text.push_str(text);
        }
    }

    /// Plain text: a line break and the blanks around it are a blank.
    fn folded(&mut self, raw: &str, start: usize) {
        self.with_folds(raw, start, |_| None);
    }

    /// In single quotes, two of them are one.
    fn single(&mut self, raw: &str, start: usize) {
        self.with_folds(raw, start, |rest| rest.starts_with("''").then_some(('\'', 2)));
    }

    /// In double quotes, with escapes.
    fn double_quoted(&mut self, raw: &str, start: usize) {
        self.with_folds(raw, start, |rest| {
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
    fn with_folds(&mut self, raw: &str, start: usize, escape: impl Fn(&str) -> Option<(char, usize)>) {
        let mut at = 0;
        // What was passed over and stands for itself.
        let mut kept = 0;
        while let Some(found) = raw.get(at..).and_then(|rest| rest.find(['\n', '\r', '\'', '\\'])) {
            at += found;
            let rest = raw.get(at..).unwrap_or("");
            let (made, length) = match escape(rest) {
                Some((made, length)) => (made, length),
                None if rest.starts_with(['\n', '\r']) => (' ', (rest.len() - rest.trim_start().len()).max(1)),
                None => {
                    at += 1;
                    continue;
                }
            };
            self.keep(raw.get(kept..at).unwrap_or(""), start + kept);
            if made != '\u{200b}' {
                self.push(made, start + at, length);
            }
            at += length;
            kept = at;
        }
        self.keep(raw.get(kept..).unwrap_or(""), start + kept);
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
            let folded = text.strip_suffix('\n').filter(|text| style == ScalarStyle::Folded && !text.trim().is_empty());
            self.keep(folded.unwrap_or(text), at + skipped);
            at += line.len();
            if folded.is_some() {
                self.push(' ', at - 1, 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceDb};
    use crate::yaml::{NodeKind, parse};

    fn scalar(file: &str) -> (Scalar<'_>, String) {
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
