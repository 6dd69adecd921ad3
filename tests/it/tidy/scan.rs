//! The code of the crate as text, without comments, texts and tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src`.
pub(super) struct File {
    /// Its path below `src`, with `/`.
    pub(super) path: String,
    /// The text with blanks in place of comments, texts and characters, and of what is compiled for tests only.
    pub(super) code: String,
}

/// The paths, with `/`, and texts of all files of the crate, those of tests, of the build and of benchmarks among them.
pub(super) fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = ["src", "tests", "build", "benches", "examples", "fuzz/src", "fuzz/examples", "fuzz/fuzz_targets"]
        .map(|folder| rust_files(&root.join(folder)));
    assert!(paths.iter().all(|paths| !paths.is_empty()));
    let shown = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    paths.into_iter().flatten().map(|path| (shown(&path), fs::read_to_string(&path).unwrap())).collect()
}

/// All files of `src` that are not compiled for tests only.
pub(super) fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let paths = rust_files(&root);
    let texts: Vec<(PathBuf, String)> =
        paths.into_iter().map(|path| (path.clone(), fs::read_to_string(&path).unwrap())).collect();
    let test_modules: BTreeSet<PathBuf> = texts.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let in_tests = |path: &Path| path.ancestors().any(|one| test_modules.contains(&one.with_extension("")));
    let files: Vec<File> = texts
        .into_iter()
        .filter(|(path, _)| !in_tests(path))
        .map(|(path, text)| {
            let code = without_tests(&without_texts(&text));
            let path = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            File { path, code }
        })
        .collect();
    assert!(files.len() > 50, "{} files", files.len());
    files
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The modules in files of their own that a file declares for tests only, as paths without `.rs`.
fn test_modules(path: &Path, text: &str) -> Vec<PathBuf> {
    let is_root = path.file_stem().is_some_and(|stem| stem == "mod" || stem == "lib" || stem == "main");
    let folder = if is_root { path.parent().unwrap().to_path_buf() } else { path.with_extension("") };
    text.split("#[cfg(test)]\n")
        .skip(1)
        .filter_map(|rest| {
            let mut lines = rest.lines();
            let first = lines.next()?;
            // A path starts from the folder of the file that names it.
            match first.strip_prefix("#[path = \"").and_then(|rest| rest.split_once(".rs\"")) {
                Some((given, _)) => Some(path.with_file_name(given)),
                None => Some(folder.join(first.strip_suffix(';')?.rsplit_once("mod ")?.1)),
            }
        })
        .collect()
}

/// The text with blanks in place of comments, texts and characters; line ends stay.
pub(super) fn without_texts(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let mut code = String::with_capacity(text.len());
    let mut index = 0;
    while index < letters.len() {
        let before = if index == 0 { ' ' } else { at(index - 1) };
        let end = match at(index) {
            '/' if at(index + 1) == '/' => (index..letters.len()).find(|end| at(*end) == '\n').unwrap_or(letters.len()),
            '/' if at(index + 1) == '*' => comment_end(&letters, index),
            'r' if !is_word(before) && matches!(at(index + 1), '"' | '#') => raw_end(&letters, index),
            'b' if !is_word(before) && at(index + 1) == 'r' && matches!(at(index + 2), '"' | '#') => {
                raw_end(&letters, index + 1)
            }
            '"' => quoted_end(&letters, index, '"'),
            // A lifetime has no quote behind its first letter.
            '\'' if at(index + 1) == '\\' || at(index + 2) == '\'' => quoted_end(&letters, index, '\''),
            _ => index,
        };
        if end == index {
            code.push(at(index));
            index += 1;
            continue;
        }
        code.extend((index..end).map(|index| if at(index) == '\n' { '\n' } else { ' ' }));
        index = end;
    }
    code
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Comments nest.
fn comment_end(letters: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut index = start;
    while index + 1 < letters.len() {
        match (letters[index], letters[index + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                index += 1;
                continue;
            }
        }
        index += 2;
        if depth == 0 {
            return index;
        }
    }
    letters.len()
}

fn quoted_end(letters: &[char], start: usize, quote: char) -> usize {
    let mut index = start + 1;
    while index < letters.len() {
        match letters[index] {
            '\\' => index += 2,
            letter if letter == quote => return index + 1,
            _ => index += 1,
        }
    }
    letters.len()
}

/// The end of a raw text; of `r#name` it is its start, which is not text.
fn raw_end(letters: &[char], start: usize) -> usize {
    let hashes = letters[start + 1..].iter().take_while(|letter| **letter == '#').count();
    let opening = start + 1 + hashes;
    if letters.get(opening) != Some(&'"') {
        return start;
    }
    (opening + 1..letters.len())
        .find(|end| {
            letters[*end] == '"' && letters[end + 1..].iter().take(hashes).filter(|one| **one == '#').count() == hashes
        })
        .map_or(letters.len(), |end| end + 1 + hashes)
}

/// The code with blanks in place of every item behind `#[cfg(test)]`.
pub(super) fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut code = code.to_owned();
    while let Some(start) = code.find(MARK) {
        let end = item_end(&code, start + MARK.len());
        let blank: String = code[start..end].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blank);
    }
    code
}

/// Where the item that starts at an offset ends: behind its closing brace, or its semicolon.
fn item_end(code: &str, start: usize) -> usize {
    let (mut braces, mut others) = (0_i32, 0_i32);
    for (offset, letter) in code[start..].char_indices() {
        match letter {
            '{' => braces += 1,
            '}' => braces -= 1,
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            _ => {}
        }
        if braces == 0 && others == 0 && matches!(letter, '}' | ';') {
            return start + offset + 1;
        }
    }
    code.len()
}

/// The functions with a body, each with its number of lines.
pub(super) fn functions(code: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        if code[..start].chars().next_back().is_some_and(is_word) {
            continue;
        }
        let name: String = code[start + 3..].chars().take_while(|letter| is_word(*letter)).collect();
        let end = item_end(code, start);
        let body = &code[start..end];
        if !name.is_empty() && body.ends_with('}') {
            found.push((name, body.lines().count()));
        }
    }
    found
}

pub(super) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter: char| !is_word(letter)).filter(|word| !word.is_empty())
}

/// The modules that come after `crate::`.
pub(super) fn crate_imports(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(group) => group_heads(group),
        None => words(rest).take(1).collect(),
    })
}

/// The first word of each part of `a, b::{c, d}, e}`.
fn group_heads(group: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (offset, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                parts.push(&group[start..offset]);
                start = offset + 1;
                if letter == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    parts.into_iter().filter_map(|part| words(part).next()).collect()
}
