//! Variables that an example env file documents (`.env.example`, `sample.env`, `.env.dist`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app_config::repository_root;
use crate::facts::repository::generated_files::{MOST_BYTES, TextFiles, files, makers};
use crate::source::{DirectorySearch, PathKind, SourceDb, Span, normalize};
use crate::text::dotenv::EXAMPLE_WORDS;

/// Where a variable is documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Documented {
    /// The example file.
    pub(crate) file: PathBuf,
    /// Its name there.
    pub(crate) span: Span,
    /// Whether nothing comes after its `=`.
    pub(crate) is_empty: bool,
    /// Whether the line is commented out: the variable is optional.
    pub(crate) is_comment: bool,
}

/// The variables that example files in a directory, and in its parent where that is in the same repository, document.
/// A line that is commented out (`# KEY=value`) documents too. The first file in the order of names counts, the
/// directory's own before its parent's.
pub(crate) fn documented(directory: &Path, sources: &SourceDb) -> BTreeMap<String, Documented> {
    let mut found = BTreeMap::new();
    let root = repository_root(sources, directory);
    let parent = directory.parent().filter(|parent| parent.starts_with(&root));
    for directory in [Some(directory), parent].into_iter().flatten() {
        for path in files_in(directory, DirectorySearch::EnvExamples, is_example, sources).iter() {
            read(path, sources, &mut found);
        }
    }
    found
}

/// The example that stands in for an env file that is not there: the one that sets most of the names that are needed; of
/// equals, one of its own (`.env.prod.example` for `.env.prod`) before one for any; in the file's directory before those above
/// it in the repository.
pub(crate) fn example_for(file: &Path, needed: &BTreeSet<String>, sources: &SourceDb) -> Option<PathBuf> {
    let name = file.file_name()?.to_string_lossy().to_lowercase();
    let own = words_of(&name);
    let directory = file.parent()?;
    let root = repository_root(sources, directory);
    if let Some(copied) = copied_to(file, &root, sources) {
        return Some(copied);
    }
    // Behind a link that leads nowhere yet, the example is next to where it leads.
    let target = sources.target_of_link(file);
    let beside = target.as_deref().and_then(Path::parent).filter(|beside| beside.starts_with(&root));
    // An example next to the file that was made from it is for that one.
    let is_for_it = |above: &&Path| *above == directory || sources.kind(&above.join(&name)) != PathKind::File;
    let above = directory.ancestors().take_while(|above| above.starts_with(&root)).take_while(is_for_it);
    let mut places = beside.into_iter().chain(above);
    let fits_best = |directory: &Path| {
        let is_meant = |name: &&str| {
            name.strip_suffix(".env").is_some_and(|stem| FOR_COMPOSE.contains(&stem.to_ascii_lowercase().as_str()))
        };
        let entries = sources.entries(directory);
        let files = entries.names().filter(is_meant).map(|name| directory.join(name));
        let has = |path: &PathBuf| needed.intersection(&set_by(path, sources)).count();
        let best = files.map(|path| (has(&path), path)).max_by_key(|(count, _)| *count)?;
        (2 * best.0 > needed.len()).then_some(best.1)
    };
    places.find_map(|directory| {
        let examples = files_in(directory, DirectorySearch::EnvExamples, is_example, sources);
        let rank = |path: &&PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            let words = words_of(&name);
            let fit = if words == own {
                ExampleFit::Own
            } else if words == ["env"] {
                ExampleFit::Any
            } else {
                ExampleFit::OfAnother
            };
            let word = EXAMPLE_WORDS.iter().position(|word| has_word(&name, word)).unwrap_or(EXAMPLE_WORDS.len());
            (fit, word, name)
        };
        let mut ranked: Vec<_> = examples.iter().map(|path| (rank(&path), path)).collect();
        ranked.sort();
        let is_fitting = ranked.first().is_some_and(|((fit, ..), _)| *fit != ExampleFit::OfAnother);
        let lacks = |path: &Path| needed.difference(&set_by(path, sources)).count();
        // `min_by_key` keeps the first of equals.
        let best = ranked.iter().filter(|_| is_fitting).min_by_key(|(_, path)| lacks(path));
        // `variables.env` next to the project is what its scripts copy, though it is not called an example.
        let is_own = Some(directory) == file.parent();
        best.map(|(_, path)| (*path).clone()).or_else(|| fits_best(directory).filter(|_| is_own && name == ".env"))
    })
}

