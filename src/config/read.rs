//! The text of `plimsoll.yaml` to a [`Config`], with every mistake placed and, where it can be guessed, mended.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_yaml::{DuplicateKeyPolicy, Error, Location, Spanned};

use super::{Config, ConfigError, FailOn, Host, ProjectSetting, RuleSetting, ServiceSetting, nearest, unknown_rule};
use crate::finding::Severity;

const SEVERITIES: [&str; 3] = ["error", "warning", "info"];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawConfig {
    rules: Option<Entries<Setting>>,
    projects: Option<Vec<Spanned<RawProject>>>,
    host: Option<RawHost>,
    services: Option<Entries<RawService>>,
    exclude: Option<Vec<String>>,
    fail_on: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawProject {
    files: Vec<PathBuf>,
    env_files: Vec<PathBuf>,
    profiles: Vec<String>,
    name: Option<String>,
    directory: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawHost {
    gpus: Option<u32>,
    gpu_memory: Option<Spanned<String>>,
    memory: Option<Spanned<String>>,
    cpus: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawService {
    single_instance: bool,
    gpu_memory: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSetting {
    severity: Option<Spanned<String>>,
}

/// A mapping in the order of the file, with the place of each key.
struct Entries<T>(Vec<(Spanned<String>, Spanned<T>)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// `off`, `on`, a severity, or a mapping of settings.
enum Setting {
    Word(String),
    Settings(RawSetting),
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Setting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`off`, `on`, a severity or a mapping")
            }

            fn visit_bool<E>(self, on: bool) -> Result<Setting, E> {
                Ok(Setting::Word(if on { "on" } else { "off" }.to_owned()))
            }

            fn visit_str<E>(self, word: &str) -> Result<Setting, E> {
                Ok(Setting::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Setting, A::Error> {
                RawSetting::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Setting::Settings)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// What is wrong, and where.
struct Mistake {
    at: Location,
    message: String,
}

/// Reads the text of the file at `path`.
pub(super) fn parse(path: &Path, text: &str, rules: &[&str]) -> Result<Config, ConfigError> {
    let options = serde_yaml::options! { with_snippet: false, duplicate_keys: DuplicateKeyPolicy::Error };
    let raw = serde_yaml::from_str_with_options::<Option<RawConfig>>(text, options);
    let raw = raw.map_err(|error| explain(&error));
    let config = raw.and_then(|raw| settle(raw.unwrap_or_default(), rules));
    let config = config.map_err(|mistake| ConfigError {
        path: path.to_path_buf(),
        at: (mistake.at.line() > 0).then(|| (mistake.at.line(), mistake.at.column())),
        message: mistake.message,
    })?;
    Ok(Config { path: path.to_path_buf(), ..config })
}

/// The mistake that a reader's error speaks of, in the words that plimsoll uses.
fn explain(error: &Error) -> Mistake {
    let error = error.without_snippet();
    let at = error.location().unwrap_or(Location::UNKNOWN);
    let message = match error {
        Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Error::InvalidScalar { ty, .. } => format!("expected {}", described(ty)),
        Error::Unexpected { expected, .. } => format!("expected {}", described(expected)),
        Error::SerdeInvalidType { expected, .. } | Error::SerdeInvalidValue { expected, .. } => {
            format!("expected {}", described(expected))
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` is given twice"),
        other => {
            let words = other.to_string();
            let words = words.lines().next().unwrap_or_default();
            words.split(" at line ").next().unwrap_or_default().to_owned()
        }
    };
    Mistake { at, message }
}

/// The words of a person for a type of Rust or a token of YAML.
fn described(kind: &str) -> &str {
    match kind {
        "u8" | "u16" | "u32" | "u64" => "a whole number from 0",
        "floating point" => "a number",
        "bool" | "boolean" => "`true` or `false`",
        "sequence start" => "a list",
        "mapping start" => "a mapping",
        other => other,
    }
}

fn unknown(kind: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(meant) => format!("unknown {kind} `{word}`, did you mean `{meant}`?"),
        None => {
            let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
            format!("unknown {kind} `{word}`; known are {}", known.join(", "))
        }
    }
}

fn settle(raw: RawConfig, rules: &[&str]) -> Result<Config, Mistake> {
    let mut config = Config { exclude: raw.exclude.unwrap_or_default(), ..Config::default() };
    for (name, setting) in raw.rules.map(|entries| entries.0).unwrap_or_default() {
        if !rules.contains(&name.value.as_str()) {
            return Err(Mistake { at: name.referenced, message: unknown_rule(&name.value, rules) });
        }
        config.rules.insert(name.value, rule_setting(setting)?);
    }
    for project in raw.projects.unwrap_or_default() {
        config.projects.push(project_setting(project)?);
    }
    if let Some(host) = raw.host {
        let (gpu_memory, memory) = (size(host.gpu_memory)?, size(host.memory)?);
        config.host = Host { gpus: host.gpus, gpu_memory, memory, cpus: host.cpus };
    }
    config.services = services(raw.services)?;
    config.fail_on = raw.fail_on.map(fail_on).transpose()?;
    Ok(config)
}

fn rule_setting(setting: Spanned<Setting>) -> Result<RuleSetting, Mistake> {
    let word = match setting.value {
        Setting::Settings(settings) => {
            let severity = settings.severity.map(|word| severity(&word.value, word.referenced)).transpose()?;
            return Ok(RuleSetting { enabled: None, severity });
        }
        Setting::Word(word) => word,
    };
    match word.as_str() {
        "off" => Ok(RuleSetting { enabled: Some(false), severity: None }),
        "on" => Ok(RuleSetting { enabled: Some(true), severity: None }),
        word => Ok(RuleSetting { enabled: Some(true), severity: Some(severity(word, setting.referenced)?) }),
    }
}

fn severity(word: &str, at: Location) -> Result<Severity, Mistake> {
    let known = [Severity::Error, Severity::Warning, Severity::Info];
    let found = known.into_iter().find(|severity| severity.name() == word);
    found.ok_or_else(|| Mistake { at, message: unknown("severity", word, &SEVERITIES) })
}

fn project_setting(project: Spanned<RawProject>) -> Result<ProjectSetting, Mistake> {
    let RawProject { files, env_files, profiles, name, directory } = project.value;
    if files.is_empty() {
        return Err(Mistake { at: project.referenced, message: "a project needs `files`".to_owned() });
    }
    Ok(ProjectSetting { files, env_files, profiles, name, directory })
}

fn services(raw: Option<Entries<RawService>>) -> Result<BTreeMap<String, ServiceSetting>, Mistake> {
    let mut services = BTreeMap::new();
    for (name, service) in raw.map(|entries| entries.0).unwrap_or_default() {
        let RawService { single_instance, gpu_memory } = service.value;
        services.insert(name.value, ServiceSetting { single_instance, gpu_memory: size(gpu_memory)? });
    }
    Ok(services)
}

fn fail_on(word: Spanned<String>) -> Result<FailOn, Mistake> {
    match word.value.as_str() {
        "never" => Ok(FailOn::Never),
        other => severity(other, word.referenced).map(FailOn::Severity),
    }
}

fn size(text: Option<Spanned<String>>) -> Result<Option<u64>, Mistake> {
    let Some(text) = text else { return Ok(None) };
    let message = || format!("`{}` is no size such as `24GiB`", text.value);
    bytes(&text.value).map(Some).ok_or_else(|| Mistake { at: text.referenced, message: message() })
}

/// The bytes of a size; all units count by 1024, as in Compose (`docker/go-units`, `RAMInBytes`).
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = unit.trim().to_ascii_lowercase();
    let power = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit) {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some((number * f64::from(2u32).powi(power)) as u64)
}
