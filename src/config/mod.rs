//! `plimsoll.yaml`: what a repository says about its projects, its host and the rules it wants.

mod check;
mod date;
mod loosened;
pub(crate) mod options;
mod read;
pub mod shape;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use date::Date;
pub(crate) use loosened::loosened;
use shape::ConfigKey;

use crate::finding::{RuleId, Selector, Severity};
use crate::source::Place;
use crate::source::{PathKind, SourceDb};

/// The names that the file may have; the first one wins where both are in a directory.
pub(crate) const FILE_NAMES: [&str; 4] = ["plimsoll.yaml", ".plimsoll.yaml", "plimsoll.yml", ".plimsoll.yml"];

/// How alike a word must be to be suggested, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.8;

/// The configuration of a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file it was read from; empty for a configuration that was not read.
    pub(crate) path: PathBuf,
    /// Rules, families and sets that run, and no others; empty for the usual ones.
    pub(crate) select: Vec<Selector>,
    /// Rules, families and sets that do not run.
    pub(crate) ignore: Vec<Selector>,
    /// Settings of rules.
    pub(crate) rules: BTreeMap<RuleId, RuleSetting>,
    /// Whether preview rules run.
    pub(crate) preview: Option<bool>,
    /// Where it says which rules run, in the order of the files.
    pub(crate) told: Vec<ToldRule>,
    /// Where a rule is called by a name that it had before.
    pub(crate) old_names: Vec<NamedRule>,
    /// Findings that do not count.
    pub(crate) suppressions: Vec<Suppression>,
    /// Projects that are named instead of found.
    pub(crate) projects: Vec<ProjectSetting>,
    /// The host that everything runs on.
    pub(crate) host: Host,
    /// What is known of services, by name.
    pub(crate) services: BTreeMap<String, ServiceSetting>,
    /// Paths that are not analysed.
    pub(crate) exclude: Vec<Pattern>,
    /// The lowest severity that makes a run fail; `None` where the file does not say.
    pub(crate) fail_on: Option<FailOn>,
}

impl Config {
    /// The directory that relative paths in the file start from.
    pub(crate) fn directory(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new(""))
    }

    /// The options of a rule.
    pub(crate) fn options<T: options::RuleOptions>(&self) -> T {
        self.rules.get(&T::RULE).map(|setting| T::read(&setting.options)).unwrap_or_default()
    }
}

/// A pattern of paths, as `.gitignore` writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The directory that it starts from.
    pub(crate) directory: PathBuf,
    /// As written.
    pub(crate) text: String,
}

/// A rule, and where it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedRule {
    /// The rule.
    pub(crate) rule: RuleId,
    /// As it is written: its name, or one that it had before.
    pub(crate) name: String,
    /// Where.
    pub(crate) place: Place,
}

/// An entry that says whether rules run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToldRule {
    /// The key that it is under: `select`, `ignore` or `rules`.
    pub(crate) key: &'static str,
    /// What it names.
    pub(crate) selector: Selector,
    /// Whether they run.
    pub(crate) enabled: bool,
    /// Where.
    pub(crate) place: Place,
}

/// Findings that do not count. What it does not narrow down it does not ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// Of these rules; empty for all.
    pub(crate) rules: Vec<NamedRule>,
    /// In these files; empty for all.
    pub(crate) paths: Vec<Pattern>,
    /// About these services; empty for whatever they are about.
    pub(crate) services: Vec<String>,
    /// Why.
    pub(crate) reason: Option<String>,
    /// The last day that it holds.
    pub(crate) until: Option<Date>,
    /// Where it is written.
    pub(crate) place: Place,
    /// Whether it comes from a file that this one extends: nobody says that such a one is unused.
    pub(crate) inherited: bool,
}

/// What the configuration says of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleSetting {
    /// Whether it runs; `None` leaves that to the sets that are asked for.
    pub(crate) enabled: Option<bool>,
    /// The severity of all its findings; `None` leaves them as they are.
    pub(crate) severity: Option<Severity>,
    /// Its options by name.
    pub(crate) options: BTreeMap<String, Vec<String>>,
}

/// A project that is named: what `docker compose -f … --env-file … --profile …` would be told. Paths
/// are absolute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProjectSetting {
    /// Compose files in the order of merging; at least one.
    pub(crate) files: Vec<PathBuf>,
    /// Env files in the order of reading; empty for `.env`.
    pub(crate) env_files: Vec<PathBuf>,
    /// Active profiles.
    pub(crate) profiles: Vec<String>,
    /// The project's name; `None` for the one that Compose would take.
    pub(crate) name: Option<String>,
    /// The project's directory; `None` for that of its first file.
    pub(crate) directory: Option<PathBuf>,
    /// Variables that the command sets; `None` where only the deployment knows the value.
    pub(crate) environment: BTreeMap<String, Option<String>>,
    /// Whether `docker stack deploy` starts it.
    pub(crate) is_swarm: bool,
    /// What it is started for; `None` where its files' names decide.
    pub(crate) purpose: Option<StartedFor>,
}

/// What the configuration says that a project is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartedFor {
    /// To run.
    Deployment,
    /// To develop.
    Development,
    /// To test.
    Tests,
}

/// What the host has; `None` where the file does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Host {
    /// How many GPUs.
    pub(crate) gpus: Option<u32>,
    /// The memory of each GPU, in bytes.
    pub(crate) gpu_memory: Option<u64>,
    /// Main memory, in bytes.
    pub(crate) memory: Option<u64>,
    /// Processors.
    pub(crate) cpus: Option<f64>,
}

