//! The whole program on one screen: discover, load, lower, judge, settle.

mod as_written;
mod assembled;
mod assumed;
mod causes;
mod coverage;
mod env_files;
mod extended;
pub(crate) mod fragments;
mod given;
mod invocations;
mod local;
mod manner;
mod masking;
mod memory;
mod merge;
mod named;
mod outside;
mod profiles;
mod projects;
mod reviewed;
mod selection;
mod spared;
mod templated;
mod stand_ins;
mod surroundings;
mod unjudged;
mod variables;
mod view;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use invocations::invocations_in;
pub(crate) use local::mark as mark_local;
pub(crate) use memory::{LoadedProject, Memory, OpenedProject};
pub(crate) use merge::held_in;
pub use selection::Selection;
pub(crate) use selection::{DecidedBy, RuleDecision};
pub(crate) use variables::{ListedVariable, Variables, variables};

use crate::app_config::builds::read_builds;
use crate::app_config::servers::read_servers;
use crate::collections::HashSet;
use crate::compose::load::{decode, output};
use crate::compose::value::origins;
use crate::compose::value::provenance::Texts;
use crate::compose::{ProjectEntry, load};
use crate::config::{Config, Date, Pattern};
use crate::discover::invocations::Certainty;
use crate::discover::{self, ProjectSelection, RunSurroundings};
use crate::facts::Facts;
use crate::finding::{Finding, RuleId};
use crate::graph::{self, Graph};
use crate::model::lower;
use crate::progress::Watch;
use crate::report::Report;
use crate::report::baseline::{Baseline, Earlier};
use crate::report::suppress::{Honoured, RunContext, Suppressions, settle};
use crate::rules::compose::problems;
use crate::secrets::Masks;
use crate::source::{FileId, PathKind, SourceDb, normalize};
use crate::workspace::fragments::without_supplied;
use crate::yaml::Trees;
use crate::yaml::edit::Files;
use assembled::without_assembled;
use coverage::without_parts_of_others;
use masking::{MaskedFiles, mask_findings, mask_graph, mask_shapes};
use projects::{Keeping, WorkspaceRun};
use selection::select;
use surroundings::{surroundings, surroundings_of_process};
use unjudged::unjudged;
use view::RunView;

/// What a run is asked to do. Paths may be relative to `directory`.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The working directory, absolute.
    pub directory: PathBuf,
    /// Files and directories to search for projects; empty for the working directory.
    pub paths: Vec<PathBuf>,
    /// A file whose unsaved text an editor gave; `paths` names it and nothing else then.
    pub buffer: Option<PathBuf>,
    /// `-f`: the Compose files of one project, in the order of merging; empty to search.
    pub files: Vec<PathBuf>,
    /// `--env-file`, in the order of reading; empty for `.env`.
    pub env_files: Vec<PathBuf>,
    /// Other files that the command line names and that may be read: a configuration, a baseline.
    pub named: Vec<PathBuf>,
    /// `--profile`: active profiles.
    pub profiles: Vec<String>,
    /// `--project-directory`.
    pub project_directory: Option<PathBuf>,
    /// `--project-name`.
    pub project_name: Option<String>,
    /// Where the invocation is written that is meant: `Makefile` or `Makefile:12`; for what is about one project.
    pub invocation: Option<String>,
    /// Whether files that git ignores are left out, except those that are named.
    pub is_committed: bool,
    /// Whether variables of the process's environment count.
    pub use_environment: bool,
    /// What `plimsoll.yaml` says, where there is one.
    pub config: Option<Config>,
    /// Whether that is the configuration of earlier revisions, too: it was not searched for.
    pub is_config_fixed: bool,
    /// `--exclude`: what is left out besides, whichever configuration holds.
    pub exclude: Vec<Pattern>,
    /// Which suppressions hold.
    pub suppressions: Honoured,
    /// Which rules run.
    pub selection: Selection,
    /// What is known already.
    pub baseline: Option<Baseline>,
    /// What an earlier revision had already.
    pub earlier: Option<Earlier>,
    /// The day of the run; without it no suppression has expired.
    pub today: Option<Date>,
    /// Sees how far the run is.
    pub watch: Arc<Watch>,
}

/// A resolved project.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResolvedProject {
    /// What `docker compose config --format json` would print; `None` where Compose would reject the project.
    pub(crate) json: Option<String>,
    /// What is wrong with the files.
    pub(crate) findings: Vec<Finding>,
}

