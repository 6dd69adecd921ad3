//! The rules: plain functions over the model and its facts, each with a document that says what it is for.

use crate::compose::Project;
use crate::config::Config;
use crate::config::options::RuleOptions;
use crate::config::shape::ConfigKey;
use crate::facts::Facts;
use crate::finding::{Finding, RuleId, rule};
use crate::model::Model;
use crate::yaml::edit::Files;

mod fixes;
pub(crate) mod missing;
pub(crate) mod support;

pub(crate) use crate::finding::Document;

// The modules of all families, and `RULES`, the table of all rules: made by `build/registry.rs` from the folders here and
// in `rules/`.
include!(concat!(env!("OUT_DIR"), "/registry.rs"));

/// What a rule sees.
pub struct Context<'a> {
    /// What would run.
    pub model: &'a Model,
    /// What follows from it.
    pub facts: &'a Facts<'a>,
    /// The files, for edits.
    pub files: Files<'a>,
    /// The project that the model was made from.
    pub project: &'a Project,
    /// What `plimsoll.yaml` says.
    pub settings: &'a Config,
    /// Whether the files are only a part of a project whose other parts are not known: what is missing may be there.
    pub fragment: bool,
}

/// The function of a rule: adds what it finds.
pub(crate) type CheckFunction = fn(&Context<'_>, &mut Vec<Finding>);

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// What it is called in the code.
    pub id: RuleId,
    /// What is written about it; its name among it.
    pub document: &'static Document,
    /// The keys that the configuration has for its options.
    pub(crate) options: &'static [ConfigKey],
    /// Its function; `None` for a rule that a stage of the loader reports.
    pub check: Option<CheckFunction>,
}

/// All rules, by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter()
}

/// The keys that the configuration has for the options of a rule.
pub fn options(rule: RuleId) -> &'static [ConfigKey] {
    all().find(|one| one.id == rule).map_or(&[], |one| one.options)
}

/// Whether a rule has no function of its own: its findings are the loader's.
pub(crate) fn is_of_loader(rule: RuleId) -> bool {
    all().any(|one| one.id == rule && one.check.is_none())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_document_is_a_rule_and_families_are_in_reading_order() {
        let registered: Vec<RuleId> = all().map(|rule| rule.id).collect();
        assert_eq!(registered, RuleId::all().collect::<Vec<_>>());
        let names: BTreeSet<&str> = registered.iter().map(|id| id.name()).collect();
        assert_eq!(names.len(), registered.len(), "two rules have one name");
        let mut families: Vec<&str> = all().map(|rule| rule.document.family).collect();
        families.dedup();
        assert_eq!(families.first(), Some(&"compose"));
        assert_eq!(families.last(), Some(&"suppression"));
        let distinct: BTreeSet<&str> = families.iter().copied().collect();
        assert_eq!(distinct.len(), families.len(), "a family is listed in two pieces: {families:?}");
    }

    #[test]
    fn an_identifier_reads_and_sorts_as_its_name() {
        assert_eq!(rule::EXPOSED_DATASTORE.to_string(), "exposed-datastore");
        assert_eq!(format!("{:>18}", rule::EXPOSED_DATASTORE), " exposed-datastore");
        assert!(rule::DUPLICATE_KEY < rule::EXPOSED_DATASTORE);
        assert_eq!(rule::EXPOSED_DATASTORE.document().family, "network");
        assert!(rule::EXPOSED_DATASTORE.document().text().starts_with("## What it does"));
    }

    #[test]
    fn an_old_name_finds_its_rule_and_stays_in_fingerprints() {
        let renamed = rule::MALFORMED_ENV_LINE;
        assert_eq!((renamed.name(), renamed.first_name()), ("malformed-env-line", "malformed-line"));
        assert_eq!(RuleId::find("malformed-line"), Some(renamed));
        assert_eq!(rule::DUPLICATE_KEY.first_name(), "duplicate-key");
    }

    #[test]
    fn a_misspelt_name_finds_its_rule_and_a_foreign_one_none() {
        assert_eq!(RuleId::find("duplicate-key"), Some(rule::DUPLICATE_KEY));
        assert!(RuleId::find("duplicated-keys").is_none());
        assert_eq!(RuleId::nearest("duplicated-keys"), Some(rule::DUPLICATE_KEY));
        assert_eq!(RuleId::nearest("exposed_datastores"), Some(rule::EXPOSED_DATASTORE));
        assert_eq!(RuleId::nearest("quux"), None);
    }
}
