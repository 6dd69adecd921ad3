//! Problems of suppressions themselves: unknown rules, malformed comments, and unused ones.

use std::collections::BTreeMap;

use super::attach::{CommentScope, is_alone_on_its_line, line_text};
use super::comment::{Name, Said, Words};
use super::{CommentLanguage, SuppressionComment, SuppressionUse, Suppressions};
use crate::config::{NamedRule, Suppression};
use crate::finding::{Edit, Finding, Fix, RuleId, Safety, Subject, rule};
use crate::rules::support::and_list;
use crate::source::Place;
use crate::source::{FileId, NodeId, SourceFile, Span};

/// The family of the rules about suppressions: a suppression of one of them is never called unused.
const FAMILY: &str = "suppression";

/// Rules whose findings come and go with env files that git ignores: what is not found here may be found elsewhere.
const OF_ENV_FILES: [RuleId; 4] =
    [rule::UNSET_VARIABLE, rule::UNSET_SECRET, rule::REQUIRED_VARIABLE, rule::MISSING_ENV_FILE];

/// What was seen of a project, as far as its suppressions go.
#[derive(Clone, Debug, Default)]
pub(crate) struct JudgedProject {
    /// Its files.
    pub(crate) files: Vec<(FileId, CommentLanguage)>,
    /// Whether all was judged that could be: the files are not merely part of a project, and none of them broke off.
    pub(crate) whole: bool,
    /// Services of profiles that are not active.
    pub(crate) disabled: Vec<String>,
    /// Whether it reads env files that git ignores.
    pub(crate) reads_ignored: bool,
}

/// How much of the repository a run has seen.
pub(crate) struct RunCoverage<'r> {
    /// The projects.
    pub(crate) judged: &'r [JudgedProject],
    /// Whether these are all projects that could need a comment of their files.
    pub(crate) all_of_files: bool,
    /// Whether these are all projects that the configuration is about.
    pub(crate) all_of_configuration: bool,
    /// Whether a rule ran.
    pub(crate) runs: &'r dyn Fn(RuleId) -> bool,
    /// Whether the command line has picked rules.
    pub(crate) picked: bool,
}

