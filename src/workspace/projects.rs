//! The projects that a request leads to, each loaded and judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::assumed::lower_confidence;
use super::invocations::{Asked, entry_of};
use super::manner::{Manner, manner_of, purpose_of};
use super::masking::{self, mask_findings};
use super::outside::supplemented;
use super::profiles::idle_profiles;
use super::stand_ins::stand_in;
use super::templated::drop_placeholders;
use super::{Memory, ProjectSnapshot, Request, chosen_project};
use crate::app_config::builds::read_builds;
use crate::app_config::servers::read_servers;
use crate::budget::Limit;
use crate::compose::load::decode;
use crate::compose::value::Value;
use crate::compose::value::provenance::Texts;
use crate::compose::{Outside, Project, ProjectEntry, load};
use crate::config::{Config, ProjectSetting};
use crate::discover::invocations::{Certainty, Invocation, Invocations, Reason};
use crate::discover::{self, ProjectSelection, RunSurroundings};
use crate::facts::Facts;
use crate::finding::{Finding, rule};
use crate::guard::{defect, guarded};
use crate::model::lower;
use crate::progress::Stage;
use crate::report::suppress::{CommentLanguage, JudgedProject, Suppressions};
use crate::rules::compose::problems::{self, ProblemView};
use crate::rules::{self, Context, Rule};
use crate::secrets::Masks;
use crate::source::{FileId, LoadedPaths, PathKind, SourceDb};
use crate::threads::side_by_side;
use crate::workspace::fragments::{
    Depth, EntryStatus, has_no_base, is_incompleteness, is_of_ignored_key, is_reported_where_it_may_be_missing,
    named_by_variable,
};
use crate::yaml::Trees;
use crate::yaml::edit::Files;

/// What is known of one project.
pub(super) struct ProjectOutcome {
    pub(super) entry: ProjectEntry,
    pub(super) findings: Vec<Finding>,
    pub(super) files: Vec<FileId>,
    pub(super) all_files: Vec<FileId>,
    /// Every file that was read for it.
    pub(super) read: LoadedPaths,
    pub(super) env_files: Vec<FileId>,
    /// Services lack an image, or names lead nowhere, as in a fragment of a project.
    pub(super) incomplete: bool,
    /// Patterns of the files that its files name with a variable.
    pub(super) names_by_variable: Vec<String>,
    /// The profiles that would enable what is not enabled.
    pub(super) idle_profiles: BTreeSet<String>,
    /// Whether the files are laid over a default project.
    is_overlay: bool,
    /// Whether Compose loads these files without being told to.
    pub(super) is_default: bool,
    pub(super) failure: Option<String>,
    pub(super) kept: Option<ProjectSnapshot>,
    /// What its suppressions can be compared with.
    pub(super) judged: JudgedProject,
    /// How it is started; `None` where only the command line says so, and for what is not judged.
    pub(super) invocation: Option<Arc<Invocation>>,
    /// Whether a project was loaded at all.
    pub(super) is_project: bool,
}

impl ProjectOutcome {
    /// A project of which nothing is known.
    fn unknown(entry: &ProjectEntry, is_default: bool) -> ProjectOutcome {
        ProjectOutcome {
            entry: entry.clone(),
            findings: Vec::new(),
            files: Vec::new(),
            all_files: Vec::new(),
            read: entry.files.iter().map(PathBuf::as_path).collect(),
            env_files: Vec::new(),
            incomplete: false,
            names_by_variable: Vec::new(),
            idle_profiles: BTreeSet::new(),
            is_overlay: false,
            is_default,
            failure: None,
            kept: None,
            judged: JudgedProject::default(),
            invocation: None,
            is_project: true,
        }
    }

    /// What is said about a file that is not judged.
    pub(super) fn not_judged(entry: &ProjectEntry, findings: Vec<Finding>, file: FileId) -> ProjectOutcome {
        ProjectOutcome {
            findings,
            files: vec![file],
            all_files: vec![file],
            judged: JudgedProject { files: vec![(file, CommentLanguage::Yaml)], ..JudgedProject::default() },
            is_project: false,
            ..ProjectOutcome::unknown(entry, true)
        }
    }
}

