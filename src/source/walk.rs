//! A walk over a directory tree, without what git ignores.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ignored::IgnorePatterns;
use super::path::normal;
use super::tree::Entries;
use super::{EntryKind, SourceDb};

/// What is in and below a directory, the directory itself first: entries by name, those of a directory after it. `.git`
/// and what git ignores are left out; links are not followed.
#[derive(Debug)]
pub(crate) struct DirectoryWalk<'a> {
    sources: &'a SourceDb,
    most_depth: usize,
    first: Option<PathBuf>,
    open: Vec<Level>,
}

/// A directory that the walk is in.
#[derive(Debug)]
struct Level {
    directory: PathBuf,
    entries: Arc<Entries>,
    /// How many of the entries have been passed.
    passed: usize,
    root: Arc<Path>,
    patterns: IgnorePatterns,
    /// Whether git ignores the directory, so that only what it tracks in it counts.
    is_ignored: bool,
}

impl<'a> DirectoryWalk<'a> {
    /// A walk from a directory, which counts even where git ignores it. Where it is in no repository, the patterns of
    /// ignore files in `base` and below decide.
    pub(crate) fn new(sources: &'a SourceDb, directory: &Path, base: &Path) -> DirectoryWalk<'a> {
        let directory = normal(directory).into_owned();
        let base = if directory.starts_with(base) { base } else { &directory };
        let root = sources.repository(&directory).unwrap_or_else(|| base.to_path_buf());
        let entries = sources.searched(&directory);
        let patterns = sources.patterns(&root, &directory);
        let first = Some(directory.clone());
        let level = Level { directory, entries, passed: 0, root: root.into(), patterns, is_ignored: false };
        DirectoryWalk { sources, most_depth: usize::MAX, first, open: vec![level] }
    }

    /// Goes no deeper than this; the entries of the first directory have depth 1.
    pub(crate) fn most_depth(self, most_depth: usize) -> DirectoryWalk<'a> {
        DirectoryWalk { most_depth, ..self }
    }

    fn enter(&mut self, directory: PathBuf, is_ignored: bool) {
        let Some(above) = self.open.last().filter(|_| self.open.len() < self.most_depth) else { return };
        let entries = self.sources.searched(&directory);
        let is_repository = entries.kind(".git").is_some();
        let (root, patterns) = if is_repository {
            // Nothing outside of a repository decides what it ignores.
            (Arc::from(directory.as_path()), self.sources.patterns(&directory, &directory))
        } else if entries.kind(".gitignore").is_some() {
            (Arc::clone(&above.root), self.sources.patterns_below(&above.patterns, &directory))
        } else {
            (Arc::clone(&above.root), above.patterns.clone())
        };
        let is_ignored = is_ignored && !is_repository;
        self.open.push(Level { directory, entries, passed: 0, root, patterns, is_ignored });
    }
}

