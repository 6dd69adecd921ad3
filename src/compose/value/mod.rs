//! Values on their way from a file to the resolved project: data with the place where it is written and how it got here.

pub(crate) mod map;
pub(crate) mod origins;
pub(crate) mod pattern;
pub(crate) mod provenance;
pub(crate) mod quote;
pub(crate) mod thin_arc;

use std::sync::LazyLock;

pub(crate) use crate::compose::value::map::Map;
use crate::compose::value::thin_arc::Few;
use crate::source::Place;
pub(crate) use crate::yaml::Text;

/// How a value got from where it is written to where it is in the resolved project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Through an alias; the place of the `*name`.
    Alias(Place),
    /// Through a merge key; the place of the `<<`.
    MergeKey(Place),
    /// From an included file; the place of the `include` entry.
    Include(Place),
    /// From another service; the place of the `extends`.
    Extends(Place),
    /// It replaced, or was merged with, a value of an earlier file; the place of that one.
    Override(Place),
    /// It is nowhere: Compose supplies it (the `default` network, a default port protocol).
    Implied,
}

/// Which bytes of an interpolated text came from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Bytes of the resolved text, half open.
    pub(crate) start: u32,
    /// The byte after the last.
    pub(crate) end: u32,
    /// The place they come from: a stretch of the scalar for literal text, the `${…}` for the value of a variable.
    pub(crate) place: Place,
    /// The variable whose value (or default) this is; `None` for literal text.
    pub(crate) variable: Option<Text>,
    /// Whether it is the variable's default, which the file itself gives: no value of another variable is in it.
    pub(crate) is_default: bool,
    /// Whether the variable has a value that the checkout does not say; its text is empty.
    pub(crate) is_unknown: bool,
}

impl Part {
    /// Whether a variable came out empty here.
    pub(crate) fn is_blank(&self) -> bool {
        self.variable.is_some() && self.start == self.end
    }
}

/// What a value holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer above the largest of [`Data::Int`].
    Large(u64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(Text),
    /// A YAML date or time, as written; Compose takes it nowhere that it wants text.
    Timestamp(Text),
    /// A sequence.
    List(Vec<Value>),
    /// A mapping.
    Map(Map),
}

/// A value, where it is written, and how it got here.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    /// What it is.
    pub(crate) data: Data,
    /// Where it is written; for an implied value, the place that implies it.
    pub(crate) place: Place,
    /// How it got here, first step first; empty for what is simply in the file.
    pub(crate) via: Few<Step>,
    /// For interpolated text, which bytes came from where; empty otherwise.
    pub(crate) parts: Few<Part>,
}

impl Value {
    /// A value that is simply at a place.
    pub(crate) fn new(data: Data, place: Place) -> Value {
        Value { data, place, via: Few::new(), parts: Few::new() }
    }

    /// A value that Compose supplies, with the place that implies it.
    pub(crate) fn implied(data: Data, place: Place) -> Value {
        Value { data, place, via: implied(), parts: Few::new() }
    }

    /// The same origin with other data; parts of a text are dropped.
    #[must_use]
    pub(crate) fn with(&self, data: Data) -> Value {
        Value { data, place: self.place, via: self.via.clone(), parts: Few::new() }
    }

    /// The text, if it is text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if it is a mapping.
    pub(crate) fn map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub(crate) fn list(&self) -> Option<&[Value]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value under a key, if it is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.map().and_then(|map| map.get(key)).map(|entry| &entry.value)
    }

    /// Whether a variable in its text came out empty: what is wrong with the text is then the variable's fault.
    pub(crate) fn has_blank(&self) -> bool {
        self.parts.iter().any(Part::is_blank)
    }

    /// Whether it is null.
    pub(crate) fn is_null(&self) -> bool {
        self.data == Data::Null
    }
}

/// A value under its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Where the key is written; for the item of a list that became an entry (`KEY=value`), the place of that item.
    pub(crate) key: Place,
    /// The value.
    pub(crate) value: Value,
}

/// The one step of what Compose supplies.
fn implied() -> Few<Step> {
    static IMPLIED: LazyLock<Few<Step>> = LazyLock::new(|| Few::from(vec![Step::Implied]));
    IMPLIED.clone()
}
