//! `plimsoll explain` and `plimsoll rules`: the documents of the rules.

use serde::Serialize;

use super::arguments::RulesFormat;
use crate::finding::RuleStatus;
use crate::render::rule_url;
use crate::rules::Document;

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
    url: String,
}

/// What is written about one rule.
pub(super) fn explain(document: &Document) -> String {
    let status = status(document).map_or_else(String::new, |status| format!(", {status}"));
    let before = match document.renamed_from {
        [] => String::new(),
        names => format!("formerly {}\n", names.join(", ")),
    };
    format!(
        "{} ({}, {}, {} set, fix: {}{status})\n{}\n{before}{}\n\n{}\n",
        document.name,
        document.family,
        document.severity.name(),
        document.set.name(),
        document.fix_name(),
        document.summary,
        rule_url(document.name),
        document.text().trim(),
    )
}

/// What is said of a rule that is not simply there.
fn status(document: &Document) -> Option<&'static str> {
    (document.status != RuleStatus::Stable).then(|| document.status.name())
}

/// All rules, as a table under the names of their families or as data.
pub(super) fn list(documents: &[&Document], format: RulesFormat) -> String {
    match format {
        RulesFormat::Text => table(documents),
        RulesFormat::Json => json(documents),
    }
}

fn table(documents: &[&Document]) -> String {
    let name_width = documents.iter().map(|document| document.name.len()).max().unwrap_or(0);
    let mut table = String::new();
    let mut family = "";
    for document in documents {
        if document.family != family {
            if !family.is_empty() {
                table.push('\n');
            }
            family = document.family;
            table.push_str(&format!("{family}\n"));
        }
        let status = status(document).map_or_else(String::new, |status| format!(" ({status})"));
        table.push_str(&format!(
            "  {:name_width$}  {:7}  {:7}  {:6}  {}{status}\n",
            document.name,
            document.severity.name(),
            document.set.name(),
            document.fix_name(),
            document.summary,
        ));
    }
    table
}

fn json(documents: &[&Document]) -> String {
    let rules = documents.iter().map(|document| RuleOut {
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
        tags: &["CWE-668"],
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

    #[test]
    fn the_table_names_families_and_aligns_columns() {
        let expect = concat!(
            "network\n  exposed-datastore  error    default  unsafe  A database is published\n",
            "\nsecurity\n  root-user          info     strict   none    A database is published (preview)\n",
        );
        assert_eq!(list(&[&ONE, &OTHER], RulesFormat::Text), expect);
    }

    #[test]
    fn the_json_list_carries_every_rule() {
        let list: serde_json::Value = serde_json::from_str(&list(&[&ONE, &OTHER], RulesFormat::Json)).unwrap();
        assert_eq!(list["version"], 1);
        assert_eq!(list["rules"][0]["url"], "https://plimsoll.dev/rules/exposed-datastore");
        assert_eq!(list["rules"][1]["set"], "strict");
        assert_eq!(list["rules"][0]["status"], "stable");
        assert_eq!(list["rules"][1]["status"], "preview");
        assert_eq!(list["rules"][1]["renamed_from"], serde_json::json!(["user-root"]));
    }

    #[test]
    fn an_explanation_starts_with_the_facts() {
        let expect = concat!(
            "exposed-datastore (network, error, default set, fix: unsafe)\nA database is published\n",
            "https://plimsoll.dev/rules/exposed-datastore\n\n## What it does\n\nIt looks.\n",
        );
        assert_eq!(explain(&ONE), expect);
        let expect = concat!(
            "root-user (security, info, strict set, fix: none, preview)\nA database is published\nformerly user-root\n",
            "https://plimsoll.dev/rules/root-user\n\n",
        );
        assert!(explain(&OTHER).starts_with(expect), "{}", explain(&OTHER));
    }
}
