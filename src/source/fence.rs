//! The fence: which files may be read. Links are followed before a path is judged, so that none leads out.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::git::repository;
use super::path::{normal, normalize};
use super::write::{WriteError, put};
use super::{EntryKind, LoadError, PathKind, SourceDb};

/// The directory that git keeps its own files in.
pub(super) const GIT: &str = ".git";

/// Where files are that the system makes up: devices, and what it knows of processes.
const MADE_UP: [&str; 3] = ["/dev", "/proc", "/sys"];

/// Where a process that calls this one hands over a file of its own (`<(…)` in a shell, `/dev/stdin`).
const HANDED_OVER: [&str; 3] = ["/dev/fd", "/dev/stdin", "/proc/self/fd"];

/// What may be read: everything in some directories but what git keeps there, and files that were named one by one.
#[derive(Clone, Debug, Default)]
pub(super) struct Fence {
    /// The directories, links followed; none where there is no limit.
    directories: Vec<PathBuf>,
    /// What git keeps in other places than `.git`, links followed.
    closed: Vec<PathBuf>,
    /// Files outside of the directories that the command line names.
    files: Vec<PathBuf>,
    /// All paths that the command line names.
    named: Vec<PathBuf>,
}

/// Where a path leads, as far as it is there, and how that lies to the fence.
#[derive(Clone, Debug)]
pub(super) struct Real {
    /// Another path; nothing where links lead to the path itself, as nearly everywhere.
    elsewhere: Option<Box<Path>>,
    standing: FenceStatus,
}

impl Real {
    /// Where the path leads that this is known of.
    fn path<'p>(&'p self, own: &'p Path) -> &'p Path {
        self.elsewhere.as_deref().unwrap_or(own)
    }
}

/// How a path lies to the fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FenceStatus {
    Inside,
    Outside,
    OfGit,
}

impl Fence {
    fn standing(&self, real: &Path) -> FenceStatus {
        if self.closed.iter().any(|directory| real.starts_with(directory)) {
            return FenceStatus::OfGit;
        }
        if self.directories.is_empty() {
            return match MADE_UP.iter().any(|directory| real.starts_with(directory)) {
                true => FenceStatus::Outside,
                false => within(real),
            };
        }
        let inside = self.directories.iter().filter_map(|directory| real.strip_prefix(directory).ok());
        // Of directories in each other, the one that says less is enough.
        inside.map(within).fold(FenceStatus::Outside, |one, other| if one == FenceStatus::Inside { one } else { other })
    }
}

fn within(path: &Path) -> FenceStatus {
    let is_git = |part: Component<'_>| part.as_os_str().eq_ignore_ascii_case(GIT);
    if path.components().any(is_git) { FenceStatus::OfGit } else { FenceStatus::Inside }
}

/// Whether another process hands over what is at a path. It may be a pipe.
pub(super) fn is_handed_over(path: &Path) -> bool {
    HANDED_OVER.iter().any(|place| path.starts_with(place))
}

