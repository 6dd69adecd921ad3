//! URIs of files and their paths.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;

use crate::source::normalize;
use crate::text::percent::decoded;

/// The bytes that stay as they are; all others become `%XX`.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~')
}

/// The URI of a path.
pub(super) fn uri_of(path: &Path) -> Uri {
    let path = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        if is_plain(byte) || byte == b':' && cfg!(windows) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri(uri)
}

/// The path of a `file:` URI; none for another scheme, or for a path that is not UTF-8.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    let path = rest.get(rest.find('/')?..)?;
    let path = decoded(path.split(['?', '#']).next()?)?;
    let path = if cfg!(windows) { path.trim_start_matches('/').to_owned() } else { path };
    Some(normalize(Path::new(&path)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_and_uris_stand_for_each_other() {
        for (path, uri) in [
            ("/code/my shop + käse/compose.yaml", "file:///code/my%20shop%20%2B%20k%C3%A4se/compose.yaml"),
            ("/a/b%20c", "file:///a/b%2520c"),
        ] {
            assert_eq!(uri_of(Path::new(path)).0, uri);
            assert_eq!(path_of(&Uri(uri.to_owned())), Some(PathBuf::from(path)));
        }
        assert_eq!(path_of(&Uri("file://localhost/a/../b".to_owned())), Some(PathBuf::from("/b")));
        for uri in ["untitled:Untitled-1", "git:/code/compose.yaml?HEAD", "file://", "file:///a%F", "file:///%ff"] {
            assert_eq!(path_of(&Uri(uri.to_owned())), None, "{uri}");
        }
    }
}
