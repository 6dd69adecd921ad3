//! Variables that scripts and programs of the repository give a project before they start it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::written::by_commands;
use crate::source::{DirectorySearch, DirectoryWalk, EntryKind, SourceDb, SourceFile};
use crate::text::template::expand;

/// How many entries of directories are looked at, how many files are read, and how long they may be, in bytes.
const MOST_ENTRIES: usize = 40_000;
const MOST_FILES: usize = 1000;
const MOST_BYTES: usize = 512 * 1024;

/// Endings of the names of scripts and programs.
const SCRIPTS: [&str; 6] = ["sh", "bash", "ksh", "mk", "tpl", "tftpl"];
const PROGRAMS: [&str; 12] = ["mjs", "cjs", "js", "ts", "py", "java", "kt", "go", "rb", "groovy", "ps1", "rs"];

/// Words in the paths of programs that start projects: those of an application read variables and set none.
const STARTING: [&str; 16] = [
    "script",
    "integration",
    "deploy",
    "release",
    "e2e",
    "tool",
    "bin",
    "ops",
    "install",
    "compose",
    "docker",
    "start",
    "launch",
    "setup",
    "ci",
    "run",
];

/// Names of Compose files that many directories have.
const COMMON: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// The work of others.
const FOREIGN: [&str; 2] = ["node_modules", "vendor"];

/// The variables among those that are wanted that scripts and programs set for one of the Compose files, each with the one
/// that does.
pub(crate) fn assigned(
    root: &Path,
    files: &[PathBuf],
    (wanted, example): (&BTreeSet<String>, EnvExample),
    sources: &SourceDb,
) -> BTreeMap<String, PathBuf> {
    // Nothing of these files enters the project.
    let sources = &sources.glancing();
    let compose = ComposeNames::new(root, files, sources);
    let words: Vec<&str> = wanted.iter().map(|name| common_part(name)).collect();
    let mut found = BTreeMap::new();
    for path in starters(root, sources).iter() {
        let Some(file) = sources.load_with(path, &words, MOST_BYTES) else { continue };
        let text = &sources.file(file).text;
        let is_named =
            compose.are_in(text, path) || compose.name(path) || is_program(path) && compose.has_sibling(text);
        let set: Vec<&String> = match is_program(path) {
            true if !is_named => continue,
            true => wanted.iter().filter(|name| has_literal(text, name)).collect(),
            false => {
                let written = by_commands(text, ".env");
                wanted.iter().filter(|name| written.contains(*name) || exports(text, name)).collect()
            }
        };
        // A script that says nothing of the project is meant where it sets most of what that lacks.
        let has_most = example == EnvExample::Absent && wanted.len() > 2 && 2 * set.len() > wanted.len();
        if is_named || has_most {
            set.into_iter().for_each(|name| _ = found.entry(name.clone()).or_insert_with(|| path.clone()));
        }
    }
    found
}

/// Whether an example of an env file says what a project needs: what it omits is not what some script writes somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvExample {
    /// There is one.
    Present,
    /// There is none.
    Absent,
}

/// The variables in values of Compose files that scripts replace before they start the project: with `sed` or `yq`, by the
/// key of the value.
pub(crate) fn replaced(root: &Path, files: &[PathBuf], sources: &SourceDb) -> BTreeSet<String> {
    let sources = &sources.glancing();
    let mut found = BTreeSet::new();
    for file in files {
        let (Some(name), Ok(id)) = (file.file_name().and_then(|name| name.to_str()), sources.load(file)) else {
            continue;
        };
        let compose = sources.file(id);
        let scripts = starters(root, sources);
        for script in scripts.iter().filter(|path| !is_program(path)) {
            let Some(script) = sources.load_with(script, &[name], MOST_BYTES) else { continue };
            let text = &sources.file(script).text;
            let edits = text.lines().filter(|line| is_edit(line) && is_path_in(line, name));
            for edit in edits {
                let lines = compose.text.lines().filter(|line| line.contains('$') && replaces(edit, line));
                let uses = lines.flat_map(|line| expand(line, &|_| None).uses);
                found.extend(uses.map(|one| one.name));
            }
        }
    }
    found
}

/// What scripts and Compose files say of each other.
struct ComposeNames<'a> {
    root: &'a Path,
    /// Names of other Compose files in their directory: programs lay several over each other.
    siblings: Vec<String>,
    paths: &'a [PathBuf],
    files: Vec<Arc<SourceFile>>,
}

