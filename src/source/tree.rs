//! The tree of directories: each is listed once per run, whatever asks about it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use smol_str::SmolStr;

use super::path::normal;
use super::{LoadError, PathKind, SourceDb};
use crate::collections::{HashMap, HashSet};

/// The directories of a run, by path as bytes: these compare faster than the components of a path.
#[derive(Debug, Default)]
pub(super) struct Directories {
    known: RwLock<HashMap<OsString, KnownDirectory>>,
}

/// What is known of a directory.
#[derive(Clone, Debug)]
enum KnownDirectory {
    /// One path in it was asked about.
    Asked,
    /// What is in it.
    Entries(Arc<Entries>),
    /// It does not exist.
    Missing,
    /// It cannot be read, in the words of the system.
    Unreadable(Arc<str>),
}

/// What is in a directory.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// Sorted by name.
    entries: Vec<(SmolStr, EntryKind)>,
    /// Those whose names are not UTF-8, in any order.
    others: Vec<(OsString, EntryKind)>,
    /// The names in lower case.
    folded: OnceLock<HashSet<String>>,
}

/// What an entry of a directory is, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link to anything.
    Link,
    /// A socket, a device.
    Other,
}

impl Entries {
    /// The names that are UTF-8, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The names and what they are, sorted; those that are not UTF-8 come last.
    pub(super) fn get(&self, at: usize) -> Option<(&OsStr, EntryKind)> {
        let entry = self.entries.get(at).map(|(name, kind)| (OsStr::new(name.as_str()), *kind));
        let other =
            || self.others.get(at.checked_sub(self.entries.len())?).map(|(name, kind)| (name.as_os_str(), *kind));
        entry.or_else(other)
    }

    /// What a name is; nothing where it does not exist exactly as it is written.
    pub(crate) fn kind(&self, name: &str) -> Option<EntryKind> {
        let at = self.entries.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.entries.get(at).map(|(_, kind)| *kind)
    }

    /// Whether a name, or one that the file system takes for it, is in the directory.
    pub(crate) fn may_hold(&self, name: &str) -> bool {
        self.leads_to(name) != Some(PathKind::Missing)
    }

    /// What a name leads to, where that is known without asking for it. A name that does not exist as it is written may
    /// still be for the file system the same as another: one in other letters, or an accent in two characters.
    fn leads_to(&self, name: &str) -> Option<PathKind> {
        match self.kind(name) {
            Some(EntryKind::File | EntryKind::Other) => Some(PathKind::File),
            Some(EntryKind::Directory) => Some(PathKind::Directory),
            Some(EntryKind::Link) => None,
            None if !name.is_ascii() || self.has_folded(name) => None,
            None => Some(PathKind::Missing),
        }
    }

    /// Whether there is a name that differs in its case at most.
    fn has_folded(&self, name: &str) -> bool {
        /// A table takes longer to make than so many names to compare.
        const FEW: usize = 24;
        match self.entries.len() {
            ..=FEW => self.names().any(|other| other.eq_ignore_ascii_case(name)),
            _ => self.folded().contains(&name.to_ascii_lowercase()),
        }
    }

    fn folded(&self) -> &HashSet<String> {
        self.folded.get_or_init(|| self.names().map(str::to_ascii_lowercase).collect())
    }

    fn read(entries: fs::ReadDir) -> io::Result<Entries> {
        let mut read = Entries::default();
        for entry in entries {
            let entry = entry?;
            let kind = match entry.file_type()? {
                kind if kind.is_symlink() => EntryKind::Link,
                kind if kind.is_dir() => EntryKind::Directory,
                kind if kind.is_file() => EntryKind::File,
                _ => EntryKind::Other,
            };
            let name = entry.file_name();
            match name.to_str() {
                Some(text) => read.entries.push((SmolStr::new(text), kind)),
                None => read.others.push((name, kind)),
            }
        }
        read.entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        read.entries.shrink_to_fit();
        Ok(read)
    }

    /// The same, with files laid over some paths and others hidden.
    fn with(&self, laid: &[(String, bool)]) -> Entries {
        let is_laid = |name: &str| laid.iter().any(|(other, _)| other == name);
        let mut entries: Vec<_> = self.entries.iter().filter(|(name, _)| !is_laid(name)).cloned().collect();
        let added = laid.iter().filter(|(_, is_there)| *is_there);
        entries.extend(added.map(|(name, _)| (SmolStr::new(name), EntryKind::File)));
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Entries { entries, others: self.others.clone(), folded: OnceLock::new() }
    }

