//! The names in git's index, read without git: which files it tracks, and which of them it keeps as executable.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::repository;

/// The largest index that is read, in bytes: about a million files.
const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// The longest name, in bytes. In version 4 each name repeats the beginning of the one before it, so that without a limit
/// a small file could grow without one.
const MOST_NAME: usize = 4096;

/// The largest `info/exclude` that is read, in bytes.
const MOST_EXCLUDE: u64 = 256 * 1024;

/// Which files git tracks in a repository.
#[derive(Debug)]
pub(in crate::source) enum Tracked {
    /// Those with these names.
    Names(IndexedNames),
    /// The index cannot be read, so that each file may be tracked.
    Unknown,
}

/// Names relative to the root of a repository, sorted by byte.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct IndexedNames {
    bytes: Vec<u8>,
    ranges: Vec<IndexedName>,
}

/// Where a name is, and whether the file is executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct IndexedName {
    start: u32,
    end: u32,
    executable: bool,
}

impl Tracked {
    /// The files of the index of the repository with this root. Nothing is tracked where there is no index yet.
    pub(in crate::source) fn read(root: &Path) -> Tracked {
        let Some(git_directory) = repository::git_directory(root) else {
            return Tracked::Names(IndexedNames::default());
        };
        let index = match read(&git_directory.join("index"), MOST_BYTES) {
            Ok(Some(index)) => index,
            Ok(None) => return Tracked::Names(IndexedNames::default()),
            Err(Unreadable) => return Tracked::Unknown,
        };
        parse(&index, &|shared| read(&git_directory.join(shared), MOST_BYTES).ok()?)
            .map_or(Tracked::Unknown, Tracked::Names)
    }

    /// Whether git tracks the file at a path relative to the root, or a file below it.
    pub(in crate::source) fn contains(&self, path: &Path) -> bool {
        match self {
            Tracked::Names(names) => names.holds(&name_of(path)),
            Tracked::Unknown => true,
        }
    }

    /// Whether git keeps the file at a path relative to the root as executable; `None` where it does not track it.
    pub(in crate::source) fn is_executable(&self, path: &Path) -> Option<bool> {
        match self {
            Tracked::Names(names) => names.get(&name_of(path)).map(|one| one.executable),
            Tracked::Unknown => None,
        }
    }
}

