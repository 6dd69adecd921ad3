//! `plimsoll.yaml`: what a repository says of its projects, its host, and the rules it wants.

mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::finding::Severity;
use crate::source::{LoadError, PathKind, SourceDb};

/// The names that the file may have; the first one wins where both stand in a directory.
pub const FILE_NAMES: [&str; 2] = ["plimsoll.yaml", ".plimsoll.yaml"];

/// How alike a word must be to be suggested, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.8;

/// The configuration of a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file it was read from; empty for a configuration that was not read.
    pub path: PathBuf,
    /// Settings of rules by name.
    pub rules: BTreeMap<String, RuleSetting>,
    /// Projects that are named instead of found; paths are relative to the directory of the file.
    pub projects: Vec<ProjectSetting>,
    /// The host that everything runs on.
    pub host: Host,
    /// What is known of services, by name.
    pub services: BTreeMap<String, ServiceSetting>,
    /// Patterns of paths that are not analysed, as `.gitignore` writes them.
    pub exclude: Vec<String>,
    /// The lowest severity that makes a run fail; `None` where the file does not say.
    pub fail_on: Option<FailOn>,
}

impl Config {
    /// The directory that relative paths in the file start from.
    pub fn directory(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new(""))
    }
}

/// What the configuration says of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleSetting {
    /// Whether it runs; `None` leaves that to the sets that are asked for.
    pub enabled: Option<bool>,
    /// The severity of all its findings; `None` leaves them as they are.
    pub severity: Option<Severity>,
}

/// A project that is named: what `docker compose -f … --env-file … --profile …` would be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectSetting {
    /// Compose files in the order of merging; at least one.
    pub files: Vec<PathBuf>,
    /// Env files in the order of reading; empty for `.env`.
    pub env_files: Vec<PathBuf>,
    /// Active profiles.
    pub profiles: Vec<String>,
    /// The project's name; `None` for the one that Compose would take.
    pub name: Option<String>,
    /// The project's directory; `None` for that of its first file.
    pub directory: Option<PathBuf>,
}

/// What the host has; `None` where the file does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Host {
    /// How many GPUs.
    pub gpus: Option<u32>,
    /// The memory of each GPU, in bytes.
    pub gpu_memory: Option<u64>,
    /// Main memory, in bytes.
    pub memory: Option<u64>,
    /// Processors.
    pub cpus: Option<f64>,
}

/// What is known of a service that its Compose files do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceSetting {
    /// Whether it breaks when it runs more than once.
    pub single_instance: bool,
    /// The GPU memory that it takes, in bytes.
    pub gpu_memory: Option<u64>,
}

/// What makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A finding of this severity or a worse one.
    Severity(Severity),
    /// No finding.
    Never,
}

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// Line and column from 1, columns in characters; `None` where the whole file is meant.
    pub at: Option<(u64, u64)>,
    /// What is wrong: one clause, lower case.
    pub message: String,
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

/// Finds and reads the configuration for a file or directory: the nearest one on the way up, not beyond the directory
/// that holds `.git`. `rules` are the names of all rules.
///
/// # Errors
/// The file cannot be read, is no YAML, or says something that plimsoll does not know.
pub fn find(sources: &SourceDb, start: &Path, rules: &[&str]) -> Result<Option<Config>, ConfigError> {
    for directory in crate::source::normalize(start).ancestors() {
        for name in FILE_NAMES {
            let path = directory.join(name);
            if sources.kind(&path) == PathKind::File {
                return load(sources, &path, rules).map(Some);
            }
        }
        if sources.kind(&directory.join(".git")) != PathKind::Missing {
            break;
        }
    }
    Ok(None)
}

/// Reads the configuration from a file.
///
/// # Errors
/// As [`find`]; also where the file is absent.
pub fn load(sources: &SourceDb, path: &Path, rules: &[&str]) -> Result<Config, ConfigError> {
    let unreadable = |error: LoadError| ConfigError { path: path.to_path_buf(), at: None, message: error.to_string() };
    let file = sources.file(sources.load(path).map_err(unreadable)?);
    read::parse(&file.path, &file.text, rules)
}

/// The word of a list that a person may have meant.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(candidate, word), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}

