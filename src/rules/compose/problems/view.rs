//! What the rendering of a problem needs besides the problem.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::app_config::repository_root;
use crate::collections::HashSet;
use crate::compose::Project;
use crate::compose::load::interpolate::OF_PROJECT;
use crate::compose::problem::{EnvFileProblem, NearbyFile, Problem, Reported};
use crate::compose::value::quote::Quote;
use crate::facts::environment::assigned::{EnvExample, assigned};
use crate::facts::environment::variables::Expected;
use crate::facts::environment::{env_examples, variables};
use crate::facts::repository::{generated_files, purpose};
use crate::finding::{Finding, RuleId, Severity, Subject, Wording};
use crate::secrets::is_secret_name;
use crate::source::{FileId, LoadError, NodeId, PathKind, Place, SourceDb, normalize, relative};
use crate::text::template::{SubstitutionOutcome, expand};
use crate::yaml::Trees;
use crate::yaml::edit;
use crate::yaml::edit::Files;

/// The scalars of a project that hold the values of variables, as the files write them.
pub(crate) struct Templates<'a> {
    files: Files<'a>,
    by_variable: HashSet<(FileId, NodeId)>,
}

impl<'a> Templates<'a> {
    /// Over the uses of variables in a project.
    pub(crate) fn new(project: &Project, files: Files<'a>) -> Templates<'a> {
        let holds_value = project.references.iter().filter(|reference| {
            let is_secret = is_secret_name(&reference.name);
            let is_known = OF_PROJECT.contains(&reference.name.as_str());
            reference.effective
                && !is_known
                && (reference.outcome == SubstitutionOutcome::Value || is_secret && reference.word.is_some())
        });
        let by_variable = holds_value.map(|reference| (reference.place.span.file, reference.place.node)).collect();
        Templates { files, by_variable }
    }

    /// The scalar at a place with the names of variables, where it holds the value of one.
    pub(crate) fn at(&self, place: Place) -> Option<String> {
        if !self.by_variable.contains(&(place.span.file, place.node)) {
            return None;
        }
        let text = edit::text_of(self.files, place)?;
        Some(expand(&text, &|name| Some(format!("${{{name}}}"))).text)
    }
}

/// How many names are compared with others.
const MOST_COMPARED: usize = 200_000;

/// The project whose problems are put into words, and its files.
pub(crate) struct ProblemView<'a> {
    /// The files, for edits.
    pub(super) files: Files<'a>,
    /// The files.
    pub(super) sources: &'a SourceDb,
    /// The project.
    pub(super) project: &'a Project,
    templates: Templates<'a>,
    /// How many names were compared with others so far, to say which was meant.
    compared: Cell<usize>,
    /// The variables that examples and texts next to the project name.
    told: OnceCell<BTreeMap<String, PathBuf>>,
    /// Whether what cannot be in a checkout is a warning only; not where docker compose itself is asked.
    softens: bool,
}

impl<'a> ProblemView<'a> {
    /// Over a project and its files.
    pub(crate) fn new(project: &'a Project, sources: &'a SourceDb, trees: &'a Trees) -> ProblemView<'a> {
        let files = Files::new(sources, trees);
        ProblemView {
            files,
            sources,
            project,
            templates: Templates::new(project, files),
            compared: Cell::new(0),
            told: OnceCell::new(),
            softens: true,
        }
    }

    /// Whether a name may be compared with so many others: where very many names are undefined, the last ones get no
    /// suggestion.
    pub(super) fn may_compare(&self, others: usize) -> bool {
        self.compared.set(self.compared.get().saturating_add(others));
        self.compared.get() <= MOST_COMPARED
    }

    /// The same, with all that docker compose rejects as errors, also what no checkout can have.
    pub(crate) fn for_compose(self) -> ProblemView<'a> {
        ProblemView { softens: false, ..self }
    }

    /// Whether docker compose itself is asked.
    pub(super) fn is_for_compose(&self) -> bool {
        !self.softens
    }

    /// Whether a problem is only that a file is missing that people make from an example next to it.
    pub(super) fn is_documented(&self, reported: &Reported) -> bool {
        let Problem::EnvFile(EnvFileProblem::OfService { around, error, path, .. }) = &reported.problem else {
            return false;
        };
        let is_made = || match around {
            NearbyFile::Example(_) => true,
            NearbyFile::Host => false,
            _ => self.is_made(reported.at, path.value()),
        };
        self.softens && *error == LoadError::Missing && is_made()
    }

    /// Whether a script or a text near the project makes a file, or tells people to.
    fn is_made(&self, at: Place, name: &str) -> bool {
        let file = self.sources.file(at.span.file);
        let Some(path) = file.path.parent().map(|parent| normalize(&parent.join(name))) else { return false };
        let directory = &self.project.directory;
        let root = repository_root(self.sources, directory);
        let makers = generated_files::makers(directory, &root, self.sources);
        generated_files::is_made(&makers, directory, &path, self.sources)
    }