/// The file that is copied to an env file, where most scripts, or else texts, name the same one: `cp .env.example .env`.
fn copied_to(file: &Path, root: &Path, sources: &SourceDb) -> Option<PathBuf> {
    let (directory, name) = (file.parent()?, file.file_name()?.to_str()?);
    let sources = &sources.glancing();
    let makers = makers(directory, root, sources);
    let all = || files(&makers, TextFiles::Too);
    let scripts: BTreeSet<&Path> = files(&makers, TextFiles::Not).collect();
    let copied = |is_script: bool| {
        let mut found: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for path in all().filter(|path| scripts.contains(path) == is_script) {
            let Some(id) = sources.load_with(path, &[name], MOST_BYTES) else { continue };
            let above = path.parent().unwrap_or(root);
            let text = sources.file(id);
            for source in text.text.lines().filter_map(|line| copied_in(line, name)) {
                // Here, where the script is, or at the root.
                let places = [directory, above, root].into_iter().map(|place| normalize(&place.join(source)));
                let is_near = |path: &PathBuf| path.parent() == Some(directory) || path.parent() == Some(root);
                let there = places.filter(is_near).find(|path| sources.kind(path) == PathKind::File);
                there.filter(|path| path != file).into_iter().for_each(|path| *found.entry(path).or_default() += 1);
            }
        }
        found
    };
    let by_scripts = copied(true);
    let found = if by_scripts.is_empty() { copied(false) } else { by_scripts };
    let most = found.values().copied().max()?;
    let mut meant = found.into_iter().filter(|(_, count)| *count == most).map(|(path, _)| path);
    meant.next().filter(|_| meant.next().is_none())
}

/// What a line copies or moves, and where to: the program and two paths, without the marks around them.
pub(super) fn copy_of(line: &str) -> Option<(&str, &str, &str)> {
    let marks = ['`', '"', '\'', ';', '(', ')', '*', ','];
    let mut words = line.split_whitespace().map(|word| word.trim_end_matches('.').trim_matches(marks));
    let program = words.find(|word| matches!(*word, "cp" | "copy" | "mv"))?;
    let mut paths = words.filter(|word| !word.starts_with('-'));
    Some((program, paths.next()?, paths.next()?))
}

/// What a line copies to a file of a name: the last part of its path, without variables before it.
fn copied_in<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (program, source, to) = copy_of(line)?;
    let is_target = program == "cp" && to.rsplit(['/', '"']).next() == Some(name);
    // `$DIR/.env.example` is the last part of it.
    let source = if source.contains('$') { source.rsplit('/').next().unwrap_or("") } else { source };
    (is_target && source.contains("env") && !source.contains('$')).then_some(source)
}

/// The example that is made for an env file: next to it, and called after it. The first in the order of words counts.
pub(crate) fn example_of(file: &Path, sources: &SourceDb) -> Option<PathBuf> {
    let name = file.file_name()?.to_string_lossy().to_lowercase();
    let own = words_of(&name);
    let examples = files_in(file.parent()?, DirectorySearch::EnvExamples, is_example, sources);
    let rank = |path: &&PathBuf| {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let word = EXAMPLE_WORDS.iter().position(|word| has_word(&name, word)).unwrap_or(EXAMPLE_WORDS.len());
        (words_of(&name) == own).then_some((word, name))
    };
    examples.iter().filter(|path| rank(path).is_some()).min_by_key(rank).cloned()
}

/// Names of committed env files that scripts copy to `.env`; any other is for a container.
const FOR_COMPOSE: [&str; 6] = ["variables", "vars", "default", "defaults", "docker", "compose"];

/// Whether an example is one of an env file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ExampleFit {
    Own,
    Any,
    OfAnother,
}

/// The names that an example sets; a name in a comment is none of them.
pub(super) fn set_by(path: &Path, sources: &SourceDb) -> BTreeSet<String> {
    let mut found = BTreeMap::new();
    read(path, sources, &mut found);
    found.into_iter().filter(|(_, one)| !one.is_comment).map(|(name, _)| name).collect()
}

/// The names that an example has, those in comments among them.
pub(crate) fn names_of(path: &Path, sources: &SourceDb) -> BTreeSet<String> {
    let mut found = BTreeMap::new();
    read(path, sources, &mut found);
    found.into_keys().collect()
}

/// The names to which an env file gives something.
pub(crate) fn filled_in(path: &Path, sources: &SourceDb) -> BTreeSet<String> {
    let mut found = BTreeMap::new();
    read(path, sources, &mut found);
    found.into_iter().filter(|(_, one)| !one.is_comment && !one.is_empty).map(|(name, _)| name).collect()
}

/// Whether an env file has a name in a comment: `# NAME=value`.
pub(crate) fn has_comment(path: &Path, name: &str, sources: &SourceDb) -> bool {
    let mut found = BTreeMap::new();
    read(path, sources, &mut found);
    found.get(name).is_some_and(|one| one.is_comment)
}

/// The words of an env file's name without those that make it an example, in alphabetical order.
fn words_of(name: &str) -> Vec<&str> {
    let all = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut words: Vec<&str> = all.filter(|word| !word.is_empty() && !EXAMPLE_WORDS.contains(word)).collect();
    words.sort_unstable();
    words
}

