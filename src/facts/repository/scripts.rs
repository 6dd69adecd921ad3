//! What scripts near a project say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{DirectorySearch, PathKind, SourceDb};

/// How many files are looked at.
const MOST: usize = 64;

/// Whether a script, a crontab, a Makefile or a note in a directory, in one below it, or at the root of the repository has
/// one of some words.
pub(crate) fn have(directory: &Path, root: &Path, words: &[&str], sources: &SourceDb) -> bool {
    let mut left = MOST;
    let mut directories = vec![directory.to_path_buf()];
    for name in sources.entries(directory).names() {
        let path = directory.join(name);
        if sources.kind(&path) == PathKind::Directory && directories.len() < MOST {
            directories.push(path);
        }
    }
    directories.push(root.to_path_buf());
    directories.iter().any(|directory| {
        scripts_in(directory, sources).iter().any(|path| {
            if left == 0 || sources.kind(path) != PathKind::File {
                return false;
            }
            left -= 1;
            // Nothing is judged by such a file: that one is in another encoding is nobody's business here.
            let Ok(id) = sources.load(path) else { return false };
            let file = sources.file(id);
            words.iter().any(|word| file.text.contains(word))
        })
    })
}

/// What may be scripts in a directory. The root of a repository is asked about for each of its projects.
fn scripts_in(directory: &Path, sources: &SourceDb) -> Arc<Vec<PathBuf>> {
    sources.found(DirectorySearch::Scripts, directory, || {
        let entries = sources.entries(directory);
        entries.names().filter(|name| is_script(name)).map(|name| directory.join(name)).collect()
    })
}

fn is_script(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = [".sh", ".md", ".mk", ".cron", ".service", ".timer", ".txt"];
    ends.iter().any(|end| lower.ends_with(end))
        || lower.contains("cron")
        || matches!(lower.as_str(), "makefile" | "justfile")
}