/// What is kept of a project to see what a change does to it.
#[derive(Clone, Debug)]
pub(crate) struct ProjectSnapshot {
    /// The files of its entry.
    pub(crate) files: Vec<PathBuf>,
    /// Those, what they include and extend, and the env files.
    pub(crate) all_files: Vec<PathBuf>,
    /// All of it, resolved.
    pub(crate) model: serde_json::Value,
    /// What the loader found, whatever rules run, and also what a fragment may lack: a fix must not make it one.
    pub(crate) rejections: Vec<Finding>,
}

/// Judges every project that a request leads to.
pub fn check(sources: &SourceDb, request: &Request) -> Report {
    let mut report = judge(sources, request, Keeping::Nothing, &Memory::default()).report;
    local::mark(&mut report, sources, request);
    report
}

/// The same for what an editor shows, with what earlier runs left in a memory, and the projects that were judged. What is
/// local is not marked.
pub(crate) fn check_again(sources: &SourceDb, request: &Request, memory: &Memory) -> (Report, Vec<OpenedProject>) {
    let judgement = judge(sources, request, Keeping::Entries, memory);
    (judgement.report, judgement.opened)
}

/// Judges every project that a request leads to, and keeps what they resolve to. What is local is not marked.
pub(crate) fn check_and_keep(sources: &SourceDb, request: &Request) -> (Report, Vec<ProjectSnapshot>) {
    let judgement = judge(sources, request, Keeping::Models, &Memory::default());
    (judgement.report, judgement.kept)
}

/// The directories of the projects that a request leads to, where it has options that are meant for one project.
pub(crate) fn projects_for_options(sources: &SourceDb, request: &Request) -> Vec<PathBuf> {
    let is_for_one = !request.env_files.is_empty() || !request.profiles.is_empty();
    if !is_for_one || !request.files.is_empty() || request.project_directory.is_some() {
        return Vec::new();
    }
    enclose(sources, request);
    let memory = Memory::default();
    let state = RunState::new(request, &memory);
    let suppressions = state.suppressions(sources, request);
    let run = state.run(sources, request, &suppressions, Keeping::Nothing);
    let paths = run.paths();
    let all = run.repositories(&paths);
    let asked = all.values().flat_map(|all| run.asked(all, &paths));
    asked.filter_map(|asked| Some(asked.first()?.directory.clone())).collect()
}

/// The directories in which a request may change files: the repositories that it is about, or else what it names.
pub(crate) fn writable(sources: &SourceDb, request: &Request) -> Vec<PathBuf> {
    let repositories = repositories(sources, request);
    if !repositories.is_empty() {
        return repositories;
    }
    let given = request.paths.iter().chain(&request.files).chain(&request.env_files).chain(&request.project_directory);
    let parents = given.map(|path| normalize(&request.directory.join(path))).map(|path| match sources.kind(&path) {
        PathKind::Directory => path,
        _ => path.parent().map(Path::to_path_buf).unwrap_or(path),
    });
    parents.chain([normalize(&request.directory)]).collect()
}

/// What a run holds on to while it judges projects.
struct RunState<'m> {
    settings: Config,
    memory: &'m Memory,
}

impl<'m> RunState<'m> {
    fn new(request: &Request, memory: &'m Memory) -> RunState<'m> {
        RunState { settings: request.config.clone().unwrap_or_default(), memory }
    }

    fn suppressions<'a>(&'a self, sources: &'a SourceDb, request: &'a Request) -> Suppressions<'a> {
        Suppressions::new(sources, &self.memory.trees, &self.settings, (request.today, &request.suppressions))
    }

    fn run<'a>(
        &'a self,
        sources: &'a SourceDb,
        request: &'a Request,
        suppressions: &'a Suppressions<'a>,
        keeping: Keeping,
    ) -> WorkspaceRun<'a> {
        let RunState { settings, memory } = self;
        let (trees, masks) = (&*memory.trees, &*memory.masks);
        WorkspaceRun { sources, trees, masks, request, settings, suppressions, keeping, memory }
    }
}

/// What comes of a run.
struct Judgement {
    report: Report,
    kept: Vec<ProjectSnapshot>,
    opened: Vec<OpenedProject>,
}

/// The files that commands start, by what is written.
fn files_of_written(outcomes: &[projects::ProjectOutcome]) -> HashSet<FileId> {
    let is_written = |outcome: &&projects::ProjectOutcome| {
        let certainty = outcome.invocation.as_ref().map(|invocation| invocation.certainty);
        matches!(certainty, None | Some(Certainty::Written | Certainty::Configured)) && outcome.is_project
    };
    outcomes.iter().filter(is_written).flat_map(|outcome| &outcome.files).copied().collect()
}

