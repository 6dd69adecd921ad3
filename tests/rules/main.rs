//! Runs every example of every document in `rules/`: marked lines are reported, no others, in the words that the document
//! shows, and fixes do what they say. `PLIMSOLL_UPDATE=1` writes the words anew.

mod overlaps;
mod project;
mod written;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plimsoll::testing::examples::{Example, parse};
use plimsoll::testing::finding::{Finding, Safety};
use plimsoll::testing::rules::{Rule, find};
use plimsoll::testing::{self, findings};

use project::{Project, identity};

type Failure = Box<dyn std::error::Error>;

/// Several lines that the test harness prints as they are.
struct Lines(String);

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Lines {}

fn document(path: &Path) -> datatest_stable::Result<()> {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let whole = fs::read_to_string(&file)?;
    let rule = built_from(name, &whole)?;
    let path = format!("rules/{}/{name}.md", rule.document.family);
    let text = rule.document.text();
    let front = whole.lines().count() - text.lines().count();
    let examples = parse(&text)?;
    if !examples.iter().any(Example::is_reported) {
        return Err("no example is reported".into());
    }
    let mut marks = examples.iter().flat_map(|example| &example.files).flat_map(|file| file.expected.values());
    if !marks.any(|severity| *severity == rule.document.severity) {
        return Err("no example has the severity of the document".into());
    }
    if examples.iter().filter(|example| example.section == "Cases" && !example.is_reported()).count() < 3 {
        return Err("the section Cases has fewer than three traps".into());
    }
    if rule.document.fixes.iter().any(|class| *class != Safety::Display)
        && examples.iter().all(|example| example.fixed.is_empty())
    {
        return Err("the document offers a fix and shows none".into());
    }
    let mut failures = Vec::new();
    let mut shown = BTreeSet::new();
    let mut blocks = Vec::new();
    for example in &examples {
        let line = front + example.files.first().map_or(0, |file| file.line as usize);
        let place = format!("{path}:{line}: {} {}", example.section, example.heading);
        let written = example.findings.as_ref().map(|block| block.text.clone());
        match run(rule, example) {
            Ok(reported) => blocks.push(reported.block(written.is_some(), &mut shown)),
            Err(reason) => {
                failures.push(format!("{place}: {reason}"));
                blocks.push(written.clone());
            }
        }
        if let Some(reason) = difference(written.as_deref(), blocks.last().and_then(Option::as_deref))
            && !is_update()
        {
            failures.push(format!("{place}: {reason}"));
        }
    }
    if is_update() {
        let (before, _) = whole.split_at(whole.len() - text.len());
        fs::write(&file, format!("{before}{}", findings::with_blocks(&text, &examples, &blocks)))?;
    }
    if failures.is_empty() { Ok(()) } else { Err(Lines(failures.join("\n")).into()) }
}

fn is_update() -> bool {
    std::env::var_os("PLIMSOLL_UPDATE").is_some_and(|value| value == "1")
}

/// What an example reports.
struct Reported {
    text: String,
    shapes: BTreeSet<String>,
}

impl Reported {
    /// The block of `finding` that belongs after the example: the first that shows a shape must be there, others may be.
    fn block(self, is_written: bool, shown: &mut BTreeSet<String>) -> Option<String> {
        let is_new = !self.shapes.is_subset(shown);
        let is_wanted = is_new || is_written && !self.shapes.is_empty();
        is_wanted.then(|| {
            shown.extend(self.shapes);
            self.text
        })
    }
}

fn difference(written: Option<&str>, wanted: Option<&str>) -> Option<String> {
    match (written, wanted) {
        (written, wanted) if written == wanted => None,
        (None, Some(wanted)) => Some(format!("a block of `finding` must show what is reported:\n{wanted}")),
        (Some(_), None) => Some("the block of `finding` shows what is not reported".to_owned()),
        (written, wanted) => {
            let (written, wanted) = (written.unwrap_or_default(), wanted.unwrap_or_default());
            Some(format!("the block of `finding` shows:\n{written}but this is reported:\n{wanted}"))
        }
    }
}

