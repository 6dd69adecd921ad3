//! What keeps findings from counting: comments in the files, entries of `plimsoll.yaml`, the baseline; and what is wrong
//! with the first two.

mod attach;
mod comment;
mod index;
mod reports;
pub(crate) mod write;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::collections::HashMap;
use crate::config::{Config, Date, NamedRule, Suppression};
use crate::discover::Exclusion;
use crate::finding::{Finding, Label, RuleId, Suppressed, SuppressedBy};
use crate::report::Report;
use crate::report::baseline::{Baseline, Earlier};
use crate::report::reviewed::Reviewed;
use crate::source::{FileId, SourceDb, SourceFile, relative};
use crate::yaml::Trees;
pub(crate) use attach::is_of_service;
use attach::{Attacher, CommentScope, covered_text, flat_comments};
use comment::{Said, Words};
use index::{OnServices, Places};
pub(crate) use reports::{JudgedProject, RunCoverage};

/// A comment that addresses plimsoll.
#[derive(Clone, Debug)]
pub(crate) struct SuppressionComment {
    words: Words,
    scope: CommentScope,
}

impl SuppressionComment {
    /// Whether it names a rule.
    fn names(&self, rule: RuleId) -> bool {
        match &self.words.said {
            Said::Ignore { names, .. } => names.iter().any(|name| name.rule == Some(rule)),
            Said::Malformed { .. } => false,
        }
    }

    fn suppressed(&self) -> Suppressed {
        let reason = match &self.words.said {
            Said::Ignore { reason, .. } => reason.clone(),
            Said::Malformed { .. } => None,
        };
        Suppressed { by: SuppressedBy::Comment, reason }
    }
}

/// What a file is read as, to find its comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommentLanguage {
    /// A Compose file.
    Yaml,
    /// An env file.
    Env,
    /// Any other text with comments behind `#`.
    Other,
}

/// What has kept a finding from counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SuppressionUse {
    /// The comment of a file, by its number, for a rule.
    Comment(FileId, usize, RuleId),
    /// An entry of the configuration, by its number, for a rule.
    Entry(usize, RuleId),
}

/// An entry of the configuration, with its patterns ready.
struct ConfiguredSuppression<'a> {
    setting: &'a Suppression,
    paths: Exclusion,
}

/// Which suppressions hold.
#[derive(Clone, Debug, Default)]
pub enum Honoured {
    /// All of them.
    #[default]
    All,
    /// None.
    None,
    /// The comments that were there at a reviewed revision. The configuration is one of then anyway.
    Reviewed(Arc<Reviewed>),
}

/// All suppressions of a run.
pub(crate) struct Suppressions<'a> {
    sources: &'a SourceDb,
    trees: &'a Trees,
    entries: Vec<ConfiguredSuppression<'a>>,
    /// Where the configuration calls a rule by a name that it had before.
    old_names: &'a [NamedRule],
    today: Option<Date>,
    honoured: &'a Honoured,
    comments: RwLock<HashMap<FileId, Arc<Vec<SuppressionComment>>>>,
    used: Mutex<BTreeSet<SuppressionUse>>,
    /// Comments that do not hold, by path and line.
    dropped: Mutex<BTreeSet<(PathBuf, u32, String)>>,
}

impl<'a> Suppressions<'a> {
    /// Those of a configuration, and of the comments of files as they are met. Without `today` no entry has expired.
    pub(crate) fn new(
        sources: &'a SourceDb,
        trees: &'a Trees,
        config: &'a Config,
        (today, honoured): (Option<Date>, &'a Honoured),
    ) -> Suppressions<'a> {
        let entry = |setting: &'a Suppression| ConfiguredSuppression { setting, paths: Exclusion::new(&setting.paths) };
        Suppressions {
            sources,
            trees,
            entries: match honoured {
                Honoured::None => Vec::new(),
                Honoured::All | Honoured::Reviewed(_) => config.suppressions.iter().map(entry).collect(),
            },
            old_names: &config.old_names,
            today,
            honoured,
            comments: RwLock::default(),
            used: Mutex::default(),
            dropped: Mutex::default(),
        }
    }

