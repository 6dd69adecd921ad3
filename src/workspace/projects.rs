//! The projects that a request leads to, each loaded and judged.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use super::{Kept, Request, chosen_project};
use crate::app_config::builds::read_builds;
use crate::collections::HashSet;
use crate::compose::load::decode;
use crate::compose::value::Value;
use crate::compose::value::provenance::Texts;
use crate::compose::{Entry, Project, load};
use crate::config::{Config, ProjectSetting};
use crate::discover::{self, Group, ProjectSelection, Surroundings};
use crate::facts::Facts;
use crate::facts::repository::nearby;
use crate::finding::{Finding, Lacking};
use crate::model::lower;
use crate::progress::Stage;
use crate::report::suppress::{Judged, Kind, Suppressions};
use crate::rules::compose::problems::{self, View};
use crate::rules::{self, Context, Rule};
use crate::source::{FileId, SourceDb};
use crate::workspace::fragments::{
    Depth, NamedByVariable, Standing, is_incompleteness, is_reported_where_it_may_be_missing,
};
use crate::yaml::Trees;
use crate::yaml::edit::Files;

/// The keys at the top of a Compose file.
pub(super) const COMPOSE_KEYS: [&str; 8] =
    ["services", "include", "networks", "volumes", "configs", "secrets", "models", "version"];

/// What is known of one project.
pub(super) struct Outcome {
    pub(super) entry: Entry,
    pub(super) findings: Vec<Finding>,
    pub(super) files: Vec<FileId>,
    pub(super) all_files: Vec<FileId>,
    /// Every file that was read for it.
    pub(super) read: BTreeSet<PathBuf>,
    pub(super) env_files: Vec<FileId>,
    /// Services lack an image, or names lead nowhere, as in a fragment of a project.
    incomplete: bool,
    /// Whether the files are laid over a default project.
    is_overlay: bool,
    /// Whether Compose loads these files without being told to.
    is_default: bool,
    pub(super) failure: Option<String>,
    pub(super) kept: Option<Kept>,
    /// What its suppressions can be held against.
    pub(super) judged: Judged,
}

/// What is kept of a project when it has been judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeping {
    /// Its findings.
    Nothing,
    /// What it resolves to, too.
    Models,
}

/// The search for projects, and the judgement of each.
pub(super) struct Run<'a> {
    pub(super) sources: &'a SourceDb,
    pub(super) trees: &'a Trees,
    pub(super) request: &'a Request,
    pub(super) settings: &'a Config,
    pub(super) keeping: Keeping,
    pub(super) suppressions: &'a Suppressions<'a>,
}

