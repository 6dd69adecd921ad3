//! Detects renamed files: identical content first, then similar content.

use std::collections::BTreeSet;

use crate::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Of a thousand bytes of the larger file, how many the other one has to share; git's own limit.
const LEAST_SHARED: u64 = 500;
/// The lines that are looked up for all comparisons together; what is left after that was not renamed.
const MOST_LOOKUPS: usize = 20_000_000;

/// A file that is gone, or one that is new.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub(crate) path: &'a Path,
    lines: LineSizes,
}

/// The lines of a text, and how many bytes those that are alike have.
#[derive(Clone, Debug, Default)]
struct LineSizes {
    bytes: u64,
    /// By their hashes; empty for a file without lines.
    counts: HashMap<u64, u64>,
}

impl<'a> Candidate<'a> {
    /// A file with its text.
    pub(super) fn new(path: &'a Path, text: &[u8]) -> Candidate<'a> {
        let mut lines = LineSizes { bytes: text.len() as u64, counts: HashMap::default() };
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let mut hasher = DefaultHasher::new();
            line.hash(&mut hasher);
            *lines.counts.entry(hasher.finish()).or_default() += line.len() as u64;
        }
        Candidate { path, lines }
    }
}

/// For each file that is gone the new one that it became, as places in the two lists. Each new file has one origin.
pub(super) fn renames(gone: &[Candidate<'_>], new: &[Candidate<'_>]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(bool, usize, usize)> = Vec::new();
    for (from, then) in gone.iter().enumerate() {
        for (to, now) in new.iter().enumerate().filter(|(_, now)| may_be_similar(&then.lines, &now.lines)) {
            pairs.push((then.path.file_name() != now.path.file_name(), from, to));
        }
    }
    // Files that kept their names are compared first, in case there are too many.
    pairs.sort_unstable();
    let mut lookups = 0;
    let mut scored = Vec::new();
    for (is_renamed, from, to) in pairs {
        let (Some(then), Some(now)) = (gone.get(from), new.get(to)) else { continue };
        lookups += then.lines.counts.len().min(now.lines.counts.len()) + 1;
        if lookups > MOST_LOOKUPS {
            break;
        }
        let shared = shared(&then.lines, &now.lines);
        if shared >= LEAST_SHARED {
            scored.push((u64::MAX - shared, is_renamed, from, to));
        }
    }
    scored.sort_unstable();
    let (mut taken_from, mut taken_to) = (BTreeSet::new(), BTreeSet::new());
    let mut renames = Vec::new();
    for (_, _, from, to) in scored {
        if !taken_from.contains(&from) && !taken_to.contains(&to) {
            taken_from.insert(from);
            taken_to.insert(to);
            renames.push((from, to));
        }
    }
    renames
}

fn may_be_similar(one: &LineSizes, other: &LineSizes) -> bool {
    one.bytes.min(other.bytes) * 1000 >= one.bytes.max(other.bytes) * LEAST_SHARED
}

/// How many of a thousand bytes of the larger text are in lines of both.
fn shared(one: &LineSizes, other: &LineSizes) -> u64 {
    let (few, many) = if one.counts.len() <= other.counts.len() { (one, other) } else { (other, one) };
    let common = few.counts.iter().filter_map(|(line, bytes)| Some(*many.counts.get(line)?.min(bytes)));
    (common.sum::<u64>() * 1000).checked_div(one.bytes.max(other.bytes)).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(gone: &[(&'static str, &str)], new: &[(&'static str, &str)]) -> Vec<(String, String)> {
        let candidates = |files: &[(&'static str, &str)]| -> Vec<Candidate<'static>> {
            files.iter().map(|(path, text)| Candidate::new(Path::new(*path), text.as_bytes())).collect()
        };
        let name = |candidate: &Candidate<'_>| candidate.path.to_str().unwrap().to_owned();
        let (gone, new) = (candidates(gone), candidates(new));
        renames(&gone, &new).into_iter().map(|(from, to)| (name(&gone[from]), name(&new[to]))).collect()
    }

    fn pair(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn the_most_similar_file_is_the_origin() {
        let gone = [("a/compose.yaml", "one\ntwo\nthree\nfour\n"), ("b/other.yml", "five\nsix\nseven\n")];
        let new = [("c/compose.yaml", "five\nsix\neight\n"), ("d/x.yml", "zero\none\ntwo\nthree\nfour\n")];
        let expect = [pair("a/compose.yaml", "d/x.yml"), pair("b/other.yml", "c/compose.yaml")];
        assert_eq!(found(&gone, &new), expect);
    }

    #[test]
    fn less_than_half_is_another_file() {
        assert_eq!(found(&[("a", "one\ntwo\n")], &[("b", "one\nxyz\nabcd\n")]), []);
        assert_eq!(found(&[("a", "one\n")], &[("b", "one\ntwo\n")]), [pair("a", "b")]);
    }

    #[test]
    fn of_files_that_are_alike_the_name_decides() {
        let gone = [("a/one", "x\n"), ("a/two", "x\n")];
        assert_eq!(
            found(&gone, &[("b/two", "x\n"), ("b/one", "x\n")]),
            [pair("a/one", "b/one"), pair("a/two", "b/two")]
        );
        assert_eq!(found(&gone, &[("b/two", "x\n")]), [pair("a/two", "b/two")]);
        assert_eq!(found(&[("a", "")], &[("b", ""), ("c", "x\n")]), [pair("a", "b")]);
    }
}
