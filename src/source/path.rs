//! Lexical path operations.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// Makes a path absolute and takes `.` and `..` out of it by its words alone, as Go's `filepath.Join` does.
pub(crate) fn normalize(path: &Path) -> PathBuf {
    normal(path).into_owned()
}

/// [`normalize`], without a copy of what is so already.
pub(super) fn normal(path: &Path) -> Cow<'_, Path> {
    if let Some(text) = path.to_str().filter(|text| cfg!(unix) && text.starts_with('/')) {
        return if is_normal(text) { Cow::Borrowed(path) } else { Cow::Owned(clean(text).into()) };
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut clean = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    Cow::Owned(clean)
}

/// Whether nothing is to be done about an absolute path with `/`.
fn is_normal(text: &str) -> bool {
    // The dots and slashes since the last part began.
    let mut part: Option<usize> = None;
    for byte in text.bytes() {
        part = match (byte, part) {
            (b'/', Some(0..=2)) => return false,
            (b'/', _) => Some(0),
            (b'.', Some(dots)) => Some(dots + 1),
            (_, _) => None,
        };
    }
    text == "/" || !matches!(part, Some(0..=2))
}

fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => clean.truncate(clean.rfind('/').unwrap_or(0)),
            part => {
                clean.push('/');
                clean.push_str(part);
            }
        }
    }
    if clean.is_empty() { "/".to_owned() } else { clean }
}

/// Gives the path of a file as seen from a directory, with `/`; a file that shares nothing with the directory but the
/// root keeps its absolute path.
pub(crate) fn relative(base: &Path, path: &Path) -> String {
    let words = |path: &Path| -> Vec<String> {
        path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (base, parts) = (words(base), words(path));
    let common = base.iter().zip(&parts).take_while(|(one, other)| one == other).count();
    if common < 2 && base.len() > 1 {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = std::iter::repeat_n("..", base.len().saturating_sub(common));
    up.chain(parts.iter().skip(common).map(String::as_str)).collect::<Vec<_>>().join("/")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_clean_and_those_that_are_stay() {
        let check = |path: &str, expect: &str| assert_eq!(normalize(Path::new(path)), Path::new(expect), "{path}");
        check("/", "/");
        check("/..", "/");
        check("/../a", "/a");
        check("//a", "/a");
        check("/a/", "/a");
        check("/a/b/..", "/a");
        check("/a/./b//c/../é", "/a/b/é");
        check("/a/b.", "/a/b.");
        check("/a/..b", "/a/..b");
        check("/.../b", "/.../b");
        assert!(matches!(normal(Path::new("/a/b")), Cow::Borrowed(_)));
        assert!(normalize(Path::new("a/../b")).ends_with("b"));
    }
}
