//! The paths of the files that were loaded for a purpose.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

/// Paths, each once. They share their memory with the database and with other lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoadedPaths(Box<[Arc<OsStr>]>);

impl LoadedPaths {
    /// Whether a path is one of them.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        self.0.binary_search_by(|known| (**known).cmp(path.as_os_str())).is_ok()
    }

    /// All of them, in the order of their bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(Path::new)
    }
}

impl FromIterator<Arc<OsStr>> for LoadedPaths {
    fn from_iter<I: IntoIterator<Item = Arc<OsStr>>>(paths: I) -> LoadedPaths {
        let mut paths: Vec<Arc<OsStr>> = paths.into_iter().collect();
        paths.sort_unstable();
        paths.dedup();
        LoadedPaths(paths.into())
    }
}

impl<'p> FromIterator<&'p Path> for LoadedPaths {
    fn from_iter<I: IntoIterator<Item = &'p Path>>(paths: I) -> LoadedPaths {
        paths.into_iter().map(|path| Arc::from(path.as_os_str())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_by_their_bytes() {
        let paths: LoadedPaths = ["/b", "/a/c", "/b"].into_iter().map(Path::new).collect();
        assert_eq!(paths.iter().collect::<Vec<_>>(), [Path::new("/a/c"), Path::new("/b")]);
        assert!(paths.contains(Path::new("/b")) && !paths.contains(Path::new("/a")));
    }
}
