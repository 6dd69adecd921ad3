//! `env_file` and `label_file`: what they add to the services that name them.

use std::path::{Path, PathBuf};

use super::environment::{Environment, env_problems, line_place};
use super::interpolate::Reference;
use crate::collections::IndexSet;
use crate::compose::load::{Loader, ServiceEnvFile};
use crate::compose::quick_fix;
use crate::compose::value::{Data, Entry, Map, Value};
use crate::finding::{Finding, Label, Severity};
use crate::source::Place;
use crate::source::{FileId, LoadError};
use crate::text::dotenv;
use crate::text::dotenv::{EXAMPLE_WORDS, Known, Role};
use crate::text::template::Outcome;
use crate::yaml::edit;
use crate::yaml::edit::Files;

/// Adds the variables of `env_file`s to the `environment` of active services, and the labels of `label_file`s to their
/// `labels`. A file that is missing or cannot be read is a rejection.
pub(crate) fn resolve(
    loader: &mut Loader<'_>,
    root: &mut Value,
    enabled: &IndexSet<String>,
    environment: &Environment,
) -> Vec<ServiceEnvFile> {
    let Data::Map(map) = &mut root.data else { return Vec::new() };
    let Some(Entry { value: Value { data: Data::Map(services), .. }, .. }) = map.get_mut("services") else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for (name, entry) in services.iter_mut().filter(|(name, _)| enabled.contains(name.as_str())) {
        variables(loader, name, &mut entry.value, environment, &mut files);
        labels(loader, name, &mut entry.value);
    }
    files
}

/// An entry of `env_file`.
struct Listed {
    path: PathBuf,
    place: Place,
    required: bool,
    format: String,
    /// Whether a variable in the path came out empty.
    blank: bool,
}

fn listed(service: &Value) -> Vec<Listed> {
    let items = service.get("env_file").and_then(Value::list).unwrap_or(&[]);
    items
        .iter()
        .filter_map(|item| {
            // An entry that is required prints as its path alone.
            let path = item.get("path").unwrap_or(item);
            Some(Listed {
                // An entry without a path was reported by the schema.
                path: PathBuf::from(path.text().filter(|path| !path.is_empty())?),
                place: path.place,
                required: item.get("required").map(|required| &required.data) != Some(&Data::Bool(false)),
                format: item.get("format").and_then(Value::text).unwrap_or("").to_owned(),
                blank: path.has_blank(),
            })
        })
        .collect()
}

fn variables(
    loader: &mut Loader<'_>,
    name: &str,
    service: &mut Value,
    environment: &Environment,
    files: &mut Vec<ServiceEnvFile>,
) {
    if service.get("env_file").is_none() {
        return;
    }
    let own: Map = service.get("environment").and_then(Value::map).cloned().unwrap_or_default();
    let mut added = Map::new();
    for Listed { path, place, required, format, blank } in listed(service) {
        let file = match loader.sources.load(&path) {
            Ok(file) => Some(file),
            Err(LoadError::Missing) if !required => None,
            Err(error) => {
                let known = files.iter().any(|known| known.file.is_none() && known.required && known.path == path);
                match (known, blank) {
                    (true, _) => missing_again(loader, name, (&path, place)),
                    (false, true) => adrift(loader, name, (&path, place)),
                    (false, false) => missing(loader, name, (&path, place), &error),
                }
                None
            }
        };
        files.push(ServiceEnvFile { service: name.to_owned(), path, place, file, required });
        let Some(file) = file else { continue };
        match format.as_str() {
            "" | ".env" => dotenv_file(loader, file, &own, &mut added, environment),
            "raw" => raw_file(loader, file, &own, &mut added, environment),
            other => {
                let message = format!("unknown env file format `{other}`");
                let resource = format!("services.{name}");
                loader.reject(
                    Finding::new("invalid-value", Severity::Error, place, resource, message)
                        .help("use `raw`, or remove `format`"),
                );
            }
        }
    }
    if let Data::Map(map) = &mut service.data {
        let place = map.shift_remove("env_file").map_or(service.place, |entry| entry.key);
        if added.is_empty() {
            return;
        }
        add_missing(map, "environment", place, added);
    }
}

/// Adds what a mapping below a key lacks; where there is none, it stands at the place.
fn add_missing(map: &mut Map, key: &str, place: Place, added: Map) {
    let empty = || Entry { key: place, value: Value::implied(Data::Map(Map::new()), place) };
    let Some(Entry { value: Value { data: Data::Map(into), .. }, .. }) = map.get_or_insert_with(key, empty) else {
        return;
    };
    added.into_iter().for_each(|(key, entry)| into.insert_missing(key, entry));
}