impl SourceDb {
    /// Lets nothing be read from now on but what is in the repositories of some places; a place in no repository is
    /// for itself. Files that are named besides may be read wherever they are, unless they are said to be in one of these
    /// repositories. Where neither the places nor `here` are in a repository, there is no limit. Overlays stay.
    pub(crate) fn enclose(&self, here: &Path, places: &[PathBuf], files: &[PathBuf]) {
        let here = [normalize(here)];
        let places = if places.is_empty() { &here[..] } else { places };
        let roots: Vec<Option<PathBuf>> = places.iter().map(|place| self.repository_of(place)).collect();
        let has_repository =
            roots.iter().any(Option::is_some) || here.iter().any(|here| self.repository_of(here).is_some());
        let mut fence = Fence::default();
        let mut named: Vec<PathBuf> = Vec::new();
        let mut more: Vec<&PathBuf> = files.iter().collect();
        for (place, root) in places.iter().zip(roots) {
            match root {
                Some(root) => {
                    let directories = repository::kept_by_git(&root).into_iter();
                    fence.closed.extend(directories.filter_map(|directory| std::fs::canonicalize(directory).ok()));
                    named.push(root);
                }
                None if has_repository && self.kind(place) == PathKind::Directory => named.push(place.clone()),
                None => more.push(place),
            }
        }
        if has_repository {
            fence.directories =
                named.iter().map(|directory| std::fs::canonicalize(directory).unwrap_or(directory.clone())).collect();
            more.retain(|file| !named.iter().any(|directory| file.starts_with(directory)));
        } else {
            more.retain(|file| MADE_UP.iter().any(|directory| file.starts_with(directory)));
        }
        fence.named = places.iter().chain(files).cloned().collect();
        fence.files = more.into_iter().cloned().collect();
        *self.shared.fence.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fence);
        self.shared.real.clear();
    }

    /// The repository that a place is in, by its words or else by where its links lead. A link in a repository that leads
    /// to another one does not open that one.
    fn repository_of(&self, place: &Path) -> Option<PathBuf> {
        let Some(mut root) = self.repository(place) else {
            return self.repository(&std::fs::canonicalize(place).ok()?);
        };
        let mut above = root.clone();
        while let Some(outer) = above.parent().and_then(|directory| self.repository(directory)) {
            if self.is_beyond(&root, Some(&outer)) {
                root.clone_from(&outer);
            }
            above = outer;
        }
        Some(root)
    }

    /// Writes an output of a run in a directory, wherever that may be, but not through a link out of a repository.
    ///
    /// # Errors
    /// See [`put`].
    pub(crate) fn put(&self, path: &Path, text: &str, here: &Path) -> Result<(), WriteError> {
        let directory = path.parent().and_then(|directory| self.repository_of(directory));
        let directories: Vec<PathBuf> =
            directory.into_iter().chain(self.repository_of(here)).chain([here.to_path_buf()]).collect();
        put(path, text, &directories)
    }

    /// Why nothing may be read at a path; nothing where it may.
    pub(crate) fn refusal(&self, path: &Path) -> Option<LoadError> {
        let path = &*normal(path);
        if self.is_astray(path) {
            return Some(LoadError::Outside);
        }
        let above = self.above(path);
        if above == FenceStatus::Inside && self.shared.directories.kind(path).is_some() {
            // It is not a link, so the directory says where it is.
            let is_git = path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(GIT));
            return is_git.then_some(LoadError::OfGit);
        }
        if self.is_named(path) {
            return None;
        }
        match self.real(path).standing {
            FenceStatus::Inside => None,
            FenceStatus::Outside => Some(LoadError::Outside),
            FenceStatus::OfGit => Some(LoadError::OfGit),
        }
    }

    /// Where a path leads, links followed as far as it is there.
    pub(crate) fn leads_to(&self, path: &Path) -> PathBuf {
        let path = &*normal(path);
        self.real(path).path(path).to_path_buf()
    }

    /// Whether a link in its repository leads to a file: what the file was at a revision says nothing then.
    pub(crate) fn is_linked(&self, path: &Path) -> bool {
        let inside = self.repository(path).and_then(|root| {
            let inside = path.strip_prefix(&root).ok()?;
            Some(self.leads_to(&root).join(inside))
        });
        inside.is_some_and(|inside| self.leads_to(path) != inside)
    }

    /// Whether the names in a directory may be read.
    pub(super) fn is_open(&self, directory: &Path) -> bool {
        !self.is_astray(directory) && self.real(directory).standing == FenceStatus::Inside
    }

    /// The directory of the fence that a directory is in; none where there is no choice.
    pub(super) fn home_of(&self, directory: &Path) -> Option<PathBuf> {
        let fence = Arc::clone(&self.shared.fence.read().unwrap_or_else(PoisonError::into_inner));
        if fence.directories.len() < 2 {
            return None;
        }
        let real = self.leads_to(directory);
        let around = fence.directories.iter().filter(|one| real.starts_with(one));
        around.max_by_key(|one| one.components().count()).cloned()
    }

    /// Whether a path leads out of the directory that this handle is for.
    pub(super) fn is_astray(&self, path: &Path) -> bool {
        let Some(home) = &self.home else { return false };
        let fence = Arc::clone(&self.shared.fence.read().unwrap_or_else(PoisonError::into_inner));
        !fence.named.iter().any(|named| named == path) && !self.real(path).path(path).starts_with(home)
    }

    /// Whether it may be told what kind of file is at a path: its directory is inside, wherever a link in it leads.
    pub(super) fn is_visible(&self, path: &Path) -> bool {
        self.above(path) != FenceStatus::Outside
            || self.is_named(path)
            || self.real(path).standing != FenceStatus::Outside
    }

    fn above(&self, path: &Path) -> FenceStatus {
        path.parent().map_or(FenceStatus::Outside, |directory| self.real(directory).standing)
    }

    fn is_named(&self, path: &Path) -> bool {
        let fence = Arc::clone(&self.shared.fence.read().unwrap_or_else(PoisonError::into_inner));
        fence.files.iter().any(|file| file == path)
    }

    /// Where a path leads, links followed as far as it is there.
    fn real(&self, path: &Path) -> Real {
        self.shared.real.get(path, || {
            let real = self.real_by_listing(path).or_else(|| std::fs::canonicalize(path).ok());
            let real = real.unwrap_or_else(|| match (path.parent(), path.file_name()) {
                (Some(directory), Some(name)) => self.real(directory).path(directory).join(name),
                _ => path.to_path_buf(),
            });
            let fence = Arc::clone(&self.shared.fence.read().unwrap_or_else(PoisonError::into_inner));
            let standing = fence.standing(&real);
            Real { elsewhere: (real.as_os_str() != path.as_os_str()).then(|| real.into_boxed_path()), standing }
        })
    }

    /// The same where it is known of the directory above, and this is no link in it.
    fn real_by_listing(&self, path: &Path) -> Option<PathBuf> {
        let kind = self.shared.directories.listed(path)?;
        let directory = path.parent()?;
        let above = self.shared.real.known(directory)?;
        (kind != EntryKind::Link).then(|| above.path(directory).join(path.file_name().unwrap_or_default()))
    }

    /// Whether a path leads out of a directory, links followed; without a directory nothing does.
    pub(crate) fn is_beyond(&self, path: &Path, directory: Option<&Path>) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| normalize(path));
        directory.is_some_and(|directory| !real(path).starts_with(real(directory)))
    }
}
