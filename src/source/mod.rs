//! Files: the only module that reads them, with the programs that know of them. Text, line index, and the spans everything else points with.

mod caches;
mod characters;
mod committed;
mod fence;
mod file;
pub(crate) mod git;
mod ignored;
mod likeness;
mod loaded;
mod noted;
mod origin;
pub(crate) mod pager;
mod overlay;
mod path;
mod place;
mod read;
mod search;
mod signals;
mod tree;
mod unread;
mod walk;
pub(crate) mod write;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use caches::PerDirectory;
use fence::{Fence, Real};
pub(crate) use file::SourceFile;
use loaded::LoadedFiles;
pub(crate) use noted::LoadedPaths;
use path::normal;
use read::read;
use tree::Directories;

use crate::collections::{HashMap, HashSet};
pub(crate) use caches::DirectorySearch;
pub(crate) use ignored::InGit;
pub(crate) use origin::origin;
pub(crate) use path::{normalize, relative};
pub(crate) use place::Place;
pub(crate) use read::standard_input;
pub(crate) use search::Sought;
pub(crate) use tree::{Entries, EntryKind};
pub(crate) use walk::DirectoryWalk;

/// The largest file that is read, in bytes; a larger one is reported, never loaded.
pub(crate) const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// A file that a [`SourceDb`] has loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

impl FileId {
    /// The number of the file, counted from 0 in the order of loading.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// The file with a number.
    #[cfg(feature = "testing")]
    pub(crate) fn nth(index: u32) -> FileId {
        FileId(index)
    }
}

/// The address of a node in the tree of its file (for an env file: of an entry in its list).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

impl NodeId {
    /// The node with this number, counted from 0.
    pub(crate) fn new(index: usize) -> NodeId {
        NodeId(index as u32)
    }

    /// The number of the node.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A stretch of a file: bytes from 0, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// Whether all of another stretch is in this one.
    pub(crate) fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A place in a file as a person counts it: lines and columns from 1, columns in characters, bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Byte, from 0.
    pub(crate) byte: u32,
}

/// Why a file could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoadError {
    /// No file is there.
    Missing,
    /// A directory is there.
    Directory,
    /// The file is over [`MAX_FILE_BYTES`]; its size in bytes.
    TooLarge(u64),
    /// The file is UTF-16, as its byte-order mark says.
    Utf16,
    /// The file is not UTF-8; the first byte that is not.
    NotUtf8(usize),
    /// The file is outside of the repository, or a symbolic link leads out of it.
    Outside,
    /// The file is one of those that git keeps in the repository, or a symbolic link leads to one.
    OfGit,
    /// A named pipe, a device or a socket is there.
    NotRegular,
    /// Commands and configurations cannot name the file, as its path is not UTF-8.
    PathNotUtf8,
    /// The repository knows of this text of the file, and does not hold it.
    NotFetched,
    /// Any other error of the operating system, in its words.
    Io(String),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::Missing => write!(f, "no such file"),
            LoadError::Directory => write!(f, "is a directory"),
            LoadError::TooLarge(size) => {
                write!(f, "file too large: {size} bytes, the limit is {MAX_FILE_BYTES}")
            }
            LoadError::Utf16 => write!(f, "file is encoded in UTF-16; save it as UTF-8"),
            LoadError::NotUtf8(at) => write!(f, "invalid UTF-8 at byte {at}"),
            LoadError::Outside => write!(f, "outside the repository (plimsoll only reads files inside it)"),
            LoadError::OfGit => write!(f, "part of the git directory (plimsoll does not read it)"),
            LoadError::NotRegular => write!(f, "is not a regular file"),
            LoadError::PathNotUtf8 => write!(f, "the path is not UTF-8"),
            LoadError::NotFetched => write!(f, "git does not have this version of the file"),
            LoadError::Io(words) => write!(f, "{words}"),
        }
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathKind {
    /// Nothing, or nothing that can be seen.
    Missing,
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Something in a directory outside of the repository.
    Outside,
}

/// All files of a run. Loading is cached by path, so a file that many projects name is read once.
#[derive(Debug, Default)]
pub struct SourceDb {
    shared: Arc<Shared>,
    /// The paths loaded through this handle, where they are noted.
    loaded: Option<Mutex<HashSet<Arc<OsStr>>>>,
    /// The one directory of the fence that this handle is for, where there are several.
    home: Option<PathBuf>,
    /// Whether this handle sees what is left out, too.
    sees_all: bool,
}

