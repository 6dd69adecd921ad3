//! The report of a run: its findings in a fixed order, each once, and what identifies them from one run to the next.

pub(crate) mod baseline;
pub(crate) mod reviewed;
pub(crate) mod suppress;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collections::{HashMap, HashSet};
use crate::finding::{Finding, HeldIn, RuleId, Severity};
use crate::secrets::Masks;
use crate::source::Place;
use crate::source::{FileId, SourceDb};
use crate::yaml::Trees;

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// All findings, the suppressed ones among them, by path, place, rule and message; no exact duplicates.
    pub findings: Vec<Finding>,
    /// How many projects were analysed.
    pub projects: usize,
    /// How many files the projects are made of: Compose files and env files, and others that a finding is in.
    pub files: usize,
    /// Projects whose analysis a defect in plimsoll ended, one line each.
    pub failures: Vec<String>,
    /// What a change would loosen and does not, and configuration in another encoding, one line each.
    pub notes: Vec<String>,
    /// Files of the request that no project uses.
    pub unused: Vec<PathBuf>,
    /// What a baseline had to say of it.
    pub compared: Option<Compared>,
    /// How many invocations were judged.
    pub started: usize,
    /// The invocations that findings name, by number.
    pub invocations: BTreeMap<u32, HeldIn>,
    /// Whether a file that git ignores was read.
    pub reads_ignored: bool,
    /// How many Compose files no invocation covers.
    pub not_judged: usize,
    /// The trees of its files, for output that looks into them.
    pub trees: Arc<Trees>,
    /// What must not be shown of its files.
    pub masks: Arc<Masks>,
}

/// A finding that is known: enough to tell it again, and for people to see what it is. No message, no value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KnownFinding {
    /// The file, relative to the directory of the baseline, with `/`.
    pub(crate) file: String,
    /// The rule.
    pub(crate) rule: String,
    /// What it is about.
    pub(crate) resource: String,
    /// What tells it from others; see [`fingerprint`].
    pub(crate) fingerprint: String,
}

/// What a baseline had to say of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many findings it knew.
    pub(crate) known: usize,
    /// What it knows and the run could have found, but did not.
    pub(crate) gone: Vec<KnownFinding>,
}

impl Report {
    /// Sorts the findings by path, first byte, rule and message, and drops a finding that says of a place what another
    /// one says of it already (same rule, place, resource and evidence).
    pub(crate) fn new(mut findings: Vec<Finding>, projects: usize, files: usize, sources: &SourceDb) -> Report {
        let mut paths = HashMap::default();
        for finding in &findings {
            let file = finding.place.span.file;
            paths.entry(file).or_insert_with(|| sources.path(file).to_path_buf());
        }
        // Comparing paths part by part is slow, so files are compared by their rank. Files of one path share a rank.
        let mut sorted: Vec<&PathBuf> = paths.values().collect();
        sorted.sort_unstable();
        let rank = |path| sorted.partition_point(|other| *other < path);
        let ranks: HashMap<FileId, usize> = paths.iter().map(|(file, path)| (*file, rank(path))).collect();
        let rank = |file: FileId| ranks.get(&file);
        findings.sort_by(|one, other| {
            let (left, right) = (one.place.span, other.place.span);
            rank(left.file)
                .cmp(&rank(right.file))
                .then_with(|| left.start.cmp(&right.start))
                .then_with(|| one.rule.cmp(&other.rule))
                .then_with(|| left.end.cmp(&right.end))
                .then_with(|| one.subject.to_string().cmp(&other.subject.to_string()))
                .then_with(|| one.evidence.cmp(&other.evidence))
                // Of a finding that counts in one project and is suppressed in another, the one that counts stays.
                .then_with(|| one.suppressed.is_some().cmp(&other.suppressed.is_some()))
        });
        let mut seen = HashSet::default();
        findings.retain(|finding| seen.insert(identity(finding)));
        Report { findings, projects, files, ..Report::default() }
    }

    /// Leaves out the findings that are in other files.
    pub(crate) fn keep_file(&mut self, path: &Path, sources: &SourceDb) {
        self.findings.retain(|finding| *sources.path(finding.place.span.file) == *path);
    }

    /// The findings that count: those that nothing suppresses.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// How many findings that count have this severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.active().filter(|finding| finding.severity == severity).count()
    }

    /// The worst severity among the findings that count, or `None` where there are none.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.active().map(|finding| finding.severity).max()
    }

    /// The fingerprint of every finding, in the order of the findings; unique in each file. `relative` names a file as
    /// the output does.
    pub(crate) fn fingerprints(&self, relative: impl Fn(FileId) -> String) -> Vec<String> {
        let mut seen: BTreeMap<(FileId, RuleId, String, Option<&str>), usize> = BTreeMap::new();
        let mut fingerprints = Vec::with_capacity(self.findings.len());
        for finding in &self.findings {
            let file = finding.place.span.file;
            let key = (file, finding.rule, finding.subject.to_string(), finding.evidence.as_deref());
            let occurrence = seen.entry(key).or_default();
            fingerprints.push(fingerprint(finding, &relative(file), *occurrence));
            *occurrence += 1;
        }
        fingerprints
    }
}