    /// Those with certain names.
    fn only(mut self, is_there: impl Fn(&OsStr) -> bool) -> Entries {
        self.entries.retain(|(name, _)| is_there(OsStr::new(name.as_str())));
        self.others.retain(|(name, _)| is_there(name));
        Entries { folded: OnceLock::new(), ..self }
    }
}

impl SourceDb {
    /// What is in a directory, overlays counted; nothing where it cannot or may not be read.
    pub(crate) fn entries(&self, directory: &Path) -> Arc<Entries> {
        let directory = &*normal(directory);
        let laid = self.laid_in(directory);
        if self.is_committed() {
            let is_there = |name: &OsStr| !self.is_hidden(&directory.join(name));
            let make = || self.on_disk(directory).with(&laid).only(is_there);
            return self.shared.caches.laid_entries(directory, make);
        }
        if laid.is_empty() {
            return self.on_disk(directory);
        }
        self.shared.caches.laid_entries(directory, || self.on_disk(directory).with(&laid))
    }

    /// What is in a directory that is searched: that it cannot be read is noted.
    pub(super) fn searched(&self, directory: &Path) -> Arc<Entries> {
        let entries = self.entries(directory);
        if let Some(words) = self.shared.directories.unreadable(&normal(directory)) {
            self.note_unread(directory, LoadError::Io(words.to_string()));
        }
        entries
    }

    /// Whether a symbolic link is at a path.
    pub(crate) fn is_link(&self, path: &Path) -> bool {
        let path = &*normal(path);
        let entries = path.parent().map(|directory| self.entries(directory));
        let name = path.file_name().and_then(|name| name.to_str());
        entries.zip(name).is_some_and(|(entries, name)| entries.kind(name) == Some(EntryKind::Link))
    }

    fn on_disk(&self, directory: &Path) -> Arc<Entries> {
        if self.is_open(directory) { self.shared.directories.entries(directory) } else { Arc::default() }
    }

    /// The names at which a directory differs from the disk, and whether a file is there.
    fn laid_in(&self, directory: &Path) -> Vec<(String, bool)> {
        let laid = self.shared.laid.read().unwrap_or_else(PoisonError::into_inner);
        let Some(laid) = laid.get(directory) else { return Vec::new() };
        let name_of = |name: &OsString| name.to_str().map(str::to_owned);
        laid.iter().filter_map(|(name, is_there)| Some((name_of(name)?, *is_there))).collect()
    }

    /// Files that were found below a directory, without those that are hidden and with those that are laid there.
    pub(crate) fn as_laid(&self, mut found: Vec<PathBuf>, directory: &Path) -> Vec<PathBuf> {
        let laid = self.shared.laid.read().unwrap_or_else(PoisonError::into_inner);
        if laid.is_empty() {
            return found;
        }
        let is_there = |path: &Path| laid.get(path.parent()?)?.get(path.file_name()?).copied();
        found.retain(|path| is_there(path) != Some(false));
        for (above, names) in laid.iter().filter(|(above, _)| above.starts_with(directory)) {
            found.extend(names.iter().filter(|(_, is_there)| **is_there).map(|(name, _)| above.join(name)));
        }
        found.sort();
        found.dedup();
        found
    }
}

impl Directories {
    /// What is at a path, where that is known without asking for it. A directory is listed at the second question.
    pub(super) fn kind(&self, path: &Path) -> Option<PathKind> {
        let (directory, name) = split(path)?;
        let known = match self.known(directory) {
            Some(KnownDirectory::Asked) => self.list(directory),
            Some(known) => known,
            None if self.is_missing(directory) => KnownDirectory::Missing,
            None => {
                self.note(directory, KnownDirectory::Asked);
                return None;
            }
        };
        known.kind(name)
    }

    /// What is at a path, links not followed, where the directory it is in was listed.
    pub(super) fn listed(&self, path: &Path) -> Option<EntryKind> {
        let (directory, name) = split(path)?;
        match self.known.read().unwrap_or_else(PoisonError::into_inner).get(directory.as_os_str())? {
            KnownDirectory::Entries(entries) => entries.kind(name),
            KnownDirectory::Asked | KnownDirectory::Missing | KnownDirectory::Unreadable(_) => None,
        }
    }

    fn entries(&self, directory: &Path) -> Arc<Entries> {
        let known = match self.known(directory) {
            None if self.is_missing(directory) => KnownDirectory::Missing,
            None | Some(KnownDirectory::Asked) => self.list(directory),
            Some(known) => known,
        };
        match known {
            KnownDirectory::Entries(entries) => entries,
            KnownDirectory::Missing | KnownDirectory::Asked | KnownDirectory::Unreadable(_) => Arc::default(),
        }
    }

