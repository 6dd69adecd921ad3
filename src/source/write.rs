//! The one place that writes files: whole or not at all, so that a reader sees the old text or the new one.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file is not written. In each case it is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WriteError {
    /// It is a symbolic link.
    Link,
    /// It stands outside of the directories that may be changed.
    Outside,
    /// Nobody may write to it.
    ReadOnly,
    /// It is no regular file.
    NoFile,
    /// It says something else than what was read.
    Changed,
    /// Something stands where it is to be created.
    Exists,
    /// Any other error of the operating system, in its words.
    Io(String),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = match self {
            WriteError::Link => "it is a symbolic link",
            WriteError::Outside => "it is outside the repository",
            WriteError::ReadOnly => "it is read-only",
            WriteError::NoFile => "it is not a regular file",
            WriteError::Changed => "it has changed since it was read",
            WriteError::Exists => "it already exists",
            WriteError::Io(words) => words,
        };
        f.write_str(words)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Io(error.to_string())
    }
}

/// Makes a file that is not there yet.
///
/// # Errors
/// Something is at the path already, or nothing can be written there.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), WriteError> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    Ok(written.inspect_err(|_| remove(path))?)
}

/// Makes a file, or writes one anew that plimsoll was told to write: through a symbolic link, and into what is no regular
/// file (`/dev/stderr`, a pipe) as it is.
///
/// # Errors
/// It is read-only, the directory is missing or may not be written to, a directory stands there, the disk is full.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), WriteError> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let present = fs::metadata(&target).ok();
    if present.as_ref().is_some_and(|data| !data.is_file()) {
        return Ok(fs::write(&target, text)?);
    }
    if present.as_ref().is_some_and(|data| data.permissions().readonly()) {
        return Err(WriteError::ReadOnly);
    }
    exchange(&target, text, present.as_ref(), || Ok(()))
}

/// Whether a file that a person wrote may be written: a regular one, in one of these directories, that is not read-only.
///
/// # Errors
/// The reason why not.
pub(crate) fn may_replace(path: &Path, directories: &[PathBuf]) -> Result<(), WriteError> {
    own_file(path)?;
    let real = fs::canonicalize(path)?;
    let inside = |directory: &PathBuf| fs::canonicalize(directory).is_ok_and(|root| real.starts_with(root));
    if directories.iter().any(inside) { Ok(()) } else { Err(WriteError::Outside) }
}

/// Whether a file may be created: nothing is there, not even a link, and its directory stands in one of these without a
/// link on the way.
///
/// # Errors
/// The reason why not.
pub(crate) fn may_create(path: &Path, directories: &[PathBuf]) -> Result<(), WriteError> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(WriteError::Exists);
    }
    let parent = path.parent().ok_or(WriteError::NoFile)?;
    let root = directories.iter().find(|root| parent.starts_with(root)).ok_or(WriteError::Outside)?;
    let below = parent.ancestors().take_while(|directory| directory != root);
    for directory in below {
        if fs::symlink_metadata(directory)?.is_symlink() {
            return Err(WriteError::Link);
        }
    }
    if fs::metadata(parent)?.is_dir() { Ok(()) } else { Err(WriteError::NoFile) }
}

/// Puts another text in the place of the one that was read from a file that a person wrote.
///
/// # Errors
/// It says something else now, is a symbolic link, no regular file or read-only, or cannot be written.
pub(crate) fn replace(path: &Path, before: &str, after: &str) -> Result<(), WriteError> {
    let data = own_file(path)?;
    let is_unchanged = || if fs::read(path)? == before.as_bytes() { Ok(()) } else { Err(WriteError::Changed) };
    exchange(path, after, Some(&data), is_unchanged)
}

fn own_file(path: &Path) -> Result<Metadata, WriteError> {
    let data = fs::symlink_metadata(path)?;
    match (data.is_symlink(), data.is_file(), data.permissions().readonly()) {
        (true, ..) => Err(WriteError::Link),
        (false, false, _) => Err(WriteError::NoFile),
        (false, true, true) => Err(WriteError::ReadOnly),
        (false, true, false) => Ok(data),
    }
}

