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
use crate::source::{Span, relative};

/// What stands for the working directory; the same checkout gives the same output wherever it is.
const ROOT: &str = "%SRCROOT%";
/// The name of the fingerprint, with the version of what it is made of.
const FINGERPRINT: &str = "plimsollFingerprint/v1";

/// Writes one run with all findings, suppressed ones among them, of every severity.
pub(super) fn write(view: &View<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<RuleId> = view.report.findings.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let driver = Component {
        name: "plimsoll",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: "https://plimsoll.dev",
        rules: rules.iter().map(|id| rule(*id)).collect(),
    };
    let run = SarifRun {
        tool: Tool { driver },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: [(ROOT, ArtifactLocation::described("the directory that plimsoll ran in"))].into(),
        invocations: [invocation(view)],
        results: SarifResults { view, rules: &rules },
    };
    write_document(&Log { schema: types::SCHEMA, version: "2.1.0", runs: [run] }, to)
}

/// The findings, each made when it is written.
struct SarifResults<'a> {
    view: &'a View<'a>,
    rules: &'a [RuleId],
}

impl Serialize for SarifResults<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let SarifResults { view, rules } = self;
        serializer.collect_seq(view.all().map(|(finding, fingerprint)| result(view, finding, fingerprint, rules)))
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(id: RuleId) -> SarifRule {
    let (name, document) = (id.name(), id.document());
    let text = document.text();
    SarifRule {
        id: name,
        short_description: Some(SarifText::plain(document.summary)),
        full_description: Some(SarifText::plain(what_it_does(document))),
        help: Some(SarifText { text: plain(&text), markdown: Some(linked(text.trim())) }),
        help_uri: rule_url(name),
        default_configuration: Some(SarifConfiguration { level: level(document.severity) }),
        properties: Some(Properties {
            tags: tags(document),
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
    let mut tags: Vec<String> = Vec::new();
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
    let lines = markdown.trim().lines().filter(|line| !line.starts_with("```"));
    lines.map(|line| line.trim_start_matches('#').trim_start_matches(' ')).collect::<Vec<_>>().join("\n")
}

fn invocation(view: &View<'_>) -> SarifInvocation {
    let notification = |level| move |text: &String| Notification { level, message: message(text) };
    let (failures, notes) = (&view.report.failures, &view.report.notes);
    SarifInvocation {
        execution_successful: failures.is_empty(),
        tool_execution_notifications: failures.iter().map(notification("error")).collect(),
        tool_configuration_notifications: notes.iter().map(notification("note")).collect(),
    }
}

fn result(view: &View<'_>, finding: &Finding, fingerprint: String, rules: &[RuleId]) -> ResultOut {
    let related = finding.labels.iter().enumerate().map(|(index, label)| SarifLocation {
        id: Some(index + 1),
        physical_location: place(view, label.place.span),
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
        message: message(&view.message(finding)),
        locations: [SarifLocation {
            id: None,
            physical_location: place(view, finding.place.span),
            logical_locations: resource.into_iter().map(LogicalLocation::from_name).collect(),
            message: None,
        }],
        related_locations: related.collect(),
        partial_fingerprints: [(FINGERPRINT, fingerprint)].into(),
        suppressions: suppressions.collect(),
        fixes: view.fixes(finding).map(|one| fix(view, one)).collect(),
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

fn fix(view: &View<'_>, fix: &finding::Fix) -> SarifFix {
    let mut changes: Vec<(Span, ArtifactChange)> = Vec::new();
    for edit in &fix.edits {
        let content = (!edit.text.is_empty()).then(|| Artifact { text: edit.text.clone() });
        let replacement = Replacement { deleted_region: region(view, edit.span), inserted_content: content };
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

fn place(view: &View<'_>, span: Span) -> PhysicalLocation {
    PhysicalLocation { artifact_location: artifact(view, span), region: region(view, span) }
}

fn region(view: &View<'_>, span: Span) -> Region {
    let (start, end) = view.range(span);
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
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
        assert_eq!(plain("\n## What\n\nIt.\n\n```yaml\na: 1\n```\n"), "What\n\nIt.\n\na: 1");
    }
}
