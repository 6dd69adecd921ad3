//! Lines and columns as the protocol counts them: from 0, columns in the units that were agreed on.

use gen_lsp_types::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16.
    #[default]
    Utf16,
}

impl Encoding {
    /// The best of those that an editor offers.
    pub(super) fn of(offered: &[&str]) -> Encoding {
        if offered.contains(&"utf-8") { Encoding::Utf8 } else { Encoding::Utf16 }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn units(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 if text.is_ascii() => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
        }
    }

    /// How many bytes of a line a number of units are; inside of a character, what is before it.
    fn bytes(self, line: &str, units: usize) -> usize {
        let mut left = units;
        for (at, character) in line.char_indices() {
            let width = match self {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
            };
            if left < width {
                return at;
            }
            left -= width;
        }
        line.len()
    }
}

/// Where the lines of a text start. A lone carriage return ends a line, too.
#[derive(Clone, Debug)]
pub(super) struct Lines(Vec<u32>);

impl Lines {
    pub(super) fn new(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Lines([0].into_iter().chain(ends.map(|(at, _)| at as u32 + 1)).collect())
    }

    /// The number of the line that a byte is on.
    pub(super) fn line(&self, byte: u32) -> u32 {
        self.0.partition_point(|start| *start <= byte).saturating_sub(1) as u32
    }

    /// The first byte of a line.
    pub(super) fn start(&self, line: u32) -> Option<usize> {
        self.0.get(line as usize).map(|start| *start as usize)
    }

    /// A line without its line break.
    pub(super) fn text<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let Some(start) = self.start(line) else { return "" };
        let end = self.start(line + 1).unwrap_or(text.len());
        text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }
}

/// A text with its lines, to find places in.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) text: &'a str,
    pub(super) lines: &'a Lines,
    pub(super) encoding: Encoding,
}

impl<'a> Page<'a> {
    /// The place of a byte; one beyond the end counts as the end, one inside of a character as its start.
    pub(super) fn position(self, byte: u32) -> Position {
        let mut byte = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.lines.line(byte as u32);
        let start = self.lines.start(line).unwrap_or(0);
        // The end of a line is the last place on it, not one behind its line break.
        let before = self.text.get(start..byte).unwrap_or_default().trim_end_matches(['\n', '\r']);
        Position { line, character: self.encoding.units(before) as u32 }
    }

    pub(super) fn range(self, (start, end): (u32, u32)) -> Range {
        Range { start: self.position(start), end: self.position(end.max(start)) }
    }

    /// The byte of a place; one beyond the end of a line is the end of the line, one below the text is the end of it.
    pub(super) fn offset(self, position: Position) -> usize {
        let Some(start) = self.lines.start(position.line) else { return self.text.len() };
        let line = self.line(position.line);
        start + self.encoding.bytes(line, position.character as usize)
    }

    /// A line without its line break.
    pub(super) fn line(self, line: u32) -> &'a str {
        self.lines.text(self.text, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, encoding: Encoding, byte: u32, expect: (u32, u32)) {
        let lines = Lines::new(text);
        let page = Page { text, lines: &lines, encoding };
        let position = page.position(byte);
        assert_eq!((position.line, position.character), expect, "{text:?} {byte}");
        if text.is_char_boundary(byte as usize) && !text.as_bytes()[..byte as usize].ends_with(b"\r") {
            assert_eq!(page.offset(position), byte as usize, "{text:?} {byte}");
        }
    }

    #[test]
    fn columns_are_in_the_units_that_were_agreed_on() {
        let text = "a\r\n🚢é: 1\rb\n";
        for (byte, utf16, utf8) in [(0, (0, 0), (0, 0)), (3, (1, 0), (1, 0)), (7, (1, 2), (1, 4)), (9, (1, 3), (1, 6))]
        {
            check(text, Encoding::Utf16, byte, utf16);
            check(text, Encoding::Utf8, byte, utf8);
        }
        check(text, Encoding::Utf16, 13, (2, 0));
        check(text, Encoding::Utf16, 15, (3, 0));
        check(text, Encoding::Utf16, 5, (1, 0));
        check("", Encoding::Utf16, 9, (0, 0));
    }

    #[test]
    fn places_outside_are_moved_inside() {
        let text = "ab\ncd";
        let lines = Lines::new(text);
        let page = Page { text, lines: &lines, encoding: Encoding::Utf16 };
        assert_eq!(page.offset(Position { line: 0, character: 99 }), 2);
        assert_eq!(page.offset(Position { line: 9, character: 9 }), 5);
    }
}