impl Suppressions<'_> {
    /// What is wrong with the suppressions that a run has met; to be asked when all projects are judged.
    pub(crate) fn reports(&self, extent: &RunCoverage<'_>) -> Vec<Finding> {
        let mut files: BTreeMap<FileId, CommentLanguage> = BTreeMap::new();
        files.extend(extent.judged.iter().flat_map(|judged| judged.files.iter().copied()));
        let mut findings = Vec::new();
        for (file, kind) in &files {
            let comments = self.comments(*file, *kind);
            if comments.is_empty() {
                continue;
            }
            let source = self.sources.file(*file);
            for (at, comment) in comments.iter().enumerate() {
                wrong_words(*file, comment, &mut findings);
                let unused = self.unused_names((*file, at), comment, extent);
                if !unused.is_empty() {
                    findings.push(unused_comment(*file, &source, comment, &unused));
                }
            }
        }
        let files: Vec<(FileId, CommentLanguage)> = files.into_iter().collect();
        for (at, entry) in self.entries.iter().enumerate() {
            findings.extend(without_reason(entry.setting.reason.as_deref(), entry.setting.place, Subject::Project));
            findings.extend(self.unused_entry(at, extent));
        }
        findings.extend(self.old_names.iter().map(|old| self.old_setting(old)));
        self.mark(&mut findings, &files);
        self.mark_configured(&mut findings);
        findings
    }

    fn was_used(&self, by: SuppressionUse) -> bool {
        self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner).contains(&by)
    }

    /// The rules of a comment that ran everywhere and had nothing to be kept from counting.
    fn unused_names<'c>(
        &self,
        (file, at): (FileId, usize),
        comment: &'c SuppressionComment,
        extent: &RunCoverage<'_>,
    ) -> Vec<&'c Name> {
        let Said::Ignore { names, .. } = &comment.words.said else { return Vec::new() };
        let around = || extent.judged.iter().filter(|judged| judged.files.iter().any(|(one, _)| *one == file));
        let is_disabled = |judged: &JudgedProject| {
            comment.scope.inside.as_ref().is_some_and(|service| judged.disabled.contains(service))
        };
        if !extent.all_of_files || around().any(|judged| !judged.whole || is_disabled(judged)) {
            return Vec::new();
        }
        let reads_ignored = around().any(|judged| judged.reads_ignored);
        let unused = names.iter().filter(|name| {
            let Some(rule) = name.rule else { return false };
            let may_come = reads_ignored && OF_ENV_FILES.contains(&rule);
            rule.document().family != FAMILY
                && !may_come
                && (extent.runs)(rule)
                && !self.was_used(SuppressionUse::Comment(file, at, rule))
        });
        unused.collect()
    }

    fn unused_entry(&self, at: usize, extent: &RunCoverage<'_>) -> Option<Finding> {
        let entry = self.entries.get(at)?;
        let setting = entry.setting;
        if setting.inherited || !extent.all_of_configuration {
            return None;
        }
        let holds = |file: &FileId| setting.paths.is_empty() || entry.paths.matches(&self.sources.path(*file));
        let unsure = |judged: &JudgedProject| {
            !judged.whole && judged.files.iter().any(|(file, _)| holds(file))
                || setting.services.iter().any(|service| judged.disabled.contains(service))
        };
        if extent.judged.iter().any(unsure) {
            return None;
        }
        let reads_ignored = extent.judged.iter().any(|judged| judged.reads_ignored);
        if setting.rules.is_empty() {
            let used = self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let is_used = used.iter().any(|by| matches!(by, SuppressionUse::Entry(one, _) if *one == at));
            let may_come = reads_ignored || extent.picked;
            return (!is_used && !may_come).then(|| self.unused_setting(setting, &[]));
        }
        let unused = setting.rules.iter().filter(|named| {
            let rule = named.rule;
            let may_come = reads_ignored && OF_ENV_FILES.contains(&rule);
            rule.document().family != FAMILY
                && !may_come
                && (extent.runs)(rule)
                && !self.was_used(SuppressionUse::Entry(at, rule))
        });
        let unused: Vec<&NamedRule> = unused.collect();
        (!unused.is_empty()).then(|| self.unused_setting(setting, &unused))
    }

    fn unused_setting(&self, setting: &Suppression, unused: &[&NamedRule]) -> Finding {
        let names: Vec<&str> = unused.iter().map(|named| named.name.as_str()).collect();
        let place = unused.first().map_or(setting.place, |named| named.place);
        let message = match names.as_slice() {
            [] => "unused suppression".to_owned(),
            names => format!("unused suppression of {}", and_list(names)),
        };
        let paths = setting.paths.iter().map(|pattern| pattern.text.as_str());
        let narrowed: Vec<&str> = names.iter().copied().chain(paths).collect();
        let subject = match setting.services.as_slice() {
            [] => Subject::Project,
            services => Subject::Services(services.to_vec()),
        };
        let mut finding = Finding::new(rule::UNUSED_SUPPRESSION, place, subject, message)
            .evidence(narrowed.join(","))
            .help(match self.expired(setting) {
                Some(day) => format!("remove it: it expired on `{day}`"),
                None => "remove it".to_owned(),
            });
        if names.len() == setting.rules.len() {
            finding.fixes.extend(self.without_entry(setting));
        }
        finding
    }

    /// What is said of a name in the configuration that a rule had before.
    fn old_setting(&self, old: &NamedRule) -> Finding {
        let span = old.place.span;
        let mut finding = renamed(old.rule, &old.name, old.place, &Subject::Project);
        let source = self.sources.file(span.file);
        let inside = source.slice(span.start, span.end).find(&old.name);
        finding.fixes.extend(inside.map(|at| {
            let start = span.start + at as u32;
            let span = Span { start, end: start + old.name.len() as u32, ..span };
            fix(&format!("replace with `{}`", old.rule), span, old.rule.name())
        }));
        finding
    }

    /// Takes an entry of a block list out, with its lines.
    fn without_entry(&self, setting: &Suppression) -> Option<Fix> {
        let span = setting.place.span;
        let source = self.sources.file(span.file);
        let (first, last) = (source.position(span.start).line, source.position(span.end).line);
        let before = source.slice(source.line_start(first), span.start);
        let behind = source.slice(span.end, source.line_start(last + 1)).trim();
        let alone = before.trim() == "-" && (behind.is_empty() || behind.starts_with('#'));
        let span = Span { start: source.line_start(first), end: source.line_start(last + 1), ..span };
        alone.then(|| fix("remove the entry", span, ""))
    }
}

fn fix(title: &str, span: Span, text: &str) -> Fix {
    Fix {
        safety: Safety::Safe,
        title: title.into(),
        edits: vec![Edit { span, text: text.to_owned() }],
        creates: Vec::new(),
    }
}

/// A comment is not a node of its file.
fn place(file: FileId, start: u32, end: u32) -> Place {
    Place { span: Span { file, start, end }, node: NodeId::new(u32::MAX as usize) }
}

fn subject(scope: &CommentScope) -> Subject {
    scope.inside.as_ref().map_or(Subject::Project, Subject::service)
}