fn identity(finding: &Finding) -> (RuleId, Place, String, Option<String>) {
    (finding.rule, finding.place, finding.subject.to_string(), finding.evidence.clone())
}

/// What identifies a finding from one run to the next: 32 hexadecimal digits made of the relative file, the rule's first name, the
/// resource, the evidence and the number of the occurrence among equal ones (from 0, in the order of the file); never
/// of the message or the line.
pub(crate) fn fingerprint(finding: &Finding, file: &str, occurrence: usize) -> String {
    let mut hash = Fnv::new();
    for part in [file, finding.rule.first_name(), &finding.subject.to_string()] {
        hash.part(part);
    }
    match &finding.evidence {
        Some(evidence) => hash.part(evidence),
        None => hash.absent(),
    }
    if occurrence > 0 {
        hash.part(&occurrence.to_string());
    }
    format!("{:032x}", hash.0)
}

/// FNV-1a with 128 bits: <https://www.rfc-editor.org/rfc/rfc9923>.
struct Fnv(u128);

impl Fnv {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    fn new() -> Fnv {
        Fnv(Fnv::BASIS)
    }

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(Fnv::PRIME);
    }

    /// The byte 0xff is in no UTF-8 text, so no two lists of parts run together.
    fn part(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.byte(byte));
        self.byte(0xff);
    }

    fn absent(&mut self) {
        self.byte(0xfe);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Subject;
    use crate::source::NodeId;
    use crate::source::Span;
    use crate::source::relative;

    fn place(file: FileId, start: u32) -> Place {
        Place { span: Span { file, start, end: start + 1 }, node: NodeId::new(0) }
    }

    fn finding(rule: &'static str, place: Place, message: &str) -> Finding {
        Finding::new(RuleId::made_up(rule), place, Subject::service("a"), message).severity(Severity::Warning)
    }

    #[test]
    fn findings_are_sorted_by_path_and_doubles_are_dropped() {
        let sources = SourceDb::new();
        let late = sources.overlay(Path::new("/p/b.yml"), "abc".to_owned());
        let early = sources.overlay(Path::new("/p/a.yml"), "abc".to_owned());
        let findings = vec![
            finding("x", place(late, 0), "one"),
            finding("x", place(late, 0), "the same in other words"),
            finding("x", place(early, 2), "two"),
            finding("w", place(early, 2), "three"),
            finding("x", place(late, 0), "other evidence").evidence("e"),
        ];
        let report = Report::new(findings, 1, 2, &sources);
        let messages: Vec<&str> = report.findings.iter().map(|finding| finding.message.for_people()).collect();
        assert_eq!(messages, ["three", "two", "one", "other evidence"]);
        assert_eq!(report.count(Severity::Warning), 4);
        assert_eq!(report.worst(), Some(Severity::Warning));
    }

    #[test]
    fn fingerprints_depend_on_identity_and_not_on_words() {
        let sources = SourceDb::new();
        let file = sources.overlay(Path::new("/p/a.yml"), "abc".to_owned());
        let print = |finding: &Finding| fingerprint(finding, "a.yml", 0);
        let plain = finding("x", place(file, 0), "one");
        assert_eq!(print(&plain), print(&finding("x", place(file, 2), "two")));
        assert_ne!(print(&plain), print(&finding("y", place(file, 0), "one")));
        assert_ne!(print(&plain), print(&plain.clone().evidence("")));
        assert_ne!(print(&plain), fingerprint(&plain, "b.yml", 0));
        assert_eq!(print(&plain), "86fc3c76290f175d1aea465db2fa5538", "a fingerprint never changes between versions");
    }

    #[test]
    fn equal_findings_of_a_file_have_different_fingerprints() {
        let sources = SourceDb::new();
        let file = sources.overlay(Path::new("/p/a.yml"), "abc".to_owned());
        let report =
            Report::new(vec![finding("x", place(file, 0), "one"), finding("x", place(file, 2), "one")], 1, 1, &sources);
        let prints = report.fingerprints(|_| "a.yml".to_owned());
        assert_ne!(prints[0], prints[1]);
    }

    #[test]
    fn paths_are_shown_from_the_working_directory() {
        let check = |base: &str, path: &str, expect: &str| {
            assert_eq!(relative(&PathBuf::from(base), &PathBuf::from(path)), expect);
        };
        check("/work/p", "/work/p/compose.yml", "compose.yml");
        check("/work/p", "/work/p/a/b.yml", "a/b.yml");
        check("/work/p", "/work/q/b.yml", "../q/b.yml");
        check("/work/p", "/srv/b.yml", "/srv/b.yml");
        check("/", "/srv/b.yml", "srv/b.yml");
    }
}
