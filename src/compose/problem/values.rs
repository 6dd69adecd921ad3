//! What is wrong with values: their type, and what they say.

use crate::compose::load::short::duration::DurationFlaw;
use crate::compose::load::short::hosts::HostFlaw;
use crate::compose::load::short::port::PortFlaw;
use crate::compose::load::short::size::SizeFlaw;
use crate::compose::load::short::volume::VolumeFlaw;
use crate::compose::load::short::words::WordsFlaw;
use crate::compose::spec::schema::Violation;
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Text, Value};

/// A kind of value, as far as messages tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// Nothing written.
    Empty,
    /// `null`.
    Null,
    /// A boolean.
    Bool,
    /// A whole number.
    Int,
    /// Another number.
    Float,
    /// A text.
    Text,
    /// A date.
    Timestamp,
    /// A list.
    List,
    /// A mapping.
    Map,
}

impl ValueKind {
    /// The kind of a value.
    pub(crate) fn from_value(value: &Value) -> ValueKind {
        match &value.data {
            Data::Null if value.place.span.start == value.place.span.end => ValueKind::Empty,
            Data::Null => ValueKind::Null,
            Data::Bool(_) => ValueKind::Bool,
            Data::Int(_) | Data::Large(_) => ValueKind::Int,
            Data::Float(_) => ValueKind::Float,
            Data::Text(_) => ValueKind::Text,
            Data::Timestamp(_) => ValueKind::Timestamp,
            Data::List(_) => ValueKind::List,
            Data::Map(_) => ValueKind::Map,
        }
    }
}

/// What the decoder wants at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpectedValue {
    /// A text.
    Text,
    /// A text or a list of texts.
    TextOrTexts,
    /// A list of texts.
    Texts,
    /// A list.
    List,
    /// A mapping.
    Map,
    /// A mapping or a list.
    MapOrList,
    /// An address or a list of them.
    Addresses,
    /// A whole number.
    Int,
    /// A whole number or a mapping.
    IntOrMap,
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// A file mode.
    FileMode,
    /// `all` or a number of devices.
    DeviceCount,
}

/// What docker compose casts a text to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    /// A boolean.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Float,
}

/// A value of the wrong type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TypeProblem {
    /// A file that is not a mapping.
    File {
        /// What it is.
        found: ValueKind,
    },
    /// A list or mapping as a key.
    CollectionAsKey,
    /// A key that YAML reads as something else than a text.
    Key {
        /// The key.
        key: Text,
        /// What YAML reads.
        found: ValueKind,
    },
    /// A merge key whose value is not a mapping.
    MergeKey,
    /// A text that docker compose cannot cast.
    Cast {
        /// The key.
        key: Text,
        /// What it casts to.
        to: Cast,
        /// The text.
        text: Quote,
    },
    /// A value that the decoder cannot use.
    Decoded {
        /// The key, `None` for the project itself.
        key: Option<Text>,
        /// What it wants.
        wanted: ExpectedValue,
        /// What is there.
        found: ValueKind,
    },
    /// A value that cannot override one of another type.
    Override {
        /// The key.
        key: Text,
        /// What is here.
        found: ValueKind,
        /// What is overridden.
        base: ValueKind,
    },
    /// `include` that is not a list.
    Include,
    /// A value that does not fit the specification.
    Schema(Violation),
}

/// A value of the right type that docker compose cannot use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ValueProblem {
    /// A text that docker compose reads as a boolean.
    BooleanWord {
        /// The key.
        key: Text,
        /// The text.
        text: Quote,
        /// What is read.
        flag: bool,
    },
    /// A `name=value` without `=`.
    NoEquals(Quote),
    /// An SSH key without a path that is not `default`.
    SshKey(Quote),
    /// A mount in short form.
    Volume(Quote, VolumeFlaw),
    /// A device with too many parts.
    Device(Quote),
    /// A port with a fraction.
    FloatPort(Quote),
    /// A port in short form; which part is wrong.
    Port(Quote, PortFlaw),
    /// A command with a quote that is not closed, say.
    Command(WordsFlaw),
    /// The name of a variable that ends with whitespace.
    TrailingSpace(Quote),
    /// An entry of `extra_hosts`.
    Host(Quote, HostFlaw),
    /// A text that is not a boolean.
    Boolean(Quote),
    /// A number below zero.
    Negative(Quote),
    /// A text that is not a number.
    Number(Quote),
    /// A size.
    Size(Quote, SizeFlaw),
    /// A duration.
    Duration(Quote, DurationFlaw),
    /// A file mode.
    FileMode(Quote),
    /// A number of devices.
    DeviceCount(Quote),
    /// A text that is not a whole number.
    Integer(Quote),
    /// The format of an env file.
    EnvFileFormat(Quote),
    /// The name of the project.
    ProjectName(String),
    /// An IP address.
    Address(Quote),
    /// An empty `path`.
    EmptyPath,
    /// The first word of a healthcheck's `test`.
    Healthcheck {
        /// The keyword that it is in capitals, if it is one.
        keyword: Option<&'static str>,
    },
    /// A number of containers below zero.
    NegativeScale {
        /// The key that gives it.
        key: &'static str,
    },
    /// A value that does not fit the specification.
    Schema(Violation),
}
