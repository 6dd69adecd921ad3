//! Whether git ignores a path.
//!
//! The index wins: what git tracks is never ignored. Otherwise the `.gitignore` files from the root of the repository down
//! to the path decide, the nearest first, then `.git/info/exclude`. What the user ignores in all repositories, and ignore
//! files above the repository, do not count: another machine would judge other files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::git::index::{self, Tracked};
use super::path::normal;
use super::{PathKind, SourceDb};

/// The longest ignore file that is read, in bytes. A longer one has no effect, so that more is judged, not less.
const MOST_BYTES: usize = 256 * 1024;

/// The patterns that decide about the entries of a directory, the nearest first.
#[derive(Clone, Debug, Default)]
pub(super) struct IgnorePatterns(Option<Arc<Layer>>);

/// The patterns of one file, and those that it takes precedence over.
#[derive(Debug)]
struct Layer {
    patterns: Arc<Gitignore>,
    outer: IgnorePatterns,
}

impl IgnorePatterns {
    /// The same with those of a file in front, if it has any.
    fn with(self, patterns: Option<Arc<Gitignore>>) -> IgnorePatterns {
        match patterns {
            Some(patterns) => IgnorePatterns(Some(Arc::new(Layer { patterns, outer: self }))),
            None => self,
        }
    }

    /// Whether there are any.
    pub(super) fn are_any(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the last pattern that matches ignores a path, whatever directory it is in.
    pub(super) fn ignore(&self, path: &Path, is_directory: bool) -> bool {
        let mut layer = &self.0;
        while let Some(one) = layer {
            match one.patterns.matched(path, is_directory) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => layer = &one.outer.0,
            }
        }
        false
    }
}

/// What git does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InGit {
    /// It is in the repository.
    Tracked,
    /// The next `git add` adds it.
    Untracked,
    /// It stays out.
    Ignored,
    /// There is no repository.
    Nowhere,
}

impl SourceDb {
    /// What git does with a file.
    pub(crate) fn in_git(&self, path: &Path) -> InGit {
        let path = &*normal(path);
        let Some(root) = path.parent().and_then(|above| self.repository(above)) else { return InGit::Nowhere };
        let Ok(inside) = path.strip_prefix(&root) else { return InGit::Nowhere };
        if self.tracked(&root).contains(inside) {
            InGit::Tracked
        } else if self.is_ignored(path, &root) {
            InGit::Ignored
        } else {
            InGit::Untracked
        }
    }

    /// Whether git keeps a file as executable; `None` where it does not track it.
    pub(crate) fn is_executable_in_git(&self, path: &Path) -> Option<bool> {
        let path = &*normal(path);
        let root = self.repository(path.parent()?)?;
        self.tracked(&root).is_executable(path.strip_prefix(&root).ok()?)
    }

    /// Whether the `.dockerignore` of a build context leaves a path out. Its patterns begin at the context
    /// (<https://docs.docker.com/build/concepts/context/#dockerignore-files>).
    pub(crate) fn is_docker_ignored(&self, context: &Path, path: &Path) -> bool {
        let ignore = context.join(".dockerignore");
        let Ok(file) = self.load(&ignore) else { return false };
        let anchored = |line: &str| {
            let line = line.trim();
            let (sign, pattern) = line.strip_prefix('!').map_or(("", line), |pattern| ("!", pattern));
            match pattern {
                "" => String::new(),
                comment if comment.starts_with('#') => String::new(),
                open if open.starts_with("**") => format!("{sign}{open}"),
                pattern => format!("{sign}/{}", pattern.trim_start_matches("./").trim_start_matches('/')),
            }
        };
        let text: Vec<String> = self.file(file).text.lines().map(anchored).collect();
        let Some(patterns) = compiled(context, &ignore, &text.join("\n")) else { return false };
        matches!(patterns.matched_path_or_any_parents(path, false), Match::Ignore(_))
    }

