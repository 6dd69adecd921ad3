//! Reads regular files only, and no more than the limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::fence::is_handed_over;
use super::{LoadError, MAX_FILE_BYTES};

/// The file that is always empty, wherever it is named.
const EMPTY: &str = "/dev/null";

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, LoadError> {
    read_most(path, MAX_FILE_BYTES)
}

/// The text of a file that has at most this many bytes.
pub(super) fn read_most(path: &Path, most: u64) -> Result<String, LoadError> {
    let (file, size) = open(path, most)?;
    let mut bytes = Vec::with_capacity(size as usize + 1);
    // A file may grow, and one that the system makes up has no size.
    let length = file.take(most + 1).read_to_end(&mut bytes).map_err(|error| LoadError::from(&error))?;
    if length as u64 > most {
        return Err(LoadError::TooLarge(length as u64));
    }
    text(bytes)
}

/// Bytes as text.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, LoadError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(LoadError::Utf16);
    }
    String::from_utf8(bytes).map_err(|error| LoadError::NotUtf8(error.utf8_error().valid_up_to()))
}

/// The first bytes of a file.
pub(super) fn start(path: &Path, most: u64) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    open(path, u64::MAX)?.0.take(most).read_to_end(&mut bytes).map_err(|error| LoadError::from(&error))?;
    Ok(bytes)
}

/// Opens what can be read to its end and is not too large, and gives its size. A named pipe would wait for a writer that never comes.
fn open(path: &Path, most: u64) -> Result<(File, u64), LoadError> {
    let data = std::fs::metadata(path).map_err(|error| LoadError::from(&error))?;
    if data.is_dir() {
        return Err(LoadError::Directory);
    }
    if !data.is_file() && !is_handed_over(path) && path != Path::new(EMPTY) {
        return Err(LoadError::NotRegular);
    }
    if data.len() > most {
        return Err(LoadError::TooLarge(data.len()));
    }
    Ok((File::open(path).map_err(|error| LoadError::from(&error))?, data.len()))
}

impl From<&io::Error> for LoadError {
    fn from(error: &io::Error) -> LoadError {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => LoadError::Missing,
            _ => LoadError::Io(error.to_string()),
        }
    }
}

/// All of standard input.
///
/// # Errors
/// When it cannot be read, is longer than a file may be, or is not UTF-8.
pub(crate) fn standard_input() -> io::Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other(format!("more than {MAX_FILE_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("stream did not contain valid UTF-8"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_an_end_is_read() {
        assert_eq!(read(Path::new("/dev/zero")), Err(LoadError::NotRegular));
        assert_eq!(read(Path::new("/dev/null")), Ok(String::new()));
        assert_eq!(read(Path::new("/")), Err(LoadError::Directory));
        assert_eq!(read(Path::new("/nowhere/x")), Err(LoadError::Missing));
        assert_eq!(start(Path::new("/dev/zero"), 4), Err(LoadError::NotRegular));
    }
}
