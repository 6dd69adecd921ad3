//! What stands in directories that are asked about again and again: each is read once then.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::PathKind;
use crate::collections::HashMap;

/// The most names of a directory that are kept; in a larger one each path is asked about for itself.
const MOST_NAMES: usize = 1024;

/// What is known of the directories of a run.
#[derive(Debug, Default)]
pub(super) struct Directories {
    /// By their paths, as bytes: these compare faster than the parts of a path.
    known: RwLock<HashMap<OsString, Known>>,
}

/// What is known of a directory.
#[derive(Clone, Debug)]
enum Known {
    /// It was asked about once.
    Asked,
    /// What stands in it, sorted by name.
    Names(Arc<Vec<Name>>),
    /// It is not there.
    Missing,
    /// It cannot be read, or is very large.
    Unknown,
}

/// A name in a directory.
#[derive(Debug)]
struct Name {
    text: String,
    /// What stands there; nothing for a link, which may lead anywhere.
    kind: Option<PathKind>,
}

impl Directories {
    /// What stands at a path, where that is known without asking for it. From its second question on a directory is read.
    pub(super) fn kind(&self, path: &Path) -> Option<PathKind> {
        let (directory, name) = split(path)?;
        let known = self.known(directory);
        let known = match known {
            Some(Known::Asked) => self.read(directory),
            Some(known) => known,
            None if self.is_missing(directory) => Known::Missing,
            None => {
                self.note(directory, Known::Asked);
                Known::Unknown
            }
        };
        known.kind(name)
    }

    /// The names in a directory that are text, sorted; nothing where they are too many to be kept.
    pub(super) fn names(&self, directory: &Path) -> Option<Vec<String>> {
        let known = match self.known(directory) {
            None | Some(Known::Asked) => self.read(directory),
            Some(known) => known,
        };
        match known {
            Known::Names(names) => Some(names.iter().map(|name| name.text.clone()).collect()),
            Known::Missing => Some(Vec::new()),
            Known::Asked | Known::Unknown => None,
        }
    }

    fn known(&self, directory: &Path) -> Option<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(directory.as_os_str()).cloned()
    }

    fn note(&self, directory: &Path, known: Known) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(directory.as_os_str().to_owned(), known);
    }

    /// Whether a directory lacks, by what is known of those above it.
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

    fn read(&self, directory: &Path) -> Known {
        let known = match fs::read_dir(directory) {
            Ok(entries) => names_of(entries).map_or(Known::Unknown, |names| Known::Names(Arc::new(names))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Known::Missing,
            Err(_) => Known::Unknown,
        };
        self.note(directory, known.clone());
        known
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

impl Known {
    /// What stands under a name. A name that is not there as it is written may still be for the file system the same as
    /// another: one in other letters, or an accent in two characters.
    fn kind(&self, name: &str) -> Option<PathKind> {
        let names = match self {
            Known::Names(names) => names,
            Known::Missing => return Some(PathKind::Missing),
            Known::Asked | Known::Unknown => return None,
        };
        match names.binary_search_by(|known| known.text.as_str().cmp(name)) {
            Ok(at) => names.get(at)?.kind,
            Err(_) if !name.is_ascii() => None,
            Err(_) if names.iter().any(|known| known.text.eq_ignore_ascii_case(name)) => None,
            Err(_) => Some(PathKind::Missing),
        }
    }
}

fn names_of(entries: fs::ReadDir) -> Option<Vec<Name>> {
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.ok()?;
        let kind = entry.file_type().ok()?;
        let Ok(text) = entry.file_name().into_string() else { continue };
        let kind = match kind {
            _ if kind.is_symlink() => None,
            _ if kind.is_dir() => Some(PathKind::Directory),
            _ => Some(PathKind::File),
        };
        names.push(Name { text, kind });
        if names.len() > MOST_NAMES {
            return None;
        }
    }
    names.sort_unstable_by(|one, other| one.text.cmp(&other.text));
    Some(names)
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
        assert_eq!(directories.names(&root.join("é")), Some(vec!["File".to_owned(), "d".to_owned()]));
        assert_eq!(directories.names(&root.join("é/x")), Some(Vec::new()));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root.join("é"), root.join("é/link")).unwrap();
            let directories = Directories::default();
            assert_eq!(directories.names(&root.join("é")).unwrap().len(), 3);
            assert_eq!(directories.kind(&root.join("é/link")), None);
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
