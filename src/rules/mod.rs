//! The rules: plain functions over the model and its facts, each with a document that says what it is for.

use crate::compose::Project;
use crate::config::Config;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::model::Model;
use crate::yaml::edit::Files;

/// A rule without a function is reported by a stage of the loader.
macro_rules! rule {
    ($document:ident) => {
        $crate::rules::Rule { document: &$crate::rules::document::$document, check: None }
    };
    ($document:ident, $check:path) => {
        $crate::rules::Rule { document: &$crate::rules::document::$document, check: Some($check) }
    };
}

pub(crate) mod document;
pub mod examples;
mod fixes;
pub(crate) mod support;

mod compose;
mod env;
mod network;
mod proxy;
mod resources;
mod secrets;
mod storage;
mod suppression;

pub(crate) use document::Document;

/// All families, in the order in which people read them.
const FAMILIES: [&[Rule]; 8] = [
    compose::RULES,
    network::RULES,
    proxy::RULES,
    storage::RULES,
    secrets::RULES,
    env::RULES,
    resources::RULES,
    suppression::RULES,
];

/// How alike a name must be to be suggested, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.8;

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
    /// Whether the files are only a part of a project whose other parts are not known: what is missing may stand there.
    pub fragment: bool,
}

/// The function of a rule: adds what it finds.
pub(crate) type Check = fn(&Context<'_>, &mut Vec<Finding>);

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// What is written about it; its name among it.
    pub document: &'static Document,
    /// Its function; `None` for a rule that a stage of the loader reports.
    pub check: Option<Check>,
}

/// All rules, by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flatten()
}

/// The rule of a name.
pub fn find(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.document.name == name)
}

/// The name of a rule that a person may have meant.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    all()
        .map(|rule| (strsim::jaro_winkler(rule.document.name, name), rule.document.name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_document_belongs_to_one_rule_and_every_rule_stands_in_its_family() {
        let registered: Vec<&str> = all().map(|rule| rule.document.name).collect();
        let names: BTreeSet<&str> = registered.iter().copied().collect();
        assert_eq!(names.len(), registered.len(), "a rule is registered twice: {registered:?}");
        let documents: BTreeSet<&str> = document::DOCUMENTS.iter().map(|document| document.name).collect();
        let orphans: Vec<_> = documents.difference(&names).collect();
        assert!(orphans.is_empty(), "documents without a rule: {orphans:?}");
        assert_eq!(documents.len(), names.len());
        let families: [&str; FAMILIES.len()] =
            ["compose", "network", "proxy", "storage", "secrets", "env", "resources", "suppression"];
        for (family, rules) in families.into_iter().zip(FAMILIES) {
            for rule in rules {
                assert_eq!(rule.document.family, family, "{}", rule.document.name);
            }
        }
    }

    #[test]
    fn a_misspelt_name_finds_its_rule_and_a_foreign_one_none() {
        let exact = find("duplicate-key").map(|rule| rule.document.name);
        assert_eq!(exact, Some("duplicate-key"));
        assert!(find("duplicated-keys").is_none());
        assert_eq!(nearest("duplicated-keys"), Some("duplicate-key"));
        assert_eq!(nearest("exposed_datastores"), Some("exposed-datastore"));
        assert_eq!(nearest("quux"), None);
    }
}
