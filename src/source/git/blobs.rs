//! The contents of files in git: hashes, computed here, and texts.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::process::GitProgram;
use crate::source::read::text;
use crate::source::{LoadError, MAX_FILE_BYTES};

/// A text that git keeps, or why it is none.
pub(super) type BlobText = Result<String, LoadError>;

/// Whether a file has the content with this hash, as it is on disk, without any filter. A file too large for plimsoll is
/// not read and counts as another one.
pub(super) fn is_same(path: &Path, size: u64, blob: &str) -> bool {
    if size > MAX_FILE_BYTES {
        return false;
    }
    let hash = match blob.len() {
        40 => hash::<Sha1>(path, size),
        _ => hash::<Sha256>(path, size),
    };
    hash.is_ok_and(|hash| hash == blob)
}

/// `blob <size>`, a zero byte, the content.
fn hash<Algorithm: Digest>(path: &Path, size: u64) -> io::Result<String> {
    let mut algorithm = Algorithm::new();
    algorithm.update(format!("blob {size}\0"));
    let mut file = File::open(path)?.take(size + 1);
    let mut buffer = [0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        algorithm.update(bytes);
    }
    Ok(algorithm.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The texts with these hashes, in order; nothing for one that this repository does not hold.
pub(super) fn texts(program: &GitProgram, blobs: &[&str]) -> Result<Vec<Option<BlobText>>, String> {
    if blobs.is_empty() {
        return Ok(Vec::new());
    }
    let input: String = blobs.iter().map(|blob| format!("{blob}\n")).collect();
    program.answer(&["cat-file", "--batch"], input.as_bytes(), |output| {
        let unreadable = |_| "git gave an answer that cannot be read".to_owned();
        blobs.iter().map(|_| next(output).map_err(unreadable)).collect()
    })
}

/// `<hash> blob <size>`, a line break, the bytes, a line break; or `<hash> missing` and a line break.
fn next(output: &mut impl BufRead) -> io::Result<Option<BlobText>> {
    let mut head = String::new();
    output.take(1024).read_line(&mut head)?;
    let head = head.strip_suffix('\n').ok_or(io::ErrorKind::UnexpectedEof)?;
    if head.ends_with(" missing") {
        return Ok(None);
    }
    let size = head.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let text = if size > MAX_FILE_BYTES {
        if io::copy(&mut output.take(size), &mut io::sink())? < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Err(LoadError::TooLarge(size))
    } else {
        let mut bytes = vec![0; size as usize];
        output.read_exact(&mut bytes)?;
        text(bytes)
    };
    output.read_exact(&mut [0])?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn contents_are_cut_by_their_size() {
        let large = MAX_FILE_BYTES + 1;
        let mut output = b"aa blob 3\na\nb\nbb blob 1\n\xff\ncc missing\n".to_vec();
        output.extend(format!("dd blob {large}\n{}\nee blob 0\n\nff blob 9\nx", "x".repeat(large as usize)).bytes());
        let mut output = output.as_slice();
        let mut next = || next(&mut output);
        assert_eq!(next().unwrap(), Some(Ok("a\nb".to_owned())));
        assert_eq!(next().unwrap(), Some(Err(LoadError::NotUtf8(0))));
        assert_eq!(next().unwrap(), None);
        assert_eq!(next().unwrap(), Some(Err(LoadError::TooLarge(large))));
        assert_eq!(next().unwrap(), Some(Ok(String::new())));
        assert!(next().is_err());
    }

    #[test]
    fn hashes_are_those_of_git() {
        let path = std::env::temp_dir().join(format!("plimsoll-blob-{}", std::process::id()));
        fs::write(&path, "hello\n").unwrap();
        let sha1 = "ce013625030ba8dba906f756967f9e9ca394464a";
        let sha256 = "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4";
        assert!(is_same(&path, 6, sha1) && is_same(&path, 6, sha256));
        assert!(!is_same(&path, 5, sha1), "it has grown meanwhile");
        assert!(!is_same(&path, MAX_FILE_BYTES + 1, sha1));
        assert!(!is_same(&path.with_extension("none"), 6, sha1));
        fs::remove_file(&path).unwrap();
    }
}
