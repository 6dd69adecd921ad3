//! Files that plimsoll makes itself.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Makes a file that is not there yet.
///
/// # Errors
/// Something is at the path already (`AlreadyExists`), or it cannot be written.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Makes a file, or puts another in its place: all of it or nothing. What follows a symbolic link stays one.
///
/// # Errors
/// It cannot be written; then what was there stays.
pub fn store(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if fs::metadata(&target).is_ok_and(|data| data.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let temporary = beside(&target);
    let written = create(&temporary, text).and_then(|()| {
        if let Ok(data) = fs::metadata(&target) {
            fs::set_permissions(&temporary, data.permissions())?;
        }
        fs::rename(&temporary, &target)
    });
    if written.is_err() {
        // What is left of it helps nobody; that it cannot be taken away changes nothing.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Puts another text in the place of the one that was read.
///
/// # Errors
/// The file has changed since, is a symbolic link, or cannot be written.
pub fn rewrite(path: &Path, before: &str, after: &str) -> io::Result<()> {
    if fs::symlink_metadata(path)?.file_type().is_symlink() {
        return Err(io::Error::other("is a symbolic link, and is left alone"));
    }
    if fs::read(path)? != before.as_bytes() {
        return Err(io::Error::other("has changed meanwhile, and is left alone"));
    }
    store(path, after)
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}
