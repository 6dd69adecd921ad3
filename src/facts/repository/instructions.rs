//! What texts of the repository tell their readers to set before they start a project.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::generated_files::MOST_BYTES;
use crate::source::{DirectorySearch, DirectoryWalk, EntryKind, SourceDb};

/// How many entries of directories and how many texts are looked at.
const MOST_ENTRIES: usize = 20_000;
const MOST_TEXTS: usize = 300;

/// Words of a line that tells to set something.
const SETTING: [&str; 12] = [
    "set ",
    "set:",
    "change",
    "update",
    "insert",
    "replace",
    "generate",
    "fill",
    "edit",
    "modify",
    "configure",
    "define",
];

/// Whether a line of a text names a variable and tells to set it, or a text beside the project tells to set the passwords
/// of a Compose file.
pub(crate) fn tell_to_set(variable: &str, directory: &Path, root: &Path, sources: &SourceDb) -> bool {
    if variable.len() < 4 {
        return false;
    }
    let sources = &sources.glancing();
    texts(root, sources).iter().any(|path| {
        let text = |word: &str| sources.load_with(path, &[word], MOST_BYTES).map(|file| sources.file(file));
        let is_beside = path.parent().is_some_and(|above| directory.starts_with(above));
        let is_own = path.parent() == Some(directory);
        // `PASSWORD` is a variable of many projects, and what is told of one is not told of another.
        let is_meant = is_own || variable.contains('_') && (is_beside || is_manual(path, root));
        let names = || text(variable).is_some_and(|file| file.text.lines().any(|line| sets(line, variable)));
        is_meant && names() || is_beside && text("password").is_some_and(|file| file.text.lines().any(sets_passwords))
    })
}

fn texts(root: &Path, sources: &SourceDb) -> Arc<Vec<PathBuf>> {
    sources.found(DirectorySearch::Instructions, root, || {
        let walk = DirectoryWalk::new(sources, root, root).take(MOST_ENTRIES);
        let files = walk.filter(|(_, kind)| *kind == EntryKind::File).map(|(path, _)| path);
        let is_text = |path: &PathBuf| {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
            ["md", "mdx", "rst", "adoc"].iter().any(|one| ending.eq_ignore_ascii_case(one)) && !is_foreign(path, root)
        };
        files.filter(is_text).take(MOST_TEXTS).collect()
    })
}

/// Whether a text is in a directory of the documentation.
fn is_manual(path: &Path, root: &Path) -> bool {
    const MANUALS: [&str; 6] = ["docs", "doc", "documentation", "website", "guides", "guide"];
    let below = path.strip_prefix(root).unwrap_or(path);
    below.iter().any(|part| MANUALS.iter().any(|name| part == *name))
}

fn is_foreign(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.iter().any(|part| part == "node_modules" || part == "vendor")
}

/// Whether a line names a variable and tells to set it.
fn sets(line: &str, variable: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_named = line.match_indices(variable).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + variable.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_inner) && !after.is_some_and(is_inner)
    });
    is_named && is_instruction(line)
}

/// Whether a line is a sentence that tells to set something.
fn is_instruction(line: &str) -> bool {
    // A line of a log or of a changelog tells what was done.
    let lower = line.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).count();
    words > 3 && SETTING.iter().any(|word| lower.contains(word))
}

/// `pick a compose file, update the passwords, and run`
fn sets_passwords(line: &str) -> bool {
    let lower = line.to_lowercase();
    let is_about = lower.contains("compose file") || lower.contains("compose.y") || lower.contains(".env");
    let tells =
        ["update the", "change the", "edit the", "set the", "replace the", "change all", "set your", "your own"];
    let names = ["passwords", "password", "secrets", "credentials"];
    is_about && tells.iter().any(|verb| names.iter().any(|name| lower.contains(&format!("{verb} {name}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_texts_tell() {
        let check = |text: &str, expect: bool| {
            let sources = SourceDb::new();
            sources.overlay(Path::new("/r/.git"), String::new());
            sources.overlay(Path::new("/r/README.md"), text.to_owned());
            assert_eq!(tell_to_set("ADMIN_PASSWORD", Path::new("/r/app"), Path::new("/r"), &sources), expect, "{text}");
        };
        check("Before you start, set `ADMIN_PASSWORD` in `compose.yaml`.\n", true);
        check("Pick a compose file, update the passwords, and run it.\n", true);
        check("`ADMIN_PASSWORD` is what you log in with.\n", false);
        check("Set `ADMIN_PASSWORD_FILE` to a path of yours.\n", false);
        check("ADMIN_PASSWORD: changeme\n", false);
        check("Update the password of your account.\n", false);
    }
}
