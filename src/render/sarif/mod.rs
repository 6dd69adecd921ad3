//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html>.
//! The types hold the part of the format that plimsoll has something to say in; see docs/decisions/006-sarif.md.

mod types;

use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use types::{
    Artifact, ArtifactChange, ArtifactLocation, Component, Log, LogicalLocation, Message, Notification,
    PhysicalLocation, Properties, Region, Replacement, ResultOut, SarifConfiguration, SarifFix, SarifInvocation,
    SarifLocation, SarifRule, SarifRun, SarifSuppression, SarifText, Tool,
};

use super::json::write_document;
use super::view::View;
use super::{clean, rule_url};
use crate::finding::{self, Document, Finding, RuleId, Severity, SuppressedBy};
use crate::source::{Position, SourceFile, Span, relative};

/// What stands for the working directory; the same checkout gives the same output wherever it is.
const ROOT: &str = "%SRCROOT%";
/// The name of the fingerprint, with the version of what it is made of.
const FINGERPRINT: &str = "plimsollFingerprint/v1";

/// Whom a log is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SarifReader {
    /// Any viewer.
    Any,
    /// GitHub's code scanning:
    /// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
    CodeScanning,
}

/// A log with more results is refused.
const MOST_RESULTS: usize = 25_000;
/// Of more related places, code scanning keeps none.
const MOST_RELATED: usize = 100;
/// Of a rule with more tags, code scanning keeps these many.
const MOST_TAGS: usize = 10;
/// The longest description of a rule, in characters.
const LONGEST_DESCRIPTION: usize = 1_024;

/// Writes one run with all findings, suppressed ones among them, of every severity.
pub(super) fn write(view: &View<'_>, to: &mut dyn Write) -> io::Result<()> {
    write_log(view, SarifReader::Any, to)
}

/// Writes one run with the findings that count: code scanning would show suppressed ones as open. Their messages say what to
/// do, because it shows nothing else of a result.
pub(super) fn write_for_code_scanning(view: &View<'_>, to: &mut dyn Write) -> io::Result<()> {
    write_log(view, SarifReader::CodeScanning, to)
}

fn write_log(view: &View<'_>, reader: SarifReader, to: &mut dyn Write) -> io::Result<()> {
    let chosen = (reader == SarifReader::CodeScanning).then(|| for_code_scanning(view));
    let left_out = chosen.as_ref().map_or(0, |(_, left_out)| *left_out);
    let chosen = chosen.map(|(chosen, _)| chosen);
    let mut rules: Vec<RuleId> = match &chosen {
        Some(chosen) => chosen.iter().map(|(finding, _)| finding.rule).collect(),
        None => view.report.findings.iter().map(|finding| finding.rule).collect(),
    };
    rules.sort_unstable();
    rules.dedup();
    let driver = Component {
        name: "plimsoll",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: "https://plimsoll.dev",
        rules: rules.iter().map(|id| rule(*id, reader)).collect(),
    };
    let run = SarifRun {
        tool: Tool { driver },
        column_kind: match reader {
            SarifReader::Any => "unicodeCodePoints",
            SarifReader::CodeScanning => "utf16CodeUnits",
        },
        original_uri_base_ids: [(ROOT, ArtifactLocation::described("the directory that plimsoll ran in"))].into(),
        invocations: [invocation(view, left_out)],
        results: SarifResults { view, reader, rules: &rules, chosen },
    };
    write_document(&Log { schema: types::SCHEMA, version: "2.1.0", runs: [run] }, to)
}

/// The findings, each made when it is written.
struct SarifResults<'a> {
    view: &'a View<'a>,
    reader: SarifReader,
    rules: &'a [RuleId],
    /// Those that the reader takes, where it does not take all.
    chosen: Option<Vec<(&'a Finding, String)>>,
}

impl Serialize for SarifResults<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let SarifResults { view, reader, rules, chosen } = self;
        let result = |finding, fingerprint| result(view, *reader, finding, fingerprint, rules);
        match chosen {
            Some(chosen) => {
                serializer.collect_seq(chosen.iter().map(|(finding, print)| result(finding, print.clone())))
            }
            None => serializer.collect_seq(view.all().map(|(finding, print)| result(finding, print))),
        }
    }
}