fn judge(sources: &SourceDb, request: &Request, keeping: Keeping, memory: &Memory) -> Judgement {
    enclose(sources, request);
    let state = RunState::new(request, memory);
    let settings = &state.settings;
    let suppressions = state.suppressions(sources, request);
    let run = state.run(sources, request, &suppressions, keeping);
    let around = surroundings(request);
    let mut outcomes = if request.files.is_empty() { run.unfound(&around) } else { run.chosen(&around) };
    let paths = if request.files.is_empty() { run.paths() } else { run.unused(&outcomes) };
    let mut all = run.repositories(&paths);
    let mut notes = reviewed::add_lost(&mut all, sources, request, settings);
    projects::add(&mut outcomes, run.search(&paths, &all, &around));
    let alone = run.env_files_alone(&paths, &outcomes);
    projects::add(&mut outcomes, alone);
    let mut outcomes = without_parts_of_others(outcomes);
    let unextended = run.unextended(&paths, &all, &outcomes, &around);
    projects::add(&mut outcomes, unextended);
    run.spare_possible_parts(&mut outcomes);
    run.keep_asked(&mut outcomes);
    let unused = run.unused(&outcomes);
    let nearby = run.missing_nearby(&outcomes, &all, &around);
    let (loaded, left): (Vec<&projects::ProjectOutcome>, Vec<_>) =
        outcomes.iter().partition(|outcome| outcome.is_project);
    let (started, not_judged) = (loaded.len(), left.len());
    let projects = loaded.iter().map(|outcome| &outcome.entry.directory).collect::<BTreeSet<_>>().len();
    let mut files: HashSet<FileId> =
        outcomes.iter().flat_map(|outcome| outcome.all_files.iter().chain(&outcome.env_files)).copied().collect();
    let reads_ignored = local::reads_ignored(&outcomes, sources);
    let invocations = merge::JudgedInvocations::number(&mut outcomes, sources, &request.directory);
    let mut failures: Vec<String> = outcomes.iter().filter_map(|outcome| outcome.failure.clone()).collect();
    let unread = unjudged(sources, request, settings, &outcomes);
    failures.extend(unread.failures);
    notes.extend(unread.notes);
    let written = files_of_written(&outcomes);
    let kept = outcomes.iter_mut().filter_map(|outcome| outcome.kept.take()).collect();
    let opened = outcomes.iter().filter(|_| keeping == Keeping::Entries);
    let opened = opened.filter_map(|outcome| OpenedProject::of(outcome, &run)).collect();
    let (judged, findings): (Vec<_>, Vec<_>) =
        outcomes.into_iter().map(|outcome| (outcome.judged, outcome.findings)).unzip();
    let view = RunView { sources, request, settings, judged: &judged };
    let findings = without_supplied(findings.into_iter().flatten().collect(), &nearby, sources);
    let mut findings = without_assembled(findings, &written, sources, &memory.trees);
    let mut reports = suppressions.reports(&view.extent(&|rule| view.runs(rule)));
    reports.iter_mut().for_each(mask_shapes);
    findings.extend(reports);
    let findings = invocations.merge(select(findings, &request.selection, settings), sources);
    let mut findings = causes::one_each(findings, sources, &memory.trees);
    invocations.fix_overlays(&mut findings, Files::new(sources, &memory.trees), sources);
    // Also what is next to a project, where it is worth a word: the configuration of a proxy.
    files.extend(findings.iter().map(|finding| finding.place.span.file));
    let could_find = |rule: RuleId, path: &Path| view.could_find(rule, path);
    let seen = RunContext { projects, files: files.len(), failures, could_find: &could_find };
    let report = settle(findings, seen, sources, (request.baseline.as_ref(), request.earlier.as_ref()));
    let invocations = invocations.named(&report.findings);
    notes.extend(suppressions.notes(&request.directory));
    let (trees, masks) = (Arc::clone(&memory.trees), Arc::clone(&memory.masks));
    let report = Report { unused, notes, invocations, started, not_judged, reads_ignored, trees, masks, ..report };
    Judgement { report, kept, opened }
}

/// Whether a path is said to be in one of the repositories that a request is about, so that a change of them may have
/// brought it.
pub(crate) fn is_inside(sources: &SourceDb, request: &Request, path: &Path) -> bool {
    let path = normalize(&request.directory.join(path));
    let here = sources.repository(&request.directory);
    repositories(sources, request).iter().chain(&here).any(|root| path.starts_with(root))
}

