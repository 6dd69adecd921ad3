//! `docs/rules.md` lists every rule; `PLIMSOLL_UPDATE=1` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

#[test]
fn the_index_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let wanted = index();
    if std::env::var_os("PLIMSOLL_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/rules.md is out of date: `cargo dev update` writes it");
}

#[test]
fn every_rule_still_has_its_document() {
    for rule in plimsoll::testing::rules::all() {
        let name = rule.document.name;
        if rule.document.text().is_empty() {
            fs::write(plimsoll::testing::stale_mark(), "").unwrap();
            panic!("the document of {name} is gone: run this again, which builds the crate first");
        }
    }
}

#[test]
fn links_between_documents_lead_to_documents() {
    let pattern = regex::Regex::new(r"\]\(([^)#\s]+\.md)\)").unwrap();
    for rule in plimsoll::testing::rules::all() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(rule.document.family);
        for link in pattern.captures_iter(&rule.document.text()).map(|found| found[1].to_owned()) {
            if !link.starts_with("http") {
                assert!(folder.join(&link).is_file(), "{}: {link} leads nowhere", rule.document.name);
            }
        }
    }
}

/// The classes of fixes.
fn fixes(document: &plimsoll::testing::finding::Document) -> String {
    if document.fixes.is_empty() { "none".to_owned() } else { document.fix_names().join(", ") }
}

/// The summary, with the status of a rule that is not stable and the names that it had.
fn summary(document: &plimsoll::testing::finding::Document) -> String {
    let mut summary = document.summary.replace('|', "\\|");
    if document.status.name() != "stable" {
        let _ = write!(summary, " ({})", document.status.name());
    }
    for name in document.renamed_from {
        let _ = write!(summary, " (formerly `{name}`)");
    }
    summary
}

fn index() -> String {
    let mut out = String::from(
        "# Rules\n\nThis file is generated from `rules/` (`cargo dev update` writes it). \
         `plimsoll explain RULE` prints the document of a rule.\n",
    );
    let mut family = "";
    for rule in plimsoll::testing::rules::all() {
        let document = rule.document;
        if document.family != family {
            family = document.family;
            let _ = write!(
                out,
                "\n## {family}\n\n| rule | what it reports | severity | confidence | set | fix | since |\n|---|---|---|---|---|---|---|\n"
            );
        }
        let _ = writeln!(
            out,
            "| [{name}](../rules/{family}/{name}.md) | {summary} | {severity} | {confidence} | {set} | {fix} | {since} |",
            name = document.name,
            summary = summary(document),
            severity = document.severity.name(),
            confidence = document.confidence.name(),
            set = document.set.name(),
            fix = fixes(document),
            since = document.since,
        );
    }
    out
}