/// The findings that code scanning takes, and how many more there are: the worst ones first, in their usual order.
fn for_code_scanning<'a>(view: &View<'a>) -> (Vec<(&'a Finding, String)>, usize) {
    let mut all: Vec<(&Finding, String)> = view.all().collect();
    all.retain(|(finding, _)| finding.suppressed.is_none());
    let left_out = all.len().saturating_sub(MOST_RESULTS);
    if left_out > 0 {
        let mut severities: Vec<Severity> = all.iter().map(|(finding, _)| finding.severity).collect();
        severities.sort_unstable_by(|one, other| other.cmp(one));
        let lowest = severities.get(MOST_RESULTS.saturating_sub(1)).copied();
        let worse = all.iter().filter(|(finding, _)| Some(finding.severity) > lowest).count();
        let mut room = MOST_RESULTS - worse;
        all.retain(|(finding, _)| {
            let is_last = Some(finding.severity) == lowest;
            let fits = Some(finding.severity) > lowest || is_last && room > 0;
            room -= usize::from(fits && is_last);
            fits
        });
    }
    (all, left_out)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(id: RuleId, reader: SarifReader) -> SarifRule {
    let (name, document) = (id.name(), id.document());
    let text = document.explanation();
    let mut tags = tags(document);
    if reader == SarifReader::CodeScanning {
        tags.truncate(MOST_TAGS);
    }
    SarifRule {
        id: name,
        short_description: Some(SarifText::plain(document.summary)),
        full_description: Some(SarifText::plain(cut(what_it_does(document), LONGEST_DESCRIPTION))),
        help: Some(SarifText { text: plain(&text), markdown: Some(linked(&text)) }),
        help_uri: rule_url(name),
        default_configuration: Some(SarifConfiguration { level: level(document.severity) }),
        properties: Some(Properties {
            tags,
            security_severity: document.is_security().then(|| security_severity(document.severity)),
            precision: Some(document.confidence.name()),
            severity: Some(match document.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            }),
            ..Properties::default()
        }),
    }
}

/// The number by which code scanning tells high from medium and low:
/// from 7.0 on it is high, from 4.0 on medium.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "8.0",
        Severity::Warning => "5.5",
        Severity::Info => "3.0",
    }
}

/// A text of at most so many characters.
fn cut(text: String, longest: usize) -> String {
    match text.char_indices().nth(longest.saturating_sub(1)) {
        Some((at, _)) if text.chars().count() > longest => format!("{}…", text.get(..at).unwrap_or("")),
        _ => text,
    }
}

/// How tags that cite a catalogue begin, and how their external form does. The longest beginning comes first.
const EXTERNAL: [(&str, &str); 5] = [
    ("CWE-", "cwe/cwe-"),
    ("CIS-", "cis-docker-benchmark/"),
    ("OWASP-RULE-", "owasp-docker-cheat-sheet/rule-"),
    ("OWASP-D", "owasp-docker-top-10/d"),
    ("OWASP-A", "owasp-top-10/a"),
];

/// The family and the words of a document, each once; what cites a catalogue also as GitHub reads it.
fn tags(document: &Document) -> Vec<String> {
    // The tag by which code scanning knows a security alert comes first: it keeps a few only.
    let mut tags: Vec<String> = document.is_security().then(|| "security".to_owned()).into_iter().collect();
    for tag in std::iter::once(document.family).chain(document.tags.iter().copied()) {
        let cited = EXTERNAL.iter().find_map(|(prefix, external)| {
            Some(format!("external/{external}{}", tag.strip_prefix(prefix)?.to_ascii_lowercase()))
        });
        for tag in std::iter::once(tag.to_owned()).chain(cited) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    tags
}

/// Links between documents lead to where these are published, those to other files into the repository.
fn linked(markdown: &str) -> String {
    let mut pieces = markdown.split("](");
    let mut linked = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        linked.push_str("](");
        match piece.split_once(".md)").filter(|(path, _)| !path.contains([':', ')', ' '])) {
            Some((path, rest)) => {
                linked.push_str(&match path.split_once("docs/") {
                    Some((_, document)) => format!("{}/blob/main/docs/{document}.md", env!("CARGO_PKG_REPOSITORY")),
                    None => rule_url(path.rsplit('/').next().unwrap_or(path)),
                });
                linked.push(')');
                linked.push_str(rest);
            }
            None => linked.push_str(piece),
        }
    }
    linked
}

/// The first paragraph of a document, or its summary.
fn what_it_does(document: &Document) -> String {
    let text = document.text();
    let section = text.split("## What it does").nth(1).unwrap_or("").trim_start();
    let paragraph = section.split("\n\n").next().unwrap_or("").replace('\n', " ");
    if paragraph.is_empty() { document.summary.to_owned() } else { paragraph }
}