/// What all handles of a run share.
#[derive(Debug, Default)]
struct Shared {
    files: LoadedFiles,
    /// By their paths, as bytes: these compare faster than the parts of a path.
    by_path: RwLock<HashMap<Arc<OsStr>, Result<FileId, LoadError>>>,
    stand_ins: RwLock<HashMap<PathBuf, FileId>>,
    /// The repository of each directory that was asked about.
    repositories: RwLock<HashMap<PathBuf, Option<PathBuf>>>,
    /// Directories and the names in them at which the database differs from the disk, and whether a file is there.
    laid: RwLock<BTreeMap<PathBuf, BTreeMap<OsString, bool>>>,
    /// What may be read.
    fence: RwLock<Arc<Fence>>,
    /// Where paths lead.
    real: PerDirectory<Real>,
    directories: Directories,
    /// Which files git tracks, by the root of their repository.
    tracked: PerDirectory<Arc<git::index::Tracked>>,
    caches: caches::Caches,
    committed: committed::Committed,
    unread: unread::Unread,
}

fn copy<T: Clone>(lock: &RwLock<T>) -> RwLock<T> {
    RwLock::new(lock.read().unwrap_or_else(PoisonError::into_inner).clone())
}

impl SourceDb {
    /// An empty database.
    pub fn new() -> SourceDb {
        SourceDb::default()
    }

    /// The same files, through a handle that notes which paths are loaded.
    pub(crate) fn noting(&self) -> SourceDb {
        SourceDb { loaded: Some(Mutex::default()), ..self.glancing() }
    }

    /// The same for a project in a directory: of several repositories that a run is about it reads its own.
    pub(crate) fn noting_in(&self, directory: &Path) -> SourceDb {
        SourceDb { home: self.home_of(directory), ..self.noting() }
    }

    /// The same files, through a handle that notes nothing: for a look around that uses none of them.
    pub(crate) fn glancing(&self) -> SourceDb {
        let (shared, home) = (Arc::clone(&self.shared), self.home.clone());
        SourceDb { shared, loaded: None, home, sees_all: self.sees_all }
    }

    /// The paths that were loaded through a noting handle, those of missing files among them.
    pub(crate) fn into_loaded(self) -> LoadedPaths {
        let loaded = self.loaded.map(|loaded| loaded.into_inner().unwrap_or_else(PoisonError::into_inner));
        loaded.unwrap_or_default().into_iter().collect()
    }

    /// Loads a file, or gives the one already loaded from that path.
    ///
    /// # Errors
    /// See [`LoadError`]; the answer for a path stays the same for the whole run.
    pub(crate) fn load(&self, path: &Path) -> Result<FileId, LoadError> {
        self.load_as(path, |path| self.read(path))
    }

