//! What a project's own texts say that it is: something to learn from or to try, and nothing that anybody runs for others.

use std::path::{Path, PathBuf};

use super::nearby::files_in;
use crate::source::{DirectorySearch, PathKind, SourceDb, origin};

/// How much of a text is read for what it says about the whole, in lines.
const BEGINNING: usize = 60;

/// How many lines say what a repository holds: "A curated list of samples".
const LEADING: usize = 12;

/// Words of the title of a text, or of a repository, that is there to be read or tried.
const WORDS: [&str; 34] = [
    "lab",
    "laboratory",
    "laboratorio",
    "tutorial",
    "tutorials",
    "course",
    "courses",
    "workshop",
    "workshops",
    "demo",
    "demos",
    "demonstration",
    "zoomcamp",
    "bootcamp",
    "playground",
    "example",
    "examples",
    "sample",
    "samples",
    "exercises",
    "labs",
    "learn",
    "learning",
    "beginner",
    "beginners",
    "quickstart",
    "poc",
    "intro",
    "curso",
    "taller",
    "ejemplo",
    "ejemplos",
    "exemplo",
    "exemplos",
];

/// Sentences that say it of a setup, in lower case.
const SENTENCES: [&str; 29] = [
    "not use it in a production",
    "not use this in a production",
    "not for production",
    "not intended for production",
    "not intended to be used in production",
    "not meant for production",
    "not meant to be used in production",
    "not suitable for production",
    "not recommended for production",
    "not optimized for production",
    "not fully optimized for production",
    "not ready for production",
    "not hardened for production",
    "not designed for production",
    "not production ready",
    "not production-ready",
    "not be used in production",
    "not be used for production",
    "not use this in production",
    "not use it in production",
    "not use this for production",
    "for demonstration purposes",
    "for debugging purposes",
    "not use in production",
    "for demo purposes",
    "for educational purposes",
    "for learning purposes",
    "for testing purposes only",
    "for development purposes only",
];

/// What the beginning of a text says of something that is there to be tried or read, in lower case.
const INTRODUCTIONS: [&str; 46] = [
    " playground",
    "testbed",
    "test bed",
    "proof of concept",
    "proof-of-concept",
    "to show a case",
    "reference architecture",
    "reference implementation",
    "sample application",
    "sample project",
    "sample app",
    "example application",
    "example project",
    "example app",
    "demo application",
    "demo project",
    "learning project",
    "study project",
    "pet project",
    "case study",
    "bachelor thesis",
    "bachelor's thesis",
    "master thesis",
    "master's thesis",
    "capstone",
    "hackathon",
    "coursework",
    "course project",
    "university project",
    "student project",
    "final project",
    "portfolio project",
    "practical microservices",
    "for educational",
    "companion code",
    "companion repo",
    "companion source",
    "code for the book",
    "code for my book",
    "code samples for",
    "code examples for",
    "examples from the book",
    "accompanies the book",
    "accompanying the book",
    "source code for the article",
    "source code for the blog",
];

/// Names of patterns. A text that begins with three of them is about architecture, and what it describes is there to be read.
const PATTERNS: [&str; 10] = [
    "vertical slice",
    "cqrs",
    "domain driven design",
    "domain-driven design",
    "event sourcing",
    "clean architecture",
    "hexagonal architecture",
    "outbox",
    "saga pattern",
    "event driven architecture",
];

/// Words of a sentence that is about a value and not about the setup.
const OF_VALUES: [&str; 8] = ["password", "secret", "key", "token", "credential", "certificate", "flag", "option"];

/// Whether a project in a directory is there to be read or tried: the text beside it says so, the text of its repository
/// begins so, or the repository is called so. `comments` are those at the top of its Compose files.
pub(crate) fn is_to_be_tried(directory: &Path, root: &Path, comments: &[String], sources: &SourceDb) -> bool {
    if comments.iter().any(|text| says_so(text)) {
        return true;
    }
    if readme(directory, sources).is_some_and(|text| says_so(&text)) {
        return true;
    }
    if directory != root && is_among_tried(directory, sources) {
        return true;
    }
    let is_called = || origin(root).is_some_and(|address| has_word(&last_part(&address).to_lowercase()));
    let above = directory.ancestors().take_while(|above| above.starts_with(root));
    is_called() || above.filter_map(|above| readme(above, sources)).any(|text| begins_so(&text))
}

/// How many directories beside a project's are looked into, and how many of them must be there to be tried.
const BESIDE: usize = 24;
const FEWEST_TRIED: usize = 2;