/// Markdown without the marks of headings and of blocks of code.
fn plain(markdown: &str) -> String {
    let mut is_in_block = false;
    let mut lines: Vec<&str> = Vec::new();
    for line in markdown.trim().lines() {
        if line.starts_with("```") {
            is_in_block = !is_in_block;
        } else if is_in_block {
            lines.push(line);
        } else {
            lines.push(line.trim_start_matches('#').trim_start_matches(' '));
        }
    }
    lines.join("\n")
}

fn invocation(view: &View<'_>, left_out: usize) -> SarifInvocation {
    let notification = |level| move |text: &String| Notification { level, message: message(text) };
    let (failures, notes) = (&view.report.failures, &view.report.notes);
    let left_out =
        (left_out > 0).then(|| format!("{left_out} more findings were left out: code scanning takes {MOST_RESULTS}"));
    SarifInvocation {
        execution_successful: failures.is_empty(),
        tool_execution_notifications: failures
            .iter()
            .map(notification("error"))
            .chain(left_out.iter().map(notification("warning")))
            .collect(),
        tool_configuration_notifications: notes.iter().map(notification("note")).collect(),
    }
}

fn result(view: &View<'_>, reader: SarifReader, finding: &Finding, fingerprint: String, rules: &[RuleId]) -> ResultOut {
    let most = if reader == SarifReader::CodeScanning { MOST_RELATED } else { usize::MAX };
    let related = finding.labels.iter().take(most).enumerate().map(|(index, label)| SarifLocation {
        id: Some(index + 1),
        physical_location: place(view, reader, label.place.span),
        logical_locations: Vec::new(),
        message: Some(message(label.message.for_people())),
    });
    let suppressions = finding.suppressed.iter().map(|suppressed| SarifSuppression {
        kind: match suppressed.by {
            SuppressedBy::Comment => "inSource",
            SuppressedBy::Configuration | SuppressedBy::Baseline => "external",
        },
        justification: suppressed.reason.as_deref().map(clean),
        properties: Properties { by: Some(suppressed.by.name()), ..Properties::default() },
    });
    let resource = Some(finding.subject.to_string()).filter(|name| !name.is_empty()).map(|name| clean(&name));
    ResultOut {
        rule_id: finding.rule.name(),
        rule_index: rules.binary_search(&finding.rule).unwrap_or_default(),
        level: level(finding.severity),
        message: match reader {
            SarifReader::Any => message(&view.message(finding)),
            SarifReader::CodeScanning => whole_message(view, finding),
        },
        locations: [SarifLocation {
            id: None,
            physical_location: place(view, reader, finding.place.span),
            logical_locations: resource.into_iter().map(LogicalLocation::from_name).collect(),
            message: None,
        }],
        related_locations: related.collect(),
        partial_fingerprints: [(FINGERPRINT, fingerprint)].into(),
        suppressions: suppressions.collect(),
        fixes: view.fixes(finding).map(|one| fix(view, reader, one)).collect(),
        properties: Properties {
            confidence: Some(finding.confidence.name()),
            help: finding.help.as_ref().map(|help| clean(help.for_people())),
            local: finding.is_local.then_some(true),
            ..Properties::default()
        },
    }
}

/// A `[text](address)` in a message would be a link: its bracket is escaped (section 3.11.6).
fn message(text: &str) -> Message {
    let text = clean(text);
    Message { text: if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text } }
}

/// The message, what to do, and the places that belong to it as links: of a result, code scanning shows nothing else.
fn whole_message(view: &View<'_>, finding: &Finding) -> Message {
    let mut text = sentence(&message(&view.message(finding)).text);
    if let Some(help) = &finding.help {
        text.push_str(&format!("\n\n{}", sentence(&message(help.for_people()).text)));
    }
    let labels = finding.labels.iter().take(MOST_RELATED).enumerate();
    let links: Vec<String> =
        labels.map(|(at, label)| format!("{} [here]({})", message(label.message.for_people()).text, at + 1)).collect();
    if !links.is_empty() {
        text.push_str(&format!("\n\nSee also: {}.", links.join("; ")));
    }
    Message { text }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let end = if clause.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.map(String::from).unwrap_or_default(), letters.as_str())
}