/// What is kept of a project when it has been judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeping {
    /// Its findings.
    Nothing,
    /// What it resolves to, too.
    Models,
    /// What it was loaded from, too.
    Entries,
}

/// A project that was loaded, before its rules run.
struct LoadedEntry {
    entry: ProjectEntry,
    /// Notes what is read for it.
    sources: SourceDb,
    project: Project,
    /// What is wrong with its files.
    findings: Vec<Finding>,
    incomplete: bool,
    /// Whether it lacks what only a base can have.
    has_no_base: bool,
}

/// The search for projects, and the judgement of each.
pub(super) struct WorkspaceRun<'a> {
    pub(super) sources: &'a SourceDb,
    pub(super) trees: &'a Trees,
    pub(super) masks: &'a Masks,
    pub(super) request: &'a Request,
    pub(super) settings: &'a Config,
    pub(super) keeping: Keeping,
    pub(super) suppressions: &'a Suppressions<'a>,
    pub(super) memory: &'a Memory,
}

impl WorkspaceRun<'_> {
    /// The project that the command line names.
    pub(super) fn chosen(&self, around: &RunSurroundings) -> Vec<ProjectOutcome> {
        self.selected(&[chosen_project(self.request)], around)
    }

    /// The projects that the configuration names and that have a file that is not there: docker compose says so.
    pub(super) fn unfound(&self, around: &RunSurroundings) -> Vec<ProjectOutcome> {
        let is_there = |file: &PathBuf| self.sources.kind(file) == PathKind::File;
        let projects = self.settings.projects.iter().filter(|project| !project.files.iter().all(is_there));
        let selections: Vec<ProjectSelection> = projects.map(selection_of).collect();
        self.selected(&selections, around)
    }

    /// The projects whose `.env` names a file that is not there.
    fn dangling(&self, all: &Invocations, paths: &[PathBuf], around: &RunSurroundings) -> Vec<ProjectOutcome> {
        let is_asked = |directory: &&PathBuf| {
            let dotenv = directory.join(".env");
            paths.iter().any(|path| directory.starts_with(path) || dotenv == *path)
        };
        let asked = all.dangling.iter().filter(is_asked);
        let outcomes = asked.flat_map(|directory| {
            let variables = discover::in_directory(around, directory);
            let around = RunSurroundings { directory: directory.clone(), variables };
            self.selected(&[ProjectSelection::default()], &around)
        });
        outcomes.collect()
    }

    fn selected(&self, selections: &[ProjectSelection], around: &RunSurroundings) -> Vec<ProjectOutcome> {
        let entries = selections.iter().filter_map(|one| discover::selected(self.sources, one, around));
        entries.map(|entry| self.judge(&supplemented(self.sources, entry), Manner::DEFAULT)).collect()
    }

    /// The invocations that paths are about, each judged, and files that are named and that no invocation loads.
    pub(super) fn search(
        &self,
        paths: &[PathBuf],
        all: &BTreeMap<PathBuf, Invocations>,
        around: &RunSurroundings,
    ) -> Vec<ProjectOutcome> {
        let watch = &self.request.watch;
        let asked: Vec<Asked<'_>> = all.values().flat_map(|all| self.asked(all, paths)).collect();
        let loose = loose_overlays(all);
        watch.announce(asked.len());
        let mut outcomes: Vec<ProjectOutcome> = match asked.as_slice() {
            // Threads cost more to start than one project takes.
            [only] => self.project(only, &loose, Depth::Whole, around),
            all => side_by_side(all, |asked| self.project(asked, &loose, Depth::Whole, around)),
        };
        add(&mut outcomes, all.values().flat_map(|all| self.dangling(all, paths, around)));
        let mut named = self.named_alone(paths, &outcomes);
        named.extend(self.unnameable(paths));
        let left_out = all.values().flat_map(|all| self.left_out(all, paths, &named));
        let alone = named.iter().filter_map(|file| {
            let alone = discover::alone(self.sources, file, around)?;
            let alone = self.with_options(supplemented(self.sources, alone));
            let base = discover::base_of(self.sources, file.parent()?);
            Some(self.guessed(&alone, base.filter(|base| base != file).as_deref(), Depth::Whole))
        });
        add(&mut outcomes, left_out.chain(alone));
        outcomes
    }

    /// Judges the invocations of a project that are asked for.
    pub(super) fn project(
        &self,
        asked: &Asked<'_>,
        loose: &BTreeSet<PathBuf>,
        depth: Depth,
        around: &RunSurroundings,
    ) -> Vec<ProjectOutcome> {
        let base = base_of(asked);
        let judged = asked.iter().map(|invocation| {
            let entry = self.with_options(entry_of(self.sources, invocation, around));
            let outcome = match invocation.certainty {
                Certainty::Guessed => self.guessed(&alone(&entry), base.as_deref(), depth),
                _ => self.judge(&entry, Manner { depth, ..manner_of(invocation) }),
            };
            ProjectOutcome { invocation: Some(Arc::clone(invocation)), ..outcome }
        });
        let mut outcomes: Vec<ProjectOutcome> = judged.collect();
        self.complete(&mut outcomes, loose, depth);
        outcomes.extend(self.with_profiles(&outcomes, depth));
        self.request.watch.finish_one();
        outcomes
    }

    /// A base that only its overlays make whole lacks nothing; `loose` are the directories with overlays that are not judged.
    fn complete(&self, outcomes: &mut [ProjectOutcome], loose: &BTreeSet<PathBuf>, depth: Depth) {
        let whole: Vec<Vec<PathBuf>> = outcomes
            .iter()
            .filter(|outcome| outcome.is_overlay && !outcome.incomplete)
            .map(|outcome| outcome.entry.files.clone())
            .collect();
        let is_part = |outcome: &ProjectOutcome| {
            let own = &outcome.entry.files;
            let is_completed = || whole.iter().any(|files| files.len() > own.len() && files.starts_with(own));
            outcome.incomplete && (is_completed() || is_plain(outcome) && loose.contains(&outcome.entry.directory))
        };
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_default && is_part(outcome)) {
            let invocation = outcome.invocation.take();
            let started = invocation.as_deref().map_or(Manner::DEFAULT, manner_of);
            let manner = Manner { depth, standing: EntryStatus::Fragment, ..started };
            *outcome = self.judge(&outcome.entry, manner);
            outcome.invocation = invocation;
        }
    }

    /// The options of the command line that go with any project.
    fn with_options(&self, mut entry: ProjectEntry) -> ProjectEntry {
        let request = self.request;
        if !request.profiles.is_empty() {
            entry.profiles = request.profiles.clone();
        }
        if !request.env_files.is_empty() {
            entry.outside = Outside::default();
            entry.env_files = vec![request.env_files.iter().map(|file| request.directory.join(file)).collect()];
        }
        entry
    }

    /// A file that nothing says how to start: a project of its own, an overlay of a base, or a fragment.
    fn guessed(&self, alone: &ProjectEntry, base: Option<&Path>, depth: Depth) -> ProjectOutcome {
        let manner = Manner { depth, is_default: false, ..Manner::DEFAULT };
        let judged = guarded(|| {
            let own = self.load(alone);
            if !own.incomplete {
                return self.judge_loaded(own, manner);
            }
            if let Some(base) = base {
                let files = [base.to_path_buf()].into_iter().chain(alone.files.iter().cloned()).collect();
                let over = self.load(&ProjectEntry { files, ..alone.clone() });
                // What is laid over the base by its name may still name what nobody defines.
                if !over.incomplete || own.has_no_base && !over.has_no_base {
                    return self.judge_loaded(over, manner);
                }
            }
            self.judge_loaded(own, Manner { standing: EntryStatus::Fragment, ..manner })
        });
        judged.unwrap_or_else(|| failed(alone, manner))
    }

    /// Judges what no invocation starts.
    pub(super) fn alone(&self, entry: &ProjectEntry) -> ProjectOutcome {
        self.judge(entry, Manner::DEFAULT)
    }

    pub(super) fn judge(&self, entry: &ProjectEntry, manner: Manner) -> ProjectOutcome {
        if self.request.watch.is_cancelled() {
            return ProjectOutcome::unknown(entry, manner.is_default);
        }
        guarded(|| self.judge_loaded(self.load(entry), manner)).unwrap_or_else(|| failed(entry, manner))
    }

    fn load(&self, entry: &ProjectEntry) -> LoadedEntry {
        let sources = self.sources.noting_in(&entry.directory);
        let (mut project, mut reported) = self.request.watch.time(Stage::Load, || load(&sources, self.trees, entry));
        stand_in(&mut project, &sources, &mut reported);
        let findings = problems::findings(&reported, &ProblemView::new(&project, self.sources, self.trees));
        LoadedEntry {
            entry: entry.clone(),
            incomplete: findings.iter().any(is_incompleteness),
            has_no_base: findings.iter().any(has_no_base),
            sources,
            project,
            findings,
        }
    }

    fn judge_loaded(&self, loaded: LoadedEntry, manner: Manner) -> ProjectOutcome {
        let LoadedEntry { entry, sources, project, mut findings, incomplete, .. } = loaded;
        let standing = manner.standing;
        self.request.watch.judge_one();
        let kept = (self.keeping == Keeping::Models).then(|| self.keep(&entry, &project, &findings));
        findings.extend(self.rules(&sources, &project, manner));
        problems::drop_torn(&mut findings, &sources);
        drop_placeholders(&mut findings, &entry.directory, self.sources);
        if manner.swarm {
            findings.retain(|finding| !is_of_ignored_key(finding));
        }
        debug_assert!(findings.iter().all(is_reported_where_it_may_be_missing), "`REPORTS_MISSING` lacks a rule");
        lower_confidence(&mut findings, &project, self.sources);
        let whole = standing == EntryStatus::Project && !incomplete;
        let judged = self.suppress(&project, &mut findings, whole);
        if standing == EntryStatus::Fragment {
            findings.retain(|finding| !is_incompleteness(finding));
        }
        mask_findings(&mut findings, &project, self.files());
        ProjectOutcome {
            findings,
            files: project.files.clone(),
            all_files: project.all_files.iter().copied().collect(),
            read: sources.into_loaded(),
            env_files: env_files(&project),
            incomplete,
            names_by_variable: self.named_by_variable(&project.all_files),
            idle_profiles: idle_profiles(&project),
            is_overlay: entry.files.len() > 1,
            is_default: manner.is_default,
            failure: None,
            kept,
            judged,
            invocation: None,
            is_project: true,
            entry,
        }
    }

    fn named_by_variable<'f>(&self, files: impl IntoIterator<Item = &'f FileId>) -> Vec<String> {
        files.into_iter().flat_map(|file| named_by_variable(*file, self.sources, self.trees)).collect()
    }

    fn files(&self) -> masking::MaskedFiles<'_> {
        masking::MaskedFiles { sources: self.sources, trees: self.trees, masks: self.masks }
    }

    fn keep(&self, entry: &ProjectEntry, project: &Project, findings: &[Finding]) -> ProjectSnapshot {
        let all: BTreeSet<FileId> = project.all_files.iter().copied().chain(env_files(project)).collect();
        let mut rejections = findings.to_vec();
        mask_findings(&mut rejections, project, self.files());
        ProjectSnapshot {
            files: entry.files.clone(),
            all_files: all.into_iter().map(|file| self.sources.path(file).to_path_buf()).collect(),
            model: decode::to_json(&project.root),
            rejections,
        }
    }

    /// Marks what is suppressed, before anything is dropped: what has kept a finding from counting is not unused.
    fn suppress(&self, project: &Project, findings: &mut [Finding], whole: bool) -> JudgedProject {
        let yaml = project.all_files.iter().map(|file| (*file, CommentLanguage::Yaml));
        let of_services = project.env_files.iter().filter_map(|file| file.file);
        let env = project.environment.files.iter().copied().chain(of_services).map(|file| (file, CommentLanguage::Env));
        let mut judged = JudgedProject { files: yaml.chain(env).collect(), whole, ..JudgedProject::default() };
        self.suppressions.mark(findings, &judged.files);
        self.suppressions.mark_configured(findings);
        if self.suppressions.are_none(&judged.files) {
            return judged;
        }
        judged.whole &= !findings.iter().any(|finding| finding.rule == rule::YAML_SYNTAX);
        let services = project.root.get("services").and_then(Value::map).into_iter().flatten();
        judged.disabled =
            services.map(|(name, _)| name.to_string()).filter(|name| !project.enabled.contains(name)).collect();
        let is_ignored = |file: &FileId| self.sources.is_ignored(&self.sources.path(*file), &project.directory);
        judged.reads_ignored =
            judged.files.iter().any(|(file, kind)| *kind == CommentLanguage::Env && is_ignored(file));
        judged
    }

    fn rules(&self, sources: &SourceDb, project: &Project, manner: Manner) -> Vec<Finding> {
        if project.is_cut_by_limit() || self.request.watch.is_cancelled() {
            return Vec::new();
        }
        let before = project.budget.reached().len();
        let texts = Texts::new(sources);
        let watch = &self.request.watch;
        let mut model = watch.time(Stage::Lower, || lower(project, &texts));
        let services = model.services.len() + model.disabled.len();
        if !project.budget.spend(Limit::Services, services, model.place) {
            return vec![problems::limit(model.place, Limit::Services)];
        }
        let root = discover::repository(sources, &project.directory, &self.request.directory);
        read_builds(&mut model, sources, &root);
        read_servers(&mut model, sources);
        let facts = Facts::new(&model, project, sources, self.trees, root)
            .started_for(manner.purpose.map(purpose_of))
            .deployed_to_swarm(manner.swarm);
        let context = Context {
            model: &model,
            facts: &facts,
            files: Files::new(sources, self.trees),
            project,
            settings: self.settings,
            fragment: manner.standing == EntryStatus::Fragment || project.cut_off || project.lacks_include,
        };
        let mut findings = Vec::new();
        let start = Instant::now();
        let runs = |rule: &&Rule| manner.depth.runs(rule) && self.request.selection.runs(rule.id, self.settings);
        for rule in rules::all().filter(runs) {
            if let Some(check) = rule.check {
                check(&context, &mut findings);
            }
        }
        let reached = project.budget.reached();
        findings.extend(reached.iter().skip(before).map(|(limit, at)| problems::limit(*at, *limit)));
        watch.add(Stage::Facts, facts.spent());
        watch.add(Stage::Rules, start.elapsed().saturating_sub(facts.spent()));
        findings
    }
}

