//! Notes on rules that the user names: renamed, preview and deprecated ones.

use crate::config::Config;
use crate::finding::{RuleId, RuleStatus, Selector};
use crate::workspace::Selection;

/// One line for each rule that there is something to say of. `given` are the names on the command line; what is wrong with
/// a name in the configuration is a finding.
pub(super) fn notes<'a>(
    given: impl Iterator<Item = &'a String>,
    selection: &Selection,
    config: Option<&Config>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for name in given {
        match RuleId::find(name) {
            Some(rule) if rule.name() != name => {
                lines.push(format!("rule `{name}` was renamed to `{rule}`; the old name still works"));
            }
            _ => {}
        }
    }
    let has_preview = selection.has_preview(config);
    let selected = selection.select.iter().chain(config.iter().flat_map(|config| &config.select));
    let named = selected.filter_map(|selector| match selector {
        Selector::Rule(rule) => Some(*rule),
        _ => None,
    });
    let settings = config.iter().flat_map(|config| &config.rules);
    let switched_on = settings.filter(|(_, setting)| setting.enabled == Some(true)).map(|(rule, _)| *rule);
    for rule in named.chain(switched_on) {
        let line = status_note(rule, has_preview);
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines
}

/// What is said of a rule that is asked for by its name.
fn status_note(rule: RuleId, has_preview: bool) -> Option<String> {
    match rule.document().status {
        RuleStatus::Preview if !has_preview => Some(format!(
            "`{rule}` is a preview rule and does not run: add --preview, or `preview: true` in plimsoll.yaml"
        )),
        RuleStatus::Deprecated => Some(format!("rule `{rule}` is deprecated and will be removed")),
        RuleStatus::Stable | RuleStatus::Preview => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RuleSetting;

    #[test]
    fn old_names_are_told_once_and_new_ones_not() {
        let given = ["malformed-rule".to_owned(), "malformed-env-line".to_owned(), "network".to_owned()];
        let lines = notes(given.iter(), &Selection::default(), None);
        assert_eq!(lines, ["rule `malformed-rule` was renamed to `malformed-traefik-rule`; the old name still works"]);
    }

    #[test]
    fn a_preview_rule_that_is_named_says_what_it_needs() {
        let (preview, deprecated) = (RuleId::preview("new-one"), RuleId::deprecated("old-one"));
        let select = vec![Selector::Rule(preview), Selector::Rule(deprecated), Selector::All];
        let selection = Selection { select, ..Selection::default() };
        let of_preview =
            "`new-one` is a preview rule and does not run: add --preview, or `preview: true` in plimsoll.yaml";
        let of_deprecated = "rule `old-one` is deprecated and will be removed";
        let none: [String; 0] = [];
        assert_eq!(notes(none.iter(), &selection, None), [of_preview, of_deprecated]);
        let asked = Selection { preview: true, ..selection.clone() };
        assert_eq!(notes(none.iter(), &asked, None), [of_deprecated]);
        let mut config = Config { preview: Some(true), ..Config::default() };
        assert_eq!(notes(none.iter(), &selection, Some(&config)), [of_deprecated]);
        config.preview = None;
        config.rules.insert(preview, RuleSetting { enabled: Some(true), ..RuleSetting::default() });
        assert_eq!(notes(none.iter(), &Selection::default(), Some(&config)), [of_preview]);
    }
}
