//! What a rule reports, and where it points.

mod document;
mod selector;
mod subject;

#[cfg(feature = "testing")]
pub(crate) use document::FRONT_MATTER;
pub(crate) use document::rule;
pub(crate) use document::{CATALOGUES, RuleStatus, Set};
pub use document::{Document, RuleId};
pub use selector::Selector;
pub(crate) use subject::Subject;

use std::collections::BTreeSet;

use crate::source::{LoadError, Place};
pub(crate) use crate::text::wording::Wording;
pub use crate::yaml::edit::Safety;
pub(crate) use crate::yaml::edit::{Edit, Fix, NewFile};
use crate::yaml::{SyntaxCause, SyntaxKind};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It probably fails, loses data or lets someone in.
    Warning,
    /// It fails, loses data or lets someone in.
    Error,
}

impl Severity {
    /// The word that people read and write: `error`, `warning`, `info`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl LoadError {
    /// How bad it is that a file cannot be loaded: one that plimsoll may not read is not the fault of the project.
    pub(crate) fn severity(&self) -> Severity {
        if matches!(self, LoadError::Outside | LoadError::OfGit) { Severity::Info } else { Severity::Error }
    }
}

/// How sure the evidence makes us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess from names.
    Low,
    /// Usual meaning of names and defaults.
    Medium,
    /// Stated in the files, or by the image's own documentation.
    High,
}

impl Confidence {
    /// The word that people read and write: `high`, `medium`, `low`.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// A second place, and what it has to do with the finding.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is there: one clause, lower case.
    pub message: Wording,
}

/// What keeps a finding from counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SuppressedBy {
    /// A comment in the file.
    Comment,
    /// An entry of `plimsoll.yaml`.
    Configuration,
    /// The baseline knows it.
    Baseline,
}

impl SuppressedBy {
    /// The word that people read and write: `comment`, `configuration`, `baseline`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SuppressedBy::Comment => "comment",
            SuppressedBy::Configuration => "configuration",
            SuppressedBy::Baseline => "baseline",
        }
    }
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// What says so.
    pub(crate) by: SuppressedBy,
    /// In whose words, where there are any.
    pub(crate) reason: Option<String>,
}

/// Something that a project needs and that is not in it: another part of the project may have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MissingDefinition {
    /// What.
    pub(crate) what: MissingKind,
    /// The service that needs it; empty where none does.
    pub(crate) by: String,
}

/// What a project lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum MissingKind {
    /// A resource.
    Name {
        /// The word for it.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A service of an active profile.
    Active(String),
    /// What a service extends: a service or a file.
    Base(String),
    /// The `build` of a service.
    Build(String),
    /// The image of the service.
    Image,
    /// Any service at all.
    Services,
    /// The value of a variable.
    Variable(String),
}

/// One thing that is wrong, at one place.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub(crate) confidence: Confidence,
    /// What is wrong: one clause, lower case, values in backticks.
    pub message: Wording,
    /// What to do.
    pub help: Option<Wording>,
    /// Where.
    pub place: Place,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// What it is about.
    pub subject: Subject,
    /// What makes it this finding and no other of its rule and subject; enters the fingerprint, so it holds no secret.
    pub evidence: Option<String>,
    /// What the project lacks, where that is all that is wrong.
    pub(crate) missing: Option<MissingDefinition>,
    /// What can be done about it, the best first.
    pub fixes: Vec<Fix>,
    /// Why it does not count; `None` for one that counts.
    pub suppressed: Option<Suppressed>,
    /// The numbers of the invocations that it holds in; none where it holds in all that read its file.
    pub(crate) holds_in: BTreeSet<u32>,
    /// Whether it rests on a file that git ignores.
    pub(crate) is_local: bool,
}

/// An invocation that a finding holds in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldIn {
    /// Its Compose files, as the output shows paths.
    pub(crate) files: Vec<String>,
    /// Its options as people type them: `-f compose.yaml -f compose.prod.yaml`.
    pub(crate) command: String,
    /// The file and line where it is written; `None` where nothing says so.
    pub(crate) written: Option<(String, u32)>,
}

