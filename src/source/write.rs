//! The one place that writes files: completely or not at all.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::likeness::{copy_attributes, create_private, is_single, resemble};
use super::path::normalize;
use super::signals::held;

/// Why a file is not written. In each case it is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WriteError {
    /// It is a symbolic link.
    Link,
    /// It is outside of the directories that may be changed.
    Outside,
    /// Nobody may write to it.
    ReadOnly,
    /// It is not a regular file.
    NoFile,
    /// It says something else than what was read.
    Changed,
    /// It has a second name, which would keep the old text.
    HardLink,
    /// It belongs to somebody else, and would belong to who runs plimsoll.
    Owner,
    /// Extended attributes of it, such as an access control list, would be lost.
    Attributes,
    /// Something is where it is to be created.
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
            WriteError::HardLink => "it has several hard links, which the new file would not share",
            WriteError::Owner => "it belongs to another user or group, which the new file would not",
            WriteError::Attributes => "its extended attributes (such as an ACL) would be lost",
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
    held(|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        Ok(written.inspect_err(|_| remove(path))?)
    })
}

/// Makes a file, or writes one anew that plimsoll was told to write: through a symbolic link, and into what is not a regular
/// file (`/dev/stderr`, a pipe) as it is. What is said to be in one of some directories must be there, links followed.
///
/// # Errors
/// A link leads elsewhere, it is read-only, the directory is missing or may not be written to, a directory is there,
/// the disk is full.
pub(crate) fn put(path: &Path, text: &str, directories: &[PathBuf]) -> Result<(), WriteError> {
    let path = normalize(path);
    let fences: Vec<PathBuf> = directories
        .iter()
        .map(|directory| normalize(directory))
        .filter(|directory| path.starts_with(directory))
        .collect();
    let target = match (fs::canonicalize(&path), path.parent().map(fs::canonicalize), path.file_name()) {
        (Ok(target), ..) => target,
        // Writing would make what a link leads to.
        _ if fs::symlink_metadata(&path).is_ok() && !fences.is_empty() => return Err(WriteError::Link),
        (Err(_), Some(Ok(directory)), Some(name)) => directory.join(name),
        (Err(error), ..) => return Err(error.into()),
    };
    let is_within = |directory: &PathBuf| {
        let inside =
            fs::canonicalize(directory).ok().and_then(|real| Some(target.strip_prefix(real).ok()?.to_path_buf()));
        inside.is_some_and(|inside| !inside.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git")))
    };
    if !fences.iter().all(is_within) {
        return Err(WriteError::Outside);
    }
    let is_fenced = !fences.is_empty();
    let present = fs::metadata(&target).ok();
    match &present {
        Some(data) if !data.is_file() && is_fenced => return Err(WriteError::NoFile),
        Some(data) if !data.is_file() => return Ok(fs::write(&target, text)?),
        Some(data) if data.permissions().readonly() => return Err(WriteError::ReadOnly),
        _ => {}
    }
    exchange(&target, text, present.as_ref(), |_| Ok(()))
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

/// Whether a file may be created: nothing is there, not even a link, and its directory is in one of these without a
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
/// It says something else now, is a symbolic link, no regular file or read-only, cannot be written, or something of it
/// would be lost: a second name, the owner, attributes.
pub(crate) fn replace(path: &Path, before: &str, after: &str) -> Result<(), WriteError> {
    let data = own_file(path)?;
    let is_unchanged = || if fs::read(path)? == before.as_bytes() { Ok(()) } else { Err(WriteError::Changed) };
    exchange(path, after, Some(&data), |file| {
        copy_attributes(file, path)?;
        is_unchanged()
    })
}

fn own_file(path: &Path) -> Result<Metadata, WriteError> {
    let data = fs::symlink_metadata(path)?;
    match data {
        data if data.is_symlink() => Err(WriteError::Link),
        data if !data.is_file() => Err(WriteError::NoFile),
        data if data.permissions().readonly() => Err(WriteError::ReadOnly),
        data if !is_single(&data) => Err(WriteError::HardLink),
        data => Ok(data),
    }
}

/// Writes a copy next to a file. The copy has its owner and mode before it has a text, and takes its place if it still
/// may. The copy is gone in the end, also where a signal ends the process.
fn exchange(
    path: &Path,
    text: &str,
    like: Option<&Metadata>,
    may_still: impl FnOnce(&File) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    held(|| {
        let (copy, mut file) = copy_next_to(path, like)?;
        let written = like.map_or(Ok(()), |like| resemble(&file, like));
        let written = written.and_then(|()| Ok(file.write_all(text.as_bytes())?));
        let written = written.and_then(|()| Ok(file.sync_all()?)).and_then(|()| may_still(&file));
        let written = written.and_then(|()| Ok(fs::rename(&copy, path)?));
        written.inspect_err(|_| remove(&copy))
    })
}

/// An empty file next to another one, under a name that nothing has. A short one: the other may be as long as a name can
/// be. What is new may be read by whom the system lets read new files.
fn copy_next_to(path: &Path, like: Option<&Metadata>) -> Result<(PathBuf, File), WriteError> {
    const TRIES: usize = 16;
    let mut tries = 0;
    loop {
        let copy = path.with_file_name(format!(".plimsoll-{:016x}", RandomState::new().build_hasher().finish()));
        let made = match like {
            Some(_) => create_private(&copy),
            None => File::create_new(&copy),
        };
        match made {
            Ok(file) => return Ok((copy, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
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
        assert_eq!((put(&path, "two", &[]), put(&path, "three", &[])), (Ok(()), Ok(())));
        ends_as(&path, "three");
        assert!(matches!(put(&path, "gone", &[]), Err(WriteError::Io(_))));
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
        assert_eq!(put(&link, "2", std::slice::from_ref(&folder)), Ok(()));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(replace(&path, "2", "3"), Ok(()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::remove_file(&link).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(replace(&path, "3", "4"), Err(WriteError::ReadOnly));
        assert_eq!(put(&path, "4", &[]), Err(WriteError::ReadOnly));
        assert_eq!(may_replace(&path, std::slice::from_ref(&folder)), Err(WriteError::ReadOnly));
        ends_as(&path, "3");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_no_output_out_and_none_makes_a_file() {
        use std::os::unix::fs::symlink;
        let folder = folder("outputs");
        let (inner, outer) = (folder.join("inner"), folder.join("outer"));
        fs::create_dir_all(inner.join(".git")).unwrap();
        fs::create_dir(&outer).unwrap();
        fs::write(outer.join("kept"), "theirs").unwrap();
        fs::write(inner.join(".git/config"), "theirs").unwrap();
        symlink(outer.join("kept"), inner.join("file")).unwrap();
        symlink(outer.join("new"), inner.join("dangling")).unwrap();
        symlink(&outer, inner.join("directory")).unwrap();
        symlink(".git/config", inner.join("git")).unwrap();
        let within = std::slice::from_ref(&inner);
        assert_eq!(put(&inner.join("file"), "ours", within), Err(WriteError::Outside));
        assert_eq!(put(&inner.join("dangling"), "ours", within), Err(WriteError::Link));
        assert_eq!(put(&inner.join("directory/new"), "ours", within), Err(WriteError::Outside));
        assert_eq!(put(&inner.join("git"), "ours", within), Err(WriteError::Outside));
        assert_eq!(put(&outer.join("kept"), "ours", within), Ok(()), "this one was named");
        assert_eq!(fs::read_to_string(inner.join(".git/config")).unwrap(), "theirs");
        assert_eq!(fs::read_dir(&outer).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_would_lose_a_second_name_stays_and_long_names_are_written() {
        let folder = folder("names");
        let path = folder.join("x".repeat(255));
        fs::write(&path, "1").unwrap();
        assert_eq!(replace(&path, "1", "2"), Ok(()));
        fs::hard_link(&path, folder.join("second")).unwrap();
        assert_eq!(replace(&path, "2", "3"), Err(WriteError::HardLink));
        assert_eq!(may_replace(&path, std::slice::from_ref(&folder)), Err(WriteError::HardLink));
        fs::remove_file(folder.join("second")).unwrap();
        ends_as(&path, "2");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn attributes_are_kept() {
        use rustix::fs::{XattrFlags, getxattr, setxattr};
        let folder = folder("attributes");
        let path = folder.join("a");
        fs::write(&path, "1").unwrap();
        // Not every file system has them.
        if setxattr(&path, "user.note", b"kept", XattrFlags::empty()).is_ok() {
            assert_eq!(replace(&path, "1", "2"), Ok(()));
            let mut value = [0; 8];
            assert_eq!(getxattr(&path, "user.note", &mut value[..]), Ok(4));
            assert_eq!(replace(&path, "2", "1"), Ok(()));
        }
        ends_as(&path, "1");
    }
}
