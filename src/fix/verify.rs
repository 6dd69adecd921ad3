//! Compares a project before and after a fix: a fix may not introduce a problem.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::plan::{FindingIdentity, PlannedFix, identity, texts};
use crate::collections::{HashMap, HashSet};
use crate::config::{self, Config};
use crate::finding::{Safety, Severity, Subject, Wording, rule};
use crate::report::Report;
use crate::rules::{self, is_of_loader};
use crate::source::{FileId, NodeId, SourceDb, Span};
use crate::workspace;
use crate::workspace::{ProjectSnapshot, Request};
use crate::yaml::{Pair, Tree, parse};

/// Files, and what a run says of them.
pub(super) struct FixState {
    pub(super) sources: SourceDb,
    pub(super) report: Report,
    /// What the projects resolve to.
    pub(super) kept: Vec<ProjectSnapshot>,
    /// What `plimsoll.yaml` says.
    config: Option<Config>,
    /// The configuration that fixes have made unusable.
    unusable: Option<PathBuf>,
}

impl FixState {
    /// Looks at files.
    pub(super) fn analyze(sources: SourceDb, request: &Request) -> FixState {
        let (report, kept) = workspace::check_and_keep(&sources, request);
        FixState { sources, report, kept, config: request.config.clone(), unusable: None }
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &Path) -> Option<String> {
        self.sources.load(path).ok().map(|file| self.sources.file(file).text.clone())
    }

    /// Looks at the files as fixes make them.
    pub(super) fn with(&self, changes: &[PlannedFix], request: &Request) -> FixState {
        let sources = self.sources.fork();
        for (path, text) in texts(self, changes) {
            sources.overlay(&path, text);
        }
        // A fix may change the configuration, too: what it says now is found in its text of now.
        let path = self.config.as_ref().map(|config| config.path.clone());
        let read = path.as_ref().map(|path| config::load(&sources, path, rules::options));
        let unusable = path.filter(|_| matches!(read, Some(Err(_))));
        let config = read.and_then(Result::ok).or_else(|| self.config.clone());
        let state = FixState::analyze(sources, &Request { config, ..request.clone() });
        FixState { unusable, ..state }
    }
}

/// What is wrong with a state that fixes led to.
pub(super) struct FixProblem {
    /// A file of the project that has it.
    pub(super) path: PathBuf,
    /// What it is about, where that is known.
    pub(super) subject: Option<Subject>,
    /// What it is, in words.
    pub(super) words: String,
}

/// All that is wrong with a state that fixes led to.
pub(super) fn problems(before: &FixState, after: &FixState, changes: &[PlannedFix]) -> Vec<FixProblem> {
    let mut problems = new_errors(before, after, changes);
    problems.extend(elsewhere(before, after, changes));
    let unusable = after.unusable.iter().cloned();
    problems.extend(unusable.map(|path| FixProblem {
        path,
        subject: None,
        words: "it would break the configuration".to_owned(),
    }));
    problems
}

/// Errors that were not there before: of what Compose rejects, whatever rules run, and of the rules that run, unless the
/// loader could not read what they judge now. That a variable is required now is what a fix that makes Compose insist on
/// it is for.
fn new_errors(before: &FixState, after: &FixState, changes: &[PlannedFix]) -> Vec<FixProblem> {
    let insisted: BTreeSet<&Subject> = changes.iter().map(PlannedFix::subject).collect();
    let is_meant =
        |(_, rule, subject, _): &FindingIdentity| *rule == rule::REQUIRED_VARIABLE && insisted.contains(subject);
    // Of a cause that several places share, the next place takes the finding when the first one is fixed.
    let of = if changes.iter().all(|change| is_of_loader(change.rule())) { Errors::OfLoader } else { Errors::All };
    let (known, now) = (errors(before, of), errors(after, of));
    let places: HashSet<_> = known.keys().map(|(path, rule, _, evidence)| (path, rule, evidence)).collect();
    let moves =
        |(path, rule, _, evidence): &FindingIdentity| evidence.is_some() && places.contains(&(path, rule, evidence));
    let new = now.into_iter().filter(|(one, (count, _))| {
        known.get(one).is_none_or(|(before, _)| before < count) && !is_meant(one) && !moves(one)
    });
    let problem = |((path, rule, subject, _), (_, message)): (FindingIdentity, (usize, Wording))| FixProblem {
        path,
        subject: Some(subject),
        words: format!("it would introduce {rule}: {}", message.for_people()),
    };
    new.map(problem).collect()
}

/// Which errors count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Errors {
    All,
    OfLoader,
}

fn errors(state: &FixState, of: Errors) -> BTreeMap<FindingIdentity, (usize, Wording)> {
    let mut errors: BTreeMap<FindingIdentity, (usize, Wording)> = BTreeMap::new();
    let found = state.report.active().filter(|finding| of == Errors::All && !is_of_loader(finding.rule));
    let rejected = state.kept.iter().flat_map(|kept| &kept.rejections);
    for finding in found.chain(rejected).filter(|finding| finding.severity == Severity::Error) {
        let entry = errors.entry(identity(finding, state)).or_insert_with(|| (0, finding.message.clone()));
        entry.0 += 1;
    }
    errors
}