fn has_word(name: &str, word: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|one| one == word)
}

/// The files in a directory with such a name.
fn files_in(
    directory: &Path,
    search: DirectorySearch,
    is_meant: fn(&str) -> bool,
    sources: &SourceDb,
) -> Arc<Vec<PathBuf>> {
    sources.found(search, directory, || {
        let entries = sources.entries(directory);
        let paths = entries.names().filter(|name| is_meant(name)).map(|name| directory.join(name));
        paths.filter(|path| sources.kind(path) == PathKind::File).collect()
    })
}

/// Whether a file name is that of an example of an env file.
pub(crate) fn is_example(name: &str) -> bool {
    const OTHERS: &[&str] =
        &["json", "yml", "yaml", "toml", "js", "ts", "php", "py", "sh", "md", "txt", "rb", "j2", "go"];
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let other = words.last().is_some_and(|last| OTHERS.contains(last));
    words.contains(&"env") && words.iter().any(|word| EXAMPLE_WORDS.contains(word)) && !other
}

fn read(path: &Path, sources: &SourceDb, found: &mut BTreeMap<String, Documented>) {
    let Ok(id) = sources.load(path) else { return };
    let file = sources.file(id);
    let mut at = file.text.len() - file.text.trim_start_matches('\u{feff}').len();
    for line in file.text.get(at..).unwrap_or("").split_inclusive('\n') {
        if let Some((offset, name)) = name_in(line) {
            let start = (at + offset) as u32;
            let span = Span { file: id, start, end: start + name.len() as u32 };
            let value = line.split_once('=').map_or("", |(_, value)| value.trim().trim_matches(['"', '\'']));
            let is_empty = value.is_empty() || value.starts_with('#');
            let is_comment = line.trim_start().starts_with('#');
            let documented = || Documented { file: path.to_path_buf(), span, is_empty, is_comment };
            found.entry(name.to_owned()).or_insert_with(documented);
        }
        at += line.len();
    }
}

/// The variables that a text next to the project (`README.md`) tells people to set, and that text.
pub(crate) fn told(directory: &Path, sources: &SourceDb) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let is_markdown = |name: &str| name.to_ascii_lowercase().ends_with(".md");
    for path in files_in(directory, DirectorySearch::Texts, is_markdown, sources).iter() {
        let Ok(id) = sources.load(path) else { continue };
        for name in names_in_text(&sources.file(id).text) {
            found.entry(name.to_owned()).or_insert_with(|| path.clone());
        }
    }
    found
}

/// The names that a text writes as code: before a `=` at the start of a line in a block, or alone, as in a table.
pub(crate) fn names_in_text(text: &str) -> Vec<&str> {
    let mut names = names_in_blocks(text);
    let spans = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    names.extend(spans.map(|span| span.split('=').next().unwrap_or("")).filter(|name| is_variable(name)));
    names
}

/// Whether a word is written as variables are, in capitals.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The names that come before a `=` at the start of a line in a block of code.
fn names_in_blocks(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut open: Option<&str> = None;
    for line in text.lines().map(str::trim) {
        let fence = ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence));
        match (open, fence) {
            (None, fence) => open = fence,
            (Some(own), Some(fence)) if own == fence => open = None,
            (Some(_), _) => {
                let name = line.strip_prefix("export ").unwrap_or(line).split_once('=').map_or("", |(name, _)| name);
                names.extend(is_variable(name).then_some(name));
            }
        }
    }
    names
}

