//! Files of people that plimsoll changes because it was asked to.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
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
    /// Any other error of the operating system, in its words.
    Io(String),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = match self {
            WriteError::Link => "left alone, it is a symbolic link",
            WriteError::Outside => "left alone, it stands outside of the repository",
            WriteError::ReadOnly => "left alone, it is read-only",
            WriteError::NoFile => "left alone, it is no regular file",
            WriteError::Changed => "left alone, it was changed by someone else meanwhile",
            WriteError::Io(words) => return write!(f, "left alone: {words}"),
        };
        f.write_str(words)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Io(error.to_string())
    }
}

/// Whether a file may be written: a regular file, in one of these directories, that is not read-only.
///
/// # Errors
/// The reason why not.
pub fn may_write(path: &Path, directories: &[PathBuf]) -> Result<(), WriteError> {
    let data = fs::symlink_metadata(path)?;
    if data.is_symlink() {
        return Err(WriteError::Link);
    }
    let real = fs::canonicalize(path)?;
    let inside = |directory: &PathBuf| fs::canonicalize(directory).is_ok_and(|root| real.starts_with(root));
    if !directories.iter().any(inside) {
        return Err(WriteError::Outside);
    }
    match (data.is_file(), data.permissions().readonly()) {
        (false, _) => Err(WriteError::NoFile),
        (true, true) => Err(WriteError::ReadOnly),
        (true, false) => Ok(()),
    }
}

/// Writes a file that still says what was read: a new file beside it takes its mode and then its place, so that it is
/// never half written.
///
/// # Errors
/// It says something else now, or cannot be written; then it is as it was.
pub fn write(path: &Path, before: &str, after: &str) -> Result<(), WriteError> {
    let data = fs::symlink_metadata(path)?;
    let name = path.file_name().ok_or(WriteError::NoFile)?.to_string_lossy().into_owned();
    let beside = path.with_file_name(format!(".{name}.plimsoll-{}", std::process::id()));
    let written = write_beside(&beside, after, &data).and_then(|()| {
        if fs::read(path)? != before.as_bytes() {
            return Err(WriteError::Changed);
        }
        Ok(fs::rename(&beside, path)?)
    });
    if written.is_err() {
        // What cannot be removed was not made.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_beside(path: &Path, text: &str, like: &fs::Metadata) -> Result<(), WriteError> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // Only root may give files away; for others the file belongs to who fixes it.
        let _ = std::os::unix::fs::fchown(&file, Some(like.uid()), Some(like.gid()));
    }
    file.set_permissions(like.permissions())?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_meanwhile_stays_as_it_is() {
        let folder = std::env::temp_dir().join(format!("plimsoll-change-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("é.yaml");
        fs::write(&path, "theirs").unwrap();
        assert_eq!(write(&path, "read", "ours"), Err(WriteError::Changed));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(write(&path, "theirs", "ours"), Ok(()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
