//! `env_file` and `label_file`: what they add to the services that name them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::{Environment, env_problems, line_place, spend};
use super::interpolate::Reference;
use crate::budget::Limit;
use crate::collections::{HashMap, IndexSet};
use crate::compose::load::Loader;
use crate::compose::problem::{
    Cause, EnvFileProblem, EnvLine, EnvLineFlaw, LinePosition, NearbyFile, PlaceRole, Problem, Related, Reported,
    ValueProblem,
};
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Entry, Map, Step, Value};
use crate::source::Place;
use crate::source::{DirectorySearch, FileId, LoadError};
use crate::text::dotenv::{self, DotenvLine, EXAMPLE_WORDS, KnownVariables};
use crate::text::template::SubstitutionOutcome;
use crate::yaml::edit;
use crate::yaml::edit::Files;

/// An `env_file` of a service.
#[derive(Clone, Debug)]
pub(crate) struct ServiceEnvFile {
    /// The service.
    pub(crate) service: String,
    /// The path, absolute.
    pub(crate) path: PathBuf,
    /// Where the path is written.
    pub(crate) place: Place,
    /// The file, if it was there.
    pub(crate) file: Option<FileId>,
    /// Whether Compose insists on it.
    pub(crate) required: bool,
    /// Whether its lines are taken verbatim (`format: raw`).
    pub(crate) is_raw: bool,
    /// What an example shows of it, if it was not there.
    pub(crate) example: Option<Arc<EnvFileExample>>,
}

/// The example of an env file that a service reads and the checkout lacks.
#[derive(Clone, Debug)]
pub(crate) struct EnvFileExample {
    /// The file.
    pub(crate) file: FileId,
    /// Its lines.
    pub(crate) lines: Vec<DotenvLine>,
}

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
    let mut listing = EnvFileListing::default();
    for (name, entry) in services.iter_mut().filter(|(name, _)| enabled.contains(name.as_str())) {
        variables(loader, name, &mut entry.value, environment, &mut listing);
        labels(loader, name, &mut entry.value);
    }
    listing.files
}

/// The env files of services so far.
#[derive(Default)]
struct EnvFileListing {
    files: Vec<ServiceEnvFile>,
    /// Those that cannot be read and must be there, with the number of what was reported.
    missing: HashMap<PathBuf, usize>,
}

