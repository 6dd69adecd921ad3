//! `include`: other Compose files with a project directory and an environment of their own (compose-go 2.9.1,
//! `loader/include.go`).

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::extends::{is_remote, mark};
use crate::budget::Limit;
use crate::compose::load::Loader;
use crate::compose::problem::{EnvFileProblem, IncludeProblem, PlaceRole, Problem, Related, Reported, TypeProblem};
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Entry, Map, Step, Text, Value};
use crate::source::Place;
use crate::source::{PathKind, normalize};

/// The key.
const INCLUDE: Text = Text::new_static("include");

/// An entry of `include`.
struct Include {
    place: Place,
    paths: Vec<(String, Place)>,
    project_directory: Option<String>,
    env_files: Vec<(String, Place)>,
    /// Whether a variable in a path came out empty.
    blank: bool,
}

/// Loads what a file includes and puts it next to what the file itself defines.
pub(crate) fn apply(
    loader: &mut Loader<'_>,
    root: &mut Value,
    directory: &Path,
    environment: &Environment,
    included: &[PathBuf],
) {
    let Data::Map(map) = &mut root.data else { return };
    let Some(include) = map.shift_remove("include") else { return };
    let Some(entries) = include.value.list() else {
        if !include.value.is_null() {
            loader.report(Reported::new(include.value.place, &[INCLUDE], Problem::Type(TypeProblem::Include)));
        }
        return;
    };
    let mut told = false;
    let mut misplaced: Vec<(PathBuf, usize)> = Vec::new();
    for mut entry in entries.iter().filter_map(include_of) {
        if !entry.blank {
            entry.paths.retain(|path| !is_misplaced(loader, path, directory, &mut misplaced));
        }
        if let Some(place) = take_adrift(loader, &mut entry, directory) {
            // One variable may be in all of them.
            if !std::mem::replace(&mut told, true) {
                loader.report(Reported::new(place, &[INCLUDE], Problem::Include(IncludeProblem::BlankPath)));
            }
        }
        if entry.paths.is_empty() {
            continue;
        }
        if let Some(imported) = one(loader, &entry, directory, environment, included) {
            import(loader, imported, root, entry.place);
        }
    }
}

/// Whether a file is to be in a directory that is not there. All files in that directory are one mistake.
fn is_misplaced(
    loader: &mut Loader<'_>,
    (path, place): &(String, Place),
    directory: &Path,
    misplaced: &mut Vec<(PathBuf, usize)>,
) -> bool {
    let file = normalize(&directory.join(path));
    let Some(above) = file.parent().filter(|above| !is_remote(path) && *above != directory) else { return false };
    if let Some((_, first)) = misplaced.iter().find(|(known, _)| known == above) {
        if let Some(first) = loader.found.get_mut(*first) {
            first.related.push(Related { place: *place, role: PlaceRole::FileOfDirectory });
        }
        return true;
    }
    if loader.sources.kind(above) != PathKind::Missing {
        return false;
    }
    let quote = |text: String| Quote::at(*place, text);
    let name = short_name(&file);
    let beside = directory.join(&name);
    let problem = IncludeProblem::NoDirectory {
        is_beside: beside != *loader.sources.path(place.span.file) && loader.sources.kind(&beside) == PathKind::File,
        name: quote(name),
        directory: quote(loader.named_from(*place, above)),
    };
    misplaced.push((above.to_path_buf(), loader.found.len()));
    loader.report(Reported::new(*place, &[], Problem::Include(problem)));
    true
}

/// Removes the files that are not there, where a variable without a value may be all that is wrong with them.
fn take_adrift(loader: &Loader<'_>, include: &mut Include, directory: &Path) -> Option<Place> {
    if !include.blank {
        return None;
    }
    let is_file = |path: &str| loader.sources.kind(&normalize(&directory.join(path))) == PathKind::File;
    let is_missing = |path: &str| !is_remote(path) && !is_file(path);
    let adrift = include.paths.iter().find(|(path, _)| is_missing(path)).map(|(_, place)| *place);
    include.paths.retain(|(path, _)| !is_missing(path));
    adrift
}

fn include_of(value: &Value) -> Option<Include> {
    if let Some(path) = value.text() {
        return Some(Include {
            place: value.place,
            paths: vec![(path.to_owned(), value.place)],
            project_directory: None,
            env_files: Vec::new(),
            blank: value.has_blank(),
        });
    }
    Some(Include {
        place: value.place,
        paths: texts(value.get("path")?),
        project_directory: value.get("project_directory").and_then(Value::text).map(str::to_owned),
        env_files: value.get("env_file").map(texts).unwrap_or_default(),
        blank: value
            .get("path")
            .is_some_and(|path| path.list().map_or(path.has_blank(), |all| all.iter().any(Value::has_blank))),
    })
}

/// One text, or a list of them.
fn texts(value: &Value) -> Vec<(String, Place)> {
    match (&value.data, value.list()) {
        (Data::Text(text), _) => vec![(text.to_string(), value.place)],
        (_, Some(items)) => items.iter().filter_map(|item| Some((item.text()?.to_owned(), item.place))).collect(),
        _ => Vec::new(),
    }
}