/// The name that a line sets, and where it starts in the line.
fn name_in(line: &str) -> Option<(usize, &str)> {
    let trimmed = line.trim_start();
    let commented = trimmed.starts_with('#');
    let inner = trimmed.trim_start_matches('#').trim_start();
    let inner = inner.strip_prefix("export ").unwrap_or(inner).trim_start();
    let end = inner.find(['=', ':']).or_else(|| (!commented).then(|| inner.trim_end().len()))?;
    let name = inner.get(..end)?.trim_end();
    let starts = |c: char| c.is_ascii_uppercase() || c == '_' || !commented && c.is_ascii_lowercase();
    let rest = |c: char| c.is_ascii_alphanumeric() && (!commented || !c.is_ascii_lowercase()) || c == '_';
    let is_name = name.starts_with(starts) && name.chars().all(rest);
    is_name.then_some((line.len() - inner.len(), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_examples() {
        for name in [
            ".env.example",
            ".env.sample",
            "sample.env",
            "env.example",
            ".env.template",
            ".env.dist",
            "example.env",
            ".env.prod.example",
            ".env-example",
            "sample-env",
            ".env.example.local",
        ] {
            assert!(is_example(name), "{name}");
        }
        for name in [
            ".env",
            ".env.production",
            "example.yml",
            ".envrc.example",
            "env.example.json",
            "example",
            "environment.sample",
        ] {
            assert!(!is_example(name), "{name}");
        }
    }

    #[test]
    fn the_best_example_stands_in() {
        let sources = SourceDb::new();
        let files = [
            "/r/.git",
            "/r/.env.example",
            "/r/.env.sample",
            "/r/.env.prod.example",
            "/r/a/db.env.dist",
            "/r/a/compose.yaml",
        ];
        for file in files {
            sources.overlay(Path::new(file), String::new());
        }
        let check = |file: &str, expect: Option<&str>| {
            assert_eq!(
                example_for(Path::new(file), &BTreeSet::new(), &sources).as_deref(),
                expect.map(Path::new),
                "{file}"
            );
        };
        check("/r/.env", Some("/r/.env.example"));
        check("/r/.env.prod", Some("/r/.env.prod.example"));
        check("/r/prod.env", Some("/r/.env.prod.example"));
        check("/r/.env.dev", Some("/r/.env.example"));
        check("/r/a/.env", Some("/r/.env.example"));
        check("/r/a/db.env", Some("/r/a/db.env.dist"));
        check("/other/.env", None);
        sources.overlay(Path::new("/r/.env.sample"), "A=1\n".to_owned());
        sources.overlay(Path::new("/r/.env.example"), "# A=1\n".to_owned());
        let needed = BTreeSet::from(["A".to_owned()]);
        let best = example_for(Path::new("/r/.env"), &needed, &sources);
        assert_eq!(best.as_deref(), Some(Path::new("/r/.env.sample")));
    }

    #[test]
    fn the_file_that_is_copied_stands_in() {
        let check = |path: &str, text: &str, expect: &str| {
            let sources = SourceDb::new();
            for file in ["/r/.git", "/r/.env.example", "/r/.env.production", "/r/.env.production.example"] {
                sources.overlay(Path::new(file), String::new());
            }
            sources.overlay(Path::new("/r/.env.production.example"), "A=1\n".to_owned());
            sources.overlay(Path::new(path), text.to_owned());
            let needed = BTreeSet::from(["A".to_owned()]);
            let found = example_for(Path::new("/r/.env"), &needed, &sources);
            assert_eq!(found.as_deref(), Some(Path::new(expect)), "{text}");
        };
        check("/r/setup.sh", "cp .env.example .env\n", "/r/.env.example");
        check("/r/scripts/setup.sh", "cp \"$ROOT/.env.production\" \"$ROOT/.env\"\n", "/r/.env.production");
        check("/r/README.md", "Run `cp .env.example .env`, then start it.\n", "/r/.env.example");
        check("/r/README.md", "cp .env.example /srv/shop/.env\n", "/r/.env.example");
        check("/r/README.md", "cp .env.example .env\ncp .env.production .env\n", "/r/.env.production.example");
        check("/r/README.md", "cp .env.example .env.local\n", "/r/.env.production.example");
    }

    #[test]
    fn names_in_lines() {
        let check = |line: &str, expect: Option<(usize, &str)>| assert_eq!(name_in(line), expect, "{line:?}");
        check("KEY=value\r\n", Some((0, "KEY")));
        check("  export key = é", Some((9, "key")));
        check("# KEY=", Some((2, "KEY")));
        check("#  A KEY=x", None);
        check("# Note: see README", None);
        check("# TODO", None);
        check("KEY", Some((0, "KEY")));
        check("", None);
        check("é=1", None);
    }

    #[test]
    fn names_in_texts() {
        let text =
            "A=1\n```env\nB=2\n  C_1=\nexport D=x\nE = 3\n$ F=1 docker compose up\n~~~\nG=\n```\nH=1\n~~~\nI=é\n";
        assert_eq!(names_in_text(text), ["B", "C_1", "D", "G", "I"]);
        let table = "| `DB_PASSWORD` | made by `openssl` |\nSet `TOKEN=` and `a` to `X Y`, `\n";
        assert_eq!(names_in_text(table), ["DB_PASSWORD", "TOKEN"]);
    }

    #[test]
    fn the_first_file_counts() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/a/sample.env"), "# é\r\nB=3\r\n".to_owned());
        sources.overlay(Path::new("/r/.env.example"), "\u{feff}A=1\r\nB=2\r\n".to_owned());
        sources.overlay(Path::new("/r/.env"), "C=1".to_owned());
        sources.overlay(Path::new("/r/.git"), String::new());
        let found = documented(Path::new("/r/a"), &sources);
        let shown: Vec<_> =
            found.iter().map(|(name, one)| (name.as_str(), one.file.to_str().unwrap(), one.span.start)).collect();
        assert_eq!(shown, [("A", "/r/.env.example", 3), ("B", "/r/a/sample.env", 6)]);
    }
}
