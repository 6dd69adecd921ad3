//! All rules over all examples: no two of them report one defect, unless `overlaps.txt` says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use plimsoll::testing::examples::examples;
use plimsoll::testing::finding::{Finding, Severity};
use plimsoll::testing::rules::{Rule, all};
use rayon::prelude::*;

use crate::project::Project;
use crate::{Failure, Lines};

/// Two rules, by name, and the document in whose examples both report one place.
type Overlap = (String, String, String);

/// Compares the overlaps with the list, whose lines are `document: rule, other-rule: reason`.
pub fn listed(path: &Path) -> datatest_stable::Result<()> {
    let list = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))?;
    let mut intended = BTreeSet::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        intended.insert(entry(line).ok_or_else(|| format!("`{line}` is not `document: rule, other-rule: reason`"))?);
    }
    let rules: Vec<&Rule> = all().collect();
    let found: Result<Vec<_>, String> =
        rules.into_par_iter().map(|rule| overlaps(rule).map_err(|error| error.to_string())).collect();
    let found: BTreeMap<Overlap, String> = found?.into_iter().flatten().collect();
    let surplus = found.iter().filter(|(overlap, _)| !intended.contains(*overlap));
    let surplus =
        surplus.map(|((document, one, other), what)| format!("{document}: {one}, {other}: not listed\n{what}"));
    let gone = intended.iter().filter(|overlap| !found.contains_key(*overlap));
    let gone = gone.map(|(document, one, other)| format!("{document}: {one}, {other}: listed, but no longer there"));
    let wrong: Vec<String> = surplus.chain(gone).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Lines(wrong.join("\n")).into()) }
}

fn entry(line: &str) -> Option<Overlap> {
    let (document, rest) = line.split_once(": ")?;
    let (rules, reason) = rest.split_once(": ")?;
    let (one, other) = rules.split_once(", ")?;
    (!reason.trim().is_empty()).then(|| (document.to_owned(), one.to_owned(), other.to_owned()))
}

/// The overlaps in the examples of a document, each with what the two say.
fn overlaps(rule: &Rule) -> Result<BTreeMap<Overlap, String>, Failure> {
    let document = rule.document.name;
    let mut found = BTreeMap::new();
    for example in examples(rule.document)? {
        let (db, findings) = Project::create(document, &example)?.check_all(&example)?;
        let findings: Vec<&Finding> = findings.iter().filter(|finding| finding.severity >= Severity::Warning).collect();
        for (index, one) in findings.iter().enumerate() {
            for other in findings.iter().skip(index + 1).filter(|other| is_same_place(one, other)) {
                let (first, second) = if one.rule < other.rule { (one, other) } else { (other, one) };
                let line = db.file(one.place.span.file).position(one.place.span.start).line;
                let what = format!(
                    "  {} {}: line {line}\n    {}\n    {}",
                    example.section,
                    example.heading,
                    first.message.for_people(),
                    second.message.for_people()
                );
                found.entry((document.to_owned(), first.rule.to_string(), second.rule.to_string())).or_insert(what);
            }
        }
    }
    Ok(found)
}

fn is_same_place(one: &Finding, other: &Finding) -> bool {
    let (a, b) = (one.place.span, other.place.span);
    one.rule != other.rule && a.file == b.file && (a == b || a.start < b.end && b.start < a.end)
}