    /// Marks the findings of one project that its comments or the configuration suppress. `files` are those of the
    /// project: a comment on a service covers what is found about it in any of them.
    pub(crate) fn mark(&self, findings: &mut [Finding], files: &[(FileId, CommentLanguage)]) {
        let mut kinds: HashMap<FileId, CommentLanguage> = HashMap::default();
        for (file, kind) in files {
            kinds.entry(*file).or_insert(*kind);
        }
        let kind = |file: FileId| kinds.get(&file).copied().unwrap_or_else(|| self.guess(file));
        let mut on_services = OnServices::default();
        for (file, _) in files.iter().filter(|(_, kind)| *kind == CommentLanguage::Yaml) {
            on_services.add(*file, &self.comments(*file, CommentLanguage::Yaml));
        }
        let mut places: HashMap<FileId, Places> = HashMap::default();
        for finding in findings {
            let (file, rule) = (finding.place.span.file, finding.rule);
            let own = self.comments(file, kind(file));
            let covering = match own.is_empty() {
                true => Vec::new(),
                false => places
                    .entry(file)
                    .or_insert_with(|| Places::from_comments(&own))
                    .covering(finding, &self.sources.file(file)),
            };
            let others = on_services.about(finding);
            for (file, at) in covering.into_iter().map(|at| (file, at)).chain(others) {
                let comments = self.comments(file, kind(file));
                if let Some(comment) = comments.get(at).filter(|comment| comment.names(rule)) {
                    self.suppress(finding, comment.suppressed(), SuppressionUse::Comment(file, at, rule));
                }
            }
        }
    }

    /// Marks what entries of the configuration suppress; what an expired one would have gets a label that says so.
    pub(crate) fn mark_configured(&self, findings: &mut [Finding]) {
        if self.entries.is_empty() {
            return;
        }
        for finding in findings {
            for (at, entry) in self.entries.iter().enumerate() {
                if self.is_meant(entry, finding) {
                    self.apply(at, entry.setting, finding);
                }
            }
        }
    }

    fn apply(&self, at: usize, setting: &Suppression, finding: &mut Finding) {
        let by = SuppressionUse::Entry(at, finding.rule);
        let Some(day) = self.expired(setting) else {
            let suppressed = Suppressed { by: SuppressedBy::Configuration, reason: setting.reason.clone() };
            return self.suppress(finding, suppressed, by);
        };
        self.note(by);
        if !finding.labels.iter().any(|label| label.place == setting.place) {
            let message = format!("the suppression of this finding expired on `{day}`");
            finding.labels.push(Label { place: setting.place, message: message.into() });
        }
    }

    /// Whether nothing is suppressed in some files, nor by the configuration.
    pub(crate) fn are_none(&self, files: &[(FileId, CommentLanguage)]) -> bool {
        self.entries.is_empty() && files.iter().all(|(file, kind)| self.comments(*file, *kind).is_empty())
    }

    fn is_meant(&self, entry: &ConfiguredSuppression<'_>, finding: &Finding) -> bool {
        let setting = entry.setting;
        let is_named = setting.rules.is_empty() || setting.rules.iter().any(|named| named.rule == finding.rule);
        let is_about =
            setting.services.is_empty() || setting.services.iter().any(|service| is_of_service(finding, service));
        is_named
            && is_about
            && (setting.paths.is_empty() || entry.paths.matches(&self.sources.path(finding.place.span.file)))
    }

    /// The last day of an entry that holds no longer.
    fn expired(&self, setting: &Suppression) -> Option<Date> {
        setting.until.filter(|until| self.today.is_some_and(|today| *until < today))
    }

    fn suppress(&self, finding: &mut Finding, suppressed: Suppressed, by: SuppressionUse) {
        finding.suppressed.get_or_insert(suppressed);
        self.note(by);
    }

    fn note(&self, by: SuppressionUse) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(by);
    }

    /// A finding may be in a file that is not part of the project, such as the configuration of a proxy.
    fn guess(&self, file: FileId) -> CommentLanguage {
        let path = &self.sources.path(file);
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if is_yaml { CommentLanguage::Yaml } else { CommentLanguage::Other }
    }

    /// The comments of a file that address plimsoll.
    pub(crate) fn comments(&self, file: FileId, kind: CommentLanguage) -> Arc<Vec<SuppressionComment>> {
        if let Some(known) = self.comments.read().unwrap_or_else(PoisonError::into_inner).get(&file) {
            return Arc::clone(known);
        }
        let read = Arc::new(match self.honoured {
            Honoured::All => read(self.sources, self.trees, file, kind),
            Honoured::None => Vec::new(),
            Honoured::Reviewed(reviewed) => self.reviewed(reviewed, file, kind),
        });
        let mut all = self.comments.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(file).or_insert(read))
    }
}

