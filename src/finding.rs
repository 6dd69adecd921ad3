//! What a stage or a rule reports, and where it points.

mod document;

#[cfg(feature = "testing")]
pub(crate) use document::FRONT_MATTER;
pub(crate) use document::rule;
pub(crate) use document::{Document, RuleId, Set};
#[cfg(test)]
pub(crate) use document::{IDS, Status};

use crate::source::{LoadError, Place, Span};

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
    /// How bad it is that a file cannot be loaded: one that plimsoll may not read is no fault of the project.
    pub(crate) fn severity(&self) -> Severity {
        if *self == LoadError::Outside { Severity::Info } else { Severity::Error }
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What stands there: one clause, lower case.
    pub message: String,
}

/// Whether an edit keeps what the person meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// The same meaning, or what the person clearly meant.
    Safe,
    /// Right in form, but behaviour may change.
    Unsafe,
}

impl Safety {
    /// The word that people read and write: `safe`, `unsafe`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// A replacement of bytes in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; empty to insert.
    pub span: Span,
    /// What comes in their stead.
    pub(crate) text: String,
}

/// Edits that mend a finding, all or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Whether behaviour may change.
    pub safety: Safety,
    /// What it does: one clause, imperative.
    pub title: String,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
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

/// One thing that is wrong, at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the rule.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub(crate) confidence: Confidence,
    /// What is wrong: one clause, lower case, values in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub place: Place,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// What it is about, as a path of the model: `services.db`, `volumes.data`, or the name of a variable.
    pub resource: String,
    /// What makes it this finding and no other of its rule and resource; enters the fingerprint, so it holds no secret.
    pub evidence: Option<String>,
    /// The edit that mends it.
    pub fix: Option<Fix>,
    /// Why it does not count; `None` for one that counts.
    pub suppressed: Option<Suppressed>,
}

impl Finding {
    /// A finding without help, labels, evidence or fix; high confidence.
    pub(crate) fn new(
        rule: &'static str,
        severity: Severity,
        place: Place,
        resource: impl Into<String>,
        message: impl Into<String>,
    ) -> Finding {
        Finding {
            rule,
            severity,
            confidence: Confidence::High,
            message: message.into(),
            help: None,
            place,
            labels: Vec::new(),
            resource: resource.into(),
            evidence: None,
            fix: None,
            suppressed: None,
        }
    }

    /// With words on what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// With another confidence than high.
    #[must_use]
    pub(crate) fn confidence(mut self, confidence: Confidence) -> Finding {
        self.confidence = confidence;
        self
    }

    /// With a second place.
    #[must_use]
    pub(crate) fn label(mut self, place: Place, message: impl Into<String>) -> Finding {
        self.labels.push(Label { place, message: message.into() });
        self
    }

    /// With evidence for the fingerprint.
    #[must_use]
    pub(crate) fn evidence(mut self, evidence: impl Into<String>) -> Finding {
        self.evidence = Some(evidence.into());
        self
    }

    /// With a fix.
    #[must_use]
    pub(crate) fn fix(mut self, fix: Fix) -> Finding {
        self.fix = Some(fix);
        self
    }
}
