//! The files of a repository by their paths below its root, and what absolute paths of other machines mean in it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::values::{ROOT, ValuePart, has_hole, parts};
use crate::collections::HashSet;
use crate::discover::Exclusion;
use crate::source::{Entries, FileId, PathKind, SourceDb, origin};
use crate::yaml::Trees;

/// How many paths one pattern may match.
const MAX_MATCHES: usize = 65;
/// How many names are compared with patterns, ways to fill their holes counted: with one pattern, with one name, in all.
const MAX_COMPARED: usize = 20_000;
const MAX_WAYS: u32 = 2_000;
const MAX_COMPARISONS: u32 = 5_000_000;

/// A repository.
#[derive(Debug)]
pub(super) struct Repository<'a> {
    /// Where files are read.
    pub(super) sources: &'a SourceDb,
    /// Their trees.
    pub(super) trees: &'a Trees,
    /// What is not looked at.
    excluded: &'a Exclusion,
    /// Its root.
    pub(super) root: PathBuf,
    /// What it may be called where it is checked out.
    pub(super) names: Vec<String>,
    directories: BTreeMap<String, DirectoryListing>,
    /// How many more names are compared with patterns.
    comparisons: Cell<u32>,
    /// YAML files that were looked at and that neither have services nor mention Compose.
    of_others: RefCell<HashSet<String>>,
}

/// What is in a directory.
#[derive(Debug, Default)]
struct DirectoryListing {
    files: BTreeSet<String>,
    directories: BTreeSet<String>,
}

/// A path that matches, with the values that its holes have then.
pub(super) type PathMatch = (String, BTreeMap<usize, String>);

