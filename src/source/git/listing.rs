//! What git lists: the files of a commit, of the index, and untracked files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::path_of;

/// The files of a commit, by path below the root.
#[derive(Debug, Default)]
pub(super) struct CommitTree {
    /// The hash of each file's content.
    pub(crate) files: BTreeMap<PathBuf, String>,
    /// Links, and repositories inside of this one.
    pub(crate) others: BTreeSet<PathBuf>,
}

/// The state of a file when git last compared it with its content in the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(crate) changed: (i64, i64),
    pub(crate) modified: (i64, i64),
    pub(crate) inode: u64,
    pub(crate) size: u64,
}

/// A file of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Indexed {
    pub(crate) blob: String,
    /// Whether it is a repository inside of this one.
    pub(crate) is_submodule: bool,
    /// Whether it is left out of the working tree on purpose.
    pub(crate) is_left_out: bool,
    /// Nothing where git has not compared it, or has not said.
    pub(crate) stat: Option<Stat>,
}

/// What is in the index, and what is not although it is not ignored.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub(crate) indexed: BTreeMap<PathBuf, Indexed>,
    pub(crate) untracked: BTreeSet<PathBuf>,
}

/// `<mode> <type> <hash>`, a tab, the path, a zero byte.
pub(super) fn tree(output: &[u8]) -> Option<CommitTree> {
    let mut tree = CommitTree::default();
    for record in output.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let (head, path) = record.split_at_checked(tab)?;
        let (head, path) = (std::str::from_utf8(head).ok()?, path_of(path.get(1..)?));
        let mut words = head.split(' ');
        let (mode, _, blob) = (words.next()?, words.next()?, words.next()?);
        if !is_below(&path) {
            continue;
        }
        if mode.starts_with("100") {
            tree.files.insert(path, blob.to_owned());
        } else {
            tree.others.insert(path);
        }
    }
    Some(tree)
}

/// `? <path>` of an untracked file; `<tag> <mode> <hash> <stage>`, a tab and the path of one in the index. A zero byte
/// follows, and then lines that begin with two blanks and hold what git knows of the file on disk.
pub(super) fn present(output: &[u8]) -> Option<Present> {
    let mut present = Present::default();
    let mut rest = output;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let (record, behind) = (rest.get(..end)?, rest.get(end + 1..)?);
        rest = behind;
        if let Some(path) = record.strip_prefix(b"? ") {
            // A name with a slash at its end is a repository inside of this one.
            if !path.ends_with(b"/") {
                present.untracked.insert(path_of(path));
            }
            continue;
        }
        let details = details(&mut rest);
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let path = path_of(record.get(tab + 1..)?);
        let head = std::str::from_utf8(record.get(..tab)?).ok()?;
        let [tag, mode, blob, stage] = head.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let indexed = Indexed {
            blob: blob.to_owned(),
            is_submodule: mode == "160000",
            is_left_out: tag == "S",
            stat: std::str::from_utf8(details).ok().filter(|_| stage == "0").and_then(stat),
        };
        if is_below(&path) {
            present.indexed.insert(path, indexed);
        }
    }
    Some(present)
}

/// Takes the lines that begin with two blanks.
fn details<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let all = *rest;
    let mut length = 0;
    while let Some(line) = all.get(length..).filter(|line| line.starts_with(b"  ")) {
        length += line.iter().position(|byte| *byte == b'\n').map_or(line.len(), |end| end + 1);
    }
    let (details, behind) = all.split_at_checked(length).unwrap_or((all, &[]));
    *rest = behind;
    details
}

/// `ctime: <seconds>:<nanoseconds>`, `mtime:` likewise, `ino: <number>` and `size: <bytes>`, among others.
fn stat(details: &str) -> Option<Stat> {
    let fields = || details.split(['\n', '\t']).filter_map(|field| field.trim().split_once(": "));
    let value = |name: &str| fields().find(|(key, _)| *key == name).map(|(_, value)| value);
    let time = |name: &str| {
        let (seconds, nanoseconds) = value(name)?.split_once(':')?;
        Some((seconds.parse().ok()?, nanoseconds.parse().ok()?))
    };
    Some(Stat {
        changed: time("ctime")?,
        modified: time("mtime")?,
        inode: value("ino")?.parse().ok()?,
        size: value("size")?.parse().ok()?,
    })
}

/// Whether a path stays below the root and outside of `.git`. A commit made by hand may name any path.
fn is_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(name) if !name.eq_ignore_ascii_case(".git")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_commit_are_taken_as_they_are() {
        let output = b"100644 blob aa\todd \"\n\tname\x00120000 blob bb\tlink\x00160000 commit cc\tinner\x00100755 blob dd\t\xc3\xa9/x\x00";
        let tree = tree(output).unwrap();
        let files: Vec<_> = tree.files.iter().map(|(path, blob)| (path.to_str().unwrap(), blob.as_str())).collect();
        assert_eq!(files, [("odd \"\n\tname", "aa"), ("é/x", "dd")]);
        assert_eq!(tree.others, [PathBuf::from("inner"), PathBuf::from("link")].into());
    }

    #[test]
    fn paths_that_lead_away_are_left_out() {
        let output =
            b"100644 blob aa\t../x\x00100644 blob aa\t/etc/x\x00100644 blob aa\ta/../../x\x00100644 blob aa\t.GIT/config\x00";
        let tree = tree(output).unwrap();
        assert!(tree.files.is_empty(), "{tree:?}");
    }

    #[test]
    fn the_index_says_what_git_has_compared() {
        let output = b"H 100644 aa 0\ta b\0  ctime: 1:2\n  mtime: 3:4\n  dev: 5\tino: 6\n  uid: 7\tgid: 8\n  size: 9\tflags: 0\n\
            S 100644 bb 0\tc\nd\0M 100644 cc 1\te\0  ctime: 1:2\n? new\0? inner/\0H 160000 dd 0\tmodule\0  ctime: new\n";
        let present = present(output).unwrap();
        assert_eq!(present.untracked, [PathBuf::from("new")].into());
        let stat = Some(Stat { changed: (1, 2), modified: (3, 4), inode: 6, size: 9 });
        let expect = Indexed { blob: "aa".to_owned(), is_submodule: false, is_left_out: false, stat };
        assert_eq!(present.indexed[Path::new("a b")], expect);
        let left_out = &present.indexed[Path::new("c\nd")];
        assert_eq!((left_out.is_left_out, left_out.stat), (true, None));
        assert_eq!(present.indexed[Path::new("e")].stat, None);
        assert!(present.indexed[Path::new("module")].is_submodule);
    }
}
