//! What git knows of a repository: the one program that plimsoll runs, and only where `--since` asks for it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::{LoadError, MAX_FILE_BYTES};

/// A repository.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    root: PathBuf,
}

/// How a file differs from an earlier commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was not there.
    Added,
    /// It had this text.
    Modified(Result<String, LoadError>),
    /// It is gone, and had this text.
    Deleted(Result<String, LoadError>),
    /// It stood at another path, with this text.
    Renamed(PathBuf, Result<String, LoadError>),
}

/// A line of `git diff --raw`.
struct Raw {
    status: u8,
    /// Whether it was a file, not a link or a repository inside of this one.
    was_file: bool,
    old_blob: String,
    old_path: PathBuf,
    path: PathBuf,
}

impl Git {
    /// The repository that a directory is in.
    ///
    /// # Errors
    /// There is no git, or no repository.
    pub(crate) fn at(directory: &Path) -> Result<Git, String> {
        let output = run(directory, &["rev-parse", "--show-toplevel"], b"").map_err(|error| {
            let is_none = error.contains("not a git repository");
            if is_none {
                format!("`--since` needs a git repository, and {} is in none", directory.display())
            } else {
                error
            }
        })?;
        let root = output.strip_suffix(b"\n").unwrap_or(&output);
        Ok(Git { root: path_of(root) })
    }

    /// The commit where the present state and a revision have parted.
    ///
    /// # Errors
    /// The revision is not known, or the two have nothing in common.
    pub(crate) fn base(&self, revision: &str) -> Result<String, String> {
        let commit = format!("{revision}^{{commit}}");
        let known = run(&self.root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], b"");
        let known = known.map_err(|_| format!("git knows no commit `{revision}` here: fetch it first"))?;
        let known = String::from_utf8_lossy(&known).trim().to_owned();
        let base = run(&self.root, &["merge-base", &known, "HEAD"], b"").map_err(|_| {
            format!("`{revision}` and the present state have no commit in common: fetch more of the history")
        })?;
        Ok(String::from_utf8_lossy(&base).trim().to_owned())
    }

    /// The files, by absolute path, in which the working tree differs from a commit; files that git does not track yet
    /// are added ones, those that it ignores are the same.
    ///
    /// # Errors
    /// In the words of git.
    pub(crate) fn changes(&self, commit: &str) -> Result<Vec<(PathBuf, Change)>, String> {
        let diff = ["diff", "--raw", "-z", "-M", "--no-abbrev", "--no-ext-diff", "--ignore-submodules", commit, "--"];
        let raws = raws(&run(&self.root, &diff, b"")?);
        let untracked = run(&self.root, &["ls-files", "-z", "--others", "--exclude-standard"], b"")?;
        let untracked = untracked.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(path_of);
        let mut texts = self.texts(&raws)?.into_iter();
        let mut changes: Vec<(PathBuf, Change)> = Vec::new();
        for raw in raws {
            let path = self.root.join(&raw.path);
            let text = if needs_text(&raw) { texts.next() } else { None };
            match (raw.status, text) {
                (b'A', _) => changes.push((path, Change::Added)),
                (b'D', Some(text)) => changes.push((path, Change::Deleted(text))),
                (b'R', Some(text)) => changes.push((path, Change::Renamed(self.root.join(&raw.old_path), text))),
                (_, Some(text)) => changes.push((path, Change::Modified(text))),
                _ => {}
            }
        }
        changes.extend(untracked.map(|path| (self.root.join(path), Change::Added)));
        Ok(changes)
    }

    /// The earlier text of each change that has one, in order.
    fn texts(&self, raws: &[Raw]) -> Result<Vec<Result<String, LoadError>>, String> {
        let wanted: Vec<&str> = raws.iter().filter(|raw| needs_text(raw)).map(|raw| raw.old_blob.as_str()).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let input: String = wanted.iter().map(|blob| format!("{blob}\n")).collect();
        let output = run(&self.root, &["cat-file", "--batch"], input.as_bytes())?;
        let mut rest = output.as_slice();
        wanted.iter().map(|_| next_blob(&mut rest).ok_or("git gave an answer that cannot be read".to_owned())).collect()
    }
}

fn needs_text(raw: &Raw) -> bool {
    raw.was_file && raw.status != b'A'
}

/// `<hash> blob <size>`, a line break, the bytes, a line break.
fn next_blob(rest: &mut &[u8]) -> Option<Result<String, LoadError>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (head, behind) = rest.split_at_checked(end)?;
    let size: usize = std::str::from_utf8(head).ok()?.rsplit(' ').next()?.parse().ok()?;
    let (bytes, behind) = behind.get(1..)?.split_at_checked(size)?;
    *rest = behind.get(1..)?;
    if size as u64 > MAX_FILE_BYTES {
        return Some(Err(LoadError::TooLarge(size as u64)));
    }
    Some(String::from_utf8(bytes.to_vec()).map_err(|error| LoadError::NotUtf8(error.utf8_error().valid_up_to())))
}

/// `:<mode> <mode> <hash> <hash> <status>`, a zero byte, the path, a zero byte; of a renamed file both paths.
fn raws(output: &[u8]) -> Vec<Raw> {
    let mut pieces = output.split(|byte| *byte == 0);
    let mut raws = Vec::new();
    while let Some(head) = pieces.next().filter(|head| !head.is_empty()) {
        let head = String::from_utf8_lossy(head).into_owned();
        let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let [old_mode, _, old_blob, _, status] = words.as_slice() else { break };
        let Some(first) = pieces.next() else { break };
        let status = status.bytes().next().unwrap_or_default();
        let path = if status == b'R' || status == b'C' { pieces.next().unwrap_or(first) } else { first };
        raws.push(Raw {
            status: if status == b'C' { b'A' } else { status },
            was_file: old_mode.starts_with("100"),
            old_blob: (*old_blob).to_owned(),
            old_path: path_of(first),
            path: path_of(path),
        });
    }
    raws
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// Runs git in a directory. Nothing that the repository configures is run by it.
fn run(directory: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotepath=false"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "`--since` needs the program `git`, which is not here".to_owned(),
            _ => format!("`git` cannot be run: {error}"),
        })?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // Git may answer before it has read everything.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(|error| format!("`git` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let words = words.lines().next().unwrap_or("it failed").trim_start_matches("fatal: ");
    Err(format!("git: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_they_are() {
        let output = b":100644 100644 aa bb M\0odd \"\n name\0:100644 100644 cc dd R090\0old\0new\0:000000 100644 00 ee A\0\xc3\xa9\0";
        let raws = raws(output);
        let seen: Vec<_> =
            raws.iter().map(|raw| (raw.status, raw.old_path.to_str().unwrap(), raw.path.to_str().unwrap())).collect();
        assert_eq!(seen, [(b'M', "odd \"\n name", "odd \"\n name"), (b'R', "old", "new"), (b'A', "é", "é")]);
        assert_eq!(raws.iter().map(needs_text).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn blobs_are_cut_by_their_size() {
        let mut rest: &[u8] = b"aa blob 3\na\nb\nbb blob 1\n\xff\ncc missing\n";
        assert_eq!(next_blob(&mut rest), Some(Ok("a\nb".to_owned())));
        assert_eq!(next_blob(&mut rest), Some(Err(LoadError::NotUtf8(0))));
        assert_eq!(next_blob(&mut rest), None);
    }
}
