//! The text of a file, and where its lines start.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::Position;
use super::characters::Characters;

/// A loaded file: its path, its text as it is on disk, and where its lines start.
#[derive(Debug)]
pub struct SourceFile {
    /// Absolute path, free of `.` and `..`.
    pub path: PathBuf,
    /// The whole text, a byte-order mark included.
    pub text: String,
    line_starts: OnceLock<Vec<u32>>,
    has_lone_return: OnceLock<bool>,
    characters: Characters,
}

impl SourceFile {
    /// A text and the path that it is at.
    pub(crate) fn new(path: PathBuf, text: String) -> SourceFile {
        let (line_starts, has_lone_return) = (OnceLock::new(), OnceLock::new());
        SourceFile { path, text, line_starts, has_lone_return, characters: Characters::default() }
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at as u32 + 1);
            [0].into_iter().chain(breaks).collect()
        })
    }

    /// Whether there is a carriage return that no line feed follows.
    pub(crate) fn has_lone_return(&self) -> bool {
        let bytes = self.text.as_bytes();
        let is_lone = |(at, _): (usize, &str)| bytes.get(at + 1) != Some(&b'\n');
        *self.has_lone_return.get_or_init(|| self.text.match_indices('\r').any(is_lone))
    }

    /// Line and column of a byte; a byte beyond the end counts as the end.
    pub fn position(&self, byte: u32) -> Position {
        let byte = byte.min(self.text.len() as u32);
        let line = self.line_starts().partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.line_starts().get(line).copied().unwrap_or(0);
        let mark = u32::from(start == 0 && byte > 0 && self.text.starts_with('\u{feff}'));
        let characters = self.characters.before(&self.text, byte) - self.characters.before(&self.text, start) - mark;
        Position { line: line as u32 + 1, column: characters + 1, byte }
    }

    /// The first byte of the line that a byte is on, and that of the next line.
    pub(crate) fn line_around(&self, byte: usize) -> (usize, Option<usize>) {
        let starts = self.line_starts();
        let next = starts.partition_point(|start| *start as usize <= byte);
        let start = next.checked_sub(1).and_then(|at| starts.get(at)).map_or(0, |start| *start as usize);
        (start, starts.get(next).map(|start| *start as usize))
    }

    /// The text between two bytes; empty where they are not boundaries of characters.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// How many lines the file has; a last line without a line break counts.
    pub(crate) fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }

    /// The first byte of a line counted from 1, or the end of the text.
    pub(crate) fn line_start(&self, line: u32) -> u32 {
        self.line_starts().get(line.saturating_sub(1) as usize).copied().unwrap_or(self.text.len() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_ignore_a_byte_order_mark() {
        let file = SourceFile::new(PathBuf::from("/x"), "\u{feff}é: 1\r\nb: 2".to_owned());
        for (byte, line, column) in [(3, 1, 1), (5, 1, 2), (10, 2, 1)] {
            assert_eq!(file.position(byte), Position { line, column, byte });
        }
        assert_eq!(file.position(999).byte, 14);
    }
}