impl Suppressions<'_> {
    /// The comments of a file that were there, on the same line of the same service, at a reviewed revision.
    fn reviewed(&self, reviewed: &Reviewed, file: FileId, kind: CommentLanguage) -> Vec<SuppressionComment> {
        let comments = read(self.sources, self.trees, file, kind);
        if comments.is_empty() {
            return comments;
        }
        let source = self.sources.file(file);
        let is_linked = self.sources.is_linked(&source.path);
        let then = reviewed.sources.load(reviewed.path(&source.path)).ok().filter(|_| !is_linked);
        let known: BTreeSet<String> = then.map_or_else(BTreeSet::new, |file| {
            let source = reviewed.sources.file(file);
            let comments = read(&reviewed.sources, &reviewed.trees, file, kind);
            comments.iter().map(|comment| anchor(comment, &source)).collect()
        });
        let (held, dropped): (Vec<_>, Vec<_>) =
            comments.into_iter().partition(|comment| known.contains(&anchor(comment, &source)));
        let mut all = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(dropped.iter().filter_map(|comment| {
            let Said::Ignore { names, .. } = &comment.words.said else { return None };
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.text)).collect();
            Some((source.path.clone(), source.position(comment.words.start).line, names.join(", ")))
        }));
        held
    }

    /// What would be suppressed or excluded if the present state had been reviewed, a line for each.
    pub(crate) fn notes(&self, directory: &Path) -> Vec<String> {
        let Honoured::Reviewed(reviewed) = self.honoured else { return Vec::new() };
        let dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        let comments = dropped.iter().map(|(path, line, names)| {
            reviewed.note(&format!("{}:{line}: suppresses {names}", relative(directory, path)))
        });
        reviewed.notes.iter().cloned().chain(comments).collect()
    }
}

/// What tells one comment from another wherever the lines of a file have gone: its rules, the service that it is in, and
/// the text that it is on.
fn anchor(comment: &SuppressionComment, source: &SourceFile) -> String {
    let names = match &comment.words.said {
        Said::Ignore { names, .. } => names.iter().map(|name| name.text.as_str()).collect::<BTreeSet<_>>(),
        Said::Malformed { .. } => BTreeSet::new(),
    };
    let scope = &comment.scope;
    let on = if scope.file { String::new() } else { covered_text(source, comment.words.start) };
    format!("{names:?} {} {:?} {:?} {on}", scope.file, scope.services, scope.inside)
}

/// Reads the comments of a file.
fn read(sources: &SourceDb, trees: &Trees, file: FileId, kind: CommentLanguage) -> Vec<SuppressionComment> {
    let source = sources.file(file);
    if kind != CommentLanguage::Yaml {
        // Whether a comment is one, and what it covers, is worth asking only where one speaks.
        let speaks = |line: &str| line.find('#').and_then(|at| comment::read(line.get(at..)?, 0)).is_some();
        if !source.text.lines().any(speaks) {
            return Vec::new();
        }
        let all = flat_comments(&source, kind == CommentLanguage::Env).into_iter();
        let words = all.filter_map(|(start, end, scope)| {
            Some(SuppressionComment { words: comment::read(source.slice(start, end), start)?, scope })
        });
        return words.collect();
    }
    let parsed = trees.get(sources, file);
    let spoken = parsed.0.comments.iter().filter_map(|one| {
        let words = comment::read(source.slice(one.start, one.end), one.start)?;
        Some((one.start, words))
    });
    let spoken: Vec<(u32, Words)> = spoken.collect();
    if spoken.is_empty() {
        return Vec::new();
    }
    let attacher = Attacher::new(&parsed.0, &source);
    spoken.into_iter().map(|(start, words)| SuppressionComment { words, scope: attacher.scope(start) }).collect()
}

/// What a run gives besides its findings.
pub(crate) struct RunContext<'r> {
    /// How many projects were analysed.
    pub(crate) projects: usize,
    /// How many files were read.
    pub(crate) files: usize,
    /// Projects whose analysis a defect in plimsoll ended, one line each.
    pub(crate) failures: Vec<String>,
    /// Whether a rule would have been heard in a file, by its absolute path.
    pub(crate) could_find: &'r dyn Fn(RuleId, &Path) -> bool,
}

/// The report of a run: every finding once, in order, those that a baseline or an earlier revision has marked.
pub(crate) fn settle(
    findings: Vec<Finding>,
    seen: RunContext<'_>,
    sources: &SourceDb,
    (baseline, earlier): (Option<&Baseline>, Option<&Earlier>),
) -> Report {
    let mut report = Report::new(findings, seen.projects, seen.files, sources);
    report.failures = seen.failures;
    if let Some(baseline) = baseline {
        baseline.mark(&mut report, sources, seen.could_find);
    }
    if let Some(earlier) = earlier {
        earlier.mark(&mut report, sources);
    }
    report
}
