//! The whole program on one screen: discover, load, lower, judge, settle.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::{self, Config};
use crate::discover::{self, Group, ProjectSelection, Surroundings};
use crate::facts::Facts;
use crate::facts::gitignore::Ignored;
use crate::facts::nearby;
use crate::finding::{Finding, Severity};
use crate::fragments::{NamedByVariable, Standing, is_incompleteness, without_supplied};
use crate::model::lower;
use crate::project::texts::Texts;
use crate::project::trees::Trees;
use crate::project::{Entry, Project, decode, load, origins, output};
use crate::report::Report;
use crate::rules::document::Set;
use crate::rules::{self, Context, Rule};
use crate::source::{FileId, SourceDb, normalize};

/// What a run is asked to do. Paths may be relative to `directory`.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The working directory, absolute.
    pub directory: PathBuf,
    /// Files and directories to search for projects; empty for the working directory.
    pub paths: Vec<PathBuf>,
    /// `-f`: the Compose files of one project, in the order of merging; empty to search.
    pub files: Vec<PathBuf>,
    /// `--env-file`, in the order of reading; empty for `.env`.
    pub env_files: Vec<PathBuf>,
    /// `--profile`: active profiles.
    pub profiles: Vec<String>,
    /// `--project-directory`.
    pub project_directory: Option<PathBuf>,
    /// `--project-name`.
    pub project_name: Option<String>,
    /// Whether variables of the process's environment count.
    pub use_environment: bool,
    /// What `plimsoll.yaml` says, where there is one.
    pub config: Option<Config>,
    /// Which rules run.
    pub selection: Selection,
}

/// Which rules run, as the command line says; names of rules that exist. It goes before what the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; empty for those of the sets.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// Whether the strict set runs too.
    pub strict: bool,
    /// Whether the set on style runs too.
    pub style: bool,
}

impl Selection {
    /// Whether a rule runs.
    pub fn runs(&self, rule: &Rule, config: &Config) -> bool {
        let name = rule.document.name;
        let named = |names: &[String]| names.iter().any(|one| one == name);
        if named(&self.ignore) {
            return false;
        }
        if !self.select.is_empty() {
            return named(&self.select);
        }
        let of_a_set = match rule.document.set {
            Set::Default => true,
            Set::Strict => self.strict,
            Set::Style => self.style,
        };
        config.rules.get(name).and_then(|setting| setting.enabled).unwrap_or(of_a_set)
    }
}

/// A resolved project.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// What `docker compose config --format json` would print; `None` where Compose would reject the project.
    pub json: Option<String>,
    /// What is wrong with the files.
    pub findings: Vec<Finding>,
}

/// Judges every project that a request leads to.
pub fn check(sources: &SourceDb, request: &Request) -> Report {
    let settings = request.config.clone().unwrap_or_default();
    sources.fence(&repositories(sources, request));
    let run = Run { sources, trees: Trees::default(), request, settings: &settings };
    let around = surroundings(request);
    let outcomes = if request.files.is_empty() && settings.projects.is_empty() {
        run.search(&around)
    } else {
        run.chosen(&around)
    };
    let mut outcomes = without_parts_of_others(outcomes);
    run.spare_possible_parts(&mut outcomes);
    let projects = outcomes.len();
    let files: HashSet<FileId> = outcomes.iter().flat_map(|outcome| outcome.all_files.iter().copied()).collect();
    let failures = outcomes.iter().filter_map(|outcome| outcome.failure.clone()).collect();
    let findings = outcomes.into_iter().flat_map(|outcome| outcome.findings).collect();
    let findings = settle(without_supplied(findings, sources), request, &settings);
    let mut report = Report::new(findings, projects, files.len(), sources);
    report.failures = failures;
    report
}

/// The repositories that a request is about; none where one of its paths is in no repository.
fn repositories(sources: &SourceDb, request: &Request) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let given: Vec<&PathBuf> = request.paths.iter().chain(&request.files).chain(&request.env_files).collect();
    let paths = if given.is_empty() { here.iter().collect() } else { given };
    let roots: Option<Vec<PathBuf>> =
        paths.into_iter().map(|path| sources.repository(&normalize(&request.directory.join(path)))).collect();
    roots.unwrap_or_default()
}

