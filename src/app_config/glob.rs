//! Patterns of paths, as `include` and `import` take them.

/// Whether a path matches a pattern: `*` stands for anything but a `/`.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if part_matches(pattern, part) => {}
            _ => return false,
        }
    }
}

fn part_matches(pattern: &str, part: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == part };
    let Some(after) = part.strip_prefix(head) else { return false };
    let ends = after.char_indices().map(|(at, _)| at).chain(std::iter::once(after.len()));
    ends.filter_map(|at| after.get(at..)).any(|tail| part_matches(rest, tail))
}

/// A path seen from a directory.
pub(crate) fn from(directory: &str, path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", directory.trim_end_matches('/')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_in_their_part() {
        let check =
            |pattern: &str, path: &str, expect: bool| assert_eq!(matches(pattern, path), expect, "{pattern} {path}");
        check("/a/*.conf", "/a/é.conf", true);
        check("/a/*.conf", "/a/b/c.conf", false);
        check("/a/*", "/a/b", true);
        check("/a/*x*y", "/a/1x2y", true);
        check("/a", "/a", true);
        check("/a", "/a/b", false);
        assert_eq!((from("/a/", "b"), from("/a", "/b")), ("/a/b".to_owned(), "/b".to_owned()));
    }
}
