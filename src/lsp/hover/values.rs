//! Variables: their values, and what sets them.

use std::collections::BTreeSet;
use std::path::Path;

use super::Note;
use crate::compose::Reference;
use crate::compose::load::environment::VariableState;
use crate::lsp::dispatch::DocumentPlace;
use crate::lsp::names::{Kind, OccurrenceRole, name_at, occurrences};
use crate::lsp::world::{EditorProject, EditorWorld};
use crate::secrets::is_secret_name;
use crate::source::relative;
use crate::text::template::SubstitutionOperator;
use crate::workspace::LoadedProject;

/// What stands for a value that is not shown.
const HIDDEN: &str = "(hidden)";

/// How many uses are listed.
const MOST_USES: usize = 12;

/// The value of a variable as it may be shown; none where it has none.
pub(in crate::lsp) fn shown_value(loaded: &LoadedProject, name: &str) -> Option<String> {
    let setting = loaded.project.environment.setting(name)?;
    Some(masked(loaded, name, &setting.value))
}

fn masked(loaded: &LoadedProject, name: &str, value: &str) -> String {
    if is_secret_name(name) && !value.is_empty() {
        return HIDDEN.to_owned();
    }
    loaded.secrets.masked(value).unwrap_or_else(|| value.to_owned())
}

/// The variable at a place.
pub(super) fn variable(at: DocumentPlace<'_>) -> Option<Note> {
    let projects = at.world.projects(at.path());
    let all = occurrences(at.world, at.path());
    let here = name_at(&all, at.path(), at.offset).filter(|one| one.name.kind == Kind::Variable);
    let used = projects.iter().find_map(|project| reference_at(at, project));
    let (name, stretch) = match (here, &used) {
        (Some(here), _) => (here.name.text.clone(), here.stretch),
        (None, Some(used)) => (used.name.clone(), (used.place.span.start, used.place.span.end)),
        (None, None) => return None,
    };
    let mut said: BTreeSet<String> = BTreeSet::new();
    for project in &projects {
        said.insert(sentence(at.world, project, &name, used.as_ref()));
    }
    let mut text = format!("**{name}**\n\n{}", said.into_iter().collect::<Vec<_>>().join("\n\n"));
    let uses: BTreeSet<String> = all
        .iter()
        .filter(|one| one.name.kind == Kind::Variable && one.name.text == name && one.role == OccurrenceRole::Use)
        .filter_map(|one| line_of(at.world, &projects, &one.path, one.stretch.0))
        .collect();
    if !uses.is_empty() {
        let shown: Vec<&str> = uses.iter().take(MOST_USES).map(String::as_str).collect();
        let more = if uses.len() > MOST_USES { ", …" } else { "" };
        text.push_str(&format!("\n\nUsed in {}{more}", shown.join(", ")));
    }
    Some(Note { text, stretch })
}

/// The use of a variable that a place is in.
fn reference_at(at: DocumentPlace<'_>, project: &EditorProject) -> Option<Reference> {
    let sources = &at.world.sources;
    let holds = |one: &&Reference| {
        let span = one.place.span;
        let is_exact = at.document.text.get(span.start as usize..).is_some_and(|text| text.starts_with('$'));
        is_exact
            && (span.start as usize..=span.end as usize).contains(&at.offset)
            && *sources.path(span.file) == *at.path()
    };
    let all = &project.loaded(sources).project.references;
    all.iter().filter(holds).min_by_key(|one| one.place.span.end - one.place.span.start).cloned()
}

/// What is known about a variable in one project.
fn sentence(world: &EditorWorld, project: &EditorProject, name: &str, used: Option<&Reference>) -> String {
    let loaded = project.loaded(&world.sources);
    let environment = &loaded.project.environment;
    let mut text = match environment.setting(name) {
        Some(setting) => {
            let value = masked(loaded, name, &setting.value);
            let value = if value.is_empty() { "an empty value".to_owned() } else { format!("`{value}`") };
            let file = setting.place.map(|place| world.sources.file(place.span.file));
            let from = match (file, setting.place) {
                (Some(file), Some(place)) => {
                    let line = file.position(place.span.start).line;
                    let shown = relative(&project.opened.root, &file.path);
                    format!(", set in `{shown}` line {line}")
                }
                _ => String::new(),
            };
            let note = if setting.is_assumed { ", an example of what the deployment sets" } else { "" };
            format!("{value}{from}{note}")
        }
        None if environment.state(name) == VariableState::Unknown => {
            "Its value is not in this repository: the deployment sets it".to_owned()
        }
        None => "Not set: no env file and no command of this project gives it a value".to_owned(),
    };
    let own = used.filter(|used| used.name == name).and_then(|used| used.word.as_ref().map(|word| (used, word)));
    if let Some((used, word)) = own.filter(|(used, _)| used.operator.is_some()) {
        let word = masked(loaded, name, word);
        let role = match used.operator {
            Some(SubstitutionOperator::Default { .. }) => "Default",
            Some(SubstitutionOperator::Required { .. }) => "Required; message",
            _ => "Alternative",
        };
        text.push_str(&format!("\n\n{role}: `{word}`"));
    }
    if let Some(invocation) = &loaded.invocation
        && world.projects(&project.opened.entry.files.first().cloned().unwrap_or_default()).len() > 1
    {
        let files: Vec<String> = invocation.files.iter().map(|file| relative(&project.opened.root, file)).collect();
        text.push_str(&format!(" (with `{}`)", files.join("`, `")));
    }
    text
}

fn line_of(world: &EditorWorld, projects: &[&EditorProject], path: &Path, byte: u32) -> Option<String> {
    let root = projects.first().map(|project| project.opened.root.clone()).unwrap_or_default();
    let line = world.paper(path)?.page().position(byte).line + 1;
    Some(format!("`{}:{line}`", relative(&root, path)))
}