impl<'a> Repository<'a> {
    /// The repository with these files, given below its root with `/`.
    pub(super) fn new(
        (sources, trees): (&'a SourceDb, &'a Trees),
        excluded: &'a Exclusion,
        root: PathBuf,
        files: &[String],
    ) -> Repository<'a> {
        let mut directories: BTreeMap<String, DirectoryListing> = BTreeMap::new();
        directories.entry(String::new()).or_default();
        for beside in files.chunk_by(|one, other| split(one).0 == split(other).0) {
            let mut directory = beside.first().map_or("", |file| split(file).0);
            let listing = directories.entry(directory.to_owned()).or_default();
            listing.files.extend(beside.iter().map(|file| split(file).1.to_owned()));
            while !directory.is_empty() {
                let (above, name) = split(directory);
                let is_new = directories.entry(above.to_owned()).or_default().directories.insert(name.to_owned());
                directory = if is_new { above } else { "" };
            }
        }
        let names = own_names(&root);
        let comparisons = Cell::new(MAX_COMPARISONS);
        let of_others = RefCell::default();
        Repository { sources, trees, excluded, root, names, directories, comparisons, of_others }
    }

    /// Whether no more names are compared with patterns: what these would match is not known.
    pub(super) fn is_exhausted(&self) -> bool {
        self.comparisons.get() == 0
    }

    /// All directories with files in or below them.
    pub(super) fn directories(&self) -> impl Iterator<Item = &str> {
        self.directories.keys().map(String::as_str)
    }

    /// The path on disk.
    pub(super) fn absolute(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }

    /// What is in a directory below the root.
    pub(super) fn entries(&self, directory: &str) -> Arc<Entries> {
        self.sources.entries(&self.absolute(directory))
    }

    /// Whether a path below the root is a file; ignored files are.
    pub(super) fn is_file(&self, path: &str) -> bool {
        if path.is_empty() || has_hole(path) {
            return false;
        }
        let path = self.absolute(path);
        self.sources.kind(&path) == PathKind::File && !self.excluded.matches(&path)
    }

    /// Whether a path below the root is a directory.
    pub(super) fn is_directory(&self, path: &str) -> bool {
        self.directories.contains_key(path) || self.sources.kind(&self.absolute(path)) == PathKind::Directory
    }

    /// Loads a file.
    pub(super) fn load(&self, path: &str) -> Option<FileId> {
        self.sources.load(&self.absolute(path)).ok()
    }

    /// Notes that a YAML file is of no interest: nobody needs to look into it again.
    pub(super) fn leave_to_others(&self, path: &str) {
        self.of_others.borrow_mut().insert(path.to_owned());
    }

    /// Whether a YAML file was found to be of no interest.
    pub(super) fn is_of_others(&self, path: &str) -> bool {
        self.of_others.borrow().contains(path)
    }

    /// Whether a name is the name of this repository.
    pub(super) fn is_own_name(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// The directory that a path on another machine means here: the longest part at its end that is one, or the root.
    pub(super) fn directory_for(&self, absolute: &str) -> String {
        let found = suffixes(absolute).find(|suffix| !has_hole(suffix) && self.is_directory(suffix));
        found.unwrap_or_default().to_owned()
    }

    /// The files that a path on another machine may mean here, and what comes before them in it.
    pub(super) fn files_for<'p>(
        &self,
        absolute: &'p str,
        known: &BTreeMap<usize, String>,
    ) -> Vec<(PathMatch, &'p str)> {
        for suffix in suffixes(absolute) {
            let found = self.matching(suffix, known);
            if !found.is_empty() {
                let before = absolute.strip_suffix(suffix).unwrap_or("").trim_end_matches('/');
                return found.into_iter().map(|found| (found, before)).collect();
            }
        }
        Vec::new()
    }

    /// The files that a path with holes matches. A hole is part of one name.
    pub(super) fn matching(&self, pattern: &str, known: &BTreeMap<usize, String>) -> Vec<PathMatch> {
        let filled = fill(pattern, known);
        if !has_hole(&filled) {
            let path = normalize(&filled);
            return path.filter(|path| self.is_file(path)).map(|path| (path, known.clone())).into_iter().collect();
        }
        let Some(normal) = normalize(&filled) else { return Vec::new() };
        let (directory, name) = split(&normal);
        let mut found = Vec::new();
        for (directory, known) in self.directories_matching(directory, known) {
            let Some(listing) = self.directories.get(&directory) else { continue };
            let names = self.matching_names(&listing.files, name, &known).into_iter();
            found.extend(names.map(|(name, known)| (below(&directory, &name), known)));
        }
        found.truncate(MAX_MATCHES);
        found
    }

    /// The files and directories that a path with holes matches.
    pub(super) fn listed(&self, pattern: &str) -> Vec<String> {
        let none = BTreeMap::new();
        let directories = self.directories_matching(pattern, &none);
        let files = if pattern.ends_with('/') { Vec::new() } else { self.matching(pattern, &none) };
        directories.into_iter().chain(files).map(|(path, _)| path).collect()
    }

    /// The directories that a path with holes matches.
    pub(super) fn directories_matching(&self, pattern: &str, known: &BTreeMap<usize, String>) -> Vec<PathMatch> {
        let Some(pattern) = normalize(&fill(pattern, known)) else { return Vec::new() };
        let mut found = vec![(String::new(), known.clone())];
        for component in pattern.split('/').filter(|component| !component.is_empty()) {
            let mut deeper = Vec::new();
            for (directory, known) in found {
                let component = fill(component, &known);
                if !has_hole(&component) {
                    let path = below(&directory, &component);
                    deeper.extend(self.is_directory(&path).then_some((path, known)));
                } else if let Some(listing) = self.directories.get(&directory) {
                    let names = self.matching_names(&listing.directories, &component, &known).into_iter();
                    deeper.extend(names.map(|(name, known)| (below(&directory, &name), known)));
                }
            }
            found = deeper;
            found.truncate(MAX_MATCHES);
        }
        found
    }

    /// The names that match a pattern, with the values of its holes.
    fn matching_names(
        &self,
        names: &BTreeSet<String>,
        pattern: &str,
        known: &BTreeMap<usize, String>,
    ) -> Vec<PathMatch> {
        let pattern = fill(pattern, known);
        let pattern = parts(&pattern);
        let mut found = Vec::new();
        for name in names.iter().take(MAX_COMPARED) {
            if found.len() >= MAX_MATCHES || self.is_exhausted() {
                break;
            }
            let most = MAX_WAYS.min(self.comparisons.get());
            let mut ways = Ways { left: most, known: known.clone() };
            if ways.matches(&pattern, name, 0) {
                found.push((name.clone(), ways.known));
            }
            self.comparisons.set(self.comparisons.get().saturating_sub(1 + most - ways.left));
        }
        found
    }
}

/// The ways to fill holes.
struct Ways {
    /// How many more are tried.
    left: u32,
    /// The values of holes.
    known: BTreeMap<usize, String>,
}

