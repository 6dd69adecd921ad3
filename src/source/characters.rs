//! Counts characters before a byte, so that a long line is not counted again for each place on it.

use std::sync::OnceLock;

/// How many bytes a block has whose characters are counted in advance.
const BLOCK: usize = 4096;

/// How many characters there are before each block of a text; none for a text of ASCII.
#[derive(Debug, Default)]
pub(super) struct Characters(OnceLock<Vec<u32>>);

impl Characters {
    /// How many characters begin before a byte of the text, which is always the same one.
    pub(super) fn before(&self, text: &str, byte: u32) -> u32 {
        let bytes = text.as_bytes();
        let blocks = self.0.get_or_init(|| if text.is_ascii() { Vec::new() } else { blocks(bytes) });
        let block = byte as usize / BLOCK;
        let Some(before) = block.checked_sub(1).map_or(Some(&0), |at| blocks.get(at)).filter(|_| !blocks.is_empty())
        else {
            return byte;
        };
        before + count(bytes.get(block * BLOCK..byte as usize).unwrap_or_default())
    }
}

/// The characters up to the end of each block.
fn blocks(bytes: &[u8]) -> Vec<u32> {
    let mut sum = 0;
    let mut sums = Vec::with_capacity(bytes.len() / BLOCK + 1);
    for block in bytes.chunks(BLOCK) {
        sum += count(block);
        sums.push(sum);
    }
    sums
}

fn count(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| !matches!(byte, 0x80..=0xbf)).count() as u32
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn columns_of_long_lines_are_counted_from_blocks() {
        for line in ["é".repeat(BLOCK), "a".repeat(3 * BLOCK), "\u{feff}aé€".repeat(BLOCK / 2)] {
            let file = SourceFile::new(PathBuf::from("/x"), format!("{line}\n{line}"));
            for start in [0, line.len() + 1] {
                for (count, (at, _)) in line.char_indices().enumerate().step_by(97) {
                    let mark = u32::from(start == 0 && at > 0 && line.starts_with('\u{feff}'));
                    let position = file.position((start + at) as u32);
                    assert_eq!((position.column, position.line), (count as u32 + 1 - mark, 1 + u32::from(start > 0)));
                }
            }
            assert_eq!(file.line_around(line.len()), (0, Some(line.len() + 1)));
            assert_eq!(file.line_around(line.len() + 1), (line.len() + 1, None));
        }
    }
}
