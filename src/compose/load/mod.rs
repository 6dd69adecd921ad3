//! From the files of an entry to the project (compose-go 2.9.1, `loader/loader.go`): what Compose does, in its order,
//! except that an error does not end it.

pub(crate) mod convert;
pub(crate) mod decode;
pub(crate) mod dedup;
pub(crate) mod defaults;
mod entry;
pub(crate) mod env_files;
pub(crate) mod environment;
pub(crate) mod expand;
pub(crate) mod extends;
pub(crate) mod include;
pub(crate) mod interpolate;
mod layer;
pub(crate) mod legacy;
pub(crate) mod merge;
pub(crate) mod output;
pub(crate) mod project_name;
pub(crate) mod resolve_paths;
pub(crate) mod short;

pub use entry::{Outside, ProjectEntry};

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::budget::{Budget, Limit};
use crate::compose::check::consistency::ConsistencyCheck;
use crate::compose::load::convert::{ComposeDocument, convert};
use crate::compose::load::decode::decode;
use crate::compose::load::defaults::{normalize as imply_parts, resolve_environment, set_defaults};
use crate::compose::load::expand::Canonical;

pub(crate) use crate::compose::load::env_files::{EnvFileExample, ServiceEnvFile};
use crate::compose::load::environment::Environment;
use crate::compose::load::extends::ExtendsScope;

use super::causes::{Breaks, trace};
use super::value::{Data, Map, Value};
use crate::collections::{HashMap, HashSet, IndexSet};
use crate::compose::check::validate::validate;
use crate::compose::load::dedup::unique;
use crate::compose::load::interpolate::{Interpolation, Reference};
use crate::compose::load::legacy::{Legacy, Spelling};
use crate::compose::load::merge::{merge, reset};
use crate::compose::load::project_name::project_name;
use crate::compose::load::resolve_paths::Paths;
use crate::compose::problem::{
    Cause, ExtendsProblem, IncludeProblem, Missing, Problem, Reported, Syntax, TypeProblem, ValueKind, Verdict,
};
use crate::compose::spec::schema;
use crate::compose::value::provenance::Texts;
use crate::compose::value::quote::Quote;
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{FileId, SourceDb, Span, relative};
use crate::yaml::Trees;

/// A project as docker compose sees it.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its name.
    pub(crate) name: String,
    /// Where relative paths start from.
    pub(crate) directory: PathBuf,
    /// Everything, typed as `docker compose config` prints it, services of inactive profiles included.
    pub(crate) root: Value,
    /// The services of active profiles.
    pub(crate) enabled: IndexSet<String>,
    /// The variables that interpolation saw.
    pub(crate) environment: Environment,
    /// Each use of a variable.
    pub(crate) references: Vec<Reference>,
    /// The Compose files of the entry.
    pub(crate) files: Vec<FileId>,
    /// Those, and the files that they include and extend.
    pub(crate) all_files: IndexSet<FileId>,
    /// The `env_file`s of active services.
    pub(crate) env_files: Vec<ServiceEnvFile>,
    /// Services whose `extends` leads nowhere: much of them is not known.
    pub(crate) unresolved: IndexSet<String>,
    /// What is spelled in an old way.
    pub(crate) legacy: Vec<Legacy>,
    /// Whether a syntax error cuts a file off: what the project lacks may come after it.
    pub(crate) cut_off: bool,
    /// Whether a file that it includes cannot be read: what the project lacks may be there.
    pub(crate) lacks_include: bool,
    /// Whether docker compose 2.40.3 rejects the project.
    pub(crate) rejected: bool,
    /// Whether something of that may hide a part of the project: an env file that is not there hides none.
    pub(crate) partly_unread: bool,
    /// The scalars that it rejects because a variable in them is blank.
    pub(crate) rejected_blanks: HashSet<(FileId, NodeId)>,
    /// What it has cost to load, and what rules may add.
    pub(crate) budget: Arc<Budget>,
}

impl Project {
    /// Whether loading ended at a limit, so that parts of the project are not known.
    pub(crate) fn is_cut_by_limit(&self) -> bool {
        [Limit::Values, Limit::Bytes, Limit::Files, Limit::Steps].iter().any(|limit| self.budget.is_reached(*limit))
    }
}

/// A Compose file, and where it is named.
pub(crate) type NamedFile = (PathBuf, Place);

