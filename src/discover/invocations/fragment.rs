//! A piece of text taken from a file, such as the script of a step, that knows where in the file each byte is written.

use crate::source::{FileId, NodeId};
use crate::yaml::{NodeKind, ScalarStyle, Tree};

/// Text and where it comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragment {
    /// The file.
    pub(super) file: FileId,
    /// The text.
    pub(super) text: String,
    pieces: Vec<Mapped>,
}

/// From which byte of the text on which byte of the file is meant.
#[derive(Clone, Copy, Debug)]
struct Mapped {
    at: u32,
    origin: u32,
    /// Whether all bytes of the piece come from the same place.
    fixed: bool,
}

impl Fragment {
    /// An empty text.
    pub(super) fn new(file: FileId) -> Fragment {
        Fragment { file, ..Fragment::default() }
    }

    /// A text that is in the file as it is, from a byte on.
    pub(super) fn from_text(file: FileId, text: &str, origin: usize) -> Fragment {
        let mut fragment = Fragment::new(file);
        fragment.push(text, origin);
        fragment
    }

    /// Adds text that is in the file as it is.
    pub(super) fn push(&mut self, text: &str, origin: usize) {
        self.pieces.push(Mapped { at: self.text.len() as u32, origin: origin as u32, fixed: false });
        self.text.push_str(text);
    }

    /// Adds text that comes from a place, such as the value of a variable that is used there.
    pub(super) fn push_fixed(&mut self, text: &str, origin: usize) {
        self.pieces.push(Mapped { at: self.text.len() as u32, origin: origin as u32, fixed: true });
        self.text.push_str(text);
    }

    /// Adds another text.
    pub(super) fn append(&mut self, other: Fragment) {
        let start = self.text.len() as u32;
        self.pieces.extend(other.pieces.into_iter().map(|piece| Mapped { at: piece.at + start, ..piece }));
        self.text.push_str(&other.text);
    }

    /// The byte of the file that a byte of the text comes from.
    pub(super) fn locate(&self, at: u32) -> u32 {
        let behind = self.pieces.partition_point(|piece| piece.at <= at);
        let piece = behind.checked_sub(1).and_then(|index| self.pieces.get(index)).or_else(|| self.pieces.first());
        piece.map_or(0, |piece| piece.origin + if piece.fixed { 0 } else { at.saturating_sub(piece.at) })
    }

    /// A part of it, with a text in its place that may differ from it in nothing but length-preserving replacements.
    pub(super) fn part(&self, start: usize, end: usize) -> Fragment {
        let mut part = Fragment::new(self.file);
        let text = self.text.get(start..end).unwrap_or("");
        // Each line is mapped for itself, which is enough for a place.
        let mut at = start;
        for line in text.split_inclusive('\n') {
            part.push(line, self.locate(at as u32) as usize);
            at += line.len();
        }
        part
    }

    /// The text of a scalar in a YAML or JSON file. The lines of a block are mapped one by one.
    pub(super) fn from_scalar(tree: &Tree, source: &str, id: NodeId) -> Option<Fragment> {
        let (_, node) = tree.follow(id)?;
        let NodeKind::Scalar(text, style) = &node.kind else { return None };
        let text = super::values::without_marks(text);
        let mut fragment = Fragment::new(tree.file);
        let written = source.get(node.start as usize..node.end as usize).unwrap_or("");
        let quote = usize::from(matches!(style, ScalarStyle::DoubleQuoted | ScalarStyle::SingleQuoted));
        if *style != ScalarStyle::Literal {
            let is_verbatim = written.get(quote..quote + text.len()) == Some(text.as_str());
            match is_verbatim {
                true => fragment.push(&text, node.start as usize + quote),
                false => fragment.push_fixed(&text, first_line(written, node.start as usize)),
            }
            return Some(fragment);
        }
        let mut origin = node.start as usize;
        let mut lines = written.split_inclusive('\n');
        if written.starts_with('|') {
            origin += lines.next().map_or(0, str::len);
        } else {
            // The node starts with its first line, behind the indentation.
            let before = source.get(..origin).unwrap_or("");
            origin -= before.len() - before.trim_end_matches(' ').len();
            lines = source.get(origin..).unwrap_or("").split_inclusive('\n');
        }
        for line in text.split_inclusive('\n') {
            let source_line = lines.next().unwrap_or("");
            let indent = source_line.trim_end().len().saturating_sub(line.trim_end().len());
            fragment.push(line, origin + indent);
            origin += source_line.len();
        }
        Some(fragment)
    }
}

/// Where the text of a folded block starts: behind its first line.
fn first_line(written: &str, start: usize) -> usize {
    if !written.starts_with('>') {
        return start;
    }
    let header = written.find('\n').map_or(0, |end| end + 1);
    let text = written.get(header..).unwrap_or("");
    start + header + (text.len() - text.trim_start().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn places(yaml: &str) -> Vec<(String, u32)> {
        let (tree, _) = parse(FileId::default(), yaml);
        let root = tree.documents[0];
        let value = tree.get(root, "a").unwrap();
        let fragment = Fragment::from_scalar(&tree, yaml, value).unwrap();
        let starts = fragment.text.match_indices(|letter: char| letter.is_ascii_uppercase());
        let line = |at: u32| yaml.get(..at as usize).unwrap().matches('\n').count() as u32 + 1;
        starts.map(|(at, letter)| (letter.to_owned(), line(fragment.locate(at as u32)))).collect()
    }

    #[test]
    fn lines_of_scalars() {
        let check = |yaml: &str, expect: &[(&str, u32)]| {
            let expect: Vec<_> = expect.iter().map(|(text, line)| ((*text).to_owned(), *line)).collect();
            assert_eq!(places(yaml), expect, "{yaml:?}");
        };
        check("b: 1\na: |\n  A\n\n  b\n    C\n", &[("A", 3), ("C", 6)]);
        check("a: |-  # c\r\n  A\r\n  B\r\n", &[("A", 2), ("B", 3)]);
        check("a: >-\n  A\n  B\n", &[("A", 2), ("B", 2)]);
        check("\na: A B\n", &[("A", 2), ("B", 2)]);
        check("a: \"\\u0041B\\n\"\n", &[("A", 1), ("B", 1)]);
    }
}