impl<'a> ComposeNames<'a> {
    fn new(root: &'a Path, paths: &'a [PathBuf], sources: &SourceDb) -> ComposeNames<'a> {
        let files = paths.iter().filter_map(|file| sources.load(file).ok()).map(|file| sources.file(file)).collect();
        let entries = paths.last().and_then(|file| file.parent()).map(|directory| sources.entries(directory));
        let is_own_name = |name: &&str| {
            name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml")) && !COMMON.contains(name)
        };
        let names = entries.iter().flat_map(|entries| entries.names().filter(is_own_name).map(str::to_owned));
        ComposeNames { root, siblings: names.collect(), paths, files }
    }

    /// Whether a script names one of the files: one with a name of its own, or the way to it where others are called so.
    fn are_in(&self, text: &str, script: &Path) -> bool {
        self.paths.iter().any(|path| {
            let (Some(name), Some(above)) = (path.file_name().and_then(|name| name.to_str()), path.parent()) else {
                return false;
            };
            let is_clear = !COMMON.contains(&name) || above == self.root || script.starts_with(above);
            let directory = above.file_name().and_then(|name| name.to_str()).unwrap_or("");
            is_path_in(text, name) && (is_clear || text.contains(&format!("{directory}/{name}")))
        })
    }

    /// Whether a program names another Compose file of the directory.
    fn has_sibling(&self, text: &str) -> bool {
        self.siblings.iter().any(|name| is_path_in(text, name))
    }

    /// Whether one of the files names another file.
    fn name(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| self.files.iter().any(|file| is_path_in(&file.text, name)))
    }
}

/// The scripts and programs of a repository that may start its projects.
fn starters(root: &Path, sources: &SourceDb) -> Arc<Vec<PathBuf>> {
    sources.found(DirectorySearch::Starters, root, || {
        let walk = DirectoryWalk::new(sources, root, root).take(MOST_ENTRIES);
        let files = walk.filter(|(_, kind)| *kind == EntryKind::File).map(|(path, _)| path).collect();
        let files = sources.as_laid(files, root).into_iter();
        files.filter(|path| path.strip_prefix(root).is_ok_and(may_start)).take(MOST_FILES).collect()
    })
}

fn may_start(below: &Path) -> bool {
    let text = below.to_string_lossy().to_ascii_lowercase();
    let (directories, name) = text.rsplit_once('/').unwrap_or(("", &text));
    if directories.split('/').any(|part| FOREIGN.contains(&part)) {
        return false;
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_pipeline = || directories == ".github/workflows" || matches!(stem, ".gitlab-ci" | "bitbucket-pipelines");
    match ending {
        "yml" | "yaml" => is_pipeline(),
        "" => {
            matches!(name, "makefile" | "justfile" | "jenkinsfile") || STARTING.iter().any(|word| text.contains(word))
        }
        _ if SCRIPTS.contains(&ending) => true,
        _ => PROGRAMS.contains(&ending) && STARTING.iter().any(|word| text.contains(word)),
    }
}

fn is_program(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| PROGRAMS.contains(&ending))
}

/// A name without the number at its end, which a program may add.
fn common_part(name: &str) -> &str {
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if stem.ends_with('_') { stem } else { name }
}

/// Where a word occurs in a text as a whole: what comes before, and what comes after it.
fn occurrences<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.match_indices(word).filter_map(move |(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + word.len()..)?);
        let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        (!before.ends_with(is_inner) && !after.starts_with(is_inner)).then_some((before, after))
    })
}

/// Whether a text names a file, with or without the way to it.
fn is_path_in(text: &str, name: &str) -> bool {
    occurrences(text, name).any(|(before, after)| !before.ends_with(['-', '.']) && !after.starts_with('-'))
}

/// Whether a script exports a variable, or sets it for a command of Compose.
fn exports(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let is_set = |(before, after): (&str, &str)| {
            let before = before.trim_end();
            let is_exported = before.ends_with("export") || before.ends_with("-x");
            // Other variables may precede it.
            let is_first = || before.split_whitespace().all(|word| word.contains('='));
            let is_for_command = || line.contains("compose") || line.ends_with('\\');
            is_exported || after.starts_with('=') && is_first() && is_for_command()
        };
        occurrences(line, name).any(is_set)
    })
}

/// Whether a program gives a variable a value: as a key, or as the first argument of a call. In a list it is only named.
fn has_literal(text: &str, name: &str) -> bool {
    let part = common_part(name);
    let reads =
        |before: &str| ["getenv(", "env.get(", "environ.get(", "getProperty("].iter().any(|end| before.ends_with(end));
    let is_quoted_key = |before: &str, after: &str| {
        let Some(quote) = before.chars().next_back().filter(|letter| matches!(letter, '"' | '\'')) else {
            return false;
        };
        let (before, Some(after)) = (before.trim_end_matches(quote), after.strip_prefix(quote)) else { return false };
        let value = after.trim_start_matches(' ');
        let is_argument = before.ends_with('(') && value.starts_with([',', '+']) && !reads(before);
        let is_item = || value.strip_prefix(']').is_some_and(|rest| is_assigned(rest.trim_start()));
        value.starts_with(':') || is_argument || is_item()
    };
    let is_bare_key = |before: &str, after: &str| {
        let value = after.trim_start();
        let is_key = value.starts_with(':') && before.trim_end().ends_with(['{', ',']);
        is_key || before.ends_with("env.") && is_assigned(value)
    };
    let is_counted = |(at, _): (usize, &str)| {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + part.len()..)) else { return false };
        is_quoted_key(before, after)
    };
    occurrences(text, name).any(|(before, after)| is_quoted_key(before, after) || is_bare_key(before, after))
        || part != name && text.match_indices(part).any(is_counted)
}