fn one(
    loader: &mut Loader<'_>,
    include: &Include,
    directory: &Path,
    environment: &Environment,
    included: &[PathBuf],
) -> Option<Value> {
    let mut files = Vec::new();
    for (path, place) in &include.paths {
        if is_remote(path) {
            let problem = IncludeProblem::Remote(Quote::at(*place, path.as_str()));
            loader.report(Reported::new(*place, &[], Problem::Include(problem)));
            return None;
        }
        files.push((normalize(&directory.join(path)), *place));
    }
    let (main, place) = files.first()?;
    if !loader.budget.allows_depth(included.len(), *place) || loader.budget.is_spent(Limit::Files) {
        return None;
    }
    if included.contains(main) {
        let names: Vec<String> = included.iter().chain([main]).map(|path| short_name(path)).collect();
        loader.report(Reported::new(*place, &[], Problem::Include(IncludeProblem::Cycle { names })));
        return None;
    }
    let project_directory = match include.project_directory.as_deref().filter(|directory| !directory.is_empty()) {
        Some(given) => normalize(&directory.join(given)),
        None => main.parent().unwrap_or(Path::new("/")).to_path_buf(),
    };
    let own = own_environment(loader, include, directory, &project_directory, environment)?;
    // A directory that does not exist gives way to its parent, for paths, not for `.env`
    // (`parity/include-project-directory-missing`).
    let given = include.project_directory.as_deref().is_some_and(|directory| !Path::new(directory).is_absolute());
    let missing = given && loader.sources.kind(&project_directory) != PathKind::Directory;
    let base = project_directory.parent().filter(|_| missing).unwrap_or(&project_directory);
    let mut root = loader.files(&files, base, &own, included)?;
    mark(&mut root, &Step::Include(include.place));
    Some(root)
}

/// The environment of an included file: what the including project has, then the include's own env files.
fn own_environment(
    loader: &mut Loader<'_>,
    include: &Include,
    directory: &Path,
    project_directory: &Path,
    environment: &Environment,
) -> Option<Environment> {
    let mut own = environment.clone();
    let mut env_files = Vec::new();
    if include.env_files.is_empty() {
        let dotenv = project_directory.join(".env");
        if loader.sources.kind(&dotenv) == PathKind::File {
            env_files.push(dotenv);
        }
    }
    for (written, place) in &include.env_files {
        let path = normalize(&directory.join(written));
        match loader.sources.kind(&path) {
            // That it may not be read is found when it is.
            PathKind::File | PathKind::Outside => env_files.push(path),
            kind => {
                let quote = |text: String| Quote::at(*place, text);
                let problem = EnvFileProblem::OfInclude {
                    written: quote(written.clone()),
                    path: quote(loader.named_from(*place, &path)),
                    name: quote(short_name(&path)),
                    is_directory: kind == PathKind::Directory,
                };
                loader.report(Reported::new(*place, &[], Problem::EnvFile(problem)));
                return None;
            }
        }
    }
    let found = own.read(loader.sources, &env_files, include.place, &loader.budget);
    loader.found.extend(found);
    Some(own)
}

/// Puts included resources next to those of the including file; two different ones of one name conflict.
fn import(loader: &mut Loader<'_>, imported: Value, root: &mut Value, place: Place) {
    let (Data::Map(source), Data::Map(target)) = (imported.data, &mut root.data) else { return };
    for (section, entry) in source {
        if !matches!(section.as_str(), "services" | "volumes" | "networks" | "secrets" | "configs" | "models") {
            continue;
        }
        let Data::Map(resources) = entry.value.data else { continue };
        let empty = || Entry { key: entry.key, value: Value::new(Data::Map(Map::new()), entry.value.place) };
        let into = target.get_or_insert_with(&section, empty);
        let Some(Entry { value: Value { data: Data::Map(into), .. }, .. }) = into else { continue };
        for (name, resource) in resources {
            match into.get(&name) {
                Some(own) if !same(&own.value, &resource.value) => {
                    let about = [section.clone(), name.clone()];
                    let problem = Problem::Include(IncludeProblem::Conflict { name });
                    let reported = Reported::new(own.key, &about, problem);
                    let reported = reported.related(resource.key, PlaceRole::OtherDefinition);
                    loader.report(reported.related(place, PlaceRole::Include));
                }
                Some(_) => {}
                None => into.insert(name, resource),
            }
        }
    }
}

/// Whether two values hold the same data, wherever they come from.
fn same(one: &Value, two: &Value) -> bool {
    match (&one.data, &two.data) {
        (Data::Map(one), Data::Map(two)) => {
            one.len() == two.len()
                && one.iter().all(|(key, entry)| two.get(key).is_some_and(|other| same(&entry.value, &other.value)))
        }
        (Data::List(one), Data::List(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same(one, two))
        }
        (one, two) => one == two,
    }
}

fn short_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
