//! The project's name: given, in the environment, in a file, or the directory's (Compose specification, "Version and
//! name top-level elements").

use super::environment::Environment;
use super::interpolate::Interpolation;
use crate::compose::load::{Loader, ProjectEntry};
use crate::compose::problem::{Cause, Missing, Problem, Reported, ValueProblem};
use crate::compose::value::provenance::Texts;
use crate::compose::value::{Data, Text, Value};
use crate::source::Place;
use crate::yaml::{NodeKind, ScalarStyle};

/// Finds the name of a project. An empty one is a rejection.
pub(crate) fn project_name(
    loader: &mut Loader<'_>,
    entry: &ProjectEntry,
    environment: &Environment,
    anchor: Place,
) -> String {
    let given =
        entry.name.clone().or_else(|| environment.value("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty()));
    if let Some(name) = given {
        if clean(&name) != name {
            let problem = Problem::Value(ValueProblem::ProjectName(name.clone()));
            loader.report(Reported::new(anchor, &[Text::new_static("name")], problem));
        }
        return name;
    }
    let from_files = entry.files.iter().filter_map(|file| named_in(loader, file)).next_back();
    let mut blank = None;
    let name = match from_files {
        Some(mut name) => {
            let texts = Texts::new(loader.sources);
            let references = Vec::new();
            let mut interpolation = Interpolation::new(environment, &texts, references, &loader.budget);
            interpolation.run(&mut name, &mut vec!["name".into()]);
            blank = name.has_blank().then_some(Cause::Blank(name.place));
            // Loading the file itself reports what is wrong with the value.
            clean(name.text().unwrap_or(""))
        }
        None => {
            clean(&entry.directory.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()))
        }
    };
    if name.is_empty() {
        let reported = Reported::new(anchor, &[Text::new_static("name")], Problem::Missing(Missing::ProjectName));
        loader.report(Reported { caused_by: blank, ..reported });
    }
    name
}

/// The `name` of a file, if it has one that is not empty.
fn named_in(loader: &Loader<'_>, file: &std::path::Path) -> Option<Value> {
    let id = loader.sources.load(file).ok()?;
    let parsed = loader.trees.get(loader.sources, id);
    let tree = &parsed.0;
    tree.documents
        .iter()
        .filter_map(|root| tree.get(*root, "name"))
        .filter_map(|node| match &tree.follow(node)?.1.kind {
            NodeKind::Scalar(text, style) if !text.is_empty() => {
                let null = *style == ScalarStyle::Plain && matches!(text.as_str(), "~" | "null");
                (!null).then(|| Value::new(Data::Text(text.as_str().into()), tree.place(node)))
            }
            _ => None,
        })
        .next_back()
}

/// A name as Compose makes it: lower case, only letters, digits, `-` and `_`, and none of the latter in front.
fn clean(name: &str) -> String {
    let kept: String = name
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_'))
        .collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}
