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

    /// What a reader needs of the Markdown: without its test cases, with the first example and its fix alone, and without
    /// what the output of the examples is.
    pub(crate) fn explanation(&self) -> String {
        explanation(&self.text())
    }

    /// Whether it is about a weakness that somebody could use: it cites a catalogue of them.
    pub(crate) fn is_security(&self) -> bool {
        self.tags.iter().any(|tag| tag.starts_with("CWE-"))
            || matches!(self.family, "security" | "secrets") && !self.standards().is_empty()
    }

    fn read(&self, root: &Path) -> Option<String> {
        let sources = SourceDb::new();
        let file = sources.load(&root.join(format!("rules/{}/{}.md", self.family, self.name))).ok()?;
        let file = sources.file(file);
        let (_, body) = file.text.split_once("\n---\n")?;
        Some(body.trim_start_matches('\n').to_owned())
    }
}

fn explanation(text: &str) -> String {
    let shown = sections(text).into_iter().filter_map(|section| {
        match section.lines().next().and_then(|line| line.strip_prefix("## ")) {
            Some("Cases") => None,
            Some("Examples") => Some(first_example(&section)),
            _ => Some(section.trim().to_owned()),
        }
    });
    shown.collect::<Vec<_>>().join("\n\n")
}

/// The parts of a document that begin with a heading; a comment in a block of YAML may look like one.
fn sections(text: &str) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    let mut is_in_block = false;
    for line in text.trim().lines() {
        if line.starts_with("```") {
            is_in_block = !is_in_block;
        }
        match sections.last_mut() {
            Some(section) if is_in_block || !line.starts_with("## ") => section.push_str(&format!("\n{line}")),
            _ => sections.push(line.to_owned()),
        }
    }
    sections
}

/// The section of examples up to the first one and what its fix makes of it.
fn first_example(section: &str) -> String {
    let mut pieces = section.split("```");
    let mut shown = pieces.next().unwrap_or("").trim().to_owned();
    // Blocks and the words between them take turns.
    let blocks = pieces.step_by(2).filter(|block| !block.starts_with("finding\n"));
    for (at, block) in blocks.take(2).enumerate() {
        if at == 0 || block.lines().next().is_some_and(|language| language.contains(" fixed")) {
            shown.push_str(&format!("\n\n```{block}```"));
        }
    }
    shown
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

#[cfg(test)]
mod tests {
    #[test]
    fn an_explanation_has_one_example_and_no_case() {
        let text = "## What it does\n\nIt.\n\n## Examples\n\nOne:\n\n```yaml\na: 1\n## b\n```\n\n```finding\nx\n```\n\n```yaml fixed\na: 2\n```\n\nTwo:\n\n```yaml\nb: 1\n```\n\n## Cases\n\n```yaml\nc: 1\n```\n\n## References\n\n- r\n";
        let expect = "## What it does\n\nIt.\n\n## Examples\n\nOne:\n\n```yaml\na: 1\n## b\n```\n\n```yaml fixed\na: 2\n```\n\n## References\n\n- r";
        assert_eq!(super::explanation(text), expect);
    }
}