/// Writes a file beside another, which takes its owner and mode and then its place, if it still may.
fn exchange(
    path: &Path,
    text: &str,
    like: Option<&Metadata>,
    may_still: impl FnOnce() -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let name = path.file_name().ok_or(WriteError::NoFile)?.to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.plimsoll-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| like.map_or(Ok(()), |like| resemble(&file, like)));
    let written = written.and_then(|()| file.sync_all()).map_err(WriteError::from);
    let written = written.and_then(|()| may_still()).and_then(|()| Ok(fs::rename(&beside, path)?));
    written.inspect_err(|_| remove(&beside))
}

fn resemble(file: &fs::File, like: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // Only root may give files away; for others the file belongs to who writes it.
        let _ = std::os::unix::fs::fchown(file, Some(like.uid()), Some(like.gid()));
    }
    file.set_permissions(like.permissions())
}

/// Takes away what is left of a failed try; that it cannot be taken away changes nothing.
fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("plimsoll-write-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// What a file says in the end, and that nothing else is left in its folder, which goes.
    fn ends_as(path: &Path, text: &str) {
        assert_eq!(fs::read_to_string(path).unwrap(), text);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_stays_as_it_is() {
        let path = folder("changed").join("é.yaml");
        fs::write(&path, "theirs").unwrap();
        assert_eq!(replace(&path, "read", "ours"), Err(WriteError::Changed));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(replace(&path, "theirs", "ours"), Ok(()));
        ends_as(&path, "ours");
    }

    #[test]
    fn a_file_is_made_once_and_put_again_and_again() {
        let path = folder("made").join("é.yaml");
        assert_eq!(create(&path, "one"), Ok(()));
        assert!(matches!(create(&path, "two"), Err(WriteError::Io(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!((put(&path, "two"), put(&path, "three")), (Ok(()), Ok(())));
        ends_as(&path, "three");
        assert!(matches!(put(&path, "gone"), Err(WriteError::Io(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_created_inside_where_nothing_is_and_through_no_link() {
        use std::os::unix::fs::symlink;
        let folder = folder("created");
        let roots = [folder.clone()];
        let path = |name: &str| folder.join(name);
        fs::create_dir(path("real")).unwrap();
        fs::write(path("a"), "").unwrap();
        symlink(path("nowhere"), path("dangling")).unwrap();
        symlink(path("real"), path("linked")).unwrap();
        assert_eq!(may_create(&path("new"), &roots), Ok(()));
        assert_eq!(may_create(&path("real/new"), &roots), Ok(()));
        assert_eq!(may_create(&path("a"), &roots), Err(WriteError::Exists));
        assert_eq!(may_create(&path("real"), &roots), Err(WriteError::Exists));
        assert_eq!(may_create(&path("dangling"), &roots), Err(WriteError::Exists));
        assert_eq!(may_create(&path("linked/new"), &roots), Err(WriteError::Link));
        assert_eq!(may_create(&path("new"), &[path("real")]), Err(WriteError::Outside));
        assert!(matches!(may_create(&path("missing/new"), &roots), Err(WriteError::Io(_))));
        assert!(create(&path("dangling"), "text").is_err() && !path("nowhere").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_files_inside_are_replaced() {
        let folder = folder("inside");
        let path = folder.join("a.yaml");
        fs::write(&path, "").unwrap();
        assert_eq!(may_replace(&path, std::slice::from_ref(&folder)), Ok(()));
        assert_eq!(may_replace(&path, &[folder.join("other")]), Err(WriteError::Outside));
        assert_eq!(may_replace(&path, &[]), Err(WriteError::Outside));
        assert_eq!(may_replace(&folder, std::slice::from_ref(&folder)), Err(WriteError::NoFile));
        ends_as(&path, "");
    }

    #[cfg(unix)]
    #[test]
    fn modes_stay_links_are_followed_or_refused_and_read_only_files_are_left_alone() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = folder("modes");
        let (path, link) = (folder.join("a"), folder.join("b"));
        fs::write(&path, "1").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        assert_eq!(replace(&link, "1", "2"), Err(WriteError::Link));
        assert_eq!(put(&link, "2"), Ok(()));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(replace(&path, "2", "3"), Ok(()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::remove_file(&link).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(replace(&path, "3", "4"), Err(WriteError::ReadOnly));
        assert_eq!(put(&path, "4"), Err(WriteError::ReadOnly));
        assert_eq!(may_replace(&path, std::slice::from_ref(&folder)), Err(WriteError::ReadOnly));
        ends_as(&path, "3");
    }
}
