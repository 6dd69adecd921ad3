//! `plimsoll explain` and `plimsoll rules`: the documents of the rules.

use std::path::Path;

use serde::Serialize;

use super::arguments::RulesFormat;
use crate::finding::{CATALOGUES, RuleId, RuleStatus, Set};
use crate::render::rule_url;
use crate::rules::Document;
use crate::source::{SourceDb, relative};
use crate::workspace::{DecidedBy, RuleDecision};

/// The version of the JSON list; a field may be added without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct RuleList<'a> {
    version: u32,
    rules: Vec<RuleOut<'a>>,
}

#[derive(Serialize)]
struct RuleOut<'a> {
    name: &'a str,
    family: &'a str,
    summary: &'a str,
    severity: &'a str,
    confidence: &'a str,
    set: &'a str,
    fix: &'a str,
    fixes: Vec<&'a str>,
    since: &'a str,
    status: &'a str,
    renamed_from: &'a [&'a str],
    tags: &'a [&'a str],
    standards: Vec<&'a str>,
    enabled: bool,
    because: &'a str,
    url: String,
}

/// A rule of the list.
pub(super) struct ListedRule {
    /// Its document.
    pub(super) document: &'static Document,
    /// Whether it runs.
    pub(super) runs: bool,
    /// What decides that, in words.
    pub(super) because: String,
}

/// What decides whether a rule runs, in words.
pub(super) fn because(decision: &RuleDecision<'_>, rule: RuleId, sources: &SourceDb, directory: &Path) -> String {
    let set = rule.document().set;
    match &decision.by {
        DecidedBy::Set => format!("{} set", set.name()),
        DecidedBy::Option if set == Set::Strict => "--strict".to_owned(),
        DecidedBy::Option => "--style".to_owned(),
        DecidedBy::Select if decision.runs => "--select".to_owned(),
        DecidedBy::Select => "not in --select".to_owned(),
        DecidedBy::Ignore => "--ignore".to_owned(),
        DecidedBy::Configuration(told) => {
            let file = sources.file(told.place.span.file);
            let line = file.position(told.place.span.start).line;
            format!("`{}: {}` in {}:{line}", told.key, told.selector.name(), relative(directory, &file.path))
        }
        DecidedBy::ConfiguredSelect => "not in `select` of plimsoll.yaml".to_owned(),
        DecidedBy::Preview => "preview".to_owned(),
    }
}

/// What is written about one rule, with as much of its document as is asked for.
pub(super) fn explain(document: &Document, text: &str) -> String {
    let status = status(document).map_or_else(String::new, |status| format!(", {status}"));
    let before = match document.renamed_from {
        [] => String::new(),
        names => format!("formerly {}\n", names.join(", ")),
    };
    format!(
        "{} ({}, {}, {} set, fix: {}{status})\n{}\n{before}{}{}\n\n{}\n",
        document.name,
        document.family,
        document.severity.name(),
        document.set.name(),
        document.fix_name(),
        document.summary,
        cited(document),
        rule_url(document.name),
        text,
    )
}

/// The catalogues that a rule is in, on a line of its own.
fn cited(document: &Document) -> String {
    let cited = |tag: &&str| {
        let (prefix, name) = CATALOGUES.iter().find(|(prefix, _)| tag.starts_with(prefix))?;
        Some(format!("{name}{}", tag.strip_prefix(prefix)?))
    };
    let all: Vec<String> = document.standards().iter().filter_map(cited).collect();
    if all.is_empty() { String::new() } else { format!("see also: {}\n", all.join("; ")) }
}

/// What is said of a rule that is not simply there.
fn status(document: &Document) -> Option<&'static str> {
    (document.status != RuleStatus::Stable).then(|| document.status.name())
}

/// All rules, as a table under the names of their families or as data.
pub(super) fn list(rules: &[ListedRule], format: RulesFormat) -> String {
    match format {
        RulesFormat::Text => table(rules),
        RulesFormat::Json => json(rules),
    }
}