/// An entry of `env_file`.
struct Listed {
    path: PathBuf,
    place: Place,
    required: bool,
    format: Option<(Quote, Place)>,
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
                // A path that is absent was reported by the schema.
                path: PathBuf::from(path.text().filter(|_| !path.via.contains(&Step::Implied))?),
                place: path.place,
                required: item.get("required").map(|required| &required.data) != Some(&Data::Bool(false)),
                format: item
                    .get("format")
                    .filter(|one| one.text().is_some())
                    .map(|one| (Quote::from_value(one), one.place)),
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
    listing: &mut EnvFileListing,
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
                let known = listing.missing.get(&path).copied();
                if required {
                    listing.missing.entry(path.clone()).or_insert(loader.found.len());
                }
                let absent = Absent { service: name, path: &path, place };
                match (known, blank) {
                    (Some(first), _) => missing_again(loader, &absent, first),
                    (None, true) => adrift(loader, &absent),
                    (None, false) => missing(loader, &absent, error),
                }
                None
            }
        };
        let is_raw = format.as_ref().is_some_and(|(format, _)| format.value() == "raw");
        let (service, example) = (name.to_owned(), None);
        listing.files.push(ServiceEnvFile { service, path, place, file, required, is_raw, example });
        let Some(file) = file.filter(|_| loader.budget.spend(Limit::Files, 1, place)) else { continue };
        if loader.budget.is_spent(Limit::Bytes) {
            continue;
        }
        match format.as_ref().map_or("", |(format, _)| format.value()) {
            "" | ".env" => dotenv_file(loader, file, &own, &mut added, environment),
            "raw" => raw_file(loader, file, &own, &mut added, environment),
            _ => {
                let reported = |(format, place)| {
                    Reported::about_service(place, name, Problem::Value(ValueProblem::EnvFileFormat(format)))
                };
                loader.found.extend(format.map(reported));
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

/// Adds what a mapping below a key lacks; where there is none, it is at the place.
fn add_missing(map: &mut Map, key: &str, place: Place, added: Map) {
    let empty = || Entry { key: place, value: Value::implied(Data::Map(Map::new()), place) };
    let Some(Entry { value: Value { data: Data::Map(into), .. }, .. }) = map.get_or_insert_with(key, empty) else {
        return;
    };
    added.into_iter().for_each(|(key, entry)| into.insert_missing(key, entry));
}

/// A file that a service names and that cannot be read.
struct Absent<'a> {
    service: &'a str,
    path: &'a Path,
    place: Place,
}

/// For the other services that name a missing file, it is one more place of the first problem.
fn missing_again(loader: &mut Loader<'_>, absent: &Absent<'_>, first: usize) {
    if let Some(first) = loader.found.get_mut(first).filter(|one| one.is_rejection()) {
        first.related.push(Related { place: absent.place, role: PlaceRole::UsedBy(absent.service.to_owned()) });
    }
}

/// A variable without a value may be all that is wrong with a path: nothing is said of where it leads without.
fn adrift(loader: &mut Loader<'_>, absent: &Absent<'_>) {
    let place = absent.place;
    let is_here =
        |reference: &&Reference| reference.place.span.file == place.span.file && reference.place.node == place.node;
    let is_required =
        loader.references.iter().filter(is_here).any(|reference| reference.outcome == SubstitutionOutcome::Missing);
    let problem = Problem::EnvFile(EnvFileProblem::BlankPath { path: seen(loader, absent.path, place) });
    let reported = Reported::about_service(place, absent.service, problem);
    loader.report(Reported { caused_by: is_required.then_some(Cause::Blank(place)), ..reported });
}

/// Reports a file that cannot be read.
fn missing(loader: &mut Loader<'_>, absent: &Absent<'_>, error: LoadError) {
    let Absent { service, path, place } = *absent;
    let written = as_written(loader, path, place);
    let is_inside = path.starts_with(root_of(loader, place));
    let short = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // What is in other directories of this machine is nobody's business.
    let around = match is_inside {
        false if written.starts_with(['/', '~']) => NearbyFile::Host,
        false => NearbyFile::Outside,
        true => example_of(loader, path, &short)
            .map(NearbyFile::Example)
            .or_else(|| near_miss(loader, path, &short).map(NearbyFile::Near))
            .unwrap_or(NearbyFile::Nothing),
    };
    let (written, path) = (Quote::at(place, written), seen(loader, path, place));
    let problem = EnvFileProblem::OfService { written, path, error, around };
    loader.report(Reported::about_service(place, service, Problem::EnvFile(problem)));
}

/// A path as seen from the file that names it.
fn seen(loader: &Loader<'_>, path: &Path, place: Place) -> Quote {
    Quote::at(place, loader.named_from(place, path))
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

/// An example of a missing file that is next to it: `.env.example`, `env.dist` or `sample.env` for `.env`.
fn example_of(loader: &Loader<'_>, path: &Path, short: &str) -> Option<String> {
    let wanted = words(short);
    let goes_on = |rest: &str| !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let is_example = |name: &&str| {
        let mut words = words(name);
        words.retain(|word| !is_example_word(word));
        words == wanted || name.strip_prefix(short).is_some_and(goes_on)
    };
    let has_example_word = |name: &str| words(name).iter().any(|word| is_example_word(word));
    let found = names_with(loader, DirectorySearch::Examples, path.parent()?, has_example_word);
    found.iter().filter_map(|path| path.file_name()?.to_str()).find(is_example).map(str::to_owned)
}

fn words(name: &str) -> Vec<String> {
    let lower = name.to_ascii_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn is_example_word(word: &str) -> bool {
    EXAMPLE_WORDS.contains(&word)
}

/// What is in a directory under a name that is meant.
fn names_with(
    loader: &Loader<'_>,
    search: DirectorySearch,
    directory: &Path,
    is_meant: impl Fn(&str) -> bool,
) -> Arc<Vec<PathBuf>> {
    loader.sources.found(search, directory, || {
        let entries = loader.sources.entries(directory);
        entries.names().filter(|name| is_meant(name)).map(|name| directory.join(name)).collect()
    })
}

/// A file next to the missing one that is named much like it.
fn near_miss(loader: &Loader<'_>, path: &Path, short: &str) -> Option<String> {
    let found = names_with(loader, DirectorySearch::EnvNames, path.parent()?, |name| name.contains("env"));
    let known: Vec<&str> = found.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    crate::compose::nearest(short, &known).map(str::to_owned)
}

fn dotenv_file(loader: &mut Loader<'_>, file: FileId, own: &Map, added: &mut Map, environment: &Environment) {
    let source = loader.sources.file(file);
    let text_of = |map: &Map, name: &str| map.get(name).and_then(|entry| entry.value.text()).map(str::to_owned);
    let first = |name: &str| environment.value(name).or_else(|| text_of(own, name));
    let earlier = |name: &str| text_of(added, name);
    let parsed =
        dotenv::parse(&source.text, dotenv::EnvFileRole::Service, KnownVariables { first: &first, earlier: &earlier });
    spend(&parsed, file, source.text.len(), &loader.budget);
    loader.found.extend(env_problems(file, &parsed));
    for (at, line) in parsed.lines.iter().enumerate() {
        let Some(value) = &line.value else { continue };
        if !loader.budget.spend(Limit::Values, 1, line_place(file, at, line.key_span.0, line.key_span.1)) {
            return;
        }
        let key = line_place(file, at, line.key_span.0, line.key_span.1);
        let place = line_place(file, at, line.value_span.0, line.value_span.1);
        let value = Value::new(Data::Text(value.as_str().into()), place);
        added.insert(line.key.clone(), Entry { key, value });
    }
}

/// `format: raw` takes every line as it is (docker compose 2.40.3, `raw` env file format).
fn raw_file(loader: &mut Loader<'_>, file: FileId, own: &Map, added: &mut Map, environment: &Environment) {
    let source = loader.sources.file(file);
    loader.budget.spend(Limit::Bytes, source.text.len(), line_place(file, 0, 0, 0));
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
                let flaw = if key.is_empty() { EnvLineFlaw::NoKey } else { EnvLineFlaw::KeyWithSpace };
                let line = EnvLine { flaw, position: LinePosition::Raw(key.to_owned()) };
                loader.report(Reported::new(place, &[], Problem::EnvLine(line)));
                continue;
            }
            Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
            None => {
                let known = own.get(trimmed).and_then(|entry| entry.value.text()).map(str::to_owned);
                (trimmed.to_owned(), environment.value(trimmed).or(known))
            }
        };
        let Some(value) = value else { continue };
        if !loader.budget.spend(Limit::Values, 1, place) {
            return;
        }
        added.insert(key, Entry { key: place, value: Value::new(Data::Text(value.into()), place) });
    }
}

/// Labels of files are below those of the service itself.
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
                let written = Quote::at(place, as_written(loader, &path, place));
                let path = seen(loader, &path, place);
                let problem = Problem::EnvFile(EnvFileProblem::OfLabels { written, path, error });
                loader.report(Reported::about_service(place, name, problem));
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
