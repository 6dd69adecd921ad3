//! What git knows about a repository: the only program that plimsoll runs, and only for `--since` and the like.

mod blobs;
pub(super) mod index;
mod listing;
mod process;
pub(super) mod programs;
mod renames;
pub(super) mod repository;
mod worktree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{LoadError, normalize};
use blobs::BlobText;
use listing::{CommitTree, Present};
use process::GitProgram;
use renames::Candidate;
use repository::GitRepository;

/// What to do about a history that ends too early.
const SHALLOW: &str =
    "this clone is shallow; fetch the whole history (`git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout)";

/// A repository.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    repository: GitRepository,
    program: GitProgram,
}

/// How a file differs from an earlier commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GitChange {
    /// It was not there.
    Added,
    /// It had this text.
    Modified(Result<String, LoadError>),
    /// It is gone, and had this text.
    Deleted(Result<String, LoadError>),
    /// It was at another path, with this text.
    Renamed(PathBuf, Result<String, LoadError>),
}

impl Git {
    /// The repository that a directory is in.
    ///
    /// # Errors
    /// There is no git, no repository, or one that git does not trust because of its owner.
    pub(crate) fn at(directory: &Path) -> Result<Git, String> {
        let none = || {
            format!("comparing with a revision requires a git repository, but {} is not in one", directory.display())
        };
        let repository = repository::find(&normalize(directory)).ok_or_else(none)?;
        let program = GitProgram::new(&repository.root)?;
        let mut git = Git { repository, program };
        let ask = |git: &Git| git.program.output(&["rev-parse", "--absolute-git-dir"]);
        let answer = ask(&git).or_else(|error| {
            if !is_distrust(&error) {
                return Err(error);
            }
            git.program.trust_as_configured();
            ask(&git)
        });
        let answer = answer.map_err(|error| match error {
            error if error.contains("not a git repository") => none(),
            error if is_distrust(&error) => {
                format!("{error}: if you trust it, add it with `git config --global --add safe.directory`")
            }
            error => error,
        })?;
        let opened = path_of(answer.strip_suffix(b"\n").unwrap_or(&answer));
        let real = |path: &Path| fs::canonicalize(path).ok();
        if real(&opened).is_none() || real(&opened) != real(&git.repository.git_directory) {
            return Err(none());
        }
        Ok(git)
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// The revision is not known.
    pub(crate) fn commit(&self, revision: &str) -> Result<String, String> {
        let commit = format!("{revision}^{{commit}}");
        let known = self.program.output(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
        let known = known.map_err(|_| match (revision, self.is_shallow()) {
            ("HEAD", _) => "the repository has no commit yet".to_owned(),
            (_, true) => format!("unknown git revision `{revision}`: {SHALLOW}"),
            (_, false) => format!("unknown git revision `{revision}`: fetch it first"),
        })?;
        Ok(String::from_utf8_lossy(&known).trim().to_owned())
    }

    /// The commit where the present state and a revision have parted.
    ///
    /// # Errors
    /// The revision is not known, or the two have nothing in common.
    pub(crate) fn base(&self, revision: &str) -> Result<String, String> {
        let known = self.commit(revision)?;
        let base = self.program.output(&["merge-base", &known, "HEAD"]).map_err(|_| {
            let rest = if self.is_shallow() { SHALLOW } else { "fetch more of the history" };
            format!("`{revision}` and HEAD have no common ancestor: {rest}")
        })?;
        Ok(String::from_utf8_lossy(&base).trim().to_owned())
    }

    /// Whether the clone lacks the older history.
    fn is_shallow(&self) -> bool {
        repository::common_directory(&self.repository.git_directory).join("shallow").is_file()
    }

    /// The files, by absolute path, in which the working tree differs from a commit; files that git does not track yet
    /// are added ones, those that it ignores are the same.
    ///
    /// # Errors
    /// In the words of git.
    pub(crate) fn changes(&self, commit: &str) -> Result<Vec<(PathBuf, GitChange)>, String> {
        let (tree, present) = self.listings(commit)?;
        let root = &self.repository.root;
        let index = self.repository.git_directory.join("index");
        let difference = worktree::difference(root, &index, &tree, &present);
        let mut texts = self.texts(&tree, difference.modified.iter().chain(&difference.gone))?;
        let gone = texts.split_off(difference.modified.len());
        let renamed = self.renamed(&gone, &difference.arrived);
        let mut added = difference.added;
        let mut changes: Vec<(PathBuf, GitChange)> =
            texts.into_iter().map(|(path, text)| (root.join(path), GitChange::Modified(text))).collect();
        for (path, text) in gone {
            match renamed.get(&path) {
                Some(now) => {
                    changes.push((root.join(now), GitChange::Renamed(root.join(path), text)));
                    added.remove(now);
                }
                None => changes.push((root.join(path), GitChange::Deleted(text))),
            }
        }
        changes.extend(added.iter().map(|path| (root.join(path), GitChange::Added)));
        Ok(changes)
    }

    fn listings(&self, commit: &str) -> Result<(CommitTree, Present), String> {
        let unreadable = || "cannot parse the output of git".to_owned();
        let tree = self.program.output(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let files = ["ls-files", "-z", "-t", "--stage", "--debug", "--cached", "--others", "--exclude-standard"];
        let present = self.program.output(&files)?;
        let tree = listing::tree(&tree).ok_or_else(unreadable)?;
        Ok((tree, listing::present(&present).ok_or_else(unreadable)?))
    }

    /// The earlier texts of files, with their paths below the root.
    fn texts<'a>(
        &self,
        tree: &CommitTree,
        paths: impl Iterator<Item = &'a PathBuf>,
    ) -> Result<Vec<(PathBuf, BlobText)>, String> {
        let (paths, blobs): (Vec<&PathBuf>, Vec<&str>) =
            paths.filter_map(|path| Some((path, tree.files.get(path)?.as_str()))).unzip();
        let texts = blobs::texts(&self.program, &blobs)?;
        let or_missing = |text: Option<BlobText>| text.unwrap_or(Err(LoadError::NotFetched));
        Ok(paths.into_iter().cloned().zip(texts.into_iter().map(or_missing)).collect())
    }

    /// The new names of files that are gone.
    fn renamed(&self, gone: &[(PathBuf, BlobText)], arrived: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, PathBuf> {
        let texts = gone.iter().filter_map(|(path, text)| Some((path, text.as_ref().ok()?)));
        let then: Vec<Candidate<'_>> = texts.map(|(path, text)| Candidate::new(path, text.as_bytes())).collect();
        let read = |path: &PathBuf| fs::read(self.repository.root.join(path)).ok();
        let now: Vec<Candidate<'_>> =
            arrived.iter().filter_map(|path| Some(Candidate::new(path, &read(path)?))).collect();
        let pairs = renames::renames(&then, &now).into_iter();
        let paths =
            |(from, to): (usize, usize)| Some((then.get(from)?.path.to_path_buf(), now.get(to)?.path.to_path_buf()));
        pairs.filter_map(paths).collect()
    }
}

/// Git's words about a repository of another owner.
fn is_distrust(error: &str) -> bool {
    error.contains("dubious ownership") || error.contains("unsafe repository")
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
