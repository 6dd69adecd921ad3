//! What is written about a rule in `rules/<family>/<rule>.md`, and the identifier that stands for it in the code.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;

use super::{Confidence, Safety, Severity};
use crate::source::SourceDb;

/// When a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// Always, unless switched off.
    Default,
    /// When hardening is asked for.
    Strict,
    /// When order and quoting are asked for.
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "the set has no rules yet"))]
    Style,
}

impl Set {
    /// The word that people read and write: `default`, `strict`, `style`.
    pub fn name(self) -> &'static str {
        match self {
            Set::Default => "default",
            Set::Strict => "strict",
            Set::Style => "style",
        }
    }
}

/// How far a rule is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(dead_code, reason = "no rule is in preview or deprecated yet")]
pub(crate) enum Status {
    /// Part of its set.
    Stable,
    /// New; its findings may still change.
    Preview,
    /// To be removed.
    Deprecated,
}

impl Status {
    /// The word that people read and write: `stable`, `preview`, `deprecated`.
    #[expect(dead_code, reason = "for the list of rules, once one is not stable")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Stable => "stable",
            Status::Preview => "preview",
            Status::Deprecated => "deprecated",
        }
    }
}

/// The document of a rule.
#[derive(Debug)]
pub struct Document {
    /// The rule's name, in kebab case.
    pub name: &'static str,
    /// The folder that it stands in: `network`.
    pub family: &'static str,
    /// One line without a full stop.
    pub summary: &'static str,
    /// How bad its findings usually are; a single finding may differ where the text says so.
    pub severity: Severity,
    /// How sure its findings usually are.
    pub confidence: Confidence,
    /// When it runs.
    pub set: Set,
    /// The class of its fixes; `None` where a person must act.
    pub fix: Option<Safety>,
    /// The version of plimsoll that brought it.
    pub since: &'static str,
    /// How far it is in its life.
    #[expect(dead_code, reason = "no rule is in preview or deprecated yet")]
    pub(crate) status: Status,
    /// The names that it had before, the first one first.
    #[expect(dead_code, reason = "no rule has been renamed yet")]
    pub(crate) renamed_from: &'static [&'static str],
    /// Identifiers of other catalogues (`CWE-668`) and words to search for.
    pub(crate) tags: &'static [&'static str],
    /// The Markdown without its front matter; `None` in a debug build, which reads it from the sources.
    pub(crate) body: Option<&'static str>,
}

impl Document {
    /// The word for the class of its fixes: `safe`, `unsafe`, `none`.
    pub fn fix_name(&self) -> &'static str {
        match self.fix {
            Some(Safety::Safe) => "safe",
            Some(Safety::Unsafe) => "unsafe",
            None => "none",
        }
    }

    /// The Markdown without its front matter; empty in a debug build whose sources are gone.
    pub fn text(&self) -> Cow<'static, str> {
        match (self.body, SOURCES) {
            (Some(body), _) => Cow::Borrowed(body),
            (None, Some(sources)) => Cow::Owned(self.read(Path::new(sources)).unwrap_or_default()),
            (None, None) => Cow::Borrowed(""),
        }
    }

    fn read(&self, root: &Path) -> Option<String> {
        let sources = SourceDb::new();
        let file = sources.load(&root.join(format!("rules/{}/{}.md", self.family, self.name))).ok()?;
        let file = sources.file(file);
        let (_, body) = file.text.split_once("\n---\n")?;
        Some(body.trim_start_matches('\n').to_owned())
    }
}

/// A rule: its document, by reference. Two are equal, or in order, as their names are.
#[derive(Clone, Copy)]
pub struct RuleId(&'static Document);

impl RuleId {
    /// All rules, by family.
    pub(crate) fn all() -> impl Iterator<Item = RuleId> {
        IDS.iter().copied()
    }

    /// The rule of a name.
    pub fn find(name: &str) -> Option<RuleId> {
        RuleId::all().find(|rule| rule.name() == name)
    }

    /// A rule that only a test knows.
    #[cfg(test)]
    pub(crate) fn made_up(name: &'static str) -> RuleId {
        RuleId(Box::leak(Box::new(Document {
            name,
            family: "tests",
            summary: "",
            severity: Severity::Error,
            confidence: Confidence::High,
            set: Set::Default,
            fix: None,
            since: "0.1.0",
            status: Status::Stable,
            renamed_from: &[],
            tags: &[],
            body: Some(""),
        })))
    }

    /// What is written about the rule.
    pub const fn document(self) -> &'static Document {
        self.0
    }

    /// The name that people read and write.
    pub const fn name(self) -> &'static str {
        self.0.name
    }
}

impl PartialEq for RuleId {
    fn eq(&self, other: &RuleId) -> bool {
        self.name() == other.name()
    }
}

impl Eq for RuleId {}

impl PartialOrd for RuleId {
    fn partial_cmp(&self, other: &RuleId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RuleId {
    fn cmp(&self, other: &RuleId) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for RuleId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleId({})", self.name())
    }
}

include!(concat!(env!("OUT_DIR"), "/documents.rs"));
