//! Which rules run.

use crate::config::Config;
use crate::finding::{Finding, RuleId, Set, Severity};

/// Which rules run, as the command line says; names of rules that exist. It goes before what the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; empty for those of the sets.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// Whether the strict set runs too.
    pub strict: bool,
    /// Whether the set on style runs too.
    pub style: bool,
}

impl Selection {
    /// Whether a rule runs.
    pub(crate) fn runs(&self, rule: RuleId, config: &Config) -> bool {
        let name = rule.name();
        let named = |names: &[String]| names.iter().any(|one| one == name);
        if named(&self.ignore) {
            return false;
        }
        if !self.select.is_empty() {
            return named(&self.select);
        }
        if named(&config.ignore) {
            return false;
        }
        if let Some(enabled) = config.rules.get(name).and_then(|setting| setting.enabled) {
            return enabled;
        }
        let set = rule.document().set;
        let asked = match set {
            Set::Default => config.select.is_empty(),
            Set::Strict => self.strict,
            Set::Style => self.style,
        };
        asked || named(&config.select) || config.select.iter().any(|one| one == set.name())
    }
}

/// Applies the selection of rules and the configured severities.
pub(super) fn select(findings: Vec<Finding>, selection: &Selection, settings: &Config) -> Vec<Finding> {
    findings
        .into_iter()
        .filter(|finding| selection.runs(finding.rule, settings))
        .map(|mut finding| {
            if let Some(severity) = severity_of(finding.rule, settings) {
                finding.severity = severity;
            }
            finding
        })
        .collect()
}

fn severity_of(rule: RuleId, settings: &Config) -> Option<Severity> {
    settings.rules.get(rule.name()).and_then(|setting| setting.severity)
}
