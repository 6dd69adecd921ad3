//! The invariants of the code that its text shows. Each list of exceptions may only shrink: an entry that is no longer
//! needed fails the test.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The greatest number of lines of a file.
const FILE_LINES: usize = 500;
/// The greatest number of lines of a function, its signature and closing brace included.
const FUNCTION_LINES: usize = 60;

/// Only `source.rs` touches files and the environment; `main.rs` hands the arguments on.
const TOUCHES_THE_SYSTEM: &[(&str, &str)] = &[("main.rs", "std::env")];

/// What parses text that is not a file of the run, or before there are trees. All others share `yaml::Trees`.
const PARSES_YAML: &[&str] = &[
    "app_config/settings.rs",
    "config/read.rs",
    "discover/invocations/readers/yaml.rs",
    "fix/verify.rs",
    "report/suppress/write.rs",
    "secrets/documents.rs",
    "testing.rs",
];

/// What code outside of tests does not hold.
const BANNED: &[&str] = &[".unwrap()", ".expect(", "panic!", "todo!", "#[allow", "#![allow", "#[ignore"];

/// A file of `src`.
struct File {
    /// Its path below `src`, with `/`.
    path: String,
    /// The text with blanks in place of comments, texts and characters, and of what is compiled for tests only.
    code: String,
}

#[test]
fn files_open_with_a_line_that_says_what_they_are() {
    let wrong: Vec<String> =
        texts().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(wrong.is_empty(), "these files do not open with `//! `: {wrong:?}");
}

#[test]
fn files_are_short() {
    let long = texts().into_iter().filter(|(_, text)| text.lines().count() > FILE_LINES).map(|(path, _)| path);
    same(&long.collect(), &BTreeSet::new(), "files of more than 500 lines");
}

#[test]
fn functions_are_short() {
    let mut long = BTreeSet::new();
    for file in files() {
        for (name, lines) in functions(&file.code) {
            if lines > FUNCTION_LINES {
                long.insert((file.path.clone(), name));
            }
        }
    }
    same(&long, &BTreeSet::new(), "functions of more than 60 lines");
}

#[test]
fn only_source_touches_files_and_the_environment() {
    let mut found = BTreeSet::new();
    for file in files().iter().filter(|file| file.path != "source.rs" && !file.path.starts_with("source/")) {
        let words = [
            "std::fs",
            "std::env",
            "File::open",
            "File::create",
            "TcpStream",
            "UdpSocket",
            "ToSocketAddrs",
            "process::Command",
        ];
        found.extend(words.into_iter().filter(|word| file.code.contains(word)).map(|word| (file.path.clone(), word)));
        let grouped = file.code.split("use std::{").skip(1).filter_map(|rest| rest.split(';').next());
        for name in grouped.flat_map(|group| group.split(|letter: char| !letter.is_alphanumeric())) {
            if matches!(name, "fs" | "env") {
                found.insert((file.path.clone(), "use std::{…}"));
            }
        }
    }
    let found = found.into_iter().map(|(path, word)| (path, word.to_owned())).collect();
    same(&found, &pairs(TOUCHES_THE_SYSTEM), "files that touch the system");
}