/// Lets nothing be read that a request has no business with.
pub(crate) fn enclose(sources: &SourceDb, request: &Request) {
    let absolute = |path: &PathBuf| normalize(&request.directory.join(path));
    let places: Vec<PathBuf> =
        request.paths.iter().chain(&request.files).chain(&request.project_directory).map(absolute).collect();
    let files: Vec<PathBuf> = request.env_files.iter().chain(&request.named).map(absolute).collect();
    sources.enclose(&request.directory, &places, &files);
    if request.is_committed {
        let named: Vec<PathBuf> = request.paths.iter().chain(&request.files).map(absolute).chain(files).collect();
        // Whoever names the directory that holds everything does not mean what is ignored in it.
        let named: Vec<PathBuf> = named.into_iter().filter(|path| sources.is_local(path)).collect();
        sources.leave_out_ignored(&named);
    }
}

/// The repositories that a request is about.
fn repositories(sources: &SourceDb, request: &Request) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let given: Vec<&PathBuf> = request.paths.iter().chain(&request.files).chain(&request.env_files).collect();
    let paths = if given.is_empty() { here.iter().collect() } else { given };
    paths.into_iter().filter_map(|path| sources.repository(&normalize(&request.directory.join(path)))).collect()
}

/// Loads the one project that a request selects.
///
/// # Errors
/// No invocation is written where the request says, or several are.
pub(crate) fn resolve(sources: &SourceDb, request: &Request, with_origins: bool) -> Result<ResolvedProject, String> {
    enclose(sources, request);
    let Some(entry) = one_entry(sources, request, &surroundings_of_process(request))? else {
        return Ok(ResolvedProject { json: None, findings: Vec::new() });
    };
    let trees = Trees::default();
    let (project, reported) = load(sources, &trees, &entry);
    let words = problems::ProblemView::new(&project, sources, &trees).for_compose();
    let mut findings = problems::findings(&reported, &words);
    findings.extend(problems::newer(&reported, &words));
    mask_findings(&mut findings, &project, MaskedFiles { sources, trees: &trees, masks: &Masks::default() });
    let json = (!project.rejected).then(|| {
        let active = output::active(&project);
        let value = if with_origins {
            origins::annotate(&active, sources, &request.directory)
        } else {
            decode::to_json(&active)
        };
        format!("{value:#}")
    });
    Ok(ResolvedProject { json, findings })
}

/// Draws up the one project that a request selects, and says what is wrong with its files; `None` where no Compose file is
/// found.
///
/// # Errors
/// As [`resolve`].
pub(crate) fn graph(sources: &SourceDb, request: &Request) -> Result<Option<(Graph, Vec<Finding>)>, String> {
    let draw = |facts: &Facts<'_>, files: MaskedFiles<'_>| {
        let mut graph = graph::graph(facts);
        mask_graph(&mut graph, facts.project, files);
        graph
    };
    act_on(sources, request, draw)
}

/// Hands over the facts of the one project that a request selects, and what is wrong with its files.
#[cfg(feature = "testing")]
pub(crate) fn with_facts<T>(
    sources: &SourceDb,
    request: &Request,
    act: impl FnOnce(&Facts<'_>) -> T,
) -> Option<(T, Vec<Finding>)> {
    act_on(sources, request, |facts, _| act(facts)).ok().flatten()
}

fn act_on<T>(
    sources: &SourceDb,
    request: &Request,
    act: impl FnOnce(&Facts<'_>, MaskedFiles<'_>) -> T,
) -> Result<Option<(T, Vec<Finding>)>, String> {
    enclose(sources, request);
    let Some(entry) = one_entry(sources, request, &surroundings(request))? else { return Ok(None) };
    let trees = Trees::default();
    let (project, reported) = load(sources, &trees, &entry);
    let masks = Masks::default();
    let files = MaskedFiles { sources, trees: &trees, masks: &masks };
    let mut findings =
        problems::findings(&reported, &problems::ProblemView::new(&project, sources, &trees).for_compose());
    mask_findings(&mut findings, &project, files);
    let mut model = lower(&project, &Texts::new(sources));
    let root = discover::repository(sources, &project.directory, &request.directory);
    read_builds(&mut model, sources, &root);
    read_servers(&mut model, sources);
    Ok(Some((act(&Facts::new(&model, &project, sources, &trees, root), files), findings)))
}

/// What docker compose loads for the one project that a request is about; `None` where no Compose file is found.
fn one_entry(sources: &SourceDb, request: &Request, around: &RunSurroundings) -> Result<Option<ProjectEntry>, String> {
    match &request.invocation {
        Some(place) => named::entry(sources, request, place, around).map(Some),
        None => Ok(discover::selected(sources, &chosen_project(request), around)),
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
