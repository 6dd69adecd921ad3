//! Names that shells complete.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};

use crate::finding::{RuleId, Selector};

/// Texts of which the usual ones are known to shells. Any other one is taken as well: what is wrong with it is said where it
/// is used, with the name that was meant.
#[derive(Clone, Copy, Debug)]
pub(super) enum CompletedNames {
    /// The names of rules.
    OfRules,
    /// The names of rules, families and sets.
    OfSelectors,
}

impl TypedValueParser for CompletedNames {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        match self {
            CompletedNames::OfRules => Some(Box::new(RuleId::all().map(|rule| PossibleValue::new(rule.name())))),
            CompletedNames::OfSelectors => Some(Box::new(Selector::names().map(PossibleValue::new))),
        }
    }
}
