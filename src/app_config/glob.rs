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

/// Each piece between two stars is taken where it comes first: what is behind it then has the most room.
fn part_matches(pattern: &str, part: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == part };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inside = part.strip_prefix(head).and_then(|after| after.strip_suffix(end));
    let Some(mut inside) = inside else { return false };
    for piece in middle.split('*') {
        let Some(at) = inside.find(piece) else { return false };
        inside = inside.get(at + piece.len()..).unwrap_or("");
    }
    true
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
        check("/a/*x*y", "/a/xyx", false);
        check("/a/a*a", "/a/a", false);
        check("/a/**é*.c", "/a/xé.c", true);
        check("/a/*ab*ab*", "/a/ab", false);
        check("/a/*ab*b*b", "/a/ab_b_b", true);
        check("/a", "/a", true);
        check("/a", "/a/b", false);
        check(&format!("/{}b", "*a".repeat(40)), &format!("/{}", "a".repeat(200)), false);
        assert_eq!((from("/a/", "b"), from("/a", "/b")), ("/a/b".to_owned(), "/b".to_owned()));
    }
}