    /// The same, with another way to its text.
    fn load_as(&self, path: &Path, read: impl FnOnce(&Path) -> Result<String, LoadError>) -> Result<FileId, LoadError> {
        let path = &*normal(path);
        if self.is_astray(path) {
            self.note_loaded(&path.as_os_str().into());
            return Err(LoadError::Outside);
        }
        if self.is_hidden(path) {
            self.note_loaded(&path.as_os_str().into());
            return Err(LoadError::Missing);
        }
        let by_path = self.shared.by_path.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, known)) = by_path.get_key_value(path.as_os_str()) {
            self.note_loaded(path);
            if *known == Err(LoadError::NotFetched) {
                self.note_unread(Path::new(&**path), LoadError::NotFetched);
            }
            return known.clone();
        }
        drop(by_path);
        let read = read(path);
        let mut by_path = self.shared.by_path.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, known)) = by_path.get_key_value(path.as_os_str()) {
            self.note_loaded(path);
            return known.clone();
        }
        if let Err(error @ LoadError::Io(_)) = &read {
            self.note_unread(path, error.clone());
        }
        let loaded = read.map(|text| self.shared.files.add(path, text));
        let key: Arc<OsStr> = path.as_os_str().into();
        self.note_loaded(&key);
        by_path.insert(key, loaded.clone());
        loaded
    }

    fn note_loaded(&self, path: &Arc<OsStr>) {
        if let Some(loaded) = &self.loaded {
            let mut loaded = loaded.lock().unwrap_or_else(PoisonError::into_inner);
            if !loaded.contains(path) {
                loaded.insert(Arc::clone(path));
            }
        }
    }

    fn read(&self, path: &Path) -> Result<String, LoadError> {
        match self.refusal(path) {
            // What is not there is missing, wherever it would be.
            Some(_) if self.kind(path) == PathKind::Missing => Err(LoadError::Missing),
            Some(refusal) => Err(refusal),
            None if self.shared.directories.kind(path) == Some(PathKind::Missing) => Err(LoadError::Missing),
            None => read(path),
        }
    }

    /// An empty file in the place of one that cannot be loaded, so that a finding about it has somewhere to be.
    pub(crate) fn placeholder_for_links(&self, path: &Path) -> FileId {
        let path = normalize(path);
        let mut stand_ins = self.shared.stand_ins.write().unwrap_or_else(PoisonError::into_inner);
        *stand_ins.entry(path).or_insert_with_key(|path| self.shared.files.lay(path, String::new()))
    }

    /// Lays an editor's unsaved text, or standard input, over a path: later loads of the path give this text.
    pub fn overlay(&self, path: &Path, text: String) -> FileId {
        let path = normalize(path);
        let id = self.shared.files.lay(&path, text);
        self.differ(path, Ok(id));
        id
    }

    /// The same files under the same numbers, to lay others over: what is done with the copy does not show here.
    pub(crate) fn fork(&self) -> SourceDb {
        let shared = Shared {
            files: self.shared.files.fork(),
            by_path: copy(&self.shared.by_path),
            laid: copy(&self.shared.laid),
            stand_ins: copy(&self.shared.stand_ins),
            fence: copy(&self.shared.fence),
            repositories: copy(&self.shared.repositories),
            committed: self.shared.committed.fork(),
            ..Shared::default()
        };
        SourceDb { shared: Arc::new(shared), ..SourceDb::default() }
    }

    /// Lays a text over a path, or the reason why it cannot be one.
    pub(crate) fn lay(&self, path: &Path, text: Result<String, LoadError>) {
        match text {
            Ok(text) => {
                self.overlay(path, text);
            }
            Err(error) => self.differ(normalize(path), Err(error)),
        }
    }

    /// Takes a file away: for this database it does not exist.
    pub(crate) fn hide(&self, path: &Path) {
        self.differ(normalize(path), Err(LoadError::Missing));
    }

    fn differ(&self, path: PathBuf, file: Result<FileId, LoadError>) {
        let is_there = file != Err(LoadError::Missing);
        if let (Some(directory), Some(name)) = (path.parent(), path.file_name()) {
            let mut laid = self.shared.laid.write().unwrap_or_else(PoisonError::into_inner);
            laid.entry(directory.to_path_buf()).or_default().insert(name.to_owned(), is_there);
        }
        self.shared.by_path.write().unwrap_or_else(PoisonError::into_inner).insert(path.into_os_string().into(), file);
        self.shared.caches.clear();
    }

    /// A loaded file.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        self.shared.files.get(id)
    }

    /// The path of a loaded file.
    pub(crate) fn path(&self, id: FileId) -> Arc<Path> {
        self.shared.files.path(id)
    }

    /// What is at a path, links followed, overlays counted as files.
    pub(crate) fn kind(&self, path: &Path) -> PathKind {
        let path = &*normal(path);
        match self.kind_of_all(path) {
            PathKind::File | PathKind::Directory if self.is_hidden(path) => PathKind::Missing,
            kind => kind,
        }
    }

    /// The same, of a clean path, whether it is left out or not.
    fn kind_of_all(&self, path: &Path) -> PathKind {
        match self.shared.by_path.read().unwrap_or_else(PoisonError::into_inner).get(path.as_os_str()) {
            Some(Ok(_)) => return PathKind::File,
            Some(Err(LoadError::Missing)) => return PathKind::Missing,
            _ => {}
        }
        let is_visible = self.is_visible(path);
        if let Some(kind) = self.shared.directories.kind(path).filter(|_| is_visible) {
            return kind;
        }
        match std::fs::metadata(path) {
            Ok(_) if !is_visible => PathKind::Outside,
            Ok(data) if data.is_dir() => PathKind::Directory,
            Ok(_) => PathKind::File,
            Err(_) => PathKind::Missing,
        }
    }

    /// The root of the repository that a directory is in: the nearest one from there upwards that holds `.git`.
    pub(crate) fn repository(&self, directory: &Path) -> Option<PathBuf> {
        let known = self.shared.repositories.read().unwrap_or_else(PoisonError::into_inner).get(directory).cloned();
        if let Some(known) = known {
            return known;
        }
        let here = matches!(self.kind(&directory.join(".git")), PathKind::File | PathKind::Directory);
        let found = if here { Some(directory.to_path_buf()) } else { self.repository(directory.parent()?) };
        let mut repositories = self.shared.repositories.write().unwrap_or_else(PoisonError::into_inner);
        repositories.insert(directory.to_path_buf(), found.clone());
        found
    }
}

/// The variables of this process, sorted; those that are not UTF-8 are left out.
pub(crate) fn process_variables() -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    variables.sort();
    variables
}

/// A variable of the process's environment; `None` where it is unset, empty or no Unicode.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How many days of UTC have passed since 1970-01-01; 0 where the clock comes before it.
pub(crate) fn days_since_1970() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |passed| passed.as_secs() / 86_400)
}

/// The working directory; an error where it is gone or may not be read.
pub(crate) fn working_directory() -> io::Result<PathBuf> {
    std::env::current_dir()
}