    /// A text as the files write it: `${NAME}` in the place of a variable's value.
    pub(super) fn written(&self, quote: &Quote) -> String {
        quote.written(&|place| self.templates.at(place))
    }

    /// A finding about what a problem is about.
    pub(super) fn about(&self, rule: RuleId, reported: &Reported, message: impl Into<Wording>) -> Finding {
        about(rule, reported, message)
    }

    /// Whether git ignores a file that a Compose file names, so that it cannot be in a checkout.
    pub(super) fn is_ignored(&self, at: Place, name: &str) -> bool {
        let file = self.sources.file(at.span.file);
        let path = file.path.parent().map(|parent| parent.join(name)).unwrap_or_default();
        self.softens && self.sources.is_ignored(&path, &self.project.directory)
    }

    /// Whether a file is a link that leads nowhere yet, or in a directory that git ignores, such as the checkout of another
    /// repository.
    pub(super) fn is_in_another_checkout(&self, at: Place, name: &str) -> bool {
        let file = self.sources.file(at.span.file);
        let Some(path) = file.path.parent().map(|parent| normalize(&parent.join(name))) else { return false };
        let directory = &self.project.directory;
        let mut above =
            path.ancestors().skip(1).take_while(|above| above.starts_with(directory) && *above != directory);
        let is_other =
            |above: &Path| self.sources.kind(above) == PathKind::Missing && self.sources.is_ignored(above, directory);
        self.softens && (self.sources.target_of_link(&path).is_some() || above.any(is_other))
    }

    /// The script or text that makes a missing file which a place names, seen from the project.
    pub(super) fn made_by(&self, at: Place, name: &str) -> Option<String> {
        let file = self.sources.file(at.span.file);
        let path = normalize(&file.path.parent()?.join(name));
        let directory = &self.project.directory;
        let makers = generated_files::makers(directory, &repository_root(self.sources, directory), self.sources);
        let maker = generated_files::made_by(&makers, directory, &path, self.sources).filter(|_| self.softens)?;
        Some(relative(directory, maker))
    }

    /// Whether a place is in a file that is copied before it is used: its reader, or a test, brings the files that it names.
    pub(super) fn is_of_elsewhere(&self, at: Place) -> bool {
        let path = &self.sources.path(at.span.file);
        let own = path.strip_prefix(&self.project.directory).unwrap_or(path);
        let is_of_elsewhere =
            purpose::is_of_elsewhere(&own.to_string_lossy()) || purpose::is_test_resource(&path.to_string_lossy());
        self.softens && is_of_elsewhere
    }

    /// How bad it is that a required variable has no value in a checkout without an env file, and what to do; `None` where
    /// the project has one. Whoever copies an example that omits the variable cannot start the project.
    pub(super) fn absent_env_file(&self, variable: &str) -> Option<(Severity, String)> {
        let directory = &self.project.directory;
        if !self.softens {
            return None;
        }
        let shown = |file: &PathBuf| relative(directory, file);
        match variables::expected(self.project) {
            Expected::EnvFile => None,
            Expected::Example(example) => {
                let told = self.told.get_or_init(|| env_examples::told(directory, self.sources));
                if let Some(text) = told.get(variable) {
                    return Some((Severity::Info, format!("set it in `.env`, as documented in `{}`", shown(text))));
                }
                let wanted = BTreeSet::from([variable.to_owned()]);
                let files: Vec<PathBuf> =
                    self.project.files.iter().map(|file| self.sources.path(*file).to_path_buf()).collect();
                let root = repository_root(self.sources, directory);
                if let Some(program) =
                    assigned(&root, &files, (&wanted, EnvExample::Present), self.sources).remove(variable)
                {
                    return Some((
                        Severity::Info,
                        format!("start the project with `{}`, which sets it", shown(&program)),
                    ));
                }
                let example = shown(&example);
                Some((Severity::Warning, format!("add it to `{example}`, which is what people copy to `.env`")))
            }
            Expected::Nowhere => {
                let told = self.told.get_or_init(|| env_examples::told(directory, self.sources));
                let help = match told.get(variable) {
                    Some(text) => format!("set it in `.env`, as documented in `{}`", shown(text)),
                    None => "set it in `.env`, and add a file `.env.example` that lists it".to_owned(),
                };
                Some((Severity::Info, help))
            }
        }
    }
}

/// A finding about what a problem is about.
pub(super) fn about(rule: RuleId, reported: &Reported, message: impl Into<Wording>) -> Finding {
    let mut finding = Finding::new(rule, reported.at, Subject::at(&reported.about), message);
    finding.evidence.clone_from(&reported.path);
    finding
}