fn fix(view: &View<'_>, reader: SarifReader, fix: &finding::Fix) -> SarifFix {
    let mut changes: Vec<(Span, ArtifactChange)> = Vec::new();
    for edit in &fix.edits {
        let content = (!edit.text.is_empty()).then(|| Artifact { text: edit.text.clone() });
        let replacement = Replacement { deleted_region: region(view, reader, edit.span), inserted_content: content };
        match changes.iter_mut().find(|(span, _)| span.file == edit.span.file) {
            Some((_, change)) => change.replacements.push(replacement),
            None => changes.push((
                edit.span,
                ArtifactChange { artifact_location: artifact(view, edit.span), replacements: vec![replacement] },
            )),
        }
    }
    let created = fix.creates.iter().map(|file| {
        let start = Region { start_line: 1, start_column: 1, end_line: 1, end_column: 1 };
        let replacement =
            Replacement { deleted_region: start, inserted_content: Some(Artifact { text: file.text.clone() }) };
        ArtifactChange { artifact_location: located(view, &file.path), replacements: vec![replacement] }
    });
    SarifFix {
        description: message(fix.title.for_people()),
        artifact_changes: changes.into_iter().map(|(_, change)| change).chain(created).collect(),
        properties: Properties { safety: Some(fix.safety.name()), ..Properties::default() },
    }
}

fn place(view: &View<'_>, reader: SarifReader, span: Span) -> PhysicalLocation {
    PhysicalLocation { artifact_location: artifact(view, span), region: region(view, reader, span) }
}

fn region(view: &View<'_>, reader: SarifReader, span: Span) -> Region {
    let (start, end) = view.range(span);
    let column = |position: Position| match reader {
        SarifReader::Any => position.column,
        SarifReader::CodeScanning => utf16_column(&view.sources.file(span.file), position),
    };
    Region { start_line: start.line, start_column: column(start), end_line: end.line, end_column: column(end) }
}

/// The column of a position in units of UTF-16, from 1.
fn utf16_column(file: &SourceFile, position: Position) -> u32 {
    let start = file.line_start(position.line) as usize;
    let before = file.text.get(start..position.byte as usize).unwrap_or("");
    before.trim_start_matches('\u{feff}').encode_utf16().count() as u32 + 1
}

/// A file below the working directory by its relative address, any other one by its whole address.
fn artifact(view: &View<'_>, span: Span) -> ArtifactLocation {
    located(view, &view.sources.path(span.file))
}

fn located(view: &View<'_>, file: &Path) -> ArtifactLocation {
    let path = relative(&view.options.base, file);
    if path.starts_with("../") || Path::new(&path).is_absolute() {
        let uri = format!("file://{}", address(&file.to_string_lossy()));
        return ArtifactLocation { uri: Some(uri), uri_base_id: None, description: None };
    }
    ArtifactLocation { uri: Some(address(&path)), uri_base_id: Some(ROOT), description: None }
}

/// A path as an address: every byte but the unreserved ones and `/` as `%41` (RFC 3986, section 2.3).
fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                address.push(char::from(byte))
            }
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(address("a b/é#1%:x.yml"), "a%20b/%C3%A9%231%25%3Ax.yml");
    }

    #[test]
    fn a_message_makes_no_link() {
        assert_eq!(message("`[a](https://x)`").text, "`\\[a\\](https://x)`");
        assert_eq!(message("`ports[0]` \u{1b}").text, "`ports[0]` \\u{1b}");
    }

    #[test]
    fn columns_and_descriptions_are_those_of_github() {
        let file = SourceFile::new("/a".into(), "\u{feff}a: \u{1f600}é\nb: \u{1f600}x\n".to_owned());
        assert_eq!(utf16_column(&file, file.position(file.text.find('é').unwrap() as u32)), 6);
        assert_eq!(utf16_column(&file, file.position(file.text.find('x').unwrap() as u32)), 6);
        assert_eq!(cut("é".repeat(5), 5), "é".repeat(5));
        assert_eq!(cut("é".repeat(6), 5), "éééé…");
        assert_eq!(sentence("`a` is open"), "`a` is open.");
        assert_eq!(sentence("remove it!"), "Remove it!");
    }

    #[test]
    fn links_lead_out_of_the_repository() {
        let text = "See [a](b.md), [c](../d/e.md) and [f](https://x/y.md).";
        let expect =
            "See [a](https://plimsoll.dev/rules/b), [c](https://plimsoll.dev/rules/e) and [f](https://x/y.md).";
        assert_eq!(linked(text), expect);
        let expect = "[g](https://github.com/plimsoll-lint/plimsoll/blob/main/docs/h.md)";
        assert_eq!(linked("[g](../../docs/h.md)"), expect);
    }

    #[test]
    fn help_without_marks() {
        assert_eq!(plain("\n## What\n\nIt.\n\n```yaml\na:\n  b: 1\n```\n"), "What\n\nIt.\n\na:\n  b: 1");
    }
}
