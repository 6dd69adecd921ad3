//! Whether git ignores a path, by the `.gitignore` files of its repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::sidecar::repository_root;
use crate::source::{PathKind, SourceDb};

/// The `.gitignore` files of a repository, read as they are needed.
#[derive(Debug)]
pub struct Ignored<'a> {
    sources: &'a SourceDb,
    root: PathBuf,
    matchers: BTreeMap<PathBuf, Gitignore>,
}

impl<'a> Ignored<'a> {
    /// For the repository that a directory is in.
    pub fn new(sources: &'a SourceDb, directory: &Path) -> Ignored<'a> {
        Ignored { sources, root: repository_root(sources, directory), matchers: BTreeMap::new() }
    }

    /// Whether a pattern covers a path, which need not exist. Outside of the repository nothing is ignored. What git
    /// tracks already stays tracked whatever the patterns say; that cannot be seen here.
    pub fn is_ignored(&mut self, path: &Path) -> bool {
        let path = crate::source::normalize(path);
        let Ok(inside) = path.strip_prefix(&self.root) else { return false };
        let mut at = self.root.clone();
        let mut above = vec![at.clone()];
        let mut parts = inside.components().peekable();
        while let Some(part) = parts.next() {
            at.push(part);
            let is_directory = parts.peek().is_some() || self.sources.kind(&at) == PathKind::Directory;
            // What is in an ignored directory cannot be taken back.
            if self.covers(&above, &at, is_directory) {
                return true;
            }
            above.push(at.clone());
        }
        false
    }

    /// Whether the last pattern that matches, in the nearest `.gitignore` that has one, ignores a path.
    fn covers(&mut self, above: &[PathBuf], path: &Path, is_directory: bool) -> bool {
        for directory in above.iter().rev() {
            let matched = self.matcher(directory).matched(path, is_directory);
            if !matched.is_none() {
                return matched.is_ignore();
            }
        }
        false
    }

    fn matcher(&mut self, directory: &Path) -> &Gitignore {
        let sources = self.sources;
        self.matchers.entry(directory.to_path_buf()).or_insert_with(|| matcher(sources, directory))
    }
}

fn matcher(sources: &SourceDb, directory: &Path) -> Gitignore {
    let path = directory.join(".gitignore");
    let Ok(id) = sources.load(&path) else { return Gitignore::empty() };
    let mut builder = GitignoreBuilder::new(directory);
    for line in sources.file(id).text.trim_start_matches('\u{feff}').lines() {
        // A pattern that cannot be read matches nothing, as in git.
        let _ = builder.add_line(Some(path.clone()), line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/.git"), String::new());
        let root = "# é\r\n.env\r\n*.key\r\n/secrets/\r\n!keep.key\r\n!/secrets/a\r\n";
        sources.overlay(Path::new("/r/.gitignore"), root.to_owned());
        sources.overlay(Path::new("/r/deploy/.gitignore"), "!.env\nlocal\n".to_owned());
        let mut ignored = Ignored::new(&sources, Path::new("/r/deploy"));
        let mut check = |path: &str, expect: bool| assert_eq!(ignored.is_ignored(Path::new(path)), expect, "{path}");
        check("/r/.env", true);
        check("/r/a/b/.env", true);
        check("/r/deploy/.env", false);
        check("/r/deploy/local", true);
        check("/r/local", false);
        check("/r/x.key", true);
        check("/r/keep.key", false);
        check("/r/secrets/a", true);
        check("/r/deploy/secrets/a", false);
        check("/r/deploy/../.env", true);
        check("/elsewhere/.env", false);
        check("/r", false);
    }
}