/// What is said of a rule's name that no rule has; `rules` are the names of all rules.
pub fn unknown_rule(name: &str, rules: &[&str]) -> String {
    match nearest(name, rules.iter().copied()) {
        Some(meant) => format!("unknown rule `{name}`, did you mean `{meant}`?"),
        None => format!("unknown rule `{name}`; `plimsoll rules` lists all"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: [&str; 3] = ["docker-socket-mount", "untagged-image", "exposed-datastore"];

    fn read(text: &str) -> Result<Config, ConfigError> {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/p/plimsoll.yaml"), text.to_owned());
        find(&sources, Path::new("/p/a/compose.yml"), &RULES).map(|config| config.expect("it is found"))
    }

    fn fails(text: &str, expect: &str) {
        let error = read(text).expect_err("it is refused");
        assert_eq!(error.to_string(), format!("/p/plimsoll.yaml:{expect}"));
    }

    #[test]
    fn the_example_of_the_documentation_is_read() {
        let config = read(concat!(
            "rules: { docker-socket-mount: off, untagged-image: { severity: info }, exposed-datastore: error }\n",
            "projects:\n",
            "  - { files: [docker-compose.yml, docker-compose.prod.yml], env_files: [.env, production.env], ",
            "profiles: [serve] }\n",
            "host: { gpus: 2, gpu_memory: 24GiB, memory: 64g, cpus: 16 }\n",
            "services: { scheduler: { single_instance: true, gpu_memory: 1.5GiB } }\n",
            "exclude: [\"vendor/**\"]\n",
            "fail_on: never\n",
        ));
        let config = config.unwrap();
        let off = RuleSetting { enabled: Some(false), severity: None };
        assert_eq!(config.rules["docker-socket-mount"], off);
        let info = RuleSetting { enabled: None, severity: Some(Severity::Info) };
        assert_eq!(config.rules["untagged-image"], info);
        let error = RuleSetting { enabled: Some(true), severity: Some(Severity::Error) };
        assert_eq!(config.rules["exposed-datastore"], error);
        assert_eq!(config.projects[0].files[1], PathBuf::from("docker-compose.prod.yml"));
        assert_eq!(config.projects[0].profiles, ["serve"]);
        assert_eq!(config.host.gpus, Some(2));
        assert_eq!(config.host.gpu_memory, Some(24 << 30));
        assert_eq!(config.host.memory, Some(64 << 30));
        assert_eq!(config.host.cpus, Some(16.0));
        assert_eq!(config.services["scheduler"].gpu_memory, Some(3 << 29));
        assert!(config.services["scheduler"].single_instance);
        assert_eq!(config.exclude, ["vendor/**"]);
        assert_eq!(config.fail_on, Some(FailOn::Never));
        assert_eq!(config.directory(), Path::new("/p"));
    }

    #[test]
    fn an_empty_file_says_nothing() {
        let expect = Config { path: PathBuf::from("/p/plimsoll.yaml"), ..Config::default() };
        assert_eq!(read("# later\n"), Ok(expect.clone()));
        assert_eq!(read(""), Ok(expect.clone()));
        assert_eq!(read("rules:\nhost:\n"), Ok(expect));
    }

    #[test]
    fn the_words_on_and_off_may_be_booleans() {
        let config = read("rules:\n  untagged-image: true\n  exposed-datastore: \"off\"\n").unwrap();
        assert_eq!(config.rules["untagged-image"].enabled, Some(true));
        assert_eq!(config.rules["exposed-datastore"].enabled, Some(false));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        fails("# é\nrule: {}\n", "2:1: unknown key `rule`, did you mean `rules`?");
        fails("host:\n  é: 1\n", "2:3: unknown key `é`; known are `gpus`, `gpu_memory`, `memory`, `cpus`");
        fails("rules:\n  untaged-image: off\n", "2:3: unknown rule `untaged-image`, did you mean `untagged-image`?");
        fails("rules:\n  zzz: off\n", "2:3: unknown rule `zzz`; `plimsoll rules` lists all");
        fails("rules:\n  untagged-image: eror\n", "2:19: unknown severity `eror`, did you mean `error`?");
        fails(
            "rules:\n  untagged-image: { severity: bad }\n",
            "2:31: unknown severity `bad`; known are `error`, `warning`, `info`",
        );
        fails("rules:\n  untagged-image: { sevrity: info }\n", "2:21: unknown key `sevrity`, did you mean `severity`?");
        fails("host: { memory: lots }\n", "1:17: `lots` is no size such as `24GiB`");
        fails("host: { gpus: -1 }\n", "1:15: expected a whole number from 0");
        fails("host: { cpus: many }\n", "1:15: expected a number");
        fails("services: { a: { single_instance: maybe } }\n", "1:35: expected `true` or `false`");
        fails("fail_on: errors\n", "1:10: unknown severity `errors`, did you mean `error`?");
        fails("projects:\n  - { env_files: [.env] }\n", "2:5: a project needs `files`");
        fails("exclude: vendor\n", "1:10: expected a list");
        fails("rules: [a]\n", "1:8: expected a mapping");
        fails("fail_on: error\nfail_on: info\n", "2:1: the key `fail_on` is given twice");
    }

    #[test]
    fn what_is_no_yaml_is_named_with_its_place() {
        fails("rules: {\n", "1:8: unclosed bracket '{'");
    }

    #[test]
    fn the_nearest_file_wins_and_the_repository_is_the_limit() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/plimsoll.yaml"), "fail_on: error\n".to_owned());
        sources.overlay(Path::new("/r/a/.plimsoll.yaml"), "fail_on: info\n".to_owned());
        sources.overlay(Path::new("/r/b/.git"), String::new());
        let fail_on = |path: &str| find(&sources, Path::new(path), &RULES).unwrap().and_then(|config| config.fail_on);
        assert_eq!(fail_on("/r/a/x/compose.yml"), Some(FailOn::Severity(Severity::Info)));
        assert_eq!(fail_on("/r/compose.yml"), Some(FailOn::Severity(Severity::Error)));
        assert_eq!(fail_on("/r/b/compose.yml"), None);
    }
}