/// The rule of a document, if the crate was built from this front matter. Otherwise the next build is: watching the
/// documents themselves would build the crate again after each change of a sentence.
fn built_from(name: &str, text: &str) -> Result<&'static Rule, Failure> {
    match find(name) {
        Some(rule) if !testing::is_stale(name, text) => Ok(rule),
        _ => {
            fs::write(testing::stale_mark(), "")?;
            Err("the front matter has changed since the crate was built: run this again, which builds it first".into())
        }
    }
}

fn run(rule: &Rule, example: &Example) -> Result<Reported, Failure> {
    let project = Project::create(rule.document.name, example)?;
    let (db, findings) = project.check(rule, example)?;
    for finding in &findings {
        well_formed(rule, finding).map_err(|reason| format!("{reason}\n  in: {}", finding.message.for_people()))?;
    }
    let identities: BTreeSet<_> = findings.iter().map(|finding| identity(&db, finding)).collect();
    if identities.len() != findings.len() {
        return Err(format!("two findings have one identity: {identities:?}").into());
    }
    project.compare(&db, example, &findings)?;
    let fixable: Vec<_> = findings
        .iter()
        .filter(|one| one.fix_within(Safety::Unsafe).is_some())
        .map(|finding| identity(&db, finding))
        .collect();
    match (fixable.is_empty(), example.fixed.is_empty()) {
        (false, _) if example.options.unfixed => return Err(format!("a fix is offered for {fixable:?}").into()),
        (true, true) => {}
        (true, false) => return Err("the document shows a fix and no finding has one".into()),
        (false, _) => {
            project.fix(rule, example, &fixable)?;
            project.alternatives(rule, example, &findings)?;
        }
    }
    Ok(Reported {
        text: findings::text(&findings, &db, &project.directory),
        shapes: findings.iter().map(findings::shape).collect(),
    })
}

/// The grammar of messages, and the class of the fix.
fn well_formed(rule: &Rule, finding: &Finding) -> Result<(), String> {
    if finding.rule != rule.id {
        return Err(format!("`{}` reports although only `{}` is on", finding.rule, rule.document.name));
    }
    let labels = finding.labels.iter().map(|label| label.message.for_people());
    for message in std::iter::once(finding.message.for_people()).chain(labels) {
        one_clause(message)?;
    }
    if finding
        .help
        .as_ref()
        .map(|help| help.for_people())
        .is_some_and(|help| help.trim().is_empty() || help.ends_with('.'))
    {
        return Err("the help is empty or ends in a full stop".to_owned());
    }
    for fix in &finding.fixes {
        if !rule.document.fixes.contains(&fix.safety) {
            let classes = rule.document.fix_names().join(", ");
            return Err(format!("a fix is {:?}, the document says {classes}", fix.safety));
        }
        if fix.edits.is_empty() && fix.creates.is_empty() || fix.title.for_people().is_empty() {
            return Err("a fix has no edits or no title".to_owned());
        }
    }
    Ok(())
}

fn one_clause(message: &str) -> Result<(), String> {
    let first = message.chars().next().ok_or("a message is empty")?;
    if !(first.is_lowercase() || first.is_ascii_digit() || first == '`') {
        return Err("a message starts lower case or with a backtick".to_owned());
    }
    if message.ends_with('.') || message.trim() != message {
        return Err("a message ends in a full stop or in blanks".to_owned());
    }
    if message.chars().any(char::is_control) {
        return Err("a message holds control characters".to_owned());
    }
    let mut pieces = message.split('`');
    let words: String = pieces.by_ref().step_by(2).collect();
    if message.matches('`').count() % 2 == 1 {
        return Err("a backtick is not closed".to_owned());
    }
    if words.contains(". ") || words.contains("; ") {
        return Err("a message is one clause".to_owned());
    }
    Ok(())
}

datatest_stable::harness! {
    { test = document, root = "rules", pattern = r"^(?!.*images/).*\.md$" },
    { test = overlaps::listed, root = "tests/rules", pattern = r"^overlaps\.txt$" },
    { test = written::listed, root = "tests/rules", pattern = r"^written\.txt$" },
}