#[test]
fn nothing_ends_the_run_or_silences_a_lint() {
    let mut found = Vec::new();
    for file in files() {
        for (at, line) in file.code.lines().enumerate() {
            let words = BANNED.iter().filter(|word| line.contains(**word));
            found.extend(words.map(|word| format!("{}:{}: {word}", file.path, at + 1)));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn tests_are_never_ignored() {
    let is_ignored = |text: &str| {
        let code = without_texts(text);
        code.contains("#[ignore") || code.contains("#[cfg_attr(") && code.contains("ignore)")
    };
    let found: Vec<String> = texts().into_iter().filter(|(_, text)| is_ignored(text)).map(|(path, _)| path).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn only_outputs_are_serialized() {
    let allowed = |path: &str| path.starts_with("render/") || path.starts_with("cli/") || path == "cli.rs";
    let files = files();
    let found: Vec<&str> = files
        .iter()
        .filter(|file| !allowed(&file.path) && words(&file.code).any(|word| word == "Serialize"))
        .map(|file| file.path.as_str())
        .collect();
    assert!(found.is_empty(), "these derive or use `Serialize`: {found:?}");
    let outputs = files.iter().filter(|file| words(&file.code).any(|word| word == "Serialize")).count();
    assert!(outputs > 0, "this test looks for the wrong word");
}

#[test]
fn a_file_is_parsed_once() {
    let parses = |code: &str| {
        let grouped = code.split("use crate::yaml::{").skip(1).filter_map(|rest| rest.split('}').next());
        code.contains("yaml::parse") || grouped.into_iter().any(|group| words(group).any(|word| word == "parse"))
    };
    let files = files();
    let found = files.iter().filter(|file| !file.path.starts_with("yaml/") && parses(&file.code));
    let expected = PARSES_YAML.iter().map(|path| (*path).to_owned()).collect();
    same(&found.map(|file| file.path.clone()).collect(), &expected, "files that parse YAML instead of using `Trees`");
}

#[test]
fn modules_import_upstream_only() {
    let files = files();
    let library = files.iter().find(|file| file.path == "lib.rs").unwrap();
    let order: Vec<&str> =
        library.code.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    assert!(order.len() > 10, "{order:?}");
    let place = |module: &str| order.iter().position(|one| *one == module);
    let mut found: BTreeMap<(String, String), String> = BTreeMap::new();
    for file in &files {
        let module = file.path.split(['/', '.']).next().unwrap();
        let Some(own) = place(module) else { continue };
        for imported in crate_imports(&file.code) {
            // A macro of the crate, or a name that `lib.rs` re-exports, has no place in the order.
            if place(imported).is_some_and(|other| other > own) {
                found.entry((module.to_owned(), imported.to_owned())).or_insert_with(|| file.path.clone());
            }
        }
    }
    let keys = found.keys().cloned().collect();
    same(&keys, &BTreeSet::new(), &format!("downstream imports ({found:?})"));
}

/// The stages that know nothing of rules: what they find is data.
const WITHOUT_FINDINGS: [&str; 5] = ["source", "yaml", "text", "compose", "model"];

#[test]
fn what_is_wrong_is_data_before_the_rules() {
    let is_upstream = |path: &str| WITHOUT_FINDINGS.iter().any(|stage| path.split('/').next() == Some(stage));
    let names = rule_names();
    let mut found = Vec::new();
    for (path, text) in texts() {
        let Some(path) = path.strip_prefix("src/").filter(|path| is_upstream(path)) else { continue };
        let code = without_tests(&without_texts(&text));
        let banned = ["Finding", "Severity", "Confidence", "help", "message"];
        // A required variable has a message of its own, in the file: `${NAME:?message}`.
        let is_own = |word: &str| word == "message" && OWN_MESSAGES.contains(&path);
        let words = words(&code).filter(|word| banned.contains(word) && !is_own(word));
        found.extend(words.map(|word| format!("{path}: {word}")));
        found.extend(
            names.iter().filter(|name| text.contains(&format!("\"{name}\""))).map(|name| format!("{path}: {name}")),
        );
    }
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Files that know of the message in `${NAME:?message}`.
const OWN_MESSAGES: &[&str] = &[
    "text/template/tests.rs",
    "compose/load/environment.rs",
    "compose/load/interpolate.rs",
    "compose/problem/files.rs",
    "compose/problem/mod.rs",
    "text/dotenv/mod.rs",
    "text/dotenv/read.rs",
    "text/template.rs",
];

/// The names of all rules, as their documents are called.
fn rule_names() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let families = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let documents = families.flat_map(|family| fs::read_dir(family).unwrap()).map(|entry| entry.unwrap().path());
    let documents = documents.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let names: Vec<String> = documents.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(names.len() > 50, "{names:?}");
    names
}

#[test]
fn the_scanner_sees_code_only() {
    let text = "fn a() {\n  // fn b() {\n  let c = '{'; let d = \"}\"; let e = r#\"}\"\"#; let f: &'static str;\n}\n";
    assert_eq!(functions(&without_texts(text)), [("a".to_owned(), 4)]);
    let text = "fn a(x: [u8; 3]) -> u8 {\n  x[0]\n}\ntrait T {\n  fn none();\n}\nfn b() {}\n";
    assert_eq!(functions(&without_texts(text)), [("a".to_owned(), 3), ("b".to_owned(), 1)]);
    let text =
        "/* one /* two */ .unwrap() */ x\nfn a() { b'\\'' ; '\\\\' }\n#[cfg(test)]\nmod tests {\n  .unwrap()\n}\ny";
    let code = without_tests(&without_texts(text));
    assert!(!code.contains("unwrap") && code.contains('x') && code.contains('y'), "{code}");
    assert_eq!(code.lines().count(), text.lines().count());
    let imports = "use crate::a::B; use crate::{c, d::{E, F}, g}; pub(in crate::h) fn i() { crate::j::k() }";
    assert_eq!(crate_imports(imports).collect::<Vec<_>>(), ["a", "c", "d", "g", "h", "j"]);
}

fn same<T: Ord + std::fmt::Debug>(found: &BTreeSet<T>, listed: &BTreeSet<T>, what: &str) {
    let new: Vec<_> = found.difference(listed).collect();
    let gone: Vec<_> = listed.difference(found).collect();
    assert!(new.is_empty(), "{what}: {new:?}");
    assert!(gone.is_empty(), "no longer {what}, take them out of the list: {gone:?}");
}

fn pairs(list: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    list.iter().map(|(one, two)| ((*one).to_owned(), (*two).to_owned())).collect()
}

/// The paths, with `/`, and texts of all files of the crate, those of tests, of the build and of benchmarks among them.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = ["src", "tests", "build", "benches", "examples", "fuzz/src", "fuzz/examples", "fuzz/fuzz_targets"]
        .map(|folder| rust_files(&root.join(folder)));
    assert!(paths.iter().all(|paths| !paths.is_empty()));
    let shown = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    paths.into_iter().flatten().map(|path| (shown(&path), fs::read_to_string(&path).unwrap())).collect()
}

/// All files of `src` that are not compiled for tests only.
fn files() -> Vec<File> {
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
fn without_texts(text: &str) -> String {
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
fn without_tests(code: &str) -> String {
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
fn functions(code: &str) -> Vec<(String, usize)> {
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

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter: char| !is_word(letter)).filter(|word| !word.is_empty())
}

/// The modules that come after `crate::`.
fn crate_imports(code: &str) -> impl Iterator<Item = &str> {
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
