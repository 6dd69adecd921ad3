//! What the validator finds, as data.

use super::shape::{AllowedNames, EntryStyle, SchemaShape, TextRule};
use super::suggest::Guess;
use crate::compose::problem::ValueKind;
use crate::compose::value::quote::Quote;
use crate::compose::value::{Text, Value};

/// What a violation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Violated {
    /// The whole file.
    File,
    /// The value of a key.
    Key(Text),
    /// An entry of the list under a key.
    Entry(Text),
}

/// A value that does not fit the specification.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Violation {
    /// What it is about.
    pub(crate) subject: Violated,
    /// How it does not fit.
    pub(crate) flaw: Flaw,
}

/// How a value does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Flaw {
    /// It is of another kind.
    Kind {
        /// What may be there.
        shape: &'static SchemaShape,
        /// What is there.
        found: ValueKind,
        /// The value, where it is not a collection.
        scalar: Option<Value>,
        /// Whether it is a mapping in braces.
        is_flow: bool,
    },
    /// YAML reads an entry `a: b` of a list as a mapping.
    Split {
        /// What may be there.
        shape: &'static SchemaShape,
        /// What comes before the colon.
        name: Text,
        /// What comes after it, as far as it matters.
        rest: EntryRest,
        /// How people write the entries of this list.
        style: EntryStyle,
    },
    /// A name that the mapping does not take.
    Name {
        /// The name.
        name: Text,
        /// What it would name: `a service`.
        title: &'static str,
        /// The names it takes.
        names: AllowedNames,
    },
    /// A text that is none of those that may be there.
    Text {
        /// The text.
        text: Quote,
        /// The texts that may be there.
        rule: TextRule,
        /// The one of them that was meant.
        near: Option<&'static str>,
    },
    /// A number out of its range.
    Range {
        /// The number.
        number: Quote,
        /// The bound that it crosses.
        bound: Bound,
    },
    /// An entry that the list has already; its text, unless it may be secret.
    Duplicate(Option<Quote>),
}

/// A bound of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// The least number.
    Least(i64),
    /// The greatest number.
    Greatest(i64),
}

/// What comes after the colon of an entry that was split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryRest {
    /// Nothing.
    Nothing,
    /// A text with whitespace in it.
    Words,
    /// One word.
    Word,
}

/// A key that the specification does not have, or docker compose 2.40.3 not yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UnknownKey {
    /// The key.
    pub(crate) name: Text,
    /// What it is in: `a service`.
    pub(crate) title: &'static str,
    /// The name of that one.
    pub(crate) owner: Option<Text>,
    /// What was meant.
    pub(crate) guess: Guess,
}