impl Finding {
    /// A finding without help, labels, evidence or fix, as bad and as sure as the rule's document says.
    pub(crate) fn new(rule: RuleId, place: Place, subject: Subject, message: impl Into<Wording>) -> Finding {
        Finding {
            rule,
            severity: rule.document().severity,
            confidence: rule.document().confidence,
            message: message.into(),
            help: None,
            place,
            labels: Vec::new(),
            subject,
            evidence: None,
            missing: None,
            fixes: Vec::new(),
            suppressed: None,
            holds_in: BTreeSet::new(),
            is_local: false,
        }
    }

    /// All that people read of it.
    pub(crate) fn wordings(&mut self) -> impl Iterator<Item = &mut Wording> {
        let labels = self.labels.iter_mut().map(|label| &mut label.message);
        let titles = self.fixes.iter_mut().map(|fix| &mut fix.title);
        [&mut self.message].into_iter().chain(&mut self.help).chain(labels).chain(titles)
    }

    /// With words on what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<Wording>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Worse or less bad than the document of its rule says.
    #[must_use]
    pub(crate) fn severity(mut self, severity: Severity) -> Finding {
        self.severity = severity;
        self
    }

    /// More or less sure than the document of its rule says.
    #[must_use]
    pub(crate) fn confidence(mut self, confidence: Confidence) -> Finding {
        self.confidence = confidence;
        self
    }

    /// With a second place.
    #[must_use]
    pub(crate) fn label(mut self, place: Place, message: impl Into<Wording>) -> Finding {
        self.labels.push(Label { place, message: message.into() });
        self
    }

    /// With evidence for the fingerprint.
    #[must_use]
    pub(crate) fn evidence(mut self, evidence: impl Into<String>) -> Finding {
        self.evidence = Some(evidence.into());
        self
    }

    /// With a fix, after those that it has.
    #[must_use]
    pub(crate) fn fix(mut self, fix: Fix) -> Finding {
        self.fixes.push(fix);
        self
    }

    /// The fix that is applied where fixes of a class are asked for: the first one that is of it or of a milder class.
    pub fn fix_within(&self, safety: Safety) -> Option<&Fix> {
        self.fixes.iter().find(|fix| fix.safety != Safety::Display && fix.safety <= safety)
    }
}

/// A syntax error in words.
pub(crate) fn syntax_message(kind: &SyntaxKind) -> String {
    match kind {
        SyntaxKind::UndefinedAlias { name } => {
            format!("undefined alias `*{name}`: no anchor `&{name}` is defined before it")
        }
        SyntaxKind::ColonWithoutSpace => "missing space after the colon of this key inside braces".to_owned(),
        SyntaxKind::KeyIndicator => "a value inside braces cannot start with `?`".to_owned(),
        SyntaxKind::Unreadable { words, .. } => in_backticks(words),
    }
}

/// What to do about a syntax error.
pub(crate) fn syntax_help(kind: &SyntaxKind) -> Option<&'static str> {
    match kind {
        SyntaxKind::UndefinedAlias { .. } => Some("define the anchor above the alias, in the same file"),
        SyntaxKind::ColonWithoutSpace => Some("add a space after the colon, or put the key in quotes"),
        SyntaxKind::KeyIndicator => Some("put the value in quotes"),
        SyntaxKind::Unreadable { cause, .. } => cause.map(|cause| match cause {
            SyntaxCause::Tab => "indent with spaces",
            SyntaxCause::ReservedStart => "put a value that starts with this character in quotes",
            SyntaxCause::OpenBracket => "close it, or put the value in quotes",
            SyntaxCause::OpenQuote => "close the quote",
            SyntaxCause::ColonInValue => {
                "put a value that contains `: ` in quotes, and check that the line above is complete"
            }
            SyntaxCause::Indentation => "check the indentation of this line and of the one above",
            SyntaxCause::MissingColon => "check for a missing colon on this line, or a missing quote above it",
        }),
    }
}

/// The parser's words with its quotes (`` `@' ``) as messages have them.
fn in_backticks(info: &str) -> String {
    match info.split_once('`').and_then(|(before, rest)| Some((before, rest.strip_suffix('\'')?))) {
        Some((before, value)) if !value.contains('`') => format!("{before}`{value}`"),
        _ => match info.split('\'').collect::<Vec<_>>()[..] {
            [before, value, after] if !value.is_empty() && !info.contains('`') => format!("{before}`{value}`{after}"),
            _ => info.replace('`', "'"),
        },
    }
}