/// Whether a text begins with the sign of an assignment.
fn is_assigned(text: &str) -> bool {
    text.starts_with('=') && !text.starts_with("==")
}

/// Whether a command changes text in place, or replaces the variables in it.
fn is_edit(line: &str) -> bool {
    let has = |program: &str| occurrences(line, program).next().is_some();
    has("envsubst") || has("sed") && line.contains("-i") || has("yq") && (line.contains("-i") || line.contains('>'))
}

/// Whether such a command replaces what a line of a Compose file says.
fn replaces(edit: &str, line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    let Some((key, _)) = line.split_once(':') else { return false };
    let is_key = |(before, after): (&str, &str)| {
        after.starts_with([':', ' ', '='])
            && (before.ends_with(['|', '/', '#', ',', '.', ' ', '*', '(', '^', '"', '\'']))
    };
    edit.contains("envsubst") || !key.is_empty() && occurrences(edit, key).any(is_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPOSE: &str = "/r/app/compose.prod.yaml";

    fn lay(files: &[(&str, &str)]) -> SourceDb {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/.git"), String::new());
        for (path, text) in files {
            sources.overlay(&Path::new("/r").join(path), (*text).to_owned());
        }
        sources
    }

    fn check(path: &str, text: &str, expect: &[&str]) {
        let sources = lay(&[("app/compose.prod.yaml", "# see up-all.sh\nservices: {}\n"), (path, text)]);
        let wanted = ["TAG", "DATA_1", "KEY"].map(str::to_owned).into();
        let found = assigned(Path::new("/r"), &[PathBuf::from(COMPOSE)], (&wanted, EnvExample::Absent), &sources);
        assert_eq!(found.into_keys().collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn what_scripts_set() {
        check("infra/x.sh", "export TAG=\"$1\"\ndocker compose -f compose.prod.yaml up\n", &["TAG"]);
        check("infra/x.sh", "TAG=$1 \\\n  docker compose -f app/compose.prod.yaml up\n", &["TAG"]);
        check("infra/x.sh", "TAG=$1\necho $KEY\ndocker compose -f compose.prod.yaml up\n", &[]);
        check("infra/x.sh", "export TAG=1\n./deploy other-compose.prod.yaml\n", &[]);
        check("infra/up-all.sh", "cat > /opt/shop/.env <<EOF\nTAG=$1\nKEY=$k\nEOF\n", &["KEY", "TAG"]);
        check("infra/y.sh", "cat > /opt/shop/.env <<EOF\nTAG=$1\nKEY=$k\nEOF\n", &["KEY", "TAG"]);
        check("infra/y.sh", "cat > /opt/shop/.env <<EOF\nTAG=$1\nEOF\n", &[]);
    }

    #[test]
    fn what_programs_set() {
        let with = |line: &str| format!("run('docker compose', 'app/compose.prod.yaml')\n{line}\n");
        check("scripts/up.mjs", &with("const env = {\n  TAG: tag,\n}"), &["TAG"]);
        check("scripts/up.mjs", &with("process.env.TAG = tag"), &["TAG"]);
        check("scripts/up.py", &with("NAMES = [\n  'TAG',\n  'KEY', 'DATA_1']"), &[]);
        check(
            "src/test/UpInstaller.java",
            &with("env.put(\"DATA_\" + i, volume); env.put(\"TAG\", tag);"),
            &["DATA_1", "TAG"],
        );
        check("scripts/up.py", &with("os.getenv('TAG'); os.environ['KEY'] = key"), &["KEY"]);
        check("scripts/up.mjs", &with("if (process.env.TAG == 1) use(process.env.TAG)"), &[]);
        check("scripts/up.mjs", "const env = {\n  TAG: tag,\n}", &[]);
        check("src/config.ts", &with("const env = {\n  TAG: tag,\n}"), &[]);
    }

    #[test]
    fn what_scripts_replace() {
        let check = |script: &str, expect: &[&str]| {
            let compose = "services:\n  web:\n    image: shop:$TAG\n    hostname: ${NAME}\n";
            let sources = lay(&[("app/compose.prod.yaml", compose), (".github/workflows/d.yml", script)]);
            let found = replaced(Path::new("/r"), &[PathBuf::from(COMPOSE)], &sources);
            assert_eq!(found.into_iter().collect::<Vec<_>>(), expect, "{script}");
        };
        check("run: sed -i \"s|image: .*shop:.*|image: $X|g\" compose.prod.yaml", &["TAG"]);
        check("run: yq -i '.services.web.image = \"x\"' app/compose.prod.yaml", &["TAG"]);
        check("run: envsubst < app/compose.prod.yaml > c.yaml", &["NAME", "TAG"]);
        check("run: sed -i 's/8080/80/' compose.prod.yaml", &[]);
        check("run: sed -i 's|image: .*|image: x|' compose.yaml", &[]);
    }
}