/// The text of `info/exclude` of the repository with this root.
pub(in crate::source) fn exclude(root: &Path) -> Option<String> {
    let common = repository::common_directory(&repository::git_directory(root)?);
    let text = read(&common.join("info/exclude"), MOST_EXCLUDE).ok()??;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// A file is too large, or cannot be read.
#[derive(Debug)]
struct Unreadable;

/// The bytes of a regular file; nothing where there is none.
fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Unreadable> {
    if !std::fs::metadata(path).is_ok_and(|data| data.is_file()) {
        return Ok(None);
    }
    let Ok(file) = File::open(path) else { return Err(Unreadable) };
    let mut bytes = Vec::new();
    match file.take(most + 1).read_to_end(&mut bytes) {
        Ok(length) if length as u64 <= most => Ok(Some(bytes)),
        _ => Err(Unreadable),
    }
}

impl IndexedNames {
    fn name(&self, at: IndexedName) -> &[u8] {
        self.bytes.get(at.start as usize..at.end as usize).unwrap_or_default()
    }

    fn push(&mut self, name: &[u8], executable: bool) -> Option<()> {
        // The name of a directory that a sparse index holds in place of its files ends with a slash.
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let start = u32::try_from(self.bytes.len()).ok()?;
        self.bytes.extend_from_slice(name);
        let end = u32::try_from(self.bytes.len()).ok().filter(|end| u64::from(*end) <= MOST_BYTES)?;
        self.ranges.push(IndexedName { start, end, executable });
        Some(())
    }

    fn sort(&mut self) {
        let mut ranges = std::mem::take(&mut self.ranges);
        ranges.sort_by(|one, other| self.name(*one).cmp(self.name(*other)));
        self.ranges = ranges;
    }

    /// The first one that is not before a name.
    fn first_from(&self, wanted: &[u8]) -> Option<IndexedName> {
        self.ranges.get(self.ranges.partition_point(|at| self.name(*at) < wanted)).copied()
    }

    fn get(&self, name: &[u8]) -> Option<IndexedName> {
        self.first_from(name).filter(|at| self.name(*at) == name)
    }

    /// Whether one is this name, or begins with it and a slash.
    fn holds(&self, name: &[u8]) -> bool {
        let directory = [name, b"/"].concat();
        let is_below = |at: IndexedName| self.name(at).starts_with(&directory);
        self.get(name).is_some() || self.first_from(&directory).is_some_and(is_below)
    }
}

/// A path as the index writes it.
#[cfg(unix)]
fn name_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn name_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

/// The names in an index of version 2, 3 or 4 (`Documentation/gitformat-index.adoc` of git). A split index names a shared
/// one, whose names count too, even where the index deletes one. Only the configuration says how long hashes are, but
/// only with the right length does the file end where it should.
fn parse(index: &[u8], shared: &dyn Fn(&str) -> Option<Vec<u8>>) -> Option<IndexedNames> {
    let mut names = IndexedNames::default();
    let link = [20, 32].into_iter().find_map(|hash| {
        names = IndexedNames::default();
        entries(index, hash, &mut names)
    })?;
    if let Some(link) = link {
        let shared = shared(&format!("sharedindex.{link}"))?;
        entries(&shared, link.len() / 2, &mut names)?;
    }
    names.sort();
    Some(names)
}

/// Adds the names in an index; the hash of the shared one that completes it.
fn entries(index: &[u8], hash: usize, names: &mut IndexedNames) -> Option<Option<String>> {
    let mut rest = index.strip_prefix(b"DIRC")?;
    let version = number(&mut rest)?;
    let count = number(&mut rest)?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut name: Vec<u8> = Vec::new();
    for _ in 0..count {
        let before = rest.len();
        let stat = take(&mut rest, 40 + hash)?;
        // The last two bytes of the mode: 0o100755 is 0x81ed.
        let executable = stat.get(26..28).is_some_and(|mode| matches!(mode, [_, low] if low & 0o100 != 0));
        let &[high, low] = take(&mut rest, 2)? else { return None };
        let flags = u16::from_be_bytes([high, low]);
        if flags & 0x4000 != 0 {
            take(&mut rest, 2).filter(|_| version >= 3)?;
        }
        let kept = if version == 4 { name.len().checked_sub(varint(&mut rest)?)? } else { 0 };
        name.truncate(kept);
        let end = rest.iter().take(MOST_NAME).position(|byte| *byte == 0)?;
        name.extend_from_slice(take(&mut rest, end)?);
        if name.len() > MOST_NAME || name.len().min(0xfff) != usize::from(flags & 0xfff) {
            return None;
        }
        // One zero byte ends the name, up to seven more the entry.
        let padding = if version == 4 { 1 } else { 8 - (before - rest.len()) % 8 };
        take(&mut rest, padding)?;
        // An entry that only changes one of the shared index has no name.
        if !name.is_empty() {
            names.push(&name, executable)?;
        }
    }
    extensions(rest, hash)
}

/// What follows the entries: the hash of the shared index, if any.
fn extensions(mut rest: &[u8], hash: usize) -> Option<Option<String>> {
    let mut link = None;
    while rest.len() > hash {
        let signature = take(&mut rest, 4)?;
        let size = number(&mut rest)? as usize;
        let data = take(&mut rest, size)?;
        if signature == b"link" {
            let hash = data.get(..hash)?;
            // Without a shared index it is all zeros.
            link = hash.iter().any(|byte| *byte != 0).then(|| hash.iter().map(|byte| format!("{byte:02x}")).collect());
        }
    }
    (rest.len() == hash).then_some(link)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(take(rest, 4)?.try_into().ok()?))
}