/// Whether most of the projects in the directories beside a project's say it of themselves: what is shown beside them is of
/// the same kind.
fn is_among_tried(directory: &Path, sources: &SourceDb) -> bool {
    let Some(outer) = directory.parent() else { return false };
    let all = sources.found(DirectorySearch::DirectoriesOfProjects, outer, || {
        let entries = sources.entries(outer);
        let below = entries.names().map(|name| outer.join(name));
        let below = below.filter(|path| sources.kind(path) == PathKind::Directory).take(BESIDE);
        below.filter(|path| !files_in(path, sources).is_empty()).collect()
    });
    let tried = sources.found(DirectorySearch::DirectoriesToBeTried, outer, || {
        let is_tried = |path: &&PathBuf| readme(path, sources).is_some_and(|text| says_so(&text) || begins_so(&text));
        all.iter().filter(is_tried).cloned().collect()
    });
    let beside = |paths: &[PathBuf]| paths.iter().filter(|path| *path != directory).count();
    let tried = beside(&tried);
    tried >= FEWEST_TRIED && 2 * tried >= beside(&all)
}

/// Whether a line of a text says it.
fn says_so(text: &str) -> bool {
    text.lines().any(|line| is_disclaimer(&line.to_lowercase()))
}

/// The last part of the address of a repository.
fn last_part(address: &str) -> &str {
    address.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or("")
}

fn is_disclaimer(line: &str) -> bool {
    SENTENCES.iter().any(|sentence| line.contains(sentence)) && !OF_VALUES.iter().any(|word| line.contains(word))
}

/// The text that introduces what a directory holds.
pub(crate) fn readme(directory: &Path, sources: &SourceDb) -> Option<String> {
    let is_readme = |name: &&str| {
        let lower = name.to_ascii_lowercase();
        matches!(lower.as_str(), "readme.md" | "readme" | "readme.rst" | "readme.txt" | "readme.adoc")
    };
    let find = || sources.entries(directory).names().find(is_readme).map(|name| directory.join(name));
    let found = sources.found(DirectorySearch::Readme, directory, || find().into_iter().collect());
    let path = found.first().filter(|path| sources.kind(path) == PathKind::File)?;
    let file = sources.glancing().load(path).ok()?;
    Some(sources.file(file).text.to_string())
}

/// Whether the title of a text, or a sentence near its beginning that is about the repository, says so.
fn begins_so(text: &str) -> bool {
    let lines: Vec<String> = text.lines().take(BEGINNING).map(str::to_lowercase).collect();
    let is_title = |line: &&String| ["# ", "## ", "<h1", "= "].iter().any(|start| line.starts_with(start));
    if lines.iter().find(is_title).is_some_and(|title| {
        has_word(title) || title.contains("design pattern") || INTRODUCTIONS.iter().any(|words| title.contains(words))
    }) {
        return true;
    }
    let is_prose = |line: &&String| {
        !line.is_empty() && !line.starts_with(['#', '<', '[', '!', '-', '*', '|', '`']) && !line.contains("](")
    };
    let introduces = |line: &String| INTRODUCTIONS.iter().any(|words| line.contains(words));
    if lines.iter().filter(is_prose).take(LEADING / 2).any(introduces) {
        return true;
    }
    if PATTERNS.iter().filter(|pattern| lines.iter().any(|line| line.contains(**pattern))).count() > 2 {
        return true;
    }
    let is_list =
        |line: &String| ["list of ", "collection of "].iter().any(|words| line.contains(words)) && has_word(line);
    lines.iter().take(LEADING).any(is_list)
        || lines.iter().any(|line| {
            line.split(". ").any(|sentence| {
                let is_about =
                    ["this repo", "this project", "this course", "this workshop", "this tutorial", "this demo"];
                is_about.iter().any(|words| sentence.contains(words)) && has_word(sentence) && is_a(sentence)
            })
        })
}

/// Whether a sentence says what something is or holds.
fn is_a(sentence: &str) -> bool {
    let verbs = ["is", "contains", "ships", "provides", "demonstrates", "shows", "teaches", "accompanies", "holds"];
    sentence.split(|letter: char| !letter.is_alphanumeric()).any(|word| verbs.contains(&word))
}

fn has_word(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], expect: bool) {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/.git"), String::new());
        for (name, text) in files {
            sources.overlay(&Path::new("/r").join(name), (*text).to_owned());
        }
        assert_eq!(is_to_be_tried(Path::new("/r/app"), Path::new("/r"), &[], &sources), expect, "{files:?}");
    }

    #[test]
    fn what_a_readme_says() {
        check(&[("README.md", "# Kafka workshop\n")], true);
        check(&[("README.md", "# Shop\n\nThis repository contains the demo of our talk.\n")], true);
        check(&[("app/README.md", "# Shop\n\n> This setup is not intended for production.\n")], true);
        check(&[("app/readme.rst", "Shop\n\nFor demonstration purposes.\n")], true);
    }

    #[test]
    fn what_is_about_something_else() {
        check(&[("README.md", "# Shop\n\nTry the [demo](https://shop.example).\n")], false);
        check(&[("README.md", "# Shop\n\nThis setup is not intended for production.\n")], false);
        check(&[("app/README.md", "# Shop\n\nThe secret key below is not for production.\n")], false);
        check(&[("docs/README.md", "# Tutorial\n")], false);
    }
}