impl Iterator for DirectoryWalk<'_> {
    type Item = (PathBuf, EntryKind);

    fn next(&mut self) -> Option<(PathBuf, EntryKind)> {
        if let Some(first) = self.first.take() {
            return Some((first, EntryKind::Directory));
        }
        loop {
            let level = self.open.last_mut()?;
            let Some((name, kind)) = level.entries.get(level.passed) else {
                self.open.pop();
                continue;
            };
            level.passed += 1;
            if name == ".git" {
                continue;
            }
            let path = level.directory.join(name);
            let is_whole = self.most_depth == usize::MAX;
            let is_tracked = || {
                let inside = path.strip_prefix(&level.root);
                inside.is_ok_and(|inside| self.sources.tracked(&level.root).contains(inside))
            };
            // To look a file up costs less than to match patterns, once the whole index has been read.
            if is_whole && kind == EntryKind::File && level.patterns.are_any() && is_tracked() {
                return Some((path, kind));
            }
            let is_ignored = level.is_ignored || level.patterns.ignore(&path, kind == EntryKind::Directory);
            if is_ignored && !is_tracked() {
                continue;
            }
            if kind == EntryKind::Directory {
                self.enter(path.clone(), is_ignored);
            }
            return Some((path, kind));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use ignore::WalkBuilder;
    use proptest::prelude::*;

    use super::*;
    use crate::source::PathKind;

    /// A name, or a pattern of one.
    const WORDS: [&str; 8] = ["a", "b", "c.yml", "B", ".d", "*", "a*", "?"];

    fn pattern() -> impl Strategy<Value = String> {
        let words = prop::collection::vec(prop::sample::select(&WORDS[..]), 1..3);
        const ENDS: [(&str, &str); 8] =
            [("", ""), ("/", ""), ("", "/"), ("/", "/"), ("**/", ""), ("", "/**"), ("\\", " "), ("#", "")];
        (words, prop::sample::select(&ENDS[..]), prop::bool::weighted(0.3)).prop_map(
            |(words, (before, after), back)| {
                format!("{}{before}{}{after}", if back { "!" } else { "" }, words.join("/"))
            },
        )
    }

    /// Files by path, and the ignore files of directories.
    fn tree() -> impl Strategy<Value = (Vec<String>, Vec<(String, String)>)> {
        let name = || prop::sample::select(&WORDS[..5]);
        let path = prop::collection::vec(name(), 1..5).prop_map(|names| names.join("/"));
        let directory = prop::collection::vec(name(), 0..3).prop_map(|names| names.join("/"));
        let patterns = prop::collection::vec(pattern(), 1..4).prop_map(|patterns| patterns.join("\n"));
        (prop::collection::vec(path, 1..12), prop::collection::vec((directory, patterns), 0..4))
    }

    fn build(name: &str, files: &[String], ignores: &[(String, String)]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("plimsoll-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join(".git/info")).unwrap();
        for path in files {
            // A file may have the name of a directory.
            let _ = fs::create_dir_all(root.join(path).parent().unwrap());
            let _ = fs::write(root.join(path), "");
        }
        for (directory, patterns) in ignores {
            let _ = fs::create_dir_all(root.join(directory));
            let _ = fs::write(root.join(directory).join(".gitignore"), patterns);
        }
        root
    }

    fn files(walk: DirectoryWalk<'_>) -> Vec<PathBuf> {
        walk.filter(|(_, kind)| *kind == EntryKind::File).map(|(path, _)| path).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn walks_as_the_walker_of_ignore_does((paths, ignores) in tree(), depth in 1_usize..5) {
            let root = build("walk", &paths, &ignores);
            let mut walker = WalkBuilder::new(&root);
            walker.hidden(false).ignore(false).parents(false).git_global(false).require_git(false);
            walker.filter_entry(|entry| entry.file_name() != ".git").sort_by_file_name(Ord::cmp);
            let expect: Vec<PathBuf> =
                walker.max_depth(Some(depth)).build().flatten().map(ignore::DirEntry::into_path).collect();
            let sources = SourceDb::new();
            let found: Vec<PathBuf> = DirectoryWalk::new(&sources, &root, &root).most_depth(depth).map(|(path, _)| path).collect();
            prop_assert_eq!(&found, &expect);
            // What the walk finds is what is not ignored.
            let walked: BTreeSet<PathBuf> = files(DirectoryWalk::new(&sources, &root, &root)).into_iter().collect();
            for path in paths.iter().map(|path| root.join(path)).filter(|path| sources.kind(path) == PathKind::File) {
                prop_assert_eq!(sources.is_ignored(&path, &root), !walked.contains(&path), "{}", path.display());
            }
            fs::remove_dir_all(&root).unwrap();
        }
    }

    fn git(root: &Path, arguments: &[&str]) {
        let mut command = std::process::Command::new("git");
        command.args(arguments).current_dir(root).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(command.stdout(std::process::Stdio::null()).status().unwrap().success(), "{arguments:?}");
    }

    #[test]
    fn the_index_wins_and_the_exclude_file_counts() {
        let names = ["out/kept.yml", "out/other.yml", "mine.yml", "mine/a.yml", "taken.yml", "inner/out/b.yml"];
        let root = build("index", &names.map(str::to_owned), &[(String::new(), "out\ntaken.yml\n".to_owned())]);
        git(&root, &["init", "-q"]);
        git(&root, &["add", "-f", "out/kept.yml", "taken.yml"]);
        fs::write(root.join(".git/info/exclude"), "mine*\n!taken.yml\n").unwrap();
        fs::create_dir(root.join("inner/.git")).unwrap();
        let sources = SourceDb::new();
        let shown = |path: &str| -> Vec<String> {
            let walk = files(DirectoryWalk::new(&sources, &root.join(path), &root)).into_iter();
            let inside = walk.map(|file| file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
            inside.filter(|file| file.ends_with(".yml")).collect()
        };
        assert_eq!(shown(""), ["inner/out/b.yml", "out/kept.yml", "taken.yml"]);
        assert_eq!(shown("out"), ["out/kept.yml", "out/other.yml"], "a directory that is named counts");
        let ignored = names.map(|name| sources.is_ignored(&root.join(name), &root));
        assert_eq!(ignored, [false, true, true, true, false, false]);
        fs::remove_dir_all(&root).unwrap();
    }
}