impl Ways {
    /// Whether a name matches parts; each hole takes at least one letter, and the same ones wherever it is.
    fn matches(&mut self, pattern: &[ValuePart<'_>], name: &str, depth: usize) -> bool {
        let Some((first, rest)) = pattern.split_first() else { return name.is_empty() };
        if depth > 8 {
            return false;
        }
        let number = match first {
            ValuePart::Text(text) => {
                return name.strip_prefix(text).is_some_and(|name| self.matches(rest, name, depth));
            }
            ValuePart::Hole(number) => number,
        };
        if let Some(value) = self.known.get(number).cloned() {
            return name.strip_prefix(&*value).is_some_and(|name| self.matches(rest, name, depth));
        }
        let ends = name.char_indices().map(|(at, letter)| at + letter.len_utf8()).take(128);
        for end in ends {
            let Some((value, behind)) = name.split_at_checked(end) else { continue };
            if self.left == 0 {
                return false;
            }
            self.left -= 1;
            self.known.insert(*number, value.to_owned());
            if self.matches(rest, behind, depth + 1) {
                return true;
            }
            self.known.remove(number);
        }
        false
    }
}

/// A text with the holes filled whose values are known.
pub(super) fn fill(text: &str, known: &BTreeMap<usize, String>) -> String {
    if known.is_empty() || !has_hole(text) {
        return text.to_owned();
    }
    let mut filled = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            ValuePart::Text(letters) => filled.push_str(letters),
            ValuePart::Hole(number) => match known.get(&number) {
                Some(value) => filled.push_str(value),
                None => filled.push_str(&format!("\u{e000}{number}\u{e001}")),
            },
        }
    }
    filled
}

/// The parts of a path from a component on, the longest first.
pub(super) fn suffixes(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_end_matches('/');
    let starts = path.match_indices('/').map(|(at, _)| at + 1);
    starts.filter_map(|start| path.get(start..)).filter(|suffix| !suffix.is_empty()).take(64)
}

/// A path without `.` and `..`; nothing where it leaves the root.
pub(super) fn normalize(path: &str) -> Option<String> {
    let mut components: Vec<&str> = Vec::new();
    for component in path.split('/') {
        match component {
            "" | "." => {}
            ".." => {
                components.pop()?;
            }
            name => components.push(name),
        }
    }
    Some(components.join("/"))
}

/// A path that starts in a directory; nothing where it leaves the root.
pub(super) fn join(directory: &str, path: &str) -> Option<String> {
    normalize(&format!("{directory}/{path}"))
}

/// A name in a directory.
pub(super) fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// The directory of a path, and its last component.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path below the root, of one that starts at the mark of the root.
pub(super) fn under_root(path: &str) -> Option<&str> {
    let below = path.strip_prefix(ROOT)?;
    if below.is_empty() { Some("") } else { below.strip_prefix('/') }
}

/// Whether a path is absolute on the machine where a command runs, or in a home directory.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path == "~" || path.starts_with("~/")
}

/// The last part of `origin`, or the name of the root's directory.
fn own_names(root: &Path) -> Vec<String> {
    if let Some(address) = origin(root) {
        return vec![repository_name(&address).to_owned()];
    }
    root.file_name().map(|name| name.to_string_lossy().into_owned()).into_iter().collect()
}

/// The last part of the address of a repository.
pub(super) fn repository_name(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    let name = url.rsplit(['/', ':']).next().unwrap_or(url);
    name.strip_suffix(".git").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_files_with_one_value() {
        let sources = SourceDb::new();
        let files = ["a/x.1.yaml", "a/y.2.yaml", "b/x.1.yaml", "c/d/e.yaml"];
        for file in files {
            sources.overlay(&Path::new("/r").join(file), String::new());
        }
        let files = files.map(str::to_owned);
        let (trees, excluded) = (Trees::default(), Exclusion::new(&[]));
        let repository = Repository::new((&sources, &trees), &excluded, PathBuf::from("/r"), &files);
        let matching = |pattern: &str| -> Vec<String> {
            repository.matching(pattern, &BTreeMap::new()).into_iter().map(|(path, _)| path).collect()
        };
        assert_eq!(matching("\u{e000}0\u{e001}/x.1.yaml"), ["a/x.1.yaml", "b/x.1.yaml"]);
        assert_eq!(matching("a/\u{e000}0\u{e001}.\u{e000}1\u{e001}.yaml"), ["a/x.1.yaml", "a/y.2.yaml"]);
        assert_eq!(matching("a/\u{e000}0\u{e001}.\u{e000}0\u{e001}.yaml"), [""; 0]);
        assert_eq!(matching("c/./d/../d/e.yaml"), ["c/d/e.yaml"]);
        assert_eq!(repository.directory_for("/opt/x/c/d"), "c/d");
        assert_eq!(repository.directory_for("/opt/x"), "");
        let found = repository.files_for("/opt/x/c/d/e.yaml", &BTreeMap::new());
        assert_eq!(
            found.iter().map(|((path, _), before)| (path.as_str(), *before)).collect::<Vec<_>>(),
            [("c/d/e.yaml", "/opt/x")]
        );
    }

    #[test]
    fn names_of_repositories() {
        assert_eq!(repository_name("git@example.org:a/b.git"), "b");
        assert_eq!(repository_name("https://example.org/a/b/"), "b");
        assert_eq!(normalize("a/../../b"), None);
        assert_eq!(join("a/b", "../c"), Some("a/c".to_owned()));
    }
}