/// Loads the one project that a request selects.
pub fn resolve(sources: &SourceDb, request: &Request, with_origins: bool) -> Resolved {
    let around = surroundings_of_process(request);
    let Some(entry) = discover::selected(sources, &chosen_project(request), &around) else {
        return Resolved { json: None, findings: Vec::new() };
    };
    let (project, mut findings) = load(sources, &Trees::default(), &entry);
    findings.extend(project.newer.iter().cloned());
    let json = (!project.rejected).then(|| {
        let active = output::active(&project);
        let value = if with_origins {
            origins::annotate(&active, sources, &request.directory)
        } else {
            decode::to_json(&active)
        };
        format!("{value:#}")
    });
    Resolved { json, findings }
}

/// Variables that every machine has, with values that are the same on all, so that findings are, too.
fn surroundings(request: &Request) -> Surroundings {
    if request.use_environment {
        return surroundings_of_process(request);
    }
    let variables = [
        ("HOME", "/home/user".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("PWD", request.directory.display().to_string()),
        ("USER", "user".to_owned()),
    ];
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Surroundings { directory: request.directory.clone(), variables }
}

/// `resolve` prints what Compose would print here: the machine's own variables count, all others only when asked.
fn surroundings_of_process(request: &Request) -> Surroundings {
    const OF_THE_MACHINE: [&str; 3] = ["HOME", "PATH", "USER"];
    let mut variables: Vec<(String, String)> = crate::source::process_variables()
        .into_iter()
        .filter(|(name, _)| request.use_environment || OF_THE_MACHINE.contains(&name.as_str()))
        .collect();
    if !variables.iter().any(|(name, _)| name == "PWD") {
        variables.push(("PWD".to_owned(), request.directory.display().to_string()));
    }
    Surroundings { directory: request.directory.clone(), variables }
}

/// What is known of one project.
struct Outcome {
    entry: Entry,
    findings: Vec<Finding>,
    files: Vec<FileId>,
    all_files: Vec<FileId>,
    /// Services lack an image, or names lead nowhere, as in a fragment of a project.
    incomplete: bool,
    /// Whether the files are laid over a default project.
    is_overlay: bool,
    /// Whether Compose loads these files without being told to.
    is_default: bool,
    failure: Option<String>,
}

struct Run<'a> {
    sources: &'a SourceDb,
    trees: Trees,
    request: &'a Request,
    settings: &'a Config,
}

