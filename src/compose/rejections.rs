//! What is kept of the rejections of a load: each cause once.

use std::collections::BTreeSet;

use crate::collections::{HashMap, HashSet};
use crate::compose::load::interpolate::Reference;
use crate::compose::spec::schema::SERVICE_STRUCT;
use crate::finding::{Finding, Label};
use crate::source::Place;
use crate::source::{FileId, NodeId, Span};
use crate::text::template::Outcome;
use crate::yaml::Tree;

/// Drops what is wrong with a value only because a variable in it is empty: the variable is reported.
pub(crate) fn without_consequences(findings: Vec<Finding>, references: &[Reference]) -> Vec<Finding> {
    let blank = |reference: &&Reference| {
        reference.operator.is_none() && matches!(reference.outcome, Outcome::Unset | Outcome::Empty)
    };
    let blanks: HashSet<(FileId, NodeId)> =
        references.iter().filter(blank).map(|one| (one.place.span.file, one.place.node)).collect();
    findings
        .into_iter()
        .filter(|finding| {
            let about_value = matches!(finding.rule, "invalid-value" | "wrong-type" | "missing-key");
            !about_value || !blanks.contains(&(finding.place.span.file, finding.place.node))
        })
        .collect()
}

/// Drops that a file is no mapping where its syntax is broken: that is why it reads as something else.
pub(crate) fn without_broken(findings: Vec<Finding>) -> Vec<Finding> {
    let is_broken = |finding: &&Finding| finding.rule == "yaml-syntax";
    let broken: HashSet<FileId> = findings.iter().filter(is_broken).map(|finding| finding.place.span.file).collect();
    let is_whole = |finding: &Finding| finding.rule == "wrong-type" && finding.message.starts_with(WHOLE_FILE);
    findings.into_iter().filter(|one| !is_whole(one) || !broken.contains(&one.place.span.file)).collect()
}

/// How a finding about the type of a whole file begins.
const WHOLE_FILE: &str = "a Compose file must be";

/// Drops that a key is missing where the same mapping has one that is a misspelling of it, or was meant as a text.
pub(crate) fn without_misspelt(findings: Vec<Finding>) -> Vec<Finding> {
    let misspelt: Vec<(Span, String)> = findings
        .iter()
        .filter(|finding| finding.rule == "unknown-key")
        .filter_map(|finding| {
            let key = finding.help.as_deref()?.strip_prefix("did you mean `")?.strip_suffix("`?")?;
            Some((finding.place.span, format!("entry is missing `{key}`")))
        })
        .collect();
    let is_consequence = |finding: &Finding| {
        let is_inside = |span: &Span| finding.place.span.contains(*span);
        finding.rule == "missing-key"
            && misspelt.iter().any(|(span, message)| is_inside(span) && *message == finding.message)
    };
    let typed: HashSet<Place> =
        findings.iter().filter(|finding| finding.rule == "wrong-type").map(|finding| finding.place).collect();
    let is_no_entry = |finding: &Finding| {
        let unnamed = finding.message.starts_with("entry is missing `");
        finding.rule == "missing-key" && unnamed && typed.contains(&finding.place)
    };
    findings.into_iter().filter(|finding| !is_consequence(finding) && !is_no_entry(finding)).collect()
}

/// An empty service whose keys follow as services of their own is one slip of the indentation, and one finding.
pub(crate) fn without_shifted(mut findings: Vec<Finding>) -> Vec<Finding> {
    let is_empty = |finding: &&Finding| finding.rule == "wrong-type" && finding.message.ends_with(EMPTY_ENTRY);
    let empty: Vec<(Span, String)> =
        findings.iter().filter(is_empty).map(|one| (one.place.span, one.resource.clone())).collect();
    let is_service = |resource: &str| resource.strip_prefix("services.").is_some_and(|name| !name.contains('.'));
    for (span, resource) in empty.into_iter().filter(|(_, resource)| is_service(resource)) {
        let shifted = |finding: &Finding| {
            let at = finding.place.span;
            let key = finding.resource.strip_prefix("services.")?.split('.').next()?;
            let follows = at.file == span.file && at.start > span.end;
            (follows && SERVICE_STRUCT.key(key).is_some()).then(|| format!("`{key}`"))
        };
        let mut keys: Vec<String> = findings.iter().filter_map(shifted).collect();
        keys.dedup();
        if keys.is_empty() {
            continue;
        }
        findings.retain(|finding| shifted(finding).is_none());
        if let Some(first) = findings.iter_mut().find(|one| one.place.span == span && one.resource == resource) {
            first.help = Some(format!("indent the lines below: {} are read as services", keys.join(", ")));
            first.fix = None;
        }
    }
    findings
}

/// How a finding about an entry with nothing behind it ends.
const EMPTY_ENTRY: &str = "must be a mapping, but is empty";

/// One finding for each place and rule: a value may be checked more than once, as more files are merged over it. And one
/// for each required variable.
pub(crate) fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen: HashMap<(&'static str, Place), usize> = HashMap::default();
    let mut typed: HashMap<Place, usize> = HashMap::default();
    let mut required: HashMap<String, usize> = HashMap::default();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        if finding.rule == "required-variable" && !finding.resource.is_empty() {
            // One variable, one finding; its other uses are labels.
            if let Some(first) = required.get(&finding.resource).and_then(|at| kept.get_mut(*at)) {
                if first.place != finding.place {
                    first.labels.push(Label { place: finding.place, message: "also required here".to_owned() });
                }
                continue;
            }
            required.insert(finding.resource.clone(), kept.len());
        }
        let about_type = matches!(finding.rule, "wrong-type" | "invalid-value");
        let known = seen.insert((finding.rule, finding.place), kept.len()).is_some();
        let typed_before = about_type && typed.insert(finding.place, kept.len()).is_some();
        if !known && !typed_before || finding.place == Place::start() {
            kept.push(finding);
        }
    }
    kept
}

/// Where files break off.
#[derive(Debug, Default)]
pub(crate) struct Breaks {
    /// Whether a syntax error ended the reading of a document.
    pub(crate) cut_off: bool,
    /// Nodes of which only a part is known.
    partial: BTreeSet<(FileId, NodeId)>,
}

impl Breaks {
    /// Takes down what a file has.
    pub(crate) fn note(&mut self, file: FileId, tree: &Tree) {
        self.cut_off |= tree.cut_off;
        self.partial.extend(tree.partial.iter().map(|node| (file, *node)));
    }

    /// Drops what is wrong only because the rest is not known: the syntax error is reported.
    pub(crate) fn without_consequences(&self, findings: Vec<Finding>) -> Vec<Finding> {
        if self.partial.is_empty() {
            return findings;
        }
        let is_consequence = |finding: &Finding| {
            let partial = self.partial.contains(&(finding.place.span.file, finding.place.node));
            match finding.rule {
                "missing-key" => partial || self.cut_off && finding.evidence.as_deref() == Some("services"),
                "wrong-type" | "invalid-value" => partial,
                "undefined-reference" => self.cut_off,
                "unresolved-extends" => self.cut_off && finding.evidence.is_some(),
                _ => false,
            }
        };
        findings.into_iter().filter(|finding| !is_consequence(finding)).collect()
    }
}