    /// Why a directory that was listed could not be read, in the words of the system.
    fn unreadable(&self, directory: &Path) -> Option<Arc<str>> {
        match self.known(directory) {
            Some(KnownDirectory::Unreadable(words)) => Some(words),
            _ => None,
        }
    }

    fn known(&self, directory: &Path) -> Option<KnownDirectory> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(directory.as_os_str()).cloned()
    }

    fn note(&self, directory: &Path, known: KnownDirectory) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(directory.as_os_str().to_owned(), known);
    }

    /// Whether a directory does not exist, by what is known of those above it.
    fn is_missing(&self, directory: &Path) -> bool {
        let (Some(above), Some(name)) = (directory.parent(), directory.file_name().and_then(|name| name.to_str()))
        else {
            return false;
        };
        match self.known(above) {
            Some(known) => known.kind(name) == Some(PathKind::Missing),
            None => self.is_missing(above),
        }
    }

    fn list(&self, directory: &Path) -> KnownDirectory {
        let known = match fs::read_dir(directory).and_then(Entries::read) {
            Ok(entries) => KnownDirectory::Entries(Arc::new(entries)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                KnownDirectory::Missing
            }
            Err(error) => KnownDirectory::Unreadable(error.to_string().into()),
        };
        self.note(directory, known.clone());
        known
    }
}

impl KnownDirectory {
    fn kind(&self, name: &str) -> Option<PathKind> {
        match self {
            KnownDirectory::Entries(entries) => entries.leads_to(name),
            KnownDirectory::Missing => Some(PathKind::Missing),
            KnownDirectory::Asked | KnownDirectory::Unreadable(_) => None,
        }
    }
}

/// The directory and the name of a clean path.
fn split(path: &Path) -> Option<(&Path, &str)> {
    if cfg!(unix) {
        let (directory, name) = path.to_str()?.rsplit_once('/')?;
        return (!name.is_empty()).then_some((Path::new(if directory.is_empty() { "/" } else { directory }), name));
    }
    Some((path.parent()?, path.file_name()?.to_str()?))
}

#[cfg(test)]
mod tests {
    use std::process;

    use super::*;

    #[test]
    fn a_directory_is_read_at_its_second_question() {
        let root = std::env::temp_dir().join(format!("plimsoll-directories-{}", process::id()));
        fs::create_dir_all(root.join("é/d")).unwrap();
        fs::write(root.join("é/File"), "").unwrap();
        let directories = Directories::default();
        let ask = |path: &str| directories.kind(&root.join(path));
        assert_eq!(ask("é/File"), None);
        assert_eq!(ask("é/File"), Some(PathKind::File));
        assert_eq!(ask("é/d"), Some(PathKind::Directory));
        assert_eq!(ask("é/x"), Some(PathKind::Missing));
        assert_eq!(ask("é/x/y/z"), Some(PathKind::Missing));
        assert_eq!(ask("é/file"), None, "another file system may take it for `File`");
        assert_eq!(ask("é/é"), None);
        let names = |path: &str| directories.entries(&root.join(path)).names().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names("é"), ["File", "d"]);
        assert_eq!(names("é/x"), Vec::<String>::new());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root.join("é"), root.join("é/link")).unwrap();
            let directories = Directories::default();
            assert_eq!(directories.entries(&root.join("é")).kind("link"), Some(EntryKind::Link));
            assert_eq!(directories.kind(&root.join("é/link")), None);
        }
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_listing_of_any_length_is_kept() {
        let root = std::env::temp_dir().join(format!("plimsoll-many-{}", process::id()));
        fs::create_dir_all(&root).unwrap();
        for number in 0..1100 {
            fs::write(root.join(format!("F{number}")), "").unwrap();
        }
        let sources = SourceDb::new();
        assert_eq!(sources.entries(&root).names().count(), 1100);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(sources.kind(&root.join("F1099")), PathKind::File);
        assert_eq!(sources.entries(&root).names().count(), 1100);
    }

    #[test]
    fn overlays_are_entries() {
        let sources = SourceDb::new();
        let names = |path: &str| sources.entries(Path::new(path)).names().map(str::to_owned).collect::<Vec<_>>();
        sources.overlay(Path::new("/nowhere/b"), String::new());
        sources.overlay(Path::new("/nowhere/a"), String::new());
        assert_eq!(names("/nowhere"), ["a", "b"]);
        sources.hide(Path::new("/nowhere/b"));
        assert_eq!(names("/nowhere/x/.."), ["a"]);
        assert_eq!(sources.as_laid(Vec::new(), Path::new("/nowhere")), [PathBuf::from("/nowhere/a")]);
        assert_eq!(names("/nowhere/c"), Vec::<String>::new());
    }
}