/// How many bytes of the name before are dropped: seven bits in each byte, and one more for each further byte.
fn varint(rest: &mut &[u8]) -> Option<usize> {
    let mut value: usize = 0;
    for _ in 0..4 {
        let &[byte] = take(rest, 1)? else { return None };
        value = (value << 7) + usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tracked: &Tracked) -> Vec<String> {
        let Tracked::Names(names) = tracked else { return vec!["unknown".to_owned()] };
        names.ranges.iter().map(|range| String::from_utf8_lossy(names.name(*range)).into_owned()).collect()
    }

    /// What git writes in one of its formats, as this program reads it.
    fn written_by_git(name: &str, format: &str, version: &str, split: bool) -> Vec<String> {
        let root = std::env::temp_dir().join(format!("plimsoll-index-{name}-{}", std::process::id()));
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        let git = |arguments: &[&str]| {
            let mut command = std::process::Command::new("git");
            command.args(arguments).current_dir(&root).env("GIT_CONFIG_GLOBAL", "/dev/null");
            assert!(command.stdout(std::process::Stdio::null()).status().unwrap().success(), "{arguments:?}");
        };
        let format = format!("--object-format={format}");
        git(&["init", "-q", &format]);
        for file in ["a/b/long-name-of-a-file", "a/b/long-name-of-another", "a-b", "a/\u{e9}", "later", "new"] {
            std::fs::write(root.join(file), "").unwrap();
        }
        let more = "x".repeat(300);
        std::fs::create_dir(root.join("deep")).unwrap();
        std::fs::write(root.join("deep").join(more.chars().take(200).collect::<String>()), "").unwrap();
        git(&["update-index", "--index-version", version]);
        git(&["add", "a", "a-b", "deep"]);
        git(&["update-index", "--chmod=+x", "a-b"]);
        git(&["add", "--intent-to-add", "later"]);
        if split {
            git(&["update-index", "--split-index"]);
            git(&["add", "new"]);
        }
        let tracked = Tracked::read(&root);
        for (path, expect) in [("a", true), ("a/b", true), ("a-b", true), ("a/b/long", false), ("a-", false)] {
            assert_eq!(tracked.contains(Path::new(path)), expect, "{path}");
        }
        for (path, expect) in [("a-b", Some(true)), ("a/b/long-name-of-a-file", Some(false)), ("a", None)] {
            assert_eq!(tracked.is_executable(Path::new(path)), expect, "{path}");
        }
        std::fs::remove_dir_all(&root).unwrap();
        shown(&tracked).into_iter().filter(|name| !name.starts_with("deep/x")).collect()
    }

    #[test]
    fn every_format_of_git() {
        let names = ["a-b", "a/b/long-name-of-a-file", "a/b/long-name-of-another", "a/\u{e9}", "later"];
        assert_eq!(written_by_git("v2", "sha1", "2", false), names);
        assert_eq!(written_by_git("v3", "sha1", "3", false), names);
        assert_eq!(written_by_git("v4", "sha1", "4", false), names);
        assert_eq!(written_by_git("sha256", "sha256", "4", false), names);
        let with_new = [&names[..], &["new"]].concat();
        assert_eq!(written_by_git("split", "sha1", "2", true), with_new);
        assert_eq!(written_by_git("split-v4", "sha256", "4", true), with_new);
    }

    /// An index with one name, and a hash of zeros.
    fn index_of(version: u8, name: &[u8], length: u16) -> Vec<u8> {
        let mut index = [b"DIRC\0\0\0", &[version][..], b"\0\0\0\x01", &[0; 60], &length.to_be_bytes()].concat();
        index.extend_from_slice(name);
        index.extend_from_slice(&[0; 21]);
        index.resize(index.len() + (20 + 12 - index.len() % 8 + 8) % 8, 0);
        index
    }

    #[test]
    fn a_broken_index_tracks_perhaps_everything() {
        let none = |_: &str| None;
        assert_eq!(parse(b"", &none), None);
        assert_eq!(parse(b"DIRC\0\0\0\x05\0\0\0\0", &none), None);
        let whole = index_of(2, b"name", 4);
        assert!(parse(&whole, &none).is_some_and(|names| names.holds(b"name")));
        assert_eq!(parse(&index_of(2, b"name", 5), &none), None);
        for length in 0..whole.len() {
            assert_eq!(parse(&whole[..length], &none), None, "{length}");
        }
        assert!(Tracked::Unknown.contains(Path::new("x")));
        assert!(!Tracked::read(Path::new("/nowhere")).contains(Path::new("x")));
    }

    #[test]
    fn names_hold_directories() {
        let mut names = IndexedNames::default();
        for name in [&b"b/sparse/"[..], b"b.c", b"a/x"] {
            names.push(name, false).unwrap();
        }
        names.sort();
        let check = |name: &[u8], expect: bool| assert_eq!(names.holds(name), expect, "{}", name.escape_ascii());
        check(b"b/sparse", true);
        check(b"b", true);
        check(b"b.c", true);
        check(b"a", true);
        check(b"a/x", true);
        check(b"x", false);
        check(b"b/s", false);
        check(b"c", false);
    }
}