impl Run<'_> {
    /// The projects that the command line or the configuration names.
    fn chosen(&self, around: &Surroundings) -> Vec<Outcome> {
        let selections: Vec<ProjectSelection> = if self.request.files.is_empty() {
            let base = self.settings.directory().to_path_buf();
            self.settings.projects.iter().map(|project| selection_of(project, &base)).collect()
        } else {
            vec![chosen_project(self.request)]
        };
        let entries = selections.iter().filter_map(|one| discover::selected(self.sources, one, around));
        entries.map(|entry| self.judge(&entry, Standing::Project, true)).collect()
    }

    /// The projects below the paths of the request.
    fn search(&self, around: &Surroundings) -> Vec<Outcome> {
        let here = [PathBuf::from(".")];
        let paths = if self.request.paths.is_empty() { &here[..] } else { &self.request.paths };
        let excluded = discover::Exclusion::new(self.settings.directory(), &self.settings.exclude);
        let groups = discover::groups(self.sources, paths, &|path| excluded.matches(path), around);
        match groups.as_slice() {
            // Threads cost more to start than one directory takes.
            [only] => self.group(only, around),
            all => all.par_iter().flat_map_iter(|group| self.group(group, around)).collect(),
        }
    }

    fn group(&self, group: &Group, around: &Surroundings) -> Vec<Outcome> {
        let request = self.request;
        let with_options = |mut entry: Entry| {
            if !request.profiles.is_empty() {
                entry.profiles = request.profiles.clone();
            }
            if !request.env_files.is_empty() {
                let files = request.env_files.iter().map(|file| self.request.directory.join(file));
                entry.env_files = vec![files.collect()];
            }
            entry
        };
        let default = group.default.clone().map(with_options);
        let mut outcomes: Vec<Outcome> =
            default.iter().map(|entry| self.judge(entry, Standing::Project, true)).collect();
        for file in group.others.iter().filter(|file| self.is_given(file) || self.is_compose_file(file)) {
            let Some(alone) = discover::alone(self.sources, file, around).map(with_options) else { continue };
            outcomes.push(self.other(alone, file, default.as_ref(), around));
        }
        for finding in group.shadowed.iter().filter_map(|shadowed| shadowed.finding(self.sources)) {
            let file = finding.place.span.file;
            let loaded = outcomes.iter().any(|outcome| outcome.is_default && outcome.all_files.contains(&file));
            let own = outcomes.iter_mut().find(|outcome| !loaded && outcome.files.contains(&file));
            own.into_iter().for_each(|outcome| outcome.findings.push(finding.clone()));
        }
        let completed = outcomes.iter().any(|outcome| !outcome.is_default && outcome.is_overlay && !outcome.incomplete);
        if let (Some(first), Some(entry), true) = (outcomes.first_mut(), &default, completed)
            && first.incomplete
        {
            // A base that only its overlays make whole.
            *first = self.judge(entry, Standing::Fragment, true);
        }
        outcomes
    }

    /// Whether a file was named on the command line, not found on a walk.
    fn is_given(&self, file: &Path) -> bool {
        let named = |path: &PathBuf| normalize(&self.request.directory.join(path)) == *file;
        self.request.paths.iter().any(named)
    }

    /// Whether a file is a Compose file by what it holds, not only by its name. A template of one that is no YAML yet
    /// (`{{ name }}`, `{% if %}`) is none.
    fn is_compose_file(&self, file: &Path) -> bool {
        const KEYS: [&str; 8] =
            ["services", "include", "networks", "volumes", "configs", "secrets", "models", "version"];
        let Ok(id) = self.sources.load(file) else { return true };
        let parsed = self.trees.get(self.sources, id);
        let tree = &parsed.0;
        let text = &self.sources.file(id).text;
        if tree.broken && (text.contains("{{") || text.contains("{%")) {
            return false;
        }
        tree.broken || tree.documents.iter().any(|root| KEYS.iter().any(|key| tree.get(*root, key).is_some()))
    }

    /// A file beside the default project: a project of its own, an overlay, or a fragment.
    fn other(&self, alone: Entry, file: &Path, default: Option<&Entry>, around: &Surroundings) -> Outcome {
        let own = self.judge(&alone, Standing::Project, false);
        if !own.incomplete {
            return own;
        }
        let base = default.and_then(|entry| entry.files.first()).cloned();
        let over = base.and_then(|base| discover::over(self.sources, &[base], file, around));
        if let Some(over) = over {
            let outcome = self.judge(&over, Standing::Project, false);
            if !outcome.incomplete {
                return outcome;
            }
        }
        self.judge(&alone, Standing::Fragment, false)
    }

    /// What a file lacks is no finding where another file names it by a variable, or has the service that it lacks: the
    /// project that loads both may have it.
    fn spare_possible_parts(&self, outcomes: &mut [Outcome]) {
        if !outcomes.iter().any(|outcome| outcome.incomplete) {
            return;
        }
        let files: HashSet<FileId> = outcomes.iter().flat_map(|outcome| outcome.all_files.iter().copied()).collect();
        let trees: Vec<_> =
            files.iter().map(|file| (self.sources.file(*file), self.trees.get(self.sources, *file))).collect();
        let named = NamedByVariable::new(trees.iter().map(|(file, parsed)| (file.path.as_path(), &parsed.0)));
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.incomplete) {
            let directory = &outcome.entry.directory;
            let root = discover::repository(self.sources, directory, &self.request.directory);
            let nearby = LazyCell::new(|| nearby::services(directory, &root, false, self.sources));
            let own_trees: Vec<_> = outcome.all_files.iter().map(|file| self.trees.get(self.sources, *file)).collect();
            let own: Vec<&str> = own_trees.iter().flat_map(|parsed| nearby::services_of(&parsed.0)).collect();
            let lies_over = |finding: &Finding| {
                let missing = finding.evidence.as_deref().filter(|_| finding.rule == "undefined-reference");
                let name = missing.and_then(|what| what.strip_prefix("service "));
                name.is_some_and(|name| nearby.contains(name) && !own.contains(&name))
            };
            let is_part = outcome.entry.files.iter().any(|file| named.may_be(file));
            if is_part || outcome.findings.iter().any(lies_over) {
                outcome.findings.retain(|finding| !is_incompleteness(finding));
            }
        }
    }

    fn judge(&self, entry: &Entry, standing: Standing, is_default: bool) -> Outcome {
        let judged = catch_unwind(AssertUnwindSafe(|| self.judge_unguarded(entry, standing, is_default)));
        judged.unwrap_or_else(|_| {
            let file = entry.files.first().map_or_else(String::new, |file| file.display().to_string());
            Outcome {
                entry: entry.clone(),
                findings: Vec::new(),
                files: Vec::new(),
                all_files: Vec::new(),
                incomplete: false,
                is_overlay: false,
                is_default,
                failure: Some(format!("{file}: a defect in plimsoll ended the analysis of this project")),
            }
        })
    }

    fn judge_unguarded(&self, entry: &Entry, standing: Standing, is_default: bool) -> Outcome {
        let (project, mut findings) = load(self.sources, &self.trees, entry);
        let incomplete = findings.iter().any(is_incompleteness);
        if standing == Standing::Fragment {
            findings.retain(|finding| !is_incompleteness(finding));
        }
        self.soften_missing(&project, &mut findings);
        findings.extend(self.rules(&project, standing));
        Outcome {
            entry: entry.clone(),
            findings,
            files: project.files.clone(),
            all_files: project.all_files.iter().copied().collect(),
            incomplete,
            is_overlay: entry.files.len() > 1,
            is_default,
            failure: None,
        }
    }

    /// A file that git ignores cannot be in a checkout: that it is missing here is a warning.
    fn soften_missing(&self, project: &Project, findings: &mut [Finding]) {
        let mut ignored = Ignored::new(self.sources, &project.directory);
        for finding in findings.iter_mut().filter(|finding| finding.rule == "missing-env-file") {
            let Some(name) = &finding.evidence else { continue };
            let file = self.sources.file(finding.place.span.file);
            let path = normalize(&file.path.parent().unwrap_or(Path::new("/")).join(name));
            if ignored.is_ignored(&path) {
                finding.severity = finding.severity.min(Severity::Warning);
                finding.help =
                    Some("git ignores it, so it is missing in every fresh checkout: say how to make it".to_owned());
            }
        }
    }

    fn rules(&self, project: &Project, standing: Standing) -> Vec<Finding> {
        let texts = Texts::new(self.sources);
        let model = lower(project, &texts);
        let root = discover::repository(self.sources, &project.directory, &self.request.directory);
        let facts = Facts::new(&model, project, self.sources, root);
        let context = Context {
            model: &model,
            facts: &facts,
            project,
            settings: self.settings,
            fragment: standing == Standing::Fragment || project.cut_off,
        };
        let mut findings = Vec::new();
        for rule in rules::all().filter(|rule| self.request.selection.runs(rule, self.settings)) {
            if let Some(check) = rule.check {
                check(&context, &mut findings);
            }
        }
        findings
    }
}

