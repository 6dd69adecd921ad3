//! Whether git ignores a path, by the `.gitignore` files of its repository.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::app_config::repository_root;
use crate::collections::HashMap;
use crate::source::{FileId, PathKind, SourceDb};

/// The `.gitignore` files of a repository, read as they are needed.
#[derive(Debug)]
pub(crate) struct Ignored<'a> {
    sources: &'a SourceDb,
    root: PathBuf,
    matchers: HashMap<OsString, Arc<Option<Gitignore>>>,
}

impl<'a> Ignored<'a> {
    /// For the repository that a directory is in.
    pub(crate) fn new(sources: &'a SourceDb, directory: &Path) -> Ignored<'a> {
        Ignored { sources, root: repository_root(sources, directory), matchers: HashMap::default() }
    }

    /// Whether a pattern covers a path, which need not exist. Outside of the repository nothing is ignored. What git
    /// tracks already stays tracked whatever the patterns say; that cannot be seen here.
    pub(crate) fn is_ignored(&mut self, path: &Path) -> bool {
        let path = crate::source::normalize(path);
        let Ok(inside) = path.strip_prefix(&self.root) else { return false };
        let depth = inside.components().count();
        let mut above: Vec<&Path> = path.ancestors().take(depth + 1).collect();
        above.reverse();
        // What is in an ignored directory cannot be taken back.
        (1..above.len()).any(|at| match above.split_at_checked(at) {
            Some((outer, [inner, rest @ ..])) => self.covers(outer, inner, !rest.is_empty()),
            _ => false,
        })
    }

    /// Whether the last pattern that matches, in the nearest `.gitignore` that has one, ignores a path.
    fn covers(&mut self, above: &[&Path], path: &Path, holds_others: bool) -> bool {
        let sources = self.sources;
        for directory in above.iter().rev() {
            let Some(matcher) = self.matcher(directory) else { continue };
            let is_directory = holds_others || sources.kind(path) == PathKind::Directory;
            let matched = matcher.matched(path, is_directory);
            if !matched.is_none() {
                return matched.is_ignore();
            }
        }
        false
    }

    fn matcher(&mut self, directory: &Path) -> Option<&Gitignore> {
        let directory = directory.as_os_str();
        if !self.matchers.contains_key(directory) {
            self.matchers.insert(directory.to_owned(), matcher(self.sources, Path::new(directory)));
        }
        self.matchers.get(directory)?.as_ref().as_ref()
    }
}

/// The patterns of a directory; nothing where it has none.
fn matcher(sources: &SourceDb, directory: &Path) -> Arc<Option<Gitignore>> {
    let path = directory.join(".gitignore");
    // Loaded each time, so that a noting handle sees it.
    let file = sources.load(&path).ok();
    sources.gitignore(directory, || read(sources, directory, path, file?))
}

fn read(sources: &SourceDb, directory: &Path, path: PathBuf, id: FileId) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(directory);
    for line in sources.file(id).text.trim_start_matches('\u{feff}').lines() {
        // A pattern that cannot be read matches nothing, as in git.
        let _ = builder.add_line(Some(path.clone()), line);
    }
    builder.build().ok()
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
