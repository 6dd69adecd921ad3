//! What texts of the repository tell their readers to set before they start a project.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::generated_files::MOST_BYTES;
use crate::collections::HashSet;
use crate::source::{DirectorySearch, DirectoryWalk, EntryKind, SourceDb};

/// How many entries of directories and how many texts are looked at, and how long these are together, in bytes.
const MOST_ENTRIES: usize = 20_000;
const MOST_TEXTS: usize = 300;
const MOST_TOGETHER: usize = 2 * 1024 * 1024;

/// The shortest name of a variable that is looked for, in bytes.
const SHORTEST: usize = 4;

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

/// A text that tells its readers to set something.
#[derive(Clone, Debug)]
pub(crate) struct ToldText {
    path: PathBuf,
    /// The words of its sentences that do.
    names: HashSet<String>,
    /// Whether it tells to set the passwords of a Compose file.
    is_about_passwords: bool,
}

/// The texts of a repository that tell their readers to set something.
pub(crate) fn instructions(root: &Path, sources: &SourceDb) -> Vec<ToldText> {
    let sources = &sources.glancing();
    let texts = texts(root, sources);
    let loaded = texts.iter().filter_map(|path| Some((path, sources.load(path).ok()?)));
    loaded.filter_map(|(path, file)| read(path, &sources.file(file).text)).collect()
}

fn read(path: &Path, text: &str) -> Option<ToldText> {
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let lines = text.lines().filter(|line| is_instruction(line));
    let words = lines.flat_map(|line| line.split(|letter| !is_inner(letter)));
    let names: HashSet<String> = words.filter(|word| word.len() >= SHORTEST).map(str::to_owned).collect();
    let is_about_passwords = text.contains("password") && text.lines().any(sets_passwords);
    (is_about_passwords || !names.is_empty()).then(|| ToldText { path: path.to_path_buf(), names, is_about_passwords })
}

/// Whether one of the texts names a variable and tells to set it, or one beside the project tells to set the passwords of a
/// Compose file.
pub(crate) fn tell_to_set(variable: &str, directory: &Path, root: &Path, texts: &[ToldText]) -> bool {
    texts.iter().any(|text| {
        let is_named = text.names.contains(variable);
        let is_about_passwords = text.is_about_passwords && variable.len() >= SHORTEST;
        if !is_named && !is_about_passwords {
            return false;
        }
        let is_beside = text.path.parent().is_some_and(|above| directory.starts_with(above));
        let is_own = text.path.parent() == Some(directory);
        // `PASSWORD` is a variable of many projects, and what is told of one is not told of another.
        let is_meant = is_own || variable.contains('_') && (is_beside || is_manual(&text.path, root));
        is_meant && is_named || is_beside && is_about_passwords
    })
}

/// The texts of a repository, as many as are read for each of its projects.
fn texts(root: &Path, sources: &SourceDb) -> Arc<Vec<PathBuf>> {
    sources.found(DirectorySearch::Instructions, root, || {
        let walk = DirectoryWalk::new(sources, root, root).take(MOST_ENTRIES);
        let files = walk.filter(|(_, kind)| *kind == EntryKind::File).map(|(path, _)| path);
        let is_text = |path: &PathBuf| {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
            ["md", "mdx", "rst", "adoc"].iter().any(|one| ending.eq_ignore_ascii_case(one)) && !is_foreign(path, root)
        };
        let mut left = MOST_TOGETHER;
        let tells = |path: &PathBuf| {
            let Some(file) = sources.load_with(path, &["\n"], MOST_BYTES.min(left)) else { return false };
            let file = sources.file(file);
            left -= file.text.len();
            read(path, &file.text).is_some()
        };
        files.filter(is_text).take(MOST_TEXTS).filter(tells).collect()
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
            let (directory, root) = (Path::new("/r/app"), Path::new("/r"));
            let texts = instructions(root, &sources);
            assert_eq!(tell_to_set("ADMIN_PASSWORD", directory, root, &texts), expect, "{text}");
        };
        check("Before you start, set `ADMIN_PASSWORD` in `compose.yaml`.\n", true);
        check("Pick a compose file, update the passwords, and run it.\n", true);
        check("`ADMIN_PASSWORD` is what you log in with.\n", false);
        check("Set `ADMIN_PASSWORD_FILE` to a path of yours.\n", false);
        check("ADMIN_PASSWORD: changeme\n", false);
        check("Update the password of your account.\n", false);
    }
}
