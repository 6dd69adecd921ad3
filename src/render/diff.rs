//! Changes as a unified diff, for reading: secrets are hidden in it, as in excerpts, so it is not a patch.

use std::path::Path;

use similar::{ChangeTag, TextDiff};

use super::{Paint, RenderOptions, clean, guarded};
use crate::secrets::{MASK, hidden_in_text};

/// Lines shown around what changes.
const CONTEXT: usize = 3;

/// A changed file: its path as it is shown, and its text before and after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChangedFile<'a> {
    /// The path.
    pub(crate) path: &'a str,
    /// The text before; `None` of a file that is created.
    pub(crate) before: Option<&'a str>,
    /// The text after.
    pub(crate) after: &'a str,
}

/// The changes of a file as a unified diff.
pub(crate) fn diff(file: ChangedFile<'_>, options: &RenderOptions) -> String {
    let before = file.before.unwrap_or_default();
    let (old, new) = (masked_lines(file.path, before), masked_lines(file.path, file.after));
    let shown = |lines: &[String], at: Option<usize>| at.and_then(|at| lines.get(at)).cloned().unwrap_or_default();
    let path = clean(file.path);
    let from = if file.before.is_some() { format!("--- a/{path}") } else { "--- /dev/null".to_owned() };
    let mut out =
        format!("{}\n{}\n", Paint::Bold.on(&from, options), Paint::Bold.on(&format!("+++ b/{path}"), options));
    let diff = TextDiff::from_lines(before, file.after);
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        out.push_str(&Paint::Cyan.on(&hunk.header().to_string(), options));
        out.push('\n');
        for change in hunk.iter_changes() {
            let line = match change.tag() {
                ChangeTag::Delete => Paint::Red.on(&format!("-{}", shown(&old, change.old_index())), options),
                ChangeTag::Insert => Paint::Green.on(&format!("+{}", shown(&new, change.new_index())), options),
                ChangeTag::Equal => format!(" {}", shown(&old, change.old_index())),
            };
            out.push_str(&line);
            out.push('\n');
            if change.missing_newline() {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    guarded(out)
}

/// All lines of a file, without their breaks and ready for a terminal, with `•••` in place of secrets.
fn masked_lines(path: &str, text: &str) -> Vec<String> {
    let path = Path::new(path);
    let hidden = hidden_in_text(path, text);
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let bare = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let end = start + bare.len();
        let mut shown = String::with_capacity(bare.len());
        let mut at = start + bare.len() - bare.trim_start().len();
        shown.push_str(text.get(start..at).unwrap_or(""));
        let first = hidden.ranges.partition_point(|range| range.end <= at);
        for range in hidden.ranges.iter().skip(first).take_while(|range| range.start < end) {
            shown.push_str(text.get(at..range.start.max(at)).unwrap_or(""));
            shown.push_str(MASK);
            at = range.end.min(end);
        }
        shown.push_str(text.get(at..end).unwrap_or(""));
        start += line.len();
        shown.split('\t').map(clean).collect::<Vec<_>>().join("\t")
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn secrets_are_hidden_and_line_ends_shown() {
        let before = "a: é\r\nDB_PASSWORD: hunter2\r\nports: [\"1\"]";
        let after = "a: é\r\nDB_PASSWORD: hunter2\r\nports: [\"2\"]";
        let file = ChangedFile { path: "x\u{1b}.yml", before: Some(before), after };
        let expect = "--- a/x\\u{1b}.yml\n+++ b/x\\u{1b}.yml\n@@ -1,3 +1,3 @@\n a: é\n DB_PASSWORD: •••\n\
                      -ports: [\"1\"]\n\\ No newline at end of file\n+ports: [\"2\"]\n\\ No newline at end of file\n";
        assert_eq!(diff(file, &RenderOptions::new(PathBuf::from("/"))), expect);
    }

    #[test]
    fn lines_of_a_secret_block_are_hidden() {
        let before = "x:\n  PRIVATE_KEY: |\n    abc\n\n    def\n  other: 1\n";
        let after = "x:\n  PRIVATE_KEY: |\n    abc\n\n    def\n  other: 2\n";
        let file = ChangedFile { path: "x.yml", before: Some(before), after };
        let shown = diff(file, &RenderOptions::new(PathBuf::from("/")));
        assert!(!shown.contains("abc") && !shown.contains("def") && shown.contains("+  other: 2"), "{shown}");
    }
}
