//! Which rules run.

use crate::config::{Config, ToldRule};
use crate::finding::{Finding, RuleId, RuleStatus, Selector, Set};

/// Which rules run, as the command line says. It goes before what the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; empty for those of the sets.
    pub select: Vec<Selector>,
    /// Not these.
    pub ignore: Vec<Selector>,
    /// Whether the strict set runs too.
    pub strict: bool,
    /// Whether the set on style runs too.
    pub style: bool,
    /// Whether preview rules run.
    pub preview: bool,
}

impl Selection {
    /// Whether a rule runs. Where a rule is both selected and ignored, the more exact name decides, and `ignore` between
    /// equals.
    pub(crate) fn runs(&self, rule: RuleId, config: &Config) -> bool {
        if self.lacks_preview(rule, config) {
            return false;
        }
        let (selected, ignored) = (precision(&self.select, rule), precision(&self.ignore, rule));
        if !self.select.is_empty() {
            return selected > ignored;
        }
        ignored.is_none() && self.is_configured(rule, config)
    }

    fn lacks_preview(&self, rule: RuleId, config: &Config) -> bool {
        rule.document().status == RuleStatus::Preview && !self.has_preview(Some(config))
    }

    /// Whether a rule runs, and what decides that.
    pub(crate) fn decide<'a>(&self, rule: RuleId, config: &'a Config) -> RuleDecision<'a> {
        let runs = self.runs(rule, config);
        let is_ignored = precision(&self.ignore, rule).is_some();
        let set = rule.document().set;
        let by_option = match set {
            Set::Default => false,
            Set::Strict => self.strict,
            Set::Style => self.style,
        };
        // Of the entries that say what became of it, the most exact one, and the last of these.
        let entries = config.told.iter().filter(|told| told.enabled == runs && told.selector.contains(rule));
        let by = match entries.max_by_key(|told| told.selector.precision()) {
            _ if self.lacks_preview(rule, config) => DecidedBy::Preview,
            _ if !(self.select.is_empty() || is_ignored && precision(&self.select, rule).is_some()) => {
                DecidedBy::Select
            }
            _ if is_ignored => DecidedBy::Ignore,
            Some(told) => DecidedBy::Configuration(told),
            None if !runs && !config.select.is_empty() => DecidedBy::ConfiguredSelect,
            None if runs && by_option => DecidedBy::Option,
            None => DecidedBy::Set,
        };
        RuleDecision { runs, by }
    }

    /// Whether preview rules run.
    pub(crate) fn has_preview(&self, config: Option<&Config>) -> bool {
        self.preview || config.and_then(|config| config.preview) == Some(true)
    }

    fn is_configured(&self, rule: RuleId, config: &Config) -> bool {
        let set = rule.document().set;
        let is_asked = match set {
            Set::Default => config.select.is_empty(),
            Set::Strict => self.strict,
            Set::Style => self.style,
        };
        let of_set = is_asked.then(|| Selector::Set(set).precision());
        let own = Some(Selector::Rule(rule).precision());
        let enabled = config.rules.get(&rule).and_then(|setting| setting.enabled);
        let (on, off) = (own.filter(|_| enabled == Some(true)), own.filter(|_| enabled == Some(false)));
        let selected = precision(&config.select, rule).max(of_set).max(on);
        selected > precision(&config.ignore, rule).max(off)
    }
}

/// Whether a rule runs, and why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RuleDecision<'a> {
    /// Whether it runs.
    pub(crate) runs: bool,
    /// What decides that.
    pub(crate) by: DecidedBy<'a>,
}

/// What decides whether a rule runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DecidedBy<'a> {
    /// The set that it is in: the default set runs, others do not.
    Set,
    /// `--strict` or `--style`.
    Option,
    /// `--select`, which names it or does not.
    Select,
    /// `--ignore`.
    Ignore,
    /// An entry of `plimsoll.yaml`.
    Configuration(&'a ToldRule),
    /// `select` in `plimsoll.yaml`, which does not name it.
    ConfiguredSelect,
    /// That it is in preview.
    Preview,
}

