//! The URL that a repository was cloned from: the only thing read from its configuration here.

use std::fs;
use std::path::Path;

use super::read;

/// No more of a configuration is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// The address of `origin` in a repository's own configuration; `None` where that is not a regular file in its `.git`.
pub(crate) fn origin(root: &Path) -> Option<String> {
    let git = root.join(".git");
    let config = git.join("config");
    let is_own = fs::symlink_metadata(&git).is_ok_and(|data| data.is_dir())
        && fs::symlink_metadata(&config).is_ok_and(|data| data.is_file());
    let bytes = read::start(&config, MAX_BYTES).ok().filter(|_| is_own)?;
    address(&String::from_utf8_lossy(&bytes)).map(str::to_owned)
}

fn address(config: &str) -> Option<&str> {
    let mut is_origin = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            is_origin = line == "[remote \"origin\"]";
        } else if let (true, Some((key, value))) = (is_origin, line.split_once('='))
            && key.trim() == "url"
        {
            return Some(value.trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_address_is_that_of_origin() {
        let config = "[remote \"fork\"]\n\turl = git@example.org:a/fork.git\n[remote \"origin\"]\n\turl = https://example.org/a/shop\n";
        assert_eq!(address(config), Some("https://example.org/a/shop"));
        assert_eq!(address("[core]\n\turl = x\n"), None);
    }
}