    /// Whether git ignores a path, which need not exist. Of a path in no repository the patterns in and below `base`
    /// decide; outside of it nothing is ignored.
    pub(crate) fn is_ignored(&self, path: &Path, base: &Path) -> bool {
        let path = &*normal(path);
        let Some(root) = self.ignore_root(path, base) else { return false };
        let Ok(inside) = path.strip_prefix(&root) else { return false };
        let depth = inside.components().count();
        let mut above: Vec<&Path> = path.ancestors().take(depth + 1).collect();
        above.reverse();
        let mut patterns = self.exclude(&root);
        // What is in an ignored directory cannot be taken back.
        let covered = above.iter().zip(above.iter().skip(1)).any(|(outer, inner)| {
            patterns = std::mem::take(&mut patterns).with(self.gitignore(outer));
            patterns.0.is_some() && patterns.ignore(inner, *inner != path || self.kind(inner) == PathKind::Directory)
        });
        covered && !self.tracked(&root).contains(inside)
    }

    /// Where the patterns about a path begin.
    fn ignore_root(&self, path: &Path, base: &Path) -> Option<PathBuf> {
        let above = path.parent()?;
        self.repository(above).or_else(|| above.starts_with(base).then(|| base.to_path_buf()))
    }

    /// The patterns about the entries of a directory, by the files from a root down to it.
    pub(super) fn patterns(&self, root: &Path, directory: &Path) -> IgnorePatterns {
        let depth = directory.strip_prefix(root).map_or(0, |inside| inside.components().count());
        let mut above: Vec<&Path> = directory.ancestors().take(depth + 1).collect();
        above.reverse();
        above.iter().fold(self.exclude(root), |outer, directory| outer.with(self.gitignore(directory)))
    }

    /// The same for a directory below one whose patterns are known.
    pub(super) fn patterns_below(&self, outer: &IgnorePatterns, directory: &Path) -> IgnorePatterns {
        outer.clone().with(self.gitignore(directory))
    }

    /// Which files git tracks in the repository with this root.
    pub(super) fn tracked(&self, root: &Path) -> Arc<Tracked> {
        self.shared.tracked.get(root, || Arc::new(Tracked::read(root)))
    }

    /// The patterns of the `.gitignore` of a directory.
    fn gitignore(&self, directory: &Path) -> Option<Arc<Gitignore>> {
        let path = directory.join(".gitignore");
        // Loaded each time, so that a noting handle sees it.
        let file = self.load(&path).ok();
        let read = || compiled(directory, &path, &self.file(file?).text);
        self.shared.caches.patterns.get(directory, || read().map(Arc::new))
    }

    /// The patterns of `.git/info/exclude`.
    fn exclude(&self, root: &Path) -> IgnorePatterns {
        let path = root.join(".git/info/exclude");
        let read = || compiled(root, &path, &index::exclude(root)?);
        let patterns = self.shared.caches.patterns.get(&path, || read().map(Arc::new));
        IgnorePatterns::default().with(patterns)
    }
}

/// The patterns in a text, relative to a directory; nothing where there are none.
fn compiled(directory: &Path, path: &Path, text: &str) -> Option<Gitignore> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let mut builder = GitignoreBuilder::new(directory);
    for line in text.trim_start_matches('\u{feff}').lines() {
        // A pattern that cannot be read matches nothing, as in git.
        let _ = builder.add_line(Some(path.to_path_buf()), line);
    }
    builder.build().ok().filter(|patterns| !patterns.is_empty())
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
        sources.overlay(Path::new("/.gitignore"), "*\n".to_owned());
        sources.overlay(Path::new("/r/inner/.git"), String::new());
        let check = |path: &str, expect: bool| {
            assert_eq!(sources.is_ignored(Path::new(path), Path::new("/r/deploy")), expect, "{path}");
        };
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
        check("/r/inner/.env", false);
        check("/elsewhere/.env", false);
        check("/r", false);
    }

    #[test]
    fn without_a_repository_patterns_begin_at_the_base() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/nowhere/.gitignore"), "*\n".to_owned());
        sources.overlay(Path::new("/nowhere/a/.gitignore"), ".env\n".to_owned());
        let check = |path: &str, base: &str, expect: bool| {
            assert_eq!(sources.is_ignored(Path::new(path), Path::new(base)), expect, "{path} {base}");
        };
        check("/nowhere/a/x", "/nowhere/a", false);
        check("/nowhere/a/.env", "/nowhere/a", true);
        check("/nowhere/a/x", "/nowhere", true);
        check("/nowhere/.env", "/nowhere/a", false);
    }

    #[test]
    fn a_very_long_ignore_file_has_no_effect() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/nowhere/.gitignore"), "*\n".repeat(MOST_BYTES / 2 + 1));
        assert!(!sources.is_ignored(Path::new("/nowhere/x"), Path::new("/nowhere")));
    }
}