/// What can be said of a comment whatever was found.
fn wrong_words(file: FileId, comment: &SuppressionComment, findings: &mut Vec<Finding>) {
    let Words { start, end, said } = &comment.words;
    let subject = subject(&comment.scope);
    let whole = place(file, *start, *end);
    match said {
        Said::Malformed { message, meant } => {
            let mut finding = Finding::new(rule::MALFORMED_SUPPRESSION, whole, subject, *message).help(match meant {
                Some(meant) => format!("did you mean `# {meant}`?"),
                None => "use `# plimsoll: ignore[rule] reason`, with the name of the rule".to_owned(),
            });
            finding
                .fixes
                .extend(meant.as_ref().map(|meant| fix("rewrite the comment", whole.span, &format!("# {meant}"))));
            findings.push(finding);
        }
        Said::Ignore { names, reason } => {
            let unknown = names.iter().filter(|name| name.rule.is_none());
            findings.extend(unknown.map(|name| unknown_name(file, name, &subject)));
            findings.extend(names.iter().filter_map(|name| old_name(file, name, &subject)));
            let mut bare = without_reason(reason.as_deref(), whole, subject);
            if let Some(bare) = &mut bare {
                let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
                bare.evidence = Some(names.join(","));
            }
            findings.extend(bare);
        }
    }
}

fn unknown_name(file: FileId, name: &Name, subject: &Subject) -> Finding {
    let at = place(file, name.start, name.end);
    let message = format!("unknown rule `{}`", name.text.replace('`', "'"));
    let finding = Finding::new(rule::UNKNOWN_RULE_NAME, at, subject.clone(), message).evidence(&name.text);
    match RuleId::nearest(&name.text) {
        Some(near) => finding.help(format!("did you mean `{near}`?")).fix(fix(
            &format!("replace with `{near}`"),
            at.span,
            near.name(),
        )),
        None => finding.help("run `plimsoll rules` to list all rules"),
    }
}

/// What is said of a name that a rule had before, with the edit that writes the new one.
fn old_name(file: FileId, name: &Name, subject: &Subject) -> Option<Finding> {
    let rule = name.rule.filter(|rule| rule.name() != name.text)?;
    let at = place(file, name.start, name.end);
    let fix = fix(&format!("replace with `{rule}`"), at.span, rule.name());
    Some(renamed(rule, &name.text, at, subject).fix(fix))
}

fn renamed(rule: RuleId, name: &str, place: Place, subject: &Subject) -> Finding {
    let message = format!("rule `{name}` was renamed to `{rule}`");
    Finding::new(rule::RENAMED_RULE, place, subject.clone(), message)
        .evidence(name)
        .help(format!("use `{rule}`; the old name still works"))
}

fn without_reason(reason: Option<&str>, place: Place, subject: Subject) -> Option<Finding> {
    let message = "suppression without a reason";
    reason.is_none().then(|| {
        Finding::new(rule::SUPPRESSION_WITHOUT_REASON, place, subject, message)
            .help("add a reason: after the brackets, or as `reason` in plimsoll.yaml")
    })
}

fn unused_comment(file: FileId, source: &SourceFile, comment: &SuppressionComment, unused: &[&Name]) -> Finding {
    let Words { start, end, said } = &comment.words;
    let names: Vec<&str> = unused.iter().map(|name| name.text.as_str()).collect();
    let message = format!("unused suppression of {}", and_list(&names));
    let all = match said {
        Said::Ignore { names, .. } => names.as_slice(),
        Said::Malformed { .. } => &[],
    };
    let (at, fix) = match unused.len() == all.len() {
        true => (place(file, *start, *end), fix("remove the comment", whole_comment(file, source, *start, *end), "")),
        false => {
            let at = unused.first().map_or((*start, *end), |name| (name.start, name.end));
            (place(file, at.0, at.1), without_names(file, all, unused))
        }
    };
    let help = match comment.scope.is_empty() {
        true => "put it directly above the line that it is for, or at its end: here it is not attached to anything",
        false => "remove it",
    };
    Finding::new(rule::UNUSED_SUPPRESSION, at, subject(&comment.scope), message)
        .evidence(names.join(","))
        .help(help)
        .fix(fix)
}

/// The bytes of a comment: its line, or what comes after the end of the line's content.
fn whole_comment(file: FileId, source: &SourceFile, start: u32, end: u32) -> Span {
    let line = source.position(start).line;
    let first = source.line_start(line);
    if is_alone_on_its_line(source, start) {
        // The byte-order mark stays.
        let first = first
            + (line_text(source, line).len() - line_text(source, line).trim_start_matches('\u{feff}').len()) as u32;
        return Span { file, start: first, end: source.line_start(line + 1) };
    }
    Span { file, start: first + source.slice(first, start).trim_end().len() as u32, end }
}

/// Takes names out of a list, each with one comma.
fn without_names(file: FileId, all: &[Name], unused: &[&Name]) -> Fix {
    let mut kept: Option<&Name> = None;
    let mut edits = Vec::new();
    for (at, name) in all.iter().enumerate() {
        if !unused.contains(&name) {
            kept = Some(name);
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let span = match (kept, before, all.get(at + 1)) {
            (Some(_), Some(before), _) => Span { file, start: before.end, end: name.end },
            (_, _, Some(next)) => Span { file, start: name.start, end: next.start },
            _ => Span { file, start: name.start, end: name.end },
        };
        edits.push(Edit { span, text: String::new() });
    }
    Fix { safety: Safety::Safe, title: "remove the unused names from the list".into(), edits, creates: Vec::new() }
}