fn table(rules: &[ListedRule]) -> String {
    let name_width = rules.iter().map(|rule| rule.document.name.len()).max().unwrap_or(0);
    let because_width = rules.iter().map(|rule| rule.because.len()).max().unwrap_or(0);
    let mut table = String::new();
    let mut family = "";
    for ListedRule { document, runs, because } in rules {
        if document.family != family {
            if !family.is_empty() {
                table.push('\n');
            }
            family = document.family;
            table.push_str(&format!("{family}\n"));
        }
        let status = status(document).map_or_else(String::new, |status| format!(" ({status})"));
        table.push_str(&format!(
            "  {:name_width$}  {:3}  {because:because_width$}  {:7}  {:6}  {}{status}\n",
            document.name,
            if *runs { "on" } else { "off" },
            document.severity.name(),
            document.fix_name(),
            document.summary,
        ));
    }
    table
}

fn json(rules: &[ListedRule]) -> String {
    let rules = rules.iter().map(|ListedRule { document, runs, because }| RuleOut {
        name: document.name,
        family: document.family,
        summary: document.summary,
        severity: document.severity.name(),
        confidence: document.confidence.name(),
        set: document.set.name(),
        fix: document.fix_name(),
        fixes: document.fix_names(),
        since: document.since,
        status: document.status.name(),
        renamed_from: document.renamed_from,
        tags: document.tags,
        standards: document.standards(),
        enabled: *runs,
        because,
        url: rule_url(document.name),
    });
    let list = RuleList { version: VERSION, rules: rules.collect() };
    // Serialization only fails on maps whose keys are not text and on foreign errors: these types have neither.
    let mut text = serde_json::to_string_pretty(&list).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, RuleStatus, Safety, Set, Severity};

    const ONE: Document = Document {
        name: "exposed-datastore",
        family: "network",
        summary: "A database is published",
        severity: Severity::Error,
        confidence: Confidence::High,
        set: Set::Default,
        fixes: &[Safety::Unsafe],
        since: "0.1.0",
        tags: &["ports", "CWE-668", "CIS-5.14"],
        status: RuleStatus::Stable,
        renamed_from: &[],
        body: Some("\n## What it does\n\nIt looks.\n"),
    };
    const OTHER: Document = Document {
        name: "root-user",
        family: "security",
        severity: Severity::Info,
        set: Set::Strict,
        fixes: &[],
        status: RuleStatus::Preview,
        renamed_from: &["user-root"],
        ..ONE
    };

    fn both() -> [ListedRule; 2] {
        [(&ONE, true, "default set"), (&OTHER, false, "strict set")].map(|(document, runs, because)| ListedRule {
            document,
            runs,
            because: because.to_owned(),
        })
    }

    #[test]
    fn the_table_names_families_and_aligns_columns() {
        let expect = concat!(
            "network\n  exposed-datastore  on   default set  error    unsafe  A database is published\n",
            "\nsecurity\n  root-user          off  strict set   info     none    A database is published (preview)\n",
        );
        assert_eq!(list(&both(), RulesFormat::Text), expect);
    }

    #[test]
    fn the_json_list_carries_every_rule() {
        let list: serde_json::Value = serde_json::from_str(&list(&both(), RulesFormat::Json)).unwrap();
        assert_eq!(list["version"], 1);
        assert_eq!(list["rules"][0]["url"], "https://plimsoll.dev/rules/exposed-datastore");
        assert_eq!(list["rules"][0]["standards"], serde_json::json!(["CWE-668", "CIS-5.14"]));
        assert_eq!(list["rules"][0]["enabled"], true);
        assert_eq!(list["rules"][1]["because"], "strict set");
        assert_eq!(list["rules"][1]["set"], "strict");
        assert_eq!(list["rules"][0]["status"], "stable");
        assert_eq!(list["rules"][1]["status"], "preview");
        assert_eq!(list["rules"][1]["renamed_from"], serde_json::json!(["user-root"]));
    }

    #[test]
    fn an_explanation_starts_with_the_facts() {
        let expect = concat!(
            "exposed-datastore (network, error, default set, fix: unsafe)\nA database is published\n",
            "see also: CWE-668; CIS Docker Benchmark 1.6, 5.14\n",
            "https://plimsoll.dev/rules/exposed-datastore\n\n## What it does\n\nIt looks.\n",
        );
        assert_eq!(explain(&ONE, ONE.text().trim()), expect);
        let expect = concat!(
            "root-user (security, info, strict set, fix: none, preview)\nA database is published\nformerly user-root\n",
            "see also: CWE-668; CIS Docker Benchmark 1.6, 5.14\n",
            "https://plimsoll.dev/rules/root-user\n\n",
        );
        assert!(explain(&OTHER, OTHER.text().trim()).starts_with(expect), "{}", explain(&OTHER, OTHER.text().trim()));
    }
}