/// Loads an entry; with the project comes all that is wrong with it, consequences included, as far as docker compose says.
pub fn load(sources: &SourceDb, trees: &Trees, entry: &ProjectEntry) -> (Project, Vec<Reported>) {
    let mut loader = Loader::new(sources, trees);
    let start_of = |path: &PathBuf| {
        let file = sources.load(path).unwrap_or_else(|_| sources.placeholder_for_links(path));
        Place { span: Span { file, start: 0, end: 0 }, node: NodeId::new(0) }
    };
    let anchor = entry.files.first().map_or(Place::start(), start_of);
    let mut environment = Environment::default();
    for (name, value) in &entry.variables {
        environment.force(name, value.clone());
    }
    for group in &entry.env_files {
        let found = environment.read(sources, group, anchor, &loader.budget);
        loader.found.extend(found);
    }
    environment.supplement(sources, &entry.outside, &loader.budget);
    let name = project_name(&mut loader, entry, &environment, anchor);
    environment.force("COMPOSE_PROJECT_NAME", name.clone());
    let profiles = profiles(entry, &environment);
    let files: Vec<NamedFile> = entry.files.iter().map(|file| (file.clone(), start_of(file))).collect();
    let root = loader.files(&files, &entry.directory, &environment, &[]);
    let root = root.unwrap_or_else(|| Value::new(Data::Map(Map::new()), anchor));
    finish(loader, entry, root, KnownProject { name, profiles, environment, anchor })
}

/// What is known of a project before its files are read.
struct KnownProject {
    name: String,
    profiles: Vec<String>,
    environment: Environment,
    anchor: Place,
}

fn finish(
    mut loader: Loader<'_>,
    entry: &ProjectEntry,
    mut root: Value,
    known: KnownProject,
) -> (Project, Vec<Reported>) {
    let KnownProject { name, profiles, environment, anchor } = known;
    if root.map().is_none_or(Map::is_empty) && !loader.found.iter().any(Reported::is_rejection) {
        loader.report(Reported::new(anchor, &[], Problem::Missing(Missing::Services)));
    }
    imply_parts(&mut root, &name, &environment);
    let canonical = root;
    let decoded = decode(&canonical);
    loader.found.extend(decoded.problems);
    let mut root = decoded.value;
    let enabled = enabled(&root, &profiles);
    let unresolved = &loader.unresolved;
    let budget = &loader.budget;
    let names = HashMap::default();
    let found = Vec::new();
    let mut check =
        ConsistencyCheck { root: &root, canonical: &canonical, enabled: &enabled, unresolved, budget, names, found };
    check.run();
    loader.found.append(&mut check.found);
    spread_scale(&mut root);
    let env_files = env_files::resolve(&mut loader, &mut root, &enabled, &environment);
    let mut found = std::mem::take(&mut loader.found);
    let reached = loader.budget.reached();
    found.extend(reached.iter().map(|(limit, at)| Reported::new(*at, &[], Problem::Limit(*limit))));
    // What is missing may be beyond the limit.
    loader.breaks.cut_off |= !reached.is_empty();
    trace(&mut found, &loader.references, &loader.breaks);
    let blank = |one: &Reported| match one.caused_by {
        Some(Cause::Blank(place)) if one.verdict == Verdict::Rejected => Some((place.span.file, place.node)),
        _ => None,
    };
    let rejected_blanks = found.iter().filter_map(blank).collect();
    let project = Project {
        name,
        directory: entry.directory.clone(),
        root,
        enabled,
        environment,
        legacy: std::mem::take(&mut loader.legacy),
        cut_off: loader.breaks.cut_off,
        lacks_include: found.iter().any(|reported| reported.problem.is_unread_include()),
        references: std::mem::take(&mut loader.references),
        files: loader.files,
        all_files: loader.all_files,
        env_files,
        unresolved: std::mem::take(&mut loader.unresolved),
        rejected_blanks,
        rejected: found.iter().any(|reported| reported.verdict != Verdict::Accepted),
        partly_unread: found
            .iter()
            .any(|reported| reported.verdict != Verdict::Accepted && !reported.problem.leaves_all_read()),
        budget: loader.budget,
    };
    (project, found)
}

/// `scale` counts as `deploy.replicas` where there is a `deploy`; where both are they are equal, or it was reported.
fn spread_scale(root: &mut Value) {
    let Data::Map(map) = &mut root.data else { return };
    let Some(Data::Map(services)) = map.get_mut("services").map(|entry| &mut entry.value.data) else { return };
    for entry in services.values_mut() {
        let Some(scale) = entry.value.get("scale").cloned() else { continue };
        if let Data::Map(service) = &mut entry.value.data
            && let Some(Data::Map(deploy)) = service.get_mut("deploy").map(|deploy| &mut deploy.value.data)
        {
            deploy.insert("replicas", super::value::Entry { key: scale.place, value: scale });
        }
    }
}