fn chosen_project(request: &Request) -> ProjectSelection {
    ProjectSelection {
        files: request.files.clone(),
        env_files: request.env_files.clone(),
        profiles: request.profiles.clone(),
        directory: request.project_directory.clone().or_else(|| request.paths.first().cloned()),
        name: request.project_name.clone(),
    }
}

fn selection_of(project: &config::ProjectSetting, base: &Path) -> ProjectSelection {
    let absolute = |paths: &[PathBuf]| paths.iter().map(|path| base.join(path)).collect();
    ProjectSelection {
        files: absolute(&project.files),
        env_files: absolute(&project.env_files),
        profiles: project.profiles.clone(),
        directory: project.directory.as_ref().map(|directory| base.join(directory)),
        name: project.name.clone(),
    }
}

/// Files that another project includes, extends or lays over its base are judged there, not a second time alone.
fn without_parts_of_others(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut parts: HashSet<FileId> = HashSet::new();
    for outcome in &outcomes {
        parts.extend(outcome.all_files.iter().filter(|file| !outcome.files.contains(file)));
    }
    outcomes
        .into_iter()
        .filter(|outcome| {
            let is_part = outcome.files.iter().any(|file| parts.contains(file)) && outcome.entry.files.len() == 1;
            !is_part || outcome.is_default && !outcome.incomplete
        })
        .collect()
}

/// Applies the selection of rules and the configured severities.
fn settle(findings: Vec<Finding>, request: &Request, settings: &Config) -> Vec<Finding> {
    findings
        .into_iter()
        .filter(|finding| rules::find(finding.rule).is_none_or(|rule| request.selection.runs(rule, settings)))
        .map(|mut finding| {
            if let Some(severity) = severity_of(finding.rule, settings) {
                finding.severity = severity;
            }
            finding
        })
        .collect()
}

fn severity_of(rule: &str, settings: &Config) -> Option<Severity> {
    settings.rules.get(rule).and_then(|setting| setting.severity)
}
