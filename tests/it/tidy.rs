//! The invariants of the code that its text shows. Each list of exceptions may only shrink: an entry that is no longer
//! needed fails the test.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use scan::{File, crate_imports, files, functions, texts, without_tests, without_texts, words};

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
    "lsp/repair.rs",
    "report/suppress/write.rs",
    "secrets/documents.rs",
    "testing.rs",
];

/// What code outside of tests does not hold.
const BANNED: &[&str] = &[".unwrap()", ".expect(", "panic!", "todo!", "#[allow", "#![allow", "#[ignore"];

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
    let allowed =
        |path: &str| ["render/", "cli/", "lsp/"].iter().any(|folder| path.starts_with(folder)) || path == "cli.rs";
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

#[test]
fn a_type_name_has_one_meaning() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files() {
        for line in file.code.lines().filter(|line| !line.trim_start().starts_with("use ")) {
            let mut words =
                words(line).skip_while(|word| matches!(*word, "pub" | "crate" | "super" | "in" | "source" | "self"));
            let is_type =
                words.next().is_some_and(|word| matches!(word, "struct" | "enum" | "trait" | "type" | "union"));
            // A `type` that is indented belongs to the implementation of a trait.
            let is_member = line.starts_with("    ") && line.contains("type ");
            if let Some(name) = words.next().filter(|_| is_type && !is_member) {
                places.entry(name.to_owned()).or_default().insert(file.path.clone());
            }
        }
    }
    assert!(places.len() > 300, "{} types", places.len());
    places.retain(|name, files| files.len() > 1 && !SHARED_TYPE_NAMES.contains(&name.as_str()));
    assert!(places.is_empty(), "type names with several meanings: {places:#?}");
}

/// Names that a macro or a convention gives: each rule calls its options so.
const SHARED_TYPE_NAMES: &[&str] = &["Options"];

#[test]
fn rules_import_no_rule() {
    let mut found = BTreeSet::new();
    let rules: BTreeSet<String> = rule_names().iter().map(|name| name.replace('-', "_")).collect();
    for file in files().iter().filter(|file| file.path.starts_with("rules/")) {
        let own = file.path.trim_start_matches("rules/").trim_end_matches("/mod.rs").trim_end_matches(".rs");
        for import in file.code.split("rules::").skip(1) {
            let mut steps = import.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':');
            let path = steps.next().unwrap_or("");
            let Some((family, rest)) = path.split_once("::") else { continue };
            let rule = rest.split("::").next().unwrap_or("");
            if rules.contains(rule) && !own.starts_with(&format!("{family}/{rule}")) {
                found.insert((file.path.clone(), format!("{family}/{rule}")));
            }
        }
        for import in file.code.split("super::").skip(1) {
            let name: String = import.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            let is_nested = own.matches('/').count() > 1;
            if rules.contains(&name) && !is_nested {
                found.insert((file.path.clone(), name));
            }
        }
    }
    // What rules share belongs in a fact, or in a module next to them.
    assert!(found.is_empty(), "rules that import another rule: {found:#?}");
}

/// Where the words of findings may be read: outputs, and the report that a fix was refused. All others can only make them.
const SHOWS_WORDS: &[&str] = &["changes/sides.rs", "fix/verify.rs", "text/wording.rs"];

#[test]
fn nothing_is_decided_by_the_words_of_a_finding() {
    let allowed = |path: &str| ["render/", "testing/", "lsp/"].iter().any(|folder| path.starts_with(folder));
    let files = files();
    let reads = |file: &&File| words(&file.code).any(|word| word == "for_people");
    let found = files.iter().filter(|file| !allowed(&file.path)).filter(reads);
    let expected = SHOWS_WORDS.iter().map(|path| (*path).to_owned()).collect();
    same(&found.map(|file| file.path.clone()).collect(), &expected, "files that read the words of findings");
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
