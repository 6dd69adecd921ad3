//! Findings per rule, and how many of them have a fix.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Paint, RenderOptions};
use crate::finding::Safety;
use crate::report::Report;

/// The findings of one rule that count.
#[derive(Serialize)]
pub(super) struct RuleCount {
    /// The name of the rule.
    pub(super) rule: &'static str,
    /// How many there are, of all severities.
    pub(super) findings: usize,
    /// How many have a fix, safe or not.
    pub(super) fixable: usize,
}

/// The rules that found something that counts, those with the most findings first.
pub(super) fn by_rule(report: &Report) -> Vec<RuleCount> {
    let mut rules: BTreeMap<&'static str, RuleCount> = BTreeMap::new();
    for finding in report.active() {
        let rule = finding.rule.name();
        let count = rules.entry(rule).or_insert(RuleCount { rule, findings: 0, fixable: 0 });
        count.findings += 1;
        count.fixable += usize::from(finding.fix_within(Safety::Unsafe).is_some());
    }
    let mut counts: Vec<RuleCount> = rules.into_values().collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.findings));
    counts
}

/// A table for people, with a line for all rules together; empty where nothing is found.
pub(super) fn table(report: &Report, options: &RenderOptions) -> String {
    let counts = by_rule(report);
    if counts.is_empty() {
        return String::new();
    }
    let line = |findings: usize, fixable: usize, rule: &str| format!("{findings:>8}  {fixable:>7}  {rule}\n");
    let mut table = Paint::Bold.on("findings  fixable  rule", options);
    table.push('\n');
    for count in &counts {
        table.push_str(&line(count.findings, count.fixable, count.rule));
    }
    let sum = |of: fn(&RuleCount) -> usize| counts.iter().map(of).sum();
    table.push_str(&line(sum(|count| count.findings), sum(|count| count.fixable), "all"));
    table
}
