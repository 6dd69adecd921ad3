//! What a checkout cannot contain: env files of the deployment, and the examples that stand in for them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::app_config::repository_root;
use crate::compose::{Outside, ProjectEntry};
use crate::discover::BASE_NAMES;
use crate::facts::environment::assigned::{EnvExample, assigned, replaced};
use crate::facts::environment::env_examples::{example_for, filled_in};
use crate::facts::environment::written::written;
use crate::source::{DirectorySearch, PathKind, SourceDb};
use crate::text::template::{SubstitutionOperator, TemplateUse, expand};

/// How many scripts of a directory are searched, and how long they may be, in bytes.
const MOST_SCRIPTS: usize = 64;
const MOST_BYTES: usize = 256 * 1024;
/// How many projects share an env file above them at least, and how many levels above it is at most.
const SHARING: usize = 3;
const LEVELS: usize = 3;
/// Words of the names of files for production, and how many of their variables an env file for developers lacks at least.
const PRODUCTION: [&str; 3] = ["prod", "production", "staging"];
const LACKING: usize = 2;

/// What sets variables of a project besides the files that are there. `env_files` are those that it reads, `lacking` those
/// that a script sources and the repository lacks, `set` are variables that its command sets to something unknown.
///
/// A default `.env` that is not there is expected where git ignores it or an example shows what belongs in it; one that a
/// command names is expected always.
pub(super) fn outside(
    sources: &SourceDb,
    entry: &ProjectEntry,
    env_files: &[PathBuf],
    lacking: &[PathBuf],
    set: BTreeSet<String>,
) -> Outside {
    let directory = &entry.directory;
    let default = directory.join(".env");
    let may_set_others = entry.files.iter().any(|file| is_template(sources, file));
    let may_set_others = may_set_others || is_of_store(sources, entry);
    let may_set_others = may_set_others || has_other_env_file(sources, entry, env_files);
    let mut outside = Outside { set, may_set_others, ..Outside::default() };
    let sourced = lacking.iter().filter(|file| !env_files.contains(file));
    let missing = env_files.iter().chain(sourced).filter(|file| sources.kind(file) == PathKind::Missing);
    let missing: Vec<&PathBuf> = missing.collect();
    let uses = uses(sources, &entry.files);
    let needed = names_of(&uses, |_| true);
    for file in missing {
        let example = example_for(file, &needed, sources);
        let shared =
            || shared_above(sources, directory).filter(|shared| !needed.is_disjoint(&filled_in(shared, sources)));
        let example = if *file == default { shared().or(example) } else { example };
        // A service reads the file as well: that it is missing is said there.
        let is_named = || entry.files.iter().any(|compose| names_env_file(sources, compose));
        let is_expected = *file != default
            || lacking.contains(file)
            || example.is_some()
            || sources.is_ignored(file, directory)
            || is_named();
        if !is_expected {
            continue;
        }
        outside.absent.push(file.clone());
        match example {
            Some(example) if !outside.examples.contains(&example) => outside.examples.push(example),
            Some(_) => {}
            None => outside.may_set_others = true,
        }
    }
    let files: Vec<&PathBuf> = env_files.iter().filter(|file| file.is_absolute()).collect();
    let known: BTreeSet<String> =
        files.into_iter().chain(&outside.examples).flat_map(|file| filled_in(file, sources)).collect();
    if !outside.may_set_others && !needed.is_subset(&known) {
        add_set(&mut outside, entry, (env_files, &uses, &known), sources);
    }
    outside
}

/// Adds the variables that scripts, workflows and programs set, among those that are needed and not known.
fn add_set(
    outside: &mut Outside,
    entry: &ProjectEntry,
    (env_files, uses, known): (&[PathBuf], &[TemplateUse], &BTreeSet<String>),
    sources: &SourceDb,
) {
    let needed = &names_of(uses, |_| true);
    let root = repository_root(sources, &entry.directory);
    let written = env_files.iter().flat_map(|file| written(file, &root, sources));
    let handed_over = handed_over(&root, needed, sources);
    // What the project demands is said where it is demanded.
    let demanded = names_of(uses, |one| matches!(one.operator, Some(SubstitutionOperator::Required { .. })));
    outside.set.extend(written.filter(|name| needed.contains(name) && !demanded.contains(name)));
    outside.set.extend(handed_over.into_iter().filter(|name| !demanded.contains(name)));
    let is_open = |name: &&String| !demanded.contains(*name) && !known.contains(*name) && !outside.set.contains(*name);
    let open: BTreeSet<String> = names_of(uses, |one| one.operator.is_none()).iter().filter(is_open).cloned().collect();
    if open.is_empty() {
        return;
    }
    let example = if outside.examples.is_empty() { EnvExample::Absent } else { EnvExample::Present };
    let assigned = assigned(&root, &entry.files, (&open, example), sources).into_keys();
    let replaced = replaced(&root, &entry.files, sources).into_iter();
    outside.set.extend(assigned.chain(replaced).filter(|name| open.contains(name)));
}

/// The `.env` of a directory above that several projects share, each in a directory of its own: they are started with
/// `--env-file`, or with the variables exported.
fn shared_above(sources: &SourceDb, directory: &Path) -> Option<PathBuf> {
    let root = repository_root(sources, directory);
    let has_project =
        |directory: &Path| BASE_NAMES.iter().any(|name| sources.kind(&directory.join(name)) == PathKind::File);
    let mut above = directory.ancestors().skip(1).take(LEVELS).take_while(|above| above.starts_with(&root));
    above.find_map(|above| {
        let file = above.join(".env");
        if sources.kind(&file) != PathKind::File || has_project(above) {
            return None;
        }
        let entries = sources.entries(above);
        let shares = |inner: &PathBuf| has_project(inner) && sources.kind(&inner.join(".env")) == PathKind::Missing;
        let sharing = entries.names().map(|name| above.join(name)).filter(shares).take(SHARING).count();
        (sharing == SHARING).then_some(file)
    })
}

