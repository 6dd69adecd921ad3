//! What `--select`, `--ignore` and the configuration name: rules, families and sets of rules.

use super::{RuleId, Set};

/// One rule or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Every rule of every set.
    All,
    /// The rules of a set.
    Set(Set),
    /// The rules of a family, whatever set they are in.
    Family(&'static str),
    /// A rule.
    Rule(RuleId),
}

/// The word for every rule.
const ALL: &str = "all";

impl Selector {
    /// What a name stands for; a rule may be called by a name that it had before.
    pub fn find(name: &str) -> Option<Selector> {
        let set = || Set::ALL.into_iter().find(|set| set.name() == name).map(Selector::Set);
        let family = || families().find(|family| *family == name).map(Selector::Family);
        let all = (name == ALL).then_some(Selector::All);
        all.or_else(set).or_else(family).or_else(|| RuleId::find(name).map(Selector::Rule))
    }

    /// The names that are offered: `all`, sets that have rules, families, rules.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let sets = Set::ALL.into_iter().filter(|set| set.has_rules()).map(Set::name);
        // The family of style is the set of style.
        let families = families().filter(|family| Set::ALL.into_iter().all(|set| set.name() != *family));
        std::iter::once(ALL).chain(sets).chain(families).chain(RuleId::all().map(RuleId::name))
    }

    /// The name that a person may have meant.
    pub(crate) fn nearest(name: &str) -> Option<&'static str> {
        super::document::alike(name, Selector::names().map(|known| (known, known)))
    }

    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Selector::All => ALL,
            Selector::Set(set) => set.name(),
            Selector::Family(family) => family,
            Selector::Rule(rule) => rule.name(),
        }
    }

    /// Whether a rule is meant.
    pub fn contains(self, rule: RuleId) -> bool {
        match self {
            Selector::All => true,
            Selector::Set(set) => rule.document().set == set,
            Selector::Family(family) => rule.document().family == family,
            Selector::Rule(one) => one == rule,
        }
    }

    /// How exactly a rule is meant: of two that disagree, the more exact one decides.
    pub(crate) fn precision(self) -> u8 {
        match self {
            Selector::All => 0,
            Selector::Set(_) => 1,
            Selector::Family(_) => 2,
            Selector::Rule(_) => 3,
        }
    }
}

/// The families, in the order in which they are listed.
fn families() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    RuleId::all().map(|rule| rule.document().family).filter(move |family| {
        let is_new = *family != last;
        last = family;
        is_new
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::rule;

    #[test]
    fn names_stand_for_rules_families_and_sets() {
        assert_eq!(Selector::find("all"), Some(Selector::All));
        assert_eq!(Selector::find("strict"), Some(Selector::Set(Set::Strict)));
        assert_eq!(Selector::find("style"), Some(Selector::Set(Set::Style)), "a set without rules is still a set");
        assert_eq!(Selector::find("network"), Some(Selector::Family("network")));
        assert_eq!(Selector::find("unknown-host"), Some(Selector::Rule(rule::UNKNOWN_HOST)));
        assert_eq!(Selector::find("malformed-rule"), Some(Selector::Rule(rule::MALFORMED_TRAEFIK_RULE)));
        assert_eq!(Selector::find("Network"), None);
        assert_eq!(Selector::nearest("netwrok"), Some("network"));
    }

    #[test]
    fn every_rule_is_held_by_its_name_its_family_its_set_and_all() {
        for rule in RuleId::all() {
            let document = rule.document();
            for name in [document.name, document.family, document.set.name(), ALL] {
                assert!(Selector::find(name).is_some_and(|selector| selector.contains(rule)), "{rule}: {name}");
            }
        }
        assert!(!Selector::Family("proxy").contains(rule::UNKNOWN_HOST));
        assert!(!Selector::Set(Set::Default).contains(rule::SUPPRESSION_WITHOUT_REASON));
    }

    #[test]
    fn each_name_is_offered_once_and_a_set_without_rules_is_not() {
        let names: Vec<&str> = Selector::names().collect();
        let distinct: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(names.iter().all(|name| Selector::find(name).is_some()));
        assert_eq!(names.contains(&"style"), RuleId::all().any(|rule| rule.document().set == Set::Style));
        assert!(!names.contains(&"malformed-rule"));
    }
}
