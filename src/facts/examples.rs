//! Example env files beside a project, and the variables that they name.

use std::collections::BTreeMap;
use std::path::Path;

use crate::dotenv::{self, Known, Role};
use crate::source::SourceDb;

/// Words that make an env file an example of one.
const WORDS: [&str; 8] = ["example", "sample", "template", "dist", "default", "defaults", "tmpl", "tpl"];

/// Whether a file's name is that of an example of an env file: `.env.example`, `sample.env`, `env.dist` …
pub fn is_example(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['.', '-', '_']).collect();
    words.iter().any(|word| *word == "env" || *word == "dotenv") && words.iter().any(|word| WORDS.contains(word))
}

/// The variables that example files in a directory and in the one above name, each with the file's name.
pub fn documented(directory: &Path, sources: &SourceDb) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (prefix, directory) in [("", Some(directory)), ("../", directory.parent())] {
        let Some(directory) = directory else { continue };
        for name in sources.list(directory).into_iter().filter(|name| is_example(name)) {
            let Ok(id) = sources.load(&directory.join(&name)) else { continue };
            let nothing = |_: &str| None;
            let known = Known { first: &nothing, earlier: &nothing };
            for line in dotenv::parse(&sources.file(id).text, Role::Project, known).lines {
                found.entry(line.key).or_insert_with(|| format!("{prefix}{name}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_example_files() {
        let check = |name: &str, expect: bool| assert_eq!(is_example(name), expect, "{name}");
        check(".env.example", true);
        check("sample.env", true);
        check("env.dist", true);
        check("env_template", true);
        check(".env.production.example", true);
        check(".env", false);
        check("example.yml", false);
        check("environment.example", false);
    }
}
