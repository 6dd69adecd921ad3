//! Where each variable of a project, or of one of its services, comes from.

use super::masking::{MaskedFiles, secrets_of};
use super::{Request, act_on};
use crate::collections::IndexMap;
use crate::compose::Reference;
use crate::compose::load::environment::VariableState;
use crate::compose::load::environment::line_place;
use crate::compose::load::interpolate::OF_PROJECT;
use crate::facts::Facts;
use crate::facts::secrets::secret_files::lines_of;
use crate::finding::Finding;
use crate::model::{Service, VariableSource};
use crate::secrets::{KnownSecrets, MASK, holds_secret, is_secret_name};
use crate::source::{Place, SourceDb};
use crate::text::template::{SubstitutionOperator, SubstitutionOutcome};

/// A variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ListedVariable {
    /// Its name.
    pub(crate) name: String,
    /// Its value, secrets masked; `None` where it has none that is known.
    pub(crate) value: Option<String>,
    /// What is known about it: `set`, `default`, `example`, `unset` or `unknown`.
    pub(crate) state: &'static str,
    /// Where it is set.
    pub(crate) set: Option<Place>,
    /// Where it is used.
    pub(crate) used: Vec<Place>,
    /// Its default, secrets masked.
    pub(crate) default: Option<String>,
    /// Whether docker compose stops without it.
    pub(crate) required: bool,
    /// The lines whose values it replaces.
    pub(crate) overrides: Vec<Place>,
}

/// The variables of a project or of a service, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    /// The service; `None` for those that interpolation sees.
    pub(crate) service: Option<String>,
    /// The Compose files of the invocation.
    pub(crate) files: Vec<std::path::PathBuf>,
    /// The env files that are read.
    pub(crate) env_files: Vec<std::path::PathBuf>,
    /// The env files that are expected and not there: the values may be others.
    pub(crate) absent: Vec<std::path::PathBuf>,
    /// The variables.
    pub(crate) all: Vec<ListedVariable>,
}

/// The variables, or the names of the services where the one that is asked for is not among them; and what is wrong with
/// the files.
type ListedVariables = (Result<Variables, Vec<String>>, Vec<Finding>);

/// The variables of the one project that a request selects; `None` where no Compose file is found, and an error where
/// nothing starts the invocation that is asked for.
pub(crate) fn variables(
    sources: &SourceDb,
    request: &Request,
    service: Option<&str>,
) -> Result<Option<ListedVariables>, String> {
    let list = |facts: &Facts<'_>, files: MaskedFiles<'_>| {
        let known = secrets_of(facts.project, files);
        match service {
            None => Ok(of_project(facts, &known)),
            Some(name) => {
                let all = || facts.model.services.iter().chain(&facts.model.disabled);
                let found = all().find(|(own, _)| *own == name).map(|(_, service)| of_service(facts, service, &known));
                found.ok_or_else(|| all().map(|(name, _)| name.clone()).collect())
            }
        }
    };
    act_on(sources, request, list)
}

/// A value as people may see it.
fn shown(name: &str, value: &str, known: &KnownSecrets) -> String {
    if value.is_empty() {
        return String::new();
    }
    let masked = known.masked(value).unwrap_or_else(|| value.to_owned());
    let line = format!("{name}={masked}");
    if is_secret_name(name) && holds_secret(&line) { MASK.to_owned() } else { masked }
}

fn around(facts: &Facts<'_>) -> Variables {
    let project = facts.project;
    let path = |file: &crate::source::FileId| facts.path_of(*file);
    let of_services = project.env_files.iter().filter(|listed| listed.file.is_none()).map(|listed| listed.path.clone());
    Variables {
        service: None,
        files: project.files.iter().map(path).collect(),
        env_files: project.environment.files.iter().map(path).collect(),
        absent: project.environment.outside.absent.iter().cloned().chain(of_services).collect(),
        all: Vec::new(),
    }
}

