//! What a Compose file is for, by its name and the directories it is in.

/// What a Compose file is for, by its name and the directories it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilePurpose {
    /// Tests: data are made for them and thrown away.
    Test,
    /// Something to read or to try: an example, a course, a demonstration.
    Example,
    /// A developer's own machine.
    Development,
    /// Anything else, or not known.
    Any,
}

const TEST_WORDS: [&str; 15] = [
    "test",
    "tests",
    "testing",
    "e2e",
    "qa",
    "ci",
    "testdata",
    "integration",
    "benchmark",
    "benchmarks",
    "suite",
    "suites",
    "loadtest",
    "playwright",
    "cypress",
];
const DEVELOPMENT_WORDS: [&str; 7] = ["dev", "devel", "development", "local", "localhost", "debug", "devcontainer"];
/// Names of directories and files with something to read or to try.
const EXAMPLE_WORDS: [&str; 27] = [
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "demonstration",
    "tutorial",
    "tutorials",
    "course",
    "courses",
    "cohort",
    "cohorts",
    "workshop",
    "workshops",
    "lesson",
    "lessons",
    "lecture",
    "lectures",
    "exercise",
    "exercises",
    "homework",
    "playground",
    "quickstart",
    "walkthrough",
    "poc",
    "showcase",
];
/// What Compose adds on a developer's machine; elsewhere files are named with `-f`.
const OVERRIDE: &str = "override";

/// Names of directories whose files are copied to another place before they are used, or were brought from one.
const OF_ELSEWHERE: [&str; 7] = ["template", "templates", "skills", "backup", "backups", "snippet", "snippets"];

/// Words in the name of a file that is copied before it is used.
const OF_ELSEWHERE_NAMES: [&str; 5] = ["example", "sample", "template", "tmpl", "dist"];

/// Whether a Compose file, by its name and the directories it is in, is used in another place than this.
pub(crate) fn is_of_elsewhere(path: &str) -> bool {
    let (directories, own) = path.rsplit_once('/').unwrap_or(("", path));
    if own.to_ascii_lowercase().split(['.', '-', '_']).any(|word| OF_ELSEWHERE_NAMES.contains(&word)) {
        return true;
    }
    let name =
        |directory: &str| directory.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_ascii_lowercase();
    directories.split('/').any(|directory| OF_ELSEWHERE.contains(&name(directory).as_str()))
}

/// Whether a file is one that tests find by its name and copy: the tools of Java keep these in `src/test/resources`.
pub(crate) fn is_test_resource(path: &str) -> bool {
    path.replace('\\', "/").split('/').collect::<Vec<_>>().windows(3).any(|three| three == ["src", "test", "resources"])
}

/// What a Compose file has that is the development environment of a framework: Laravel Sail.
const OF_FRAMEWORKS: [&str; 2] = ["/laravel/sail/", "LARAVEL_SAIL"];

/// Whether the text of a Compose file is that of a framework's environment for developers.
pub(crate) fn is_of_framework(text: &str) -> bool {
    OF_FRAMEWORKS.iter().any(|mark| text.contains(mark))
}

/// Names of directories that hold something to show besides [`EXAMPLE_WORDS`].
const SHOWN_WORDS: [&str; 5] = ["fixture", "fixtures", "testdata", "docs", "contrib"];

/// Whether a file is in a directory of examples, by its path in the repository.
pub(crate) fn is_example(path: &str) -> bool {
    let (directories, _) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = directories.to_ascii_lowercase();
    lower.split(['/', '-', '_', '.']).any(|word| EXAMPLE_WORDS.contains(&word) || SHOWN_WORDS.contains(&word))
}

/// Whether a name says that what has it is for tests.
pub(crate) fn is_for_tests(name: &str) -> bool {
    purpose(name) == FilePurpose::Test
}

/// The purpose of a project by the path of its last file, where nothing says how it is started: an override is for
/// developers.
pub(crate) fn purpose_by_default(path: &str) -> FilePurpose {
    match purpose(path) {
        FilePurpose::Any if path.to_ascii_lowercase().split(['/', '.', '-', '_', ' ']).any(|word| word == OVERRIDE) => {
            FilePurpose::Development
        }
        purpose => purpose,
    }
}

/// Whether a word is the name of a numbered part of something to read or to try: `chapter3`, `ch05`, `lab2`, `demo1`.
fn is_chapter(word: &str) -> bool {
    const PARTS: [&str; 9] = ["chapter", "chap", "ch", "lab", "lesson", "aula", "clase", "capitulo", "kapitel"];
    let name = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    matches!(word, "chapter" | "chapters") || name != word && (PARTS.contains(&name) || EXAMPLE_WORDS.contains(&name))
}

/// Reads the purpose out of a path, relative to the repository.
pub(crate) fn purpose(path: &str) -> FilePurpose {
    let lower = path.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['/', '.', '-', '_', ' ']).collect();
    if words.iter().any(|word| TEST_WORDS.contains(word)) {
        FilePurpose::Test
    } else if words.iter().any(|word| EXAMPLE_WORDS.contains(word) || is_chapter(word)) {
        FilePurpose::Example
    } else if words.iter().any(|word| DEVELOPMENT_WORDS.contains(word)) {
        FilePurpose::Development
    } else {
        FilePurpose::Any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tests() {
        assert!(["compose.qa.yaml", "e2e/compose.yaml", "compose.qa-direct.yaml"].into_iter().all(is_for_tests));
        assert!(!is_for_tests("compose.staging.yaml") && !is_for_tests("aqa/compose.yaml"));
        let parts = ["ch05/compose.yaml", "chapter-3/compose.yaml", "lab2/compose.yml", "demo1/compose.yaml"];
        assert!(parts.into_iter().all(|path| purpose(path) == FilePurpose::Example));
        assert!(
            ["lab/compose.yaml", "ch/compose.yaml", "v2/compose.yaml"]
                .into_iter()
                .all(|path| purpose(path) == FilePurpose::Any)
        );
    }

    #[test]
    fn templates_and_backups_are_used_elsewhere() {
        let of_elsewhere = ["templates/a/compose.yaml", ".agent/skills/x/compose.yml", "docs/Backups-2025-12-12/c.yml"];
        assert!(of_elsewhere.into_iter().all(is_of_elsewhere));
        assert!(is_of_elsewhere("docker-compose.override.example.yml") && is_of_elsewhere("a/compose.template.yaml"));
        assert!(is_example("contrib/compose/basic.yaml"));
        assert!(is_example("docs/setup/compose.yaml") && is_example("demo-setups/a.yml") && !is_example("demo.yaml"));
        let here = ["templates.yaml", "apps/backup-service/compose.yaml", "compose.yaml"];
        assert!(!here.into_iter().any(is_of_elsewhere));
    }
}