/// How exactly a list names a rule; `None` where it does not.
fn precision(list: &[Selector], rule: RuleId) -> Option<u8> {
    list.iter().filter(|selector| selector.contains(rule)).map(|selector| selector.precision()).max()
}

/// Applies the selection of rules and the configured severities.
pub(super) fn select(findings: Vec<Finding>, selection: &Selection, settings: &Config) -> Vec<Finding> {
    findings
        .into_iter()
        .filter(|finding| selection.runs(finding.rule, settings))
        .map(|mut finding| {
            if let Some(severity) = settings.rules.get(&finding.rule).and_then(|setting| setting.severity) {
                finding.severity = severity;
            }
            finding
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RuleSetting;
    use crate::finding::rule;

    fn list(names: &str) -> Vec<Selector> {
        names.split_whitespace().map(|name| Selector::find(name).unwrap()).collect()
    }

    /// Whether two rules of one family run, and one of another family and set.
    fn runs(selection: &Selection, config: &Config) -> [bool; 3] {
        [rule::UNKNOWN_HOST, rule::EXPOSED_DATASTORE, rule::SUPPRESSION_WITHOUT_REASON]
            .map(|rule| selection.runs(rule, config))
    }

    #[test]
    fn the_command_line_selects_rules_families_and_sets() {
        let check = |select: &str, ignore: &str, expect: [bool; 3]| {
            let selection = Selection { select: list(select), ignore: list(ignore), ..Selection::default() };
            assert_eq!(runs(&selection, &Config::default()), expect, "select {select}, ignore {ignore}");
        };
        check("", "", [true, true, false]);
        check("unknown-host", "", [true, false, false]);
        check("network", "", [true, true, false]);
        check("strict", "", [false, false, true]);
        check("all", "", [true, true, true]);
        check("style", "", [false, false, false]);
        check("network", "unknown-host", [false, true, false]);
        check("unknown-host", "network", [true, false, false]);
        check("network", "default", [true, true, false]);
        check("all", "network", [false, false, true]);
        check("unknown-host", "unknown-host", [false, false, false]);
        check("", "network", [false, false, false]);
    }

    #[test]
    fn the_configuration_selects_them_and_the_command_line_goes_before() {
        let check = |select: &str, ignore: &str, expect: [bool; 3]| {
            let config = Config { select: list(select), ignore: list(ignore), ..Config::default() };
            assert_eq!(runs(&Selection::default(), &config), expect, "select {select}, ignore {ignore}");
        };
        check("network", "", [true, true, false]);
        check("", "network", [false, false, false]);
        check("default strict", "unknown-host", [false, true, true]);
        check("unknown-host", "network", [true, false, false]);
        let config = Config { ignore: list("network"), ..Config::default() };
        let selection = Selection { select: list("network"), ..Selection::default() };
        assert_eq!(runs(&selection, &config), [true, true, false]);
        let strict = Selection { strict: true, ..Selection::default() };
        assert_eq!(runs(&strict, &config), [false, false, true]);
        let on = RuleSetting { enabled: Some(true), ..RuleSetting::default() };
        let config = Config { rules: [(rule::UNKNOWN_HOST, on)].into(), ..config };
        assert_eq!(runs(&Selection::default(), &config), [true, false, false]);
    }

    #[test]
    fn a_preview_rule_runs_only_where_previews_are_asked_for() {
        let rule = RuleId::preview("new-one");
        let named = Selection { select: vec![Selector::Rule(rule)], ..Selection::default() };
        assert!(!Selection::default().runs(rule, &Config::default()));
        assert!(!named.runs(rule, &Config::default()));
        assert!(Selection { preview: true, ..named }.runs(rule, &Config::default()));
        assert!(Selection::default().runs(rule, &Config { preview: Some(true), ..Config::default() }));
        assert!(Selection::default().runs(RuleId::deprecated("old-one"), &Config::default()));
    }
}