fn of_project(facts: &Facts<'_>, known: &KnownSecrets) -> Variables {
    let environment = &facts.project.environment;
    let mut by_name: IndexMap<&str, Vec<&Reference>> = IndexMap::default();
    for reference in &facts.project.references {
        by_name.entry(&reference.name).or_default().push(reference);
    }
    for (name, setting) in environment.all() {
        if setting.place.is_some() {
            by_name.entry(name).or_default();
        }
    }
    let mut listed = around(facts);
    for (name, references) in by_name.into_iter().filter(|(name, _)| !OF_PROJECT.contains(name)) {
        listed.all.push(of_name(facts, name, &references, known));
    }
    listed.all.sort_by(|one, other| one.name.cmp(&other.name));
    listed
}

fn of_name(facts: &Facts<'_>, name: &str, references: &[&Reference], known: &KnownSecrets) -> ListedVariable {
    let environment = &facts.project.environment;
    let setting = environment.setting(name);
    let taken =
        references.iter().find(|one| one.outcome == SubstitutionOutcome::Default).and_then(|one| one.word.as_deref());
    let written = references.iter().find_map(|one| default_at(facts, one));
    let (value, state) = match (setting, taken, environment.state(name)) {
        (Some(setting), _, VariableState::Assumed) => (Some(setting.value.as_str()), "example"),
        (Some(setting), ..) => (Some(setting.value.as_str()), "set"),
        (None, Some(word), _) => (Some(word), "default"),
        (None, None, VariableState::Unknown) => (None, "unknown"),
        (None, None, _) => (None, "unset"),
    };
    let mut used: Vec<Place> = Vec::new();
    for reference in references {
        if !used.contains(&reference.place) {
            used.push(reference.place);
        }
    }
    ListedVariable {
        name: name.to_owned(),
        value: value.map(|value| shown(name, value, known)),
        state,
        set: setting.and_then(|setting| setting.place),
        used,
        default: written.or_else(|| taken.map(str::to_owned)).map(|word| shown(name, &word, known)),
        required: references.iter().any(|one| matches!(one.operator, Some(SubstitutionOperator::Required { .. }))),
        overrides: setting.map(|setting| setting.replaced.clone()).unwrap_or_default(),
    }
}

/// The default that is written at a use, as it is written.
fn default_at(facts: &Facts<'_>, reference: &Reference) -> Option<String> {
    let written = facts.written_at(reference.place);
    let inner = written.strip_prefix("${")?.strip_suffix('}')?.strip_prefix(reference.name.as_str())?;
    inner.strip_prefix(":-").or_else(|| inner.strip_prefix('-')).map(str::to_owned)
}

fn of_service(facts: &Facts<'_>, service: &Service, known: &KnownSecrets) -> Variables {
    let mut listed = around(facts);
    listed.service = Some(service.name.clone());
    let own: Vec<_> =
        facts.project.env_files.iter().filter(|one| one.service == service.name).filter_map(|one| one.file).collect();
    listed.env_files = own.iter().map(|file| facts.path_of(*file)).collect();
    for (name, variable) in &service.environment {
        let place = variable.value.as_ref().map_or(variable.key, |value| value.place);
        let lines = own.iter().flat_map(|file| lines_of(facts, *file).into_iter().map(|line| (*file, line)));
        let overrides: Vec<Place> = lines
            .filter(|(_, line)| line.key == *name && !line.bare)
            .map(|(file, line)| line_place(file, 0, line.key_span.0, line.value_span.1))
            .filter(|line| !(line.span.file == place.span.file && line.span.contains(variable.key.span)))
            .collect();
        let parts = variable.value.iter().flat_map(|value| value.parts.iter());
        let used: Vec<Place> = parts.filter(|part| part.variable.is_some()).map(|part| part.place).collect();
        let state = match (&variable.value, variable.is_unknown) {
            (_, true) => "unknown",
            (Some(_), _) => "set",
            (None, _) => "unset",
        };
        let is_own = variable.source == VariableSource::Environment;
        listed.all.push(ListedVariable {
            name: name.clone(),
            value: variable.value.as_ref().map(|value| shown(name, &value.value, known)),
            state,
            set: Some(place),
            used,
            default: None,
            required: false,
            overrides: if is_own { overrides } else { Vec::new() },
        });
    }
    listed.all.sort_by(|one, other| one.name.cmp(&other.name));
    listed
}