/// For the other services that name a missing file, it gets a label, and its fix is for all of them.
fn missing_again(loader: &mut Loader<'_>, name: &str, (path, place): (&Path, Place)) {
    let evidence = loader.named_from(place, path);
    let is_first =
        |finding: &&mut Finding| finding.rule == "missing-env-file" && finding.evidence.as_ref() == Some(&evidence);
    let files = Files::new(loader.sources, loader.trees);
    if let Some(first) = loader.rejections.iter_mut().find(is_first) {
        let mended = first.place == place || first.labels.iter().any(|label| label.place == place);
        if let (Some(fix), false) = (&mut first.fix, mended) {
            let more = quick_fix::optional_file(files, place).map(|more| more.edits);
            match edit::all([Some(fix.edits.clone()), more]) {
                Some(edits) => fix.edits = edits,
                None => first.fix = None,
            }
        }
        first.labels.push(Label { place, message: format!("also used by `{name}`") });
    }
}

/// A variable without a value may be all that is wrong with a path: nothing is said of where it leads without.
fn adrift(loader: &mut Loader<'_>, name: &str, (path, place): (&Path, Place)) {
    let is_here =
        |reference: &&Reference| reference.place.span.file == place.span.file && reference.place.node == place.node;
    if loader.references.iter().filter(is_here).any(|reference| reference.outcome == Outcome::Missing) {
        // `required-variable` says so.
        loader.consequences += 1;
        return;
    }
    let message = "the path of this env file contains a variable without a value";
    let evidence = loader.named_from(place, path);
    let finding = Finding::new("missing-env-file", Severity::Warning, place, format!("services.{name}"), message);
    let help = "set it in `.env` or in the environment of Compose, or give it a default";
    loader.reject(finding.evidence(evidence).help(help));
}

/// Reports a file that cannot be read.
fn missing(loader: &mut Loader<'_>, name: &str, (path, place): (&Path, Place), error: &LoadError) {
    let evidence = loader.named_from(place, path);
    let written = as_written(loader, path, place);
    let message = match error {
        LoadError::Missing => format!("env file `{written}` not found"),
        LoadError::Directory => "the env file is a directory".to_owned(),
        other => format!("cannot read env file `{written}`: {other}"),
    };
    let mut finding = Finding::new("missing-env-file", error.severity(), place, format!("services.{name}"), message)
        .evidence(evidence)
        .help("create it, or set `required: false` if the service does not need it");
    let is_inside = path.starts_with(root_of(loader, place));
    let short = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // What stands in other directories of this machine is nobody's business.
    let example = is_inside.then(|| example_of(loader, path, &short)).flatten();
    let near = example.clone().or_else(|| is_inside.then(|| near_miss(loader, path, &short)).flatten());
    if *error == LoadError::Directory {
        finding.help = Some("use the path of a file in it".to_owned());
    } else if *error == LoadError::Missing && !is_inside && written.starts_with(['/', '~']) {
        finding.severity = Severity::Info;
        finding.help = Some("this is a host path: it must exist on every machine that runs the project".to_owned());
    } else if let Some(near) = near {
        finding.help = Some(format!("copy `{near}` from the same directory, or use it here"));
        if example.is_some() {
            // An example is there to be copied: the file is missing here, not for the one who follows the instructions.
            finding.severity = finding.severity.min(Severity::Warning);
        }
    } else if *error == LoadError::Missing {
        finding.fix = quick_fix::optional_file(Files::new(loader.sources, loader.trees), place);
    }
    loader.reject(finding);
}

/// A path as the Compose file writes it; one with variables in it, as it is seen from there.
fn as_written(loader: &Loader<'_>, path: &Path, place: Place) -> String {
    let written = edit::text_of(Files::new(loader.sources, loader.trees), place);
    written.filter(|text| !text.contains('$')).unwrap_or_else(|| loader.named_from(place, path))
}

/// The repository that a Compose file is in, or else its directory.
fn root_of(loader: &Loader<'_>, place: Place) -> PathBuf {
    let file = loader.sources.file(place.span.file);
    let directory = file.path.parent().unwrap_or(Path::new("/"));
    loader.sources.repository(directory).unwrap_or_else(|| directory.to_path_buf())
}