/// What is known of a service that its Compose files do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceSetting {
    /// Whether it breaks when it runs more than once.
    pub(crate) single_instance: bool,
    /// The GPU memory that it takes, in bytes.
    pub(crate) gpu_memory: Option<u64>,
}

/// What makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// A finding of this severity or a worse one.
    Severity(Severity),
    /// No finding.
    Never,
}

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigError {
    /// The file.
    pub(crate) path: PathBuf,
    /// Line and column from 1, columns in characters; `None` where the whole file is meant.
    pub(crate) at: Option<(u64, u64)>,
    /// What is wrong: one clause, lower case.
    pub(crate) message: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

/// All that is wrong with a configuration; at least one mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub(crate) Vec<ConfigError>);

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for ConfigErrors {}

/// The options that a rule has.
pub(crate) type OptionsOf = fn(RuleId) -> &'static [ConfigKey];

/// Finds and reads the configuration for a file or directory: the nearest one on the way up, not beyond the directory
/// that holds `.git`. `options` are the options of each rule.
///
/// # Errors
/// The file cannot be read, is not YAML, or says something that plimsoll does not know: every mistake in it and in the
/// files that it extends.
pub fn find(sources: &SourceDb, start: &Path, options: OptionsOf) -> Result<Option<Config>, ConfigErrors> {
    match find_path(sources, start) {
        Some(path) => load(sources, &path, options).map(Some),
        None => Ok(None),
    }
}

/// Whether a text is a pattern as `.gitignore` has them.
pub(crate) fn is_pattern(text: &str) -> bool {
    ignore::gitignore::GitignoreBuilder::new("/").add_line(None, text).is_ok()
}

/// A configuration that leaves out more files.
pub(crate) fn excluding(config: Option<Config>, patterns: &[Pattern]) -> Option<Config> {
    if patterns.is_empty() {
        return config;
    }
    let mut config = config.unwrap_or_default();
    config.exclude.extend(patterns.iter().cloned());
    Some(config)
}

/// A file next to where a configuration is looked for that is probably meant to be one, where there is none: its name is
/// almost that of one, or it is in another format.
pub(crate) fn misnamed(sources: &SourceDb, directory: &Path) -> Option<String> {
    let is_meant = |name: &&str| {
        let lower = name.to_ascii_lowercase();
        let stem = lower.trim_start_matches('.');
        let of_other_format = ["json", "toml", "yaml.txt", "yml.txt", "ini", "cfg"];
        let has_own_name = stem.strip_prefix("plimsoll.").is_some_and(|rest| of_other_format.contains(&rest));
        let is_yaml = lower.ends_with(".yaml") || lower.ends_with(".yml");
        let near = || FILE_NAMES.iter().any(|known| strsim::damerau_levenshtein(known, &lower) <= 2);
        has_own_name || matches!(stem, "plimsoll" | "plimsollrc") || is_yaml && near()
    };
    let entries = sources.entries(directory);
    let mut names = entries.names();
    let found = names.find(|name| {
        is_meant(name) && !FILE_NAMES.contains(name) && sources.kind(&directory.join(name)) == PathKind::File
    });
    found.map(|name| name.to_string())
}

/// Where the configuration for a file or directory is; see [`find`].
pub(crate) fn find_path(sources: &SourceDb, start: &Path) -> Option<PathBuf> {
    for directory in crate::source::normalize(start).ancestors() {
        let there = FILE_NAMES.iter().map(|name| directory.join(name)).find(|path| is_there(sources, path));
        if there.is_some() {
            return there;
        }
        if sources.kind(&directory.join(".git")) != PathKind::Missing {
            break;
        }
    }
    None
}

/// Whether a configuration is at a path. One that cannot be read is one, too: a link that leads nowhere.
fn is_there(sources: &SourceDb, path: &Path) -> bool {
    match sources.kind(path) {
        PathKind::File => true,
        PathKind::Directory | PathKind::Outside => false,
        PathKind::Missing => sources.is_link(path),
    }
}

/// Reads the configuration from a file.
///
/// # Errors
/// As [`find`]; also where the file is absent.
pub fn load(sources: &SourceDb, path: &Path, options: OptionsOf) -> Result<Config, ConfigErrors> {
    read::load(sources, path, None, options)
}

/// Reads the configuration from a file that is not where it holds: relative paths in it start at a directory.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_for(
    sources: &SourceDb,
    path: &Path,
    directory: &Path,
    options: OptionsOf,
) -> Result<Config, ConfigErrors> {
    read::load(sources, path, Some(directory), options)
}

/// The word of a list that a person may have meant.
pub(crate) fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(candidate, word), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}

/// What is said of a rule's name that no rule has.
pub(crate) fn unknown_rule(name: &str) -> String {
    match RuleId::nearest(name) {
        Some(meant) => format!("unknown rule `{name}`; did you mean `{meant}`?"),
        None => format!("unknown rule `{name}`; run `plimsoll rules` to list all rules"),
    }
}

/// What is said of a name that no rule, family or set has.
pub(crate) fn unknown_selector(name: &str) -> String {
    match Selector::nearest(name) {
        Some(meant) => format!("unknown rule `{name}`; did you mean `{meant}`?"),
        None => format!("unknown rule `{name}`; run `plimsoll rules` to list all rules"),
    }
}

#[cfg(test)]
mod tests;
