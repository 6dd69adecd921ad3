//! What is written about a rule in `rules/<family>/<rule>.md`, and the identifier that stands for it in the code.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;

use super::{Confidence, Safety, Severity};
use crate::source::SourceDb;

/// How alike a name must be to be suggested, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.8;

/// How tags that cite a catalogue begin, and what it is called. The longest beginning comes first.
pub(crate) const CATALOGUES: [(&str, &str); 5] = [
    ("OWASP-RULE-", "OWASP Docker Security Cheat Sheet, rule "),
    ("OWASP-D", "OWASP Docker Top 10, D"),
    ("OWASP-A", "OWASP Top 10, A"),
    ("CIS-", "CIS Docker Benchmark 1.6, "),
    ("CWE-", "CWE-"),
];

/// When a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// Always, unless switched off.
    Default,
    /// When hardening is asked for.
    Strict,
    /// When order and quoting are asked for.
    Style,
}

impl Set {
    /// The sets.
    pub(crate) const ALL: [Set; 3] = [Set::Default, Set::Strict, Set::Style];

    /// Whether a rule is in the set: one without is not offered to anybody.
    pub(crate) fn has_rules(self) -> bool {
        RuleId::all().any(|rule| rule.document().set == self)
    }

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
#[cfg_attr(not(any(test, feature = "testing")), expect(dead_code, reason = "no rule is in preview or deprecated yet"))]
pub enum RuleStatus {
    /// Part of its set.
    Stable,
    /// New: its findings may still change, and it runs only where preview rules are asked for.
    Preview,
    /// To be removed; it still runs.
    Deprecated,
}

impl RuleStatus {
    /// The word that people read and write: `stable`, `preview`, `deprecated`.
    pub fn name(self) -> &'static str {
        match self {
            RuleStatus::Stable => "stable",
            RuleStatus::Preview => "preview",
            RuleStatus::Deprecated => "deprecated",
        }
    }
}

/// The document of a rule.
#[derive(Debug)]
pub struct Document {
    /// The rule's name, in kebab case.
    pub name: &'static str,
    /// The folder that it is in: `network`.
    pub family: &'static str,
    /// One line without a full stop.
    pub summary: &'static str,
    /// How bad its findings usually are; a single finding may differ where the text says so.
    pub severity: Severity,
    /// How sure its findings usually are.
    pub confidence: Confidence,
    /// When it runs.
    pub set: Set,
    /// The classes of its fixes, the best first; none where a person must act.
    pub fixes: &'static [Safety],
    /// The version of plimsoll that brought it.
    pub since: &'static str,
    /// How far it is in its life.
    pub status: RuleStatus,
    /// The names that it had before, the first one first.
    pub renamed_from: &'static [&'static str],
    /// Identifiers of other catalogues (`CWE-668`) and words to search for.
    pub(crate) tags: &'static [&'static str],
    /// The Markdown without its front matter; `None` in a debug build, which reads it from the sources.
    pub(crate) body: Option<&'static str>,
}

impl Document {
    /// The word for the class of its best fixes: `safe`, `unsafe`, `display`, `none`.
    pub fn fix_name(&self) -> &'static str {
        self.fixes.first().map_or("none", |class| class.name())
    }

    /// The words for the classes of its fixes; none where it has no fix.
    pub fn fix_names(&self) -> Vec<&'static str> {
        self.fixes.iter().map(|class| class.name()).collect()
    }

    /// The places in catalogues of weaknesses and of good practice that it is about, as they are cited: `CWE-668`, `CIS-5.5`.
    pub(crate) fn standards(&self) -> Vec<&'static str> {
        self.tags.iter().copied().filter(|tag| CATALOGUES.iter().any(|(prefix, _)| tag.starts_with(prefix))).collect()
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

/// What has the name that a person may have meant.
pub(super) fn alike<T>(name: &str, known: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    let known = known.map(|(candidate, value)| (strsim::jaro_winkler(candidate, name), value));
    let near = known.filter(|(likeness, _)| *likeness >= ALIKE);
    near.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, value)| value)
}

/// A rule: its document, by reference. Two are equal, or in order, as their names are.
#[derive(Clone, Copy)]
pub struct RuleId(&'static Document);

impl RuleId {
    /// All rules, by family.
    pub(crate) fn all() -> impl Iterator<Item = RuleId> {
        IDS.iter().copied()
    }

    /// The rule of a name, which may be one that it had before.
    pub fn find(name: &str) -> Option<RuleId> {
        RuleId::all().find(|rule| rule.name() == name || rule.0.renamed_from.contains(&name))
    }

    /// The rule whose name a person may have meant.
    pub(crate) fn nearest(name: &str) -> Option<RuleId> {
        alike(name, RuleId::all().map(|rule| (rule.name(), rule)))
    }

    /// A rule that only a test knows.
    #[cfg(test)]
    pub(crate) fn made_up(name: &'static str) -> RuleId {
        RuleId::with_status(name, RuleStatus::Stable)
    }

    /// A preview rule that only a test knows.
    #[cfg(test)]
    pub(crate) fn preview(name: &'static str) -> RuleId {
        RuleId::with_status(name, RuleStatus::Preview)
    }

    /// A deprecated rule that only a test knows.
    #[cfg(test)]
    pub(crate) fn deprecated(name: &'static str) -> RuleId {
        RuleId::with_status(name, RuleStatus::Deprecated)
    }

    #[cfg(test)]
    fn with_status(name: &'static str, status: RuleStatus) -> RuleId {
        RuleId(Box::leak(Box::new(Document {
            name,
            family: "tests",
            summary: "",
            severity: Severity::Error,
            confidence: Confidence::High,
            set: Set::Default,
            fixes: &[],
            since: "0.1.0",
            status,
            renamed_from: &[],
            tags: &[],
            body: Some(""),
        })))
    }

    /// What is written about the rule.
    pub const fn document(self) -> &'static Document {
        self.0
    }

    /// The name that the rule had first, which stays whatever it is called later: fingerprints are made of it.
    pub(crate) fn first_name(self) -> &'static str {
        self.0.renamed_from.first().copied().unwrap_or(self.0.name)
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