/// An example of a missing file that stands beside it: `.env.example`, `env.dist` or `sample.env` for `.env`.
fn example_of(loader: &Loader<'_>, path: &Path, short: &str) -> Option<String> {
    let words = |name: &str| -> Vec<String> {
        let lower = name.to_ascii_lowercase();
        let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let wanted = words(short);
    let goes_on = |rest: &str| !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let is_example = |name: &&str| {
        let mut words = words(name);
        let all = words.len();
        words.retain(|word| !EXAMPLE_WORDS.contains(&word.as_str()));
        words.len() < all && (words == wanted || name.strip_prefix(short).is_some_and(goes_on))
    };
    let entries = loader.sources.entries(path.parent()?);
    entries.names().find(is_example).map(str::to_owned)
}

/// A file beside the missing one that is named much like it.
fn near_miss(loader: &Loader<'_>, path: &Path, short: &str) -> Option<String> {
    let entries = loader.sources.entries(path.parent()?);
    let known: Vec<&str> = entries.names().filter(|name| name.contains("env")).collect();
    crate::compose::nearest(short, &known).map(str::to_owned)
}

fn dotenv_file(loader: &mut Loader<'_>, file: FileId, own: &Map, added: &mut Map, environment: &Environment) {
    let source = loader.sources.file(file);
    let text_of = |map: &Map, name: &str| map.get(name).and_then(|entry| entry.value.text()).map(str::to_owned);
    let before = added.clone();
    let first = |name: &str| environment.value(name).or_else(|| text_of(own, name));
    let earlier = |name: &str| text_of(&before, name);
    let parsed = dotenv::parse(&source.text, Role::Service, Known { first: &first, earlier: &earlier });
    loader.rejections.extend(env_problems(file, &parsed));
    for (at, line) in parsed.lines.iter().enumerate() {
        let Some(value) = &line.value else { continue };
        let key = line_place(file, at, line.key_span.0, line.key_span.1);
        let place = line_place(file, at, line.value_span.0, line.value_span.1);
        let value = Value::new(Data::Text(value.as_str().into()), place);
        added.insert(line.key.clone(), Entry { key, value });
    }
}

/// `format: raw` takes every line as it is (docker compose 2.40.3, `raw` env file format).
fn raw_file(loader: &mut Loader<'_>, file: FileId, own: &Map, added: &mut Map, environment: &Environment) {
    let source = loader.sources.file(file);
    let mut start = 0;
    for (at, line) in source.text.split_inclusive('\n').enumerate() {
        let from = start;
        start += line.len() as u32;
        let line = line.trim_end_matches(['\n', '\r']);
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let place = line_place(file, at, from, from + line.len() as u32);
        let (key, value) = match trimmed.split_once('=') {
            Some((key, _)) if key.is_empty() || key.contains([' ', '\t']) => {
                let message =
                    if key.is_empty() { "missing variable name" } else { "a variable name cannot contain whitespace" };
                loader.reject(Finding::new("malformed-line", Severity::Error, place, trimmed, message));
                continue;
            }
            Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
            None => {
                let known = own.get(trimmed).and_then(|entry| entry.value.text()).map(str::to_owned);
                (trimmed.to_owned(), environment.value(trimmed).or(known))
            }
        };
        let Some(value) = value else { continue };
        added.insert(key, Entry { key: place, value: Value::new(Data::Text(value.into()), place) });
    }
}

/// Labels of files stand below those of the service itself.
fn labels(loader: &mut Loader<'_>, name: &str, service: &mut Value) {
    let listed: Vec<(PathBuf, Place)> = service
        .get("label_file")
        .and_then(Value::list)
        .unwrap_or(&[])
        .iter()
        .filter_map(|item| Some((PathBuf::from(item.text()?), item.place)))
        .collect();
    let mut added = Map::new();
    for (path, place) in listed {
        match loader.sources.load(&path) {
            Ok(file) => dotenv_file(loader, file, &Map::new(), &mut added, &Environment::default()),
            Err(error) => {
                let written = as_written(loader, &path, place);
                let message = format!("cannot read label file `{written}`: {error}");
                let resource = format!("services.{name}");
                let evidence = loader.named_from(place, &path);
                loader.reject(
                    Finding::new("missing-env-file", Severity::Error, place, resource, message).evidence(evidence),
                );
            }
        }
    }
    let place = service.place;
    if let Data::Map(map) = &mut service.data {
        map.shift_remove("label_file");
    }
    if added.is_empty() {
        return;
    }
    if let Data::Map(map) = &mut service.data {
        add_missing(map, "labels", place, added);
    }
}
