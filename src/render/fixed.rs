//! A summary of what was fixed, file by file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Paint, RenderOptions, clean};
use crate::finding::RuleId;
use crate::source::relative;

/// One line for each file: `fixed compose.yaml: 2 unknown-key, 1 wrong-type`; or that there was nothing.
pub(crate) fn fixed_summary(
    verb: &str,
    applied: &BTreeMap<PathBuf, BTreeMap<RuleId, usize>>,
    options: &RenderOptions,
) -> String {
    if applied.is_empty() {
        return format!("{verb} nothing");
    }
    let lines = applied.iter().map(|(path, rules)| {
        let rules: Vec<String> = rules.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
        let path = clean(&relative(&options.base, path));
        format!("{} {path}: {}", Paint::Green.on(verb, options), rules.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}