/// A safe fix changes the resolved project only where its finding is.
fn elsewhere(before: &FixState, after: &FixState, changes: &[PlannedFix]) -> Vec<FixProblem> {
    let unsafe_paths: BTreeSet<&PathBuf> =
        changes.iter().filter(|change| change.safety == Safety::Unsafe).flat_map(|change| change.paths()).collect();
    let all_now: BTreeMap<&[PathBuf], &ProjectSnapshot> =
        after.kept.iter().map(|now| (now.files.as_slice(), now)).collect();
    let about = About::from_changes(changes);
    let standing: OnceCell<HashSet<String>> = OnceCell::new();
    let owners = || owners(changes, &before.sources);
    let mut problems = Vec::new();
    for kept in &before.kept {
        let Some(now) = all_now.get(kept.files.as_slice()) else { continue };
        // Of a project that unsafe fixes touch, too, nothing can be said.
        if kept.all_files.iter().any(|path| unsafe_paths.contains(path)) {
            continue;
        }
        let mut paths = Vec::new();
        differences(&kept.model, &now.model, &mut Vec::new(), &mut paths);
        let allowed = |path: &String| about.allows(path) || standing.get_or_init(owners).contains(path);
        let wrong = paths.into_iter().find(|path| !allowed(path));
        problems.extend(kept.files.first().zip(wrong).map(|(file, path)| {
            let words = format!("it would also change `{path}`");
            FixProblem { path: file.clone(), subject: None, words }
        }));
    }
    problems
}

/// What findings are about, as paths of the resolved project.
struct About {
    paths: HashSet<String>,
    /// A finding in an env file is about whatever takes its variables.
    all: bool,
}

impl About {
    fn from_changes(changes: &[PlannedFix]) -> About {
        let is_yaml = |path: &Path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        let mut paths = HashSet::default();
        for subject in changes.iter().map(PlannedFix::subject) {
            paths.extend(subject.section().map(str::to_owned));
            paths.extend(subject.entry().map(|(section, name)| format!("{section}.{name}")));
        }
        About { paths, all: changes.iter().any(|change| !is_yaml(&change.path)) }
    }

    /// Whether a path (at most two steps) is what a finding is about.
    fn allows(&self, path: &str) -> bool {
        self.all || self.paths.contains(path)
    }
}

/// The sections and names that changes edit something under: a finding of several services is named for the first.
fn owners(changes: &[PlannedFix], sources: &SourceDb) -> HashSet<String> {
    let mut trees: HashMap<FileId, (Tree, usize)> = HashMap::default();
    let mut found = HashSet::default();
    for edit in changes.iter().flat_map(|change| change.edits.values().flatten()) {
        let (tree, end) = trees.entry(edit.span.file).or_insert_with(|| {
            let source = sources.file(edit.span.file);
            (parse(edit.span.file, &source.text).0, source.text.len())
        });
        let owner = tree.documents.first().and_then(|root| {
            let (section, inside, end) = entry(tree, *root, edit.span, *end)?;
            let (name, _, _) = entry(tree, inside, edit.span, end)?;
            Some(format!("{section}.{name}"))
        });
        found.extend(owner);
    }
    found
}

/// The entry of a mapping that a stretch is in: its key and value, and where the next entry starts or the mapping ends.
fn entry(tree: &Tree, mapping: NodeId, span: Span, end: usize) -> Option<(&str, NodeId, usize)> {
    let pairs = tree.pairs(mapping);
    let start = |pair: &Pair| tree.node(pair.value).map_or(0, |node| node.start);
    let at = pairs.partition_point(|pair| start(pair) <= span.start).checked_sub(1)?;
    let pair = pairs.get(at)?;
    let next = pairs.get(at + 1).and_then(|pair| tree.node(pair.key)).map(|node| node.start as usize);
    let end = next.unwrap_or(end);
    (span.end as usize <= end).then_some((tree.text(pair.key)?, pair.value, end))
}

/// Where two projects differ: section and name.
fn differences(one: &Json, other: &Json, path: &mut Vec<String>, found: &mut Vec<String>) {
    if one == other {
        return;
    }
    match (one, other) {
        (Json::Object(one), Json::Object(other)) if path.len() < 2 => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys {
                path.push(key.clone());
                let (left, right) = (one.get(key).unwrap_or(&Json::Null), other.get(key).unwrap_or(&Json::Null));
                // A section that was not there has nothing in it.
                let nothing = Json::Object(serde_json::Map::new());
                let is_section = path.len() == 1 && (left.is_object() || right.is_object());
                // The default network comes and goes with the services that are on it.
                let is_implied = path.iter().eq(["networks", "default"]) && (left.is_null() || right.is_null());
                let or_nothing =
                    |value: &'_ Json| if is_section && value.is_null() { nothing.clone() } else { value.clone() };
                if !is_implied {
                    differences(&or_nothing(left), &or_nothing(right), path, found);
                }
                path.pop();
            }
        }
        _ => found.push(path.join(".")),
    }
}
