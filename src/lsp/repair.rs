//! Half-typed YAML: the lines that break it are left out, so that the rest keeps its meaning and its bytes.

use crate::source::FileId;
use crate::yaml::{Parsed, parse};

/// How many lines are left out at most.
const MOST_LINES: usize = 4;

/// The longest text that is repaired, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// What a text says, as far as it can be read.
pub(super) struct RepairedReading {
    /// The text without what breaks it, of the same length; `None` where nothing breaks it, or it cannot be repaired.
    pub(super) repaired: Option<String>,
    /// The tree of the text, or of what is left of it.
    pub(super) parsed: Parsed,
}

/// Reads a text; `near` is the byte where it was edited last.
pub(super) fn read(text: &str, near: Option<usize>) -> RepairedReading {
    let parsed = parse(FileId::default(), text);
    let sound = broken_at(&parsed, text).filter(|_| text.len() <= MOST_BYTES).and_then(|at| repaired(text, at, near));
    match sound {
        Some((text, parsed)) => RepairedReading { repaired: Some(text), parsed },
        None => RepairedReading { repaired: None, parsed },
    }
}

/// The text without what breaks it at a byte, and its tree.
fn repaired(text: &str, mut at: usize, near: Option<usize>) -> Option<(String, Parsed)> {
    let mut sound = text.to_owned();
    for _ in 0..MOST_LINES {
        let mut best: Option<(usize, String, Parsed)> = None;
        for candidate in tries(&sound, at, near) {
            let parsed = parse(FileId::default(), &candidate);
            let Some(next) = broken_at(&parsed, &candidate) else { return Some((candidate, parsed)) };
            if best.as_ref().is_none_or(|(known, _, _)| next > *known) {
                best = Some((next, candidate, parsed));
            }
        }
        let (next, candidate, _) = best.filter(|(next, _, _)| *next > at)?;
        (at, sound) = (next, candidate);
    }
    None
}

/// Where the reading of a text stops; `None` where it does not.
fn broken_at((tree, problems): &Parsed, text: &str) -> Option<usize> {
    let first = problems.iter().map(|problem| problem.at.span.start as usize).min();
    if tree.cut_off { first.or(Some(text.len())) } else { None }
}

/// The texts without a line that may be the cause: the value of it, or all of it.
fn tries(text: &str, at: usize, near: Option<usize>) -> Vec<String> {
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |start, line| {
            let own = *start;
            *start += line.len();
            Some((own, line.trim_end_matches(['\n', '\r'])))
        })
        .collect();
    let index = lines.partition_point(|(start, _)| *start <= at).saturating_sub(1);
    let is_written = |index: &usize| lines.get(*index).is_some_and(|(_, line)| !line.trim().is_empty());
    let above = (0..index).rev().find(is_written);
    let is_odd = |index: &usize| {
        lines.get(*index).is_some_and(|(_, line)| ['"', '\''].iter().any(|quote| line.matches(*quote).count() % 2 == 1))
    };
    let quoted = (0..=index).rev().find(is_odd);
    let edited = near.map(|near| lines.partition_point(|(start, _)| *start <= near).saturating_sub(1));
    let mut suspects: Vec<usize> = Vec::new();
    // A line without a colon is half a key: more likely the cause than one that is whole.
    let is_whole = |index: &usize| lines.get(*index).is_some_and(|(_, line)| line.contains(':'));
    let mut others: Vec<usize> = above.into_iter().chain([index]).chain(quoted).collect();
    others.sort_by_key(is_whole);
    for suspect in edited.into_iter().chain(others).filter(is_written) {
        if !suspects.contains(&suspect) {
            suspects.push(suspect);
        }
    }
    let mut texts = Vec::new();
    for (start, line) in suspects.iter().filter_map(|suspect| lines.get(*suspect)) {
        let value = line.find(": ").map(|colon| colon + 2).filter(|from| from < &line.len());
        texts.extend(value.map(|from| blanked(text, start + from, start + line.len())));
        texts.push(blanked(text, *start, start + line.len()));
    }
    texts
}

/// The text with blanks in place of some bytes.
fn blanked(text: &str, start: usize, end: usize) -> String {
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    format!("{before}{}{after}", " ".repeat(end - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, gone: &str) {
        let expect = text.replace(gone, &" ".repeat(gone.len()));
        let near = text.find(gone).map(|at| at + gone.len());
        assert_eq!(read(text, near).repaired.as_deref(), Some(expect.as_str()));
        assert_eq!(read(text, None).repaired.as_deref(), Some(expect.as_str()), "without a hint");
    }

    #[test]
    fn what_breaks_a_text_is_left_out() {
        check("services:\n  a:\n    image: x\n    dep\n  b:\n    image: y\n", "    dep");
        check("services:\n  a:\n    image: x\n  b:\n    environment: [A=b\n", "[A=b");
        check("services:\n  a:\n    depends_on: [b\n  b:\n    image: y\n", "[b");
    }

    #[test]
    fn a_sound_text_is_not_repaired() {
        assert_eq!(read("services:\n  a: { image: x }\n", None).repaired, None);
        assert_eq!(read("", None).repaired, None);
    }
}