/// Adds a few outcomes to many, which would take twice the memory in a list that grows as usual.
pub(super) fn add(outcomes: &mut Vec<ProjectOutcome>, more: impl IntoIterator<Item = ProjectOutcome>) {
    let more: Vec<ProjectOutcome> = more.into_iter().collect();
    if outcomes.is_empty() {
        *outcomes = more;
        return;
    }
    outcomes.reserve_exact(more.len());
    outcomes.extend(more);
}

/// What is left of a project whose analysis has failed.
fn failed(entry: &ProjectEntry, manner: Manner) -> ProjectOutcome {
    let file = entry.files.first().map_or_else(String::new, |file| file.display().to_string());
    let failure = Some(format!("{file}: {}", defect("analyzing this project")));
    ProjectOutcome { failure, ..ProjectOutcome::unknown(entry, manner.is_default) }
}

/// The directories with overlays that no command uses.
pub(super) fn loose_overlays(all: &BTreeMap<PathBuf, Invocations>) -> BTreeSet<PathBuf> {
    let left = all.values().flat_map(|all| &all.not_judged).filter(|left| left.reason == Reason::OverlayNotUsed);
    left.filter_map(|left| left.file.parent().map(Path::to_path_buf)).collect()
}

/// Whether nothing says how a project is started but the names of its files.
fn is_plain(outcome: &ProjectOutcome) -> bool {
    outcome.invocation.as_ref().is_some_and(|invocation| invocation.certainty == Certainty::Default)
}

/// The entry of a guess without the base that its overlay may belong to.
fn alone(entry: &ProjectEntry) -> ProjectEntry {
    ProjectEntry { files: entry.files.last().cloned().into_iter().collect(), ..entry.clone() }
}

/// The base that an overlay of a project may belong to.
fn base_of(invocations: &[&Arc<Invocation>]) -> Option<PathBuf> {
    let certain = invocations.iter().find(|one| one.certainty > Certainty::Guessed);
    let guessed = || invocations.iter().find(|one| one.files.len() > 1);
    certain.or_else(guessed).and_then(|one| one.files.first()).cloned()
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