impl Run<'_> {
    /// The projects that the command line or the configuration names.
    pub(super) fn chosen(&self, around: &Surroundings) -> Vec<Outcome> {
        let selections: Vec<ProjectSelection> = if self.request.files.is_empty() {
            self.settings.projects.iter().map(selection_of).collect()
        } else {
            vec![chosen_project(self.request)]
        };
        let entries = selections.iter().filter_map(|one| discover::selected(self.sources, one, around));
        entries.map(|entry| self.judge(&entry, Depth::Whole, Standing::Project, true)).collect()
    }

    /// The projects below directories, and those that may use files.
    pub(super) fn search(&self, paths: &[PathBuf], around: &Surroundings) -> Vec<Outcome> {
        let excluded = discover::Exclusion::new(&self.settings.exclude);
        let watch = &self.request.watch;
        let files = paths.iter().flat_map(|path| self.compose_files(path)).filter(|file| !excluded.matches(file));
        let groups = watch.time(Stage::Discover, || discover::groups(self.sources, files, around));
        watch.announce(groups.len());
        match groups.as_slice() {
            // Threads cost more to start than one directory takes.
            [only] => self.group(only, Depth::Whole, around),
            all => all.par_iter().flat_map_iter(|group| self.group(group, Depth::Whole, around)).collect(),
        }
    }

    pub(super) fn group(&self, group: &Group, depth: Depth, around: &Surroundings) -> Vec<Outcome> {
        let outcomes = self.projects_of(group, depth, around);
        self.request.watch.finish_one();
        outcomes
    }

    fn projects_of(&self, group: &Group, depth: Depth, around: &Surroundings) -> Vec<Outcome> {
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
            default.iter().map(|entry| self.judge(entry, depth, Standing::Project, true)).collect();
        let wanted = group.others.iter().filter(|file| self.is_wanted(file, group.default.as_ref()));
        for file in wanted.filter(|file| self.is_compose_file(file) || self.is_meant(file)) {
            let Some(alone) = discover::alone(self.sources, file, around).map(with_options) else { continue };
            outcomes.push(self.other(alone, file, default.as_ref(), depth, around));
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
            *first = self.judge(entry, depth, Standing::Fragment, true);
        }
        outcomes
    }

    /// Whether a file is a Compose file by what it holds, not only by its name. A template of one that is no YAML yet
    /// (`{{ name }}`, `{% if %}`) is none.
    fn is_compose_file(&self, file: &Path) -> bool {
        let Ok(id) = self.sources.load(file) else { return true };
        let parsed = self.trees.get(self.sources, id);
        let tree = &parsed.0;
        let text = &self.sources.file(id).text;
        if tree.broken && (text.contains("{{") || text.contains("{%")) {
            return false;
        }
        tree.broken || tree.documents.iter().any(|root| COMPOSE_KEYS.iter().any(|key| tree.get(*root, key).is_some()))
    }

    /// A file beside the default project: a project of its own, an overlay, or a fragment.
    fn other(
        &self,
        alone: Entry,
        file: &Path,
        default: Option<&Entry>,
        depth: Depth,
        around: &Surroundings,
    ) -> Outcome {
        let own = self.judge(&alone, depth, Standing::Project, false);
        if !own.incomplete {
            return own;
        }
        let base = default.and_then(|entry| entry.files.first()).cloned();
        let over = base.and_then(|base| discover::over(self.sources, &[base], file, around));
        if let Some(over) = over {
            let outcome = self.judge(&over, depth, Standing::Project, false);
            if !outcome.incomplete {
                return outcome;
            }
        }
        self.judge(&alone, depth, Standing::Fragment, false)
    }

    /// What a file lacks is no finding where another file names it by a variable, or has the service that it lacks: the
    /// project that loads both may have it.
    pub(super) fn spare_possible_parts(&self, outcomes: &mut [Outcome]) {
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
            let nearby = LazyCell::new(|| nearby::services(directory, &root, false, self.sources, self.trees));
            let own_trees: Vec<_> = outcome.all_files.iter().map(|file| self.trees.get(self.sources, *file)).collect();
            let own: Vec<&str> = own_trees.iter().flat_map(|parsed| nearby::services_of(&parsed.0)).collect();
            let lies_over = |finding: &Finding| {
                let Some(Lacking::Name { kind: "service", name }) = finding.lacks.as_ref().map(|lack| &lack.what)
                else {
                    return false;
                };
                let is_near = nearby.iter().any(|(_, names)| names.contains(name));
                is_near && !own.contains(&name.as_str())
            };
            let is_part = outcome.entry.files.iter().any(|file| named.may_be(file));
            if is_part || outcome.findings.iter().any(lies_over) {
                outcome.findings.retain(|finding| !is_incompleteness(finding));
            }
        }
    }

    fn judge(&self, entry: &Entry, depth: Depth, standing: Standing, is_default: bool) -> Outcome {
        let judged = catch_unwind(AssertUnwindSafe(|| self.judge_unguarded(entry, depth, standing, is_default)));
        judged.unwrap_or_else(|_| {
            let file = entry.files.first().map_or_else(String::new, |file| file.display().to_string());
            Outcome {
                entry: entry.clone(),
                findings: Vec::new(),
                files: Vec::new(),
                all_files: Vec::new(),
                read: entry.files.iter().cloned().collect(),
                env_files: Vec::new(),
                incomplete: false,
                is_overlay: false,
                is_default,
                failure: Some(format!("{file}: internal error while analyzing this project; please report it")),
                kept: None,
                judged: Judged::default(),
            }
        })
    }

    fn judge_unguarded(&self, entry: &Entry, depth: Depth, standing: Standing, is_default: bool) -> Outcome {
        let sources = self.sources.noting();
        let watch = &self.request.watch;
        watch.judge_one();
        let (project, reported) = watch.time(Stage::Load, || load(&sources, self.trees, entry));
        let mut findings = problems::findings(&reported, &View::new(&project, self.sources, self.trees));
        let incomplete = findings.iter().any(is_incompleteness);
        let kept = (self.keeping == Keeping::Models).then(|| self.keep(entry, &project, &findings));
        findings.extend(self.rules(&sources, &project, depth, standing));
        debug_assert!(findings.iter().all(is_reported_where_it_may_be_missing), "`REPORTS_MISSING` lacks a rule");
        let whole = standing == Standing::Project && !incomplete;
        let judged = self.suppress(&project, &mut findings, whole);
        if standing == Standing::Fragment {
            findings.retain(|finding| !is_incompleteness(finding));
        }
        Outcome {
            entry: entry.clone(),
            findings,
            files: project.files.clone(),
            all_files: project.all_files.iter().copied().collect(),
            read: sources.into_loaded(),
            env_files: env_files(&project),
            incomplete,
            is_overlay: entry.files.len() > 1,
            is_default,
            failure: None,
            kept,
            judged,
        }
    }

    fn keep(&self, entry: &Entry, project: &Project, findings: &[Finding]) -> Kept {
        let all: BTreeSet<FileId> = project.all_files.iter().copied().chain(env_files(project)).collect();
        Kept {
            files: entry.files.clone(),
            all_files: all.into_iter().map(|file| self.sources.file(file).path.clone()).collect(),
            model: decode::to_json(&project.root),
            rejections: findings.to_vec(),
        }
    }

    /// Marks what is suppressed, before anything is dropped: what has kept a finding from counting is not unused.
    fn suppress(&self, project: &Project, findings: &mut [Finding], whole: bool) -> Judged {
        let yaml = project.all_files.iter().map(|file| (*file, Kind::Yaml));
        let of_services = project.env_files.iter().filter_map(|file| file.file);
        let env = project.environment.files.iter().copied().chain(of_services).map(|file| (file, Kind::Env));
        let mut judged = Judged { files: yaml.chain(env).collect(), whole, ..Judged::default() };
        self.suppressions.mark(findings, &judged.files);
        self.suppressions.mark_configured(findings);
        if self.suppressions.are_none(&judged.files) {
            return judged;
        }
        judged.whole &= !findings.iter().any(|finding| finding.rule == "yaml-syntax");
        let services = project.root.get("services").and_then(Value::map).into_iter().flatten();
        judged.disabled =
            services.map(|(name, _)| name.to_string()).filter(|name| !project.enabled.contains(name)).collect();
        let is_ignored = |file: &FileId| self.sources.is_ignored(&self.sources.file(*file).path, &project.directory);
        judged.reads_ignored = judged.files.iter().any(|(file, kind)| *kind == Kind::Env && is_ignored(file));
        judged
    }

    fn rules(&self, sources: &SourceDb, project: &Project, depth: Depth, standing: Standing) -> Vec<Finding> {
        let texts = Texts::new(sources);
        let watch = &self.request.watch;
        let mut model = watch.time(Stage::Lower, || lower(project, &texts));
        let root = discover::repository(sources, &project.directory, &self.request.directory);
        read_builds(&mut model, sources, &root);
        let facts = Facts::new(&model, project, sources, self.trees, root);
        let context = Context {
            model: &model,
            facts: &facts,
            files: Files::new(sources, self.trees),
            project,
            settings: self.settings,
            fragment: standing == Standing::Fragment || project.cut_off,
        };
        let mut findings = Vec::new();
        let start = Instant::now();
        let runs = |rule: &&Rule| depth.runs(rule) && self.request.selection.runs(rule, self.settings);
        for rule in rules::all().filter(runs) {
            if let Some(check) = rule.check {
                check(&context, &mut findings);
            }
        }
        watch.add(Stage::Facts, facts.spent());
        watch.add(Stage::Rules, start.elapsed().saturating_sub(facts.spent()));
        findings
    }
}

/// The env files of a project and of its services that are there.
fn env_files(project: &Project) -> Vec<FileId> {
    let of_services = project.env_files.iter().filter_map(|one| one.file);
    project.environment.files.iter().copied().chain(of_services).collect()
}

fn selection_of(project: &ProjectSetting) -> ProjectSelection {
    ProjectSelection {
        files: project.files.clone(),
        env_files: project.env_files.clone(),
        profiles: project.profiles.clone(),
        directory: project.directory.clone(),
        name: project.name.clone(),
    }
}

/// Files that another project includes, extends or lays over its base are judged there, not a second time alone.
pub(super) fn without_parts_of_others(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut parts: HashSet<FileId> = HashSet::default();
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