/// Whether the files are an app of a store that sets its variables: Umbrel, Runtipi, CasaOS, Dokploy, Coolify.
fn is_of_store(sources: &SourceDb, entry: &ProjectEntry) -> bool {
    let entries = sources.entries(&entry.directory);
    let has = |name: &str| entries.names().any(|one| one == name);
    let holds = |name: &str, word: &str| {
        has(name) && sources.glancing().load_with(&entry.directory.join(name), &[word], MOST_BYTES).is_some()
    };
    let by_files = has("umbrel-app.yml")
        || holds("config.json", "\"tipi_version\"")
        || holds("template.toml", "[config")
        || holds("template.toml", "[variables]");
    let marks = ["\nx-casaos:", "${SERVICE_FQDN_", "${SERVICE_PASSWORD_", "${SERVICE_URL_", "SERVICE_FQDN_"];
    let texts = || entry.files.iter().filter_map(|file| sources.load(file).ok()).map(|file| sources.file(file));
    by_files || texts().any(|file| marks.iter().any(|mark| file.text.contains(mark)))
}

/// Whether the `.env` in the repository is for developers, and the files are for production: that has another one.
fn has_other_env_file(sources: &SourceDb, entry: &ProjectEntry, env_files: &[PathBuf]) -> bool {
    let has_word = |file: &PathBuf| {
        let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| PRODUCTION.contains(&word))
    };
    let default = entry.directory.join(".env");
    let reads_default = env_files == [default.clone()] && sources.kind(&default) == PathKind::File;
    if !reads_default || !entry.files.iter().any(has_word) {
        return false;
    }
    let set = filled_in(&default, sources);
    names_of(&uses(sources, &entry.files), |_| true).difference(&set).count() >= LACKING
}

/// The variables that workflows hand over from what is stored with the repository: `NAME: ${{ secrets.NAME }}`.
fn handed_over(root: &Path, needed: &BTreeSet<String>, sources: &SourceDb) -> BTreeSet<String> {
    let directory = root.join(".github/workflows");
    let entries = sources.entries(&directory);
    let is_workflow = |name: &&str| name.ends_with(".yml") || name.ends_with(".yaml");
    let sources = &sources.glancing();
    let mut found = BTreeSet::new();
    for name in entries.names().filter(is_workflow).take(MOST_SCRIPTS) {
        let Some(file) = sources.load_with(&directory.join(name), &["secrets.", "vars."], MOST_BYTES) else { continue };
        for line in sources.file(file).text.lines().filter(|line| line.contains("${{")) {
            let Some((before, value)) = line.split_once([':', '=']) else { continue };
            let is_stored = value.contains("secrets.") || value.contains("vars.");
            let name = before.trim_end().rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
            found.extend(name.filter(|name| is_stored && needed.contains(*name)).map(str::to_owned));
        }
    }
    found
}

/// Whether an `env_file` of a Compose file in the directory of its project names `.env`.
fn names_env_file(sources: &SourceDb, file: &Path) -> bool {
    let Ok(file) = sources.load(file) else { return false };
    let mut is_list = false;
    sources.file(file).text.lines().map(str::trim).any(|line| {
        let value = line.strip_prefix("env_file:");
        is_list = value.is_some_and(str::is_empty) || is_list && line.starts_with(['-', '#']);
        let path = value.or_else(|| line.strip_prefix('-').filter(|_| is_list)).unwrap_or("");
        matches!(path.trim().trim_matches(['[', ']', '"', '\'']), ".env" | "./.env")
    })
}

/// The same for an entry that no invocation describes.
pub(super) fn supplemented(sources: &SourceDb, entry: ProjectEntry) -> ProjectEntry {
    if !entry.env_files.is_empty() {
        return entry;
    }
    let outside = outside(sources, &entry, &[entry.directory.join(".env")], &[], BTreeSet::new());
    ProjectEntry { outside, ..entry }
}

/// Where Compose files use variables, by their text.
fn uses(sources: &SourceDb, files: &[PathBuf]) -> Vec<TemplateUse> {
    let loaded = files.iter().filter_map(|file| sources.load(file).ok()).map(|file| sources.file(file));
    let with_variables = loaded.filter(|file| file.text.contains('$'));
    with_variables.flat_map(|file| expand(&file.text, &|_| None).uses).collect()
}

/// The variables of uses that are of interest.
fn names_of(uses: &[TemplateUse], counts: impl Fn(&TemplateUse) -> bool) -> BTreeSet<String> {
    uses.iter().filter(|one| counts(one)).map(|one| one.name.clone()).collect()
}

/// Whether a script next to a Compose file renders it with `envsubst`: its variables are those of the script.
fn is_template(sources: &SourceDb, file: &Path) -> bool {
    let (Some(directory), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return false;
    };
    let is_script = |name: &&str| !name.contains('.') || name.ends_with(".sh") || *name == "Makefile";
    let scripts = sources.found(DirectorySearch::Substituting, directory, || {
        let entries = sources.entries(directory);
        let scripts = entries.names().filter(is_script).take(MOST_SCRIPTS).map(|name| directory.join(name));
        scripts.filter(|script| sources.load_with(script, &["envsubst"], MOST_BYTES).is_some()).collect()
    });
    scripts.iter().filter_map(|script| sources.load(script).ok()).any(|script| {
        let text = &sources.file(script).text;
        text.lines().any(|line| line.contains("envsubst") && line.contains(name))
    })
}