fn profiles(entry: &ProjectEntry, environment: &Environment) -> Vec<String> {
    if !entry.profiles.is_empty() {
        return entry.profiles.clone();
    }
    // Without any, the profile with the empty name is active (`parity/profiles-empty-name`).
    let given = environment.value("COMPOSE_PROFILES").unwrap_or_default();
    given.split(',').map(|profile| profile.trim().to_owned()).collect()
}

fn enabled(root: &Value, profiles: &[String]) -> IndexSet<String> {
    let services = root.get("services").and_then(Value::map);
    let active = |service: &Value| {
        let own = service.get("profiles").and_then(Value::list).unwrap_or(&[]);
        let named = |profile: &String| profile == "*" || own.iter().any(|one| one.text() == Some(profile));
        own.is_empty() || profiles.iter().any(named)
    };
    services.into_iter().flatten().filter(|(_, entry)| active(&entry.value)).map(|(name, _)| name.to_string()).collect()
}

/// The state of a load.
pub(crate) struct Loader<'a> {
    /// The files of the run.
    pub(crate) sources: &'a SourceDb,
    /// Their trees.
    pub(crate) trees: &'a Trees,
    /// What is wrong with the project.
    pub(crate) found: Vec<Reported>,
    /// Services whose `extends` leads nowhere: what they lack may be there.
    pub(crate) unresolved: IndexSet<String>,
    /// What is spelled in an old way.
    pub(crate) legacy: Vec<Legacy>,
    /// What the project has cost so far.
    pub(crate) budget: Arc<Budget>,
    /// Where files break off.
    breaks: Breaks,
    /// Uses of variables.
    pub(crate) references: Vec<Reference>,
    files: Vec<FileId>,
    all_files: IndexSet<FileId>,
    extended: HashMap<(PathBuf, usize), Option<Rc<Value>>>,
    generation: usize,
    home: String,
}

/// How a file is loaded.
struct Load<'a> {
    directory: &'a Path,
    environment: &'a Environment,
    included: &'a [PathBuf],
    /// False for a file that is only extended: its own `extends` and `include` wait, and so does validation.
    whole: bool,
}

impl<'a> Loader<'a> {
    fn new(sources: &'a SourceDb, trees: &'a Trees) -> Loader<'a> {
        Loader {
            sources,
            trees,
            found: Vec::new(),
            unresolved: IndexSet::default(),
            legacy: Vec::new(),
            budget: Arc::default(),
            breaks: Breaks::default(),
            references: Vec::new(),
            files: Vec::new(),
            all_files: IndexSet::default(),
            extended: HashMap::default(),
            generation: 0,
            home: String::new(),
        }
    }

    /// Notes a problem.
    pub(crate) fn report(&mut self, reported: Reported) {
        self.found.push(reported);
    }

    /// A path as seen from the file that names it: the same on every machine.
    pub(crate) fn named_from(&self, place: Place, path: &Path) -> String {
        let file = self.sources.file(place.span.file);
        relative(file.path.parent().unwrap_or(Path::new("/")), path)
    }

    /// What `~` stands for.
    pub(crate) fn home(&self) -> String {
        self.home.clone()
    }

    /// Loads files over each other, with their defaults set and their paths made absolute.
    pub(crate) fn files(
        &mut self,
        files: &[NamedFile],
        directory: &Path,
        environment: &Environment,
        included: &[PathBuf],
    ) -> Option<Value> {
        self.generation += 1;
        let generation = self.generation;
        self.home = environment.value("HOME").unwrap_or_default();
        let mut root: Option<Value> = None;
        for (path, place) in files {
            let load = Load { directory, environment, included, whole: true };
            let before = self.generation;
            self.generation = generation;
            root = self.file(path, *place, root, &load);
            self.generation = self.generation.max(before);
        }
        let mut root = root?;
        set_defaults(&mut root);
        validate(&root, &mut self.found);
        Paths { base: directory, home: &self.home }.resolve(&mut root);
        resolve_environment(&mut root, environment);
        Some(root)
    }

    /// A file that services extend, read once: in canonical form, with its paths resolved.
    pub(crate) fn extended_file(
        &mut self,
        path: &Path,
        place: Place,
        service: &str,
        environment: &Environment,
    ) -> Option<Rc<Value>> {
        let key = (path.to_path_buf(), self.generation);
        if let Some(known) = self.extended.get(&key) {
            return known.clone();
        }
        let directory = path.parent().unwrap_or(Path::new("/")).to_path_buf();
        let root = match self.sources.load(path) {
            Ok(_) => {
                let load = Load { directory: &directory, environment, included: &[], whole: false };
                self.file(path, place, None, &load)
            }
            Err(error) => {
                let file = Quote::at(place, self.named_from(place, path));
                let problem = Problem::Extends(ExtendsProblem::Unreadable { file, error });
                self.report(Reported::about_service(place, service, problem));
                None
            }
        };
        let root = root.map(|mut root| {
            Paths { base: &directory, home: &self.home() }.resolve(&mut root);
            Rc::new(root)
        });
        self.extended.insert(key, root.clone());
        root
    }

    fn file(&mut self, path: &Path, place: Place, before: Option<Value>, load: &Load<'_>) -> Option<Value> {
        if !self.budget.spend(Limit::Files, 1, place) {
            return before;
        }
        let file = match self.sources.load(path) {
            Ok(file) => file,
            Err(error) => {
                let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                let own = *self.sources.path(place.span.file) == *path;
                let problem = match own {
                    true => Problem::Syntax(Syntax::Unreadable { name, error }),
                    false => Problem::Include(IncludeProblem::Unreadable { name: Quote::at(place, name), error }),
                };
                self.report(Reported::new(place, &[], problem));
                return before;
            }
        };
        if load.whole && load.included.is_empty() {
            self.files.push(file);
        }
        let parsed = self.trees.get(self.sources, file);
        let (tree, problems) = (&parsed.0, &parsed.1);
        if let Some(at) = tree.limit {
            self.budget.note(Limit::Values, at);
        }
        let (documents, found) = convert(tree, &self.budget);
        if self.all_files.insert(file) {
            self.breaks.note(file, tree);
            let syntax = problems
                .iter()
                .map(|problem| Reported::new(problem.at, &[], Problem::Syntax(Syntax::Parser(problem.kind.clone()))));
            self.found.extend(syntax);
            self.found.extend(found);
        }
        let mut root = before;
        for document in documents {
            root = self.document(document, path, root, load);
        }
        root
    }

    fn document(
        &mut self,
        mut document: ComposeDocument,
        path: &Path,
        before: Option<Value>,
        load: &Load<'_>,
    ) -> Option<Value> {
        let place = document.value.place;
        if document.value.map().is_none() {
            let problem = TypeProblem::File { found: ValueKind::from_value(&document.value) };
            self.report(Reported::new(place, &[], Problem::Type(problem)));
            return before;
        }
        let mut value = std::mem::replace(&mut document.value, Value::new(Data::Null, place));
        self.interpolate(&mut value, load.environment);
        let mut root = before.unwrap_or_else(|| Value::new(Data::Map(Map::new()), place));
        if load.whole {
            let scope = ExtendsScope {
                file: path.to_path_buf(),
                directory: load.directory.to_path_buf(),
                environment: load.environment,
            };
            extends::apply(self, &mut value, &scope, &document);
        }
        reset(&mut root, &mut Vec::new(), &document.resets, &self.budget);
        if load.whole {
            let mut included = load.included.to_vec();
            included.push(path.to_path_buf());
            include::apply(self, &mut value, load.directory, load.environment, &included);
        }
        // The rest of the project has been through all of this when its own document was read.
        let base = layer::take(&mut root, &value);
        let mut layer = merge(base, value, &mut Vec::new(), &mut self.found);
        unique(&mut layer, &mut self.found);
        if load.whole {
            self.schema(&mut layer);
        }
        let texts = Texts::new(self.sources);
        let mut canonical = Canonical { texts: &texts, budget: &self.budget, found: Vec::new(), legacy: Vec::new() };
        canonical.run(&mut layer);
        self.found.append(&mut canonical.found);
        if load.whole {
            self.legacy.append(&mut canonical.legacy);
        }
        unique(&mut layer, &mut self.found);
        layer::put_back(&mut root, layer);
        Some(root)
    }

    fn interpolate(&mut self, value: &mut Value, environment: &Environment) {
        let texts = Texts::new(self.sources);
        let references = std::mem::take(&mut self.references);
        let mut interpolation = Interpolation::new(environment, &texts, references, &self.budget);
        interpolation.run(value, &mut Vec::new());
        self.references = interpolation.references;
        self.found.append(&mut interpolation.found);
    }

    /// Checks what is so far against the schema, and drops `version`, which Compose ignores.
    fn schema(&mut self, root: &mut Value) {
        self.found.extend(schema::validate(root));
        let version = match &mut root.data {
            Data::Map(map) => map.shift_remove("version"),
            _ => None,
        };
        self.legacy.extend(version.map(|entry| Legacy {
            spelling: Spelling::Version,
            key: entry.key,
            path: vec!["version".into()],
        }));
    }
}
